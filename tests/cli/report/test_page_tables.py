"""The tables of a report in a browser: sorted by what their cells mean, copied as they are."""

import random
import re
from pathlib import Path

import pytest

from making.browsing import DIGITS, SWEEP, Visit
from mlpexp.report.document.blocks import Paragraph, TableBlock
from mlpexp.report.document.document import Document, Section
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.html import html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lazy_disk")]


def test_tables_sort_by_keyboard_and_back(opened: Visit) -> None:
    page = opened(SWEEP)
    rows, heading = page.locator("#comparison-arms tbody tr"), page.locator("#comparison-arms thead th").nth(2)
    before = rows.all_inner_texts()
    page.locator("#comparison-arms thead button").nth(2).focus()
    for order, reverse in (("ascending", False), ("descending", True)):
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == order
        means = [float(text.split("\t")[2]) for text in rows.all_inner_texts()]
        assert means == sorted(means, reverse=reverse)
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") is None
    assert rows.all_inner_texts() == before


def test_tables_are_copied(opened: Visit) -> None:
    page = opened(SWEEP, permissions=["clipboard-read", "clipboard-write"])
    bar = page.locator("div.scroll:has(#comparison-arms) + .copy")
    texts = []
    for name in ("CSV", "LaTeX"):
        bar.get_by_text(f"Copy as {name}").click()
        bar.get_by_text(f"copied as {name}").wait_for()
        texts.append(page.evaluate("navigator.clipboard.readText()"))
    assert len(texts[0].splitlines()) == 7
    assert re.search(r'^"learning_rate=0\.\d+, hidden_size=\d",3,0\.\d{4},', texts[0], re.M)
    assert texts[1].startswith("\\begin{tabular}{lrr")
    assert "learning\\_rate=0.05, hidden\\_size=6 & 3 & " in texts[1]


ASCENDING = {
    "sizes": ["40 B", "512 B", "1.0 KiB", "2.5 KiB", "1.0 MiB"],
    "times": ["850 ms", "30 s", "1 min", "2 min 30 s", "1 h 5 min", "2 d"],
    "counts": ["9", "10", "999", "1,000", "60,000"],
    "shapes": ["1x8x8", "1x28x28", "3x8x8", "16x4x4"],
    "layers": ["8, 16", "16, 8", "16, 16", "100"],
    "steps": ["2 x 30", "16 x 8"],
    "intervals": ["-0.9 .. -0.1", "-0.2 .. 0.4", "0.05 .. 0.5", "+0.1 .. +0.4"],
    "minus": ["\u22121.5", "0", "1e-3", "< 0.01", "2 %"],
    "words": ["arm 2", "arm 10", "conv1", "conv12"],
    "days": ["2025-12-31", "2026-02-01", "2026-11-26"],
}


@pytest.mark.parametrize("cells", ASCENDING.values(), ids=ASCENDING.keys())
def test_cells_sort_by_what_they_mean(visited: Visit, tmp_path: Path, cells: list[str]) -> None:
    mixed = [*random.Random(1).sample(cells, len(cells)), "-"]
    rows = [[f"row {place}", cell] for place, cell in enumerate(mixed[::-1])]
    block = TableBlock("cells", TextTable(["name", "value"], rows))
    (tmp_path / "page.html").write_text(html(Document("t", (), [Section("s", "s", [block])], "x")), encoding="utf-8")
    page = visited(tmp_path / "page.html")
    values = page.locator("tbody td")
    heading = page.get_by_role("columnheader", name="value")
    for order, expected in (("ascending", [*cells, "-"]), ("descending", [*cells[::-1], "-"])):
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == order
        assert values.all_inner_texts() == expected


def test_sizes_of_a_network_sort_by_their_bytes(opened: Visit) -> None:
    page = opened(DIGITS)
    table = page.locator("table:has(th:has-text('activations'))").first
    heading = table.get_by_role("columnheader", name="activations")
    place = table.locator("thead th").all_inner_texts().index("activations")
    heading.get_by_role("button").click()
    cells = [row.split("\t")[place] for row in table.locator("tbody tr").all_inner_texts()]
    sizes = [float(cell.split()[0]) * {"B": 1, "KiB": 1024}[cell.split()[1]] for cell in cells]
    assert len(set(sizes)) > 2
    assert sizes == sorted(sizes)
    assert cells != sorted(cells)


def test_a_paragraph_says_its_language() -> None:
    blocks = [Paragraph(("一段话",), language="zh"), Paragraph(("A paragraph.",))]
    page = html(Document("t", (), [Section("s", "s", blocks)], "x"))
    assert '<p lang="zh">一段话</p>' in page
    assert "<p>A paragraph.</p>" in page
