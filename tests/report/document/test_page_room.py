"""What a page leaves out when it is too large: in which order, and what it says in the place of each."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from making.html_pages import Page
from mlpexp.report.document.blocks import Code, FigureBlock, Paragraph, TableBlock
from mlpexp.report.document.document import Document, Room, Section
from mlpexp.report.drawing.save_figures import drawn
from mlpexp.report.drawing.style import Drawing, in_style, new_figure
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.html import html

NEVER = Room(10**9, 10**9)
ROWS = 400


def figure(name: str, points: int, picture: int = 0) -> FigureBlock:
    with in_style():
        shown = new_figure(name, "a note")
        axes = shown.add_subplot()
        axes.plot(np.linspace(0, 1, points), np.random.default_rng(points).random(points))
        if picture:
            axes.imshow(np.random.default_rng(0).random((picture, picture)), extent=(0, 1, 0, 1))
    numbers = pd.DataFrame({"epoch": np.arange(points), "mean": np.linspace(0, 1, points)})
    (made,) = drawn(None, {name: lambda: Drawing(shown, numbers)}, set())  # type: ignore[arg-type]
    return FigureBlock(
        name, f"What {name} shows.", "a line", made.drawing, elsewhere=("It lies in ", Code(f"r/{name}"))
    )


@cache
def document() -> Document:
    rows = [(f"arm {place}", "0.5") for place in range(ROWS)]
    table = TableBlock("arms", TextTable(("arm", "mean"), rows), elsewhere=("All are in ", Code("comparison.csv"), "."))
    blocks = [
        Paragraph(("Words that stay.",)),
        figure("small", 20),
        figure("large", 900),
        figure("picture", 3, 60),
        table,
    ]
    return Document("a title", (), [Section("all", "All", blocks)], "r")


def shown(words: int, pictures: int = 10**9) -> str:
    return html(replace(document(), room=Room(words, pictures)))


def words_in(page: str) -> int:
    return len(re.sub(r"data:image/[^\"]*", "", page).encode())


@cache
def whole() -> str:
    return html(replace(document(), room=NEVER))


def test_a_page_that_has_room_is_whole() -> None:
    assert whole() == html(document())
    assert shown(words_in(whole())) == whole()
    assert "no room" not in whole()


@pytest.mark.parametrize("share", [0.9, 0.6])
def test_a_page_keeps_its_limit_and_its_words(share: float) -> None:
    most = int(share * words_in(whole()))
    text = shown(most)
    assert words_in(text) <= most
    page = Page(text)
    assert "Words that stay." in page.words
    assert len(page.ids) == len(set(page.ids))
    assert page.unclosed == []


def test_numbers_go_before_rows_and_rows_before_figures() -> None:
    numbers = sum(len(found) for found in re.findall("<details>.*?</details>", whole(), re.DOTALL))
    (rows,) = (len(found) for found in re.findall("<tbody>.*?</tbody>", whole(), re.DOTALL) if "arm 399" in found)
    pages = [shown(words_in(whole()) - less) for less in (numbers // 4, numbers + rows // 4, numbers + rows)]
    said = ("no room for the numbers", "no room for the other rows", "no room for the figure")
    assert [[sentence in text for sentence in said] for text in pages] == [
        [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip
    text = pages[-1]
    assert "This page has no room for the figure large. It lies in <code>r/large</code>" in text
    assert "no room for the figure small." not in text
    assert f"the first 100 of {ROWS} rows" in text
    assert "All are in <code>comparison.csv</code>." in text
    assert "arm 99<" in text
    assert "arm 100<" not in text


def test_pictures_have_a_limit_of_their_own() -> None:
    text = shown(10**9, 100)
    assert "data:image" not in text
    assert "This page has no room for the figure picture." in text
    assert text.count("no room") == 1
