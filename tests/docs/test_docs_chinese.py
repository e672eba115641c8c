"""The Chinese pages show what the English ones show: the same code, the same pictures, the same pages to go on to."""

from pathlib import Path

import pytest

from docs.test_docs_links import links_of
from making.configs import ROOT
from making.markdown_pages import CHINESE, DOCS, blocks_of, code, passages_of, prose_of

PAIRS = [(ROOT / "README.md", ROOT / "README.zh-CN.md"), (DOCS / "tutorial.md", DOCS / "tutorial.zh-CN.md")]
WITH_BOTH = pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=["README", "tutorial"])


def commands_in_tables(page: Path) -> list[str]:
    rows = [line for _, line in prose_of(page) if line.startswith("|")]
    return [text for row in rows for text in code(row)]


def targets(page: Path) -> list[str]:
    """Where its links lead, those to the other language left out."""
    return sorted({target.replace(".zh-CN", "") for _, target in links_of(page)} - {page.name.replace(".zh-CN", "")})


@WITH_BOTH
def test_the_code_is_the_same(english: Path, chinese: Path) -> None:
    first, second = ([(block.language, block.text) for block in blocks_of(page)] for page in (english, chinese))
    assert first == second
    assert commands_in_tables(english) == commands_in_tables(chinese)


@pytest.mark.parametrize("page", sorted(CHINESE), ids=lambda page: page.name)
def test_a_paragraph_is_one_line(page: Path) -> None:
    """A line break would be shown as a blank between two characters."""
    broken = [f"{page.name}:{passage.line}" for passage in passages_of(page) if passage.num_lines > 1]
    assert not broken, broken


@WITH_BOTH
def test_they_lead_to_the_same_pages(english: Path, chinese: Path) -> None:
    assert targets(english) == targets(chinese)
