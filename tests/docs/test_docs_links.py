"""Every relative link leads to a file, and its fragment to a heading."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from making.configs import ROOT
from making.markdown_pages import CHINESE, DOCS, PAGES, anchors_of, code, prose_of

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def links_of(page: Path) -> list[tuple[int, str]]:
    without_code = [(number, re.sub(r"`[^`]*`", "", line)) for number, line in prose_of(page)]
    found = [(number, target) for number, line in without_code for target in LINK.findall(line)]
    return [(number, target) for number, target in found if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_relative_links_resolve(page: Path) -> None:
    wrong = []
    for number, target in links_of(page):
        path_text, _, anchor = unquote(target).partition("#")
        path = (page.parent / path_text).resolve() if path_text else page
        if not path.exists():
            wrong.append(f"{page.name}:{number}: {target}: no such file")
        elif anchor and path.suffix == ".md" and anchor not in anchors_of(path):
            wrong.append(f"{page.name}:{number}: {target}: no such heading")
    assert not wrong, "\n".join(wrong)


def test_the_files_of_the_source_are_there() -> None:
    folder, source = "", ROOT / "src" / "mlpexp"
    named = [(page, name) for page in DOCS.glob("*.md") for _, line in prose_of(page) for name in code(line)]
    for page, name in named:
        if re.fullmatch(r"[\w/]+\.py", name):
            folder = name.rpartition("/")[0] or folder  # after `a/b.py`, `c.py` is short for `a/c.py`
            assert (source / name).is_file() or (source / folder / name).is_file(), f"{page.name}: {name}"


def test_the_names_in_the_source_are_there() -> None:
    text = " ".join(line for page in DOCS.glob("*.md") for _, line in prose_of(page))
    pairs = re.findall(r"`([\w.]+)` in\s+`([\w/]+\.py)`", text)
    assert len(pairs) >= 4
    for name, file in pairs:
        found = re.search(
            rf"^\s*(def|class) {name.rpartition('.')[2]}\b", (ROOT / "src/mlpexp" / file).read_text(), re.M
        )
        assert found, f"{name} in {file}"


def test_the_index_links_every_page() -> None:
    linked = {target.partition("#")[0] for _, target in links_of(DOCS / "README.md")}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= linked


def test_prose_fits_the_line() -> None:
    long = [
        f"{page.name}:{number}"
        for page in set(DOCS.glob("*.md")) - CHINESE
        for number, line in prose_of(page)
        if len(line) > 120 and not line.startswith("|")
    ]
    assert not long, long


def test_no_page_holds_the_marks_of_a_merge() -> None:
    marks = [mark * 7 for mark in "<>="]
    pages = [*PAGES, *ROOT.glob("configs/**/*.yaml")]
    assert not [page for page in pages if any(mark in page.read_text() for mark in marks)]
