"""The reports among the docs: their numbers are those of the tutorial, and nothing in them is of one machine."""

import re
from pathlib import Path

import pytest

from making.html_pages import Page

ROOT = Path(__file__).parents[2]
REPORTS = sorted((ROOT / "docs" / "reports").glob("*.html"))


@pytest.mark.parametrize("file", REPORTS, ids=lambda file: file.name)
def test_a_report_is_one_whole_page_of_no_machine(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    page = Page(text)
    assert page.unclosed == []
    assert len(set(page.ids)) == len(page.ids)
    assert not re.search(r"(?<![\w.])/(?:tmp|home|root|work|Users|var)/", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert file.stat().st_size < 400_000


def test_their_numbers_are_those_of_the_tutorial() -> None:
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    run, sweep = (Page(file.read_text(encoding="utf-8")) for file in REPORTS)
    _, answer = (each.text for each in run.all("p") if each.attributes.get("class") == "important")
    low, high = re.findall(r"95 % interval (\S+) to ([\d.]+),", answer)[0]
    assert f"{low} .. {high}" in tutorial
    rows = [[cell.text for cell in row.children] for row in sweep.all("tr")]
    for rate in ("0.001", "0.01", "0.1", "1", "10"):
        cells = next(row for row in rows if row[0] == f"learning_rate={rate}")
        assert re.search(rf"learning_rate={re.escape(rate)} +{cells[1]} +{cells[2]} +{re.escape(cells[3])}", tutorial)
