"""The README leads by the hand: it is short, names its two commands, and says which version is cited."""

import tomllib

import pytest
import yaml

from making.configs import ROOT
from making.markdown_pages import READMES, code, lines_of, prose_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = ("pip install uv && uv run mlpexp train --config configs/iris/mlp.yaml", "uv run pytest")


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_it_is_short_and_has_the_two_commands(page) -> None:
    lines = lines_of(page)
    assert len(lines) <= 120
    assert set(COMMANDS) <= set(lines)


def test_its_lines_are_short() -> None:
    assert max(map(len, lines_of(ROOT / "README.md"))) <= 120  # a Chinese paragraph is one line


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_ten_tasks_have_a_command_each(page) -> None:
    rows = [line for _, line in prose_of(page) if line.startswith("| ") and "`mlpexp " in line]
    assert len(rows) == 10
    assert all(len(code(row)) == 1 for row in rows)


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert (citation["title"], citation["version"], citation["license"]) == tuple(
        PROJECT[key] for key in ("name", "version", "license")
    )
    assert citation["authors"] == PROJECT["authors"]
    assert citation["keywords"] == PROJECT["keywords"]
