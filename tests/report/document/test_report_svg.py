"""Figures inside a page: nothing that a strict policy blocks, names of their own, short, in words."""

import json
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from mlpexp.report.drawing.save_figures import drawn
from mlpexp.report.drawing.style import Drawing, in_style, new_figure
from mlpexp.report.writers.figure_table import about_numbers, figure_table
from mlpexp.report.writers.plots import colours_are_values
from mlpexp.report.writers.svg import svg


def laid_out(draw: Callable[[Figure], None], title: str = "a title") -> Drawing:
    with in_style():
        figure = new_figure(title, "a note")
        draw(figure)
    numbers = pd.DataFrame({"epoch": [0, 1], "mean": [0.5, 0.25]})
    (made,) = drawn(None, {"one": lambda: Drawing(figure, numbers)}, set())  # type: ignore[arg-type]
    assert made.words == (title, "a note")
    return made.drawing


def line(points: int) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        x = np.linspace(0, 1, points)
        figure.add_subplot().plot(x, np.sin(40 * x), marker="o", markevery=max(1, points // 10), label="a < b & c")
        figure.axes[0].legend()

    return draw


def cells(figure: Figure) -> None:
    axes = figure.add_subplot()
    axes.imshow(np.arange(6).reshape(2, 3))
    axes.text(1, 1, "white", color="white")
    axes.set_yscale("log")


@pytest.mark.parametrize("draw", [line(30), line(20_000), cells], ids=["line", "long", "cells"])
def test_no_style_no_names_twice_and_each_reference_leads_somewhere(draw: Callable[[Figure], None]) -> None:
    texts = [svg(laid_out(draw).figure, name, "t", "d") for name in ("first", "second")]
    ids: list[str] = []
    for text, name in zip(texts, ("first", "second"), strict=True):
        root = ElementTree.fromstring(text)
        own = {element.get("id") for element in root.iter()} - {None}
        for element in root.iter():
            assert "style" not in element.attrib
            assert element.tag not in ("style", "script", "metadata")
            href = element.get("href", "")
            assert href.startswith("data:image/png;base64,") or not href or href[1:] in own
            assert all(value[5:-1] in own for value in element.attrib.values() if value.startswith("url(#"))
        assert all(str(each).startswith(f"{name}-") for each in own)
        ids += map(str, own)
    assert len(ids) == len(set(ids))


def test_words_are_text_and_those_for_a_screen_reader_come_first() -> None:
    root = ElementTree.fromstring(svg(laid_out(line(30)).figure, "f", 'a "title"', "<what> it shows"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "f-title f-desc"
    assert [(child.tag, child.text) for child in list(root)[:2]] == [
        ("title", 'a "title"'),
        ("desc", "<what> it shows"),
    ]
    words = [element.text for element in root.iter("text")]
    assert {"a < b & c", "a title", "a note"} <= set(words)


def test_white_words_stay_and_white_paper_goes() -> None:
    root = ElementTree.fromstring(svg(laid_out(cells).figure, "f", "t", "d"))
    assert [element.text for element in root.iter("text") if element.get("fill") == "#ffffff"] == ["white"]
    assert not [
        element for element in root.iter("path") if element.get("fill") == "#ffffff" and not element.get("stroke")
    ]


def test_a_long_line_keeps_its_ends_and_its_extremes() -> None:
    text = svg(laid_out(line(20_000)).figure, "f", "t", "d")
    assert len(text) < 40_000
    paths = [element.get("d", "").split() for element in ElementTree.fromstring(text).iter("path")]
    longest = max(paths, key=len)
    ys = np.array(longest[2::3], dtype=float)
    short = ElementTree.fromstring(svg(laid_out(line(400)).figure, "f", "t", "d"))
    others = np.array(max((e.get("d", "").split() for e in short.iter("path")), key=len)[2::3], dtype=float)
    assert ys.min() == pytest.approx(others.min(), abs=0.5)
    assert ys.max() == pytest.approx(others.max(), abs=0.5)


def test_a_number_below_zero_keeps_its_sign() -> None:
    def draw(figure: Figure) -> None:
        figure.add_subplot().text(0.4, 0.5, "falling", rotation=-37.5)

    assert "rotate(-322.5)" in svg(laid_out(draw).figure, "f", "t", "d")


def test_characters_that_no_file_may_have_are_escapes() -> None:
    text = svg(laid_out(line(30), "a\x01b\u202ec").figure, "f", "t", "d")
    assert "a\\x01b\\u202ec" in [element.text for element in ElementTree.fromstring(text).iter("text")]


def test_a_long_table_has_first_and_last_epoch_and_says_so() -> None:
    epochs = np.repeat(np.arange(501), 2)
    numbers = pd.DataFrame({"epoch": epochs, "part": ["train", "test"] * 501, "mean": np.linspace(1, 0, 1002)})
    table = figure_table(numbers, "loss")
    assert len(table.rows) <= 60
    assert (table.rows[0][0], table.rows[-1][0]) == ("0", "500")
    assert "1,002 rows" in table.title
    assert table.numeric == {"epoch", "mean"}
    assert figure_table(numbers.head(4), "loss").title == "The numbers of loss"


def test_units_and_columns_that_no_axis_names_are_explained() -> None:
    drawn = laid_out(lambda figure: figure.add_subplot().set(xlabel="epoch", ylabel="accuracy (%)"))
    numbers = pd.DataFrame({"epoch": [1], "mean": [91.2], "roughness": [0.1], "seed_in_front": [3]})
    said = about_numbers(Drawing(drawn.figure, numbers))
    assert said[0] == "Units are those of the figure: accuracy (%)."
    assert [sentence.partition(":")[0] for sentence in said[1:]] == ["roughness", "seed_in_front"]
    assert about_numbers(Drawing(laid_out(line(3)).figure, numbers[["epoch"]])) == []


def test_many_marks_become_a_picture_and_words_stay_words() -> None:
    def mesh(cells: int) -> Callable[[Figure], None]:
        def draw(figure: Figure) -> None:
            corners = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for x in range(cells) for y in range(cells)]
            axes = figure.add_subplot()
            axes.add_collection(PolyCollection(corners, array=np.arange(cells**2), edgecolor="face"))
            axes.set(xlim=(0, cells), ylim=(0, cells), xlabel="across")

        return draw

    few, many = (svg(laid_out(mesh(cells)).figure, "m", "t", "d") for cells in (6, 60))
    assert "data:image" not in few
    assert many.count("data:image/png;base64,") == 1
    assert len(many) < 60_000
    assert ">across</text>" in many
    assert ">a title</text>" in many


def test_what_is_told_shows_marks_that_turn_the_direction_of_writing() -> None:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot(xlabel="x\u202ey")
        axes.plot([0, 1], [0, 1], label="a\u202eb")
        axes.plot([0, 1], [1, 0], label="c")
        axes.legend()

    text = svg(laid_out(draw).figure, "f", "t", "d")
    told = json.loads(ElementTree.fromstring(text).get("data-told", ""))
    assert [name for name, _ in told["series"]] == ["a\\u202eb", "c"]
    assert [mark["lines"] for mark in told["marks"]] == [["a\\u202eb"], ["c"]]
    assert told["plots"][0]["names"][0] == "x\\u202ey"
    assert "\u202e" not in json.dumps(told, ensure_ascii=False)


def test_what_does_not_move_with_the_axes_and_the_names_of_axes_are_known() -> None:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot(xlabel="two\nlines")
        axes.plot([0, 1], [0, 1])
        axes.plot([0.5], [0], "^", clip_on=False)
        axes.text(0.5, 0.5, "here")

    root = ElementTree.fromstring(svg(laid_out(draw).figure, "f", "t", "d"))
    assert len([element for element in root.iter() if "data-fixed" in element.attrib]) == 2
    (name,) = [element for element in root.iter() if element.get("data-name", "").startswith("x")]
    assert [text.text for text in name.iter("text")] == ["two", "lines"]


@pytest.mark.parametrize(("draw", "expected"), [(line(5), False), (cells, True)], ids=["line", "cells"])
def test_colours_of_cells_are_values_and_those_of_lines_are_not(draw: Callable[[Figure], None], expected: bool) -> None:
    assert colours_are_values(laid_out(draw).figure) is expected


@pytest.mark.parametrize(
    ("per_epoch", "epochs", "rows", "title"),
    [
        (3, 10, 30, "The numbers of f"),
        (3, 100, 60, "of some epochs: 60 of 300 rows"),
        (100, 11, 200, "of some epochs: 200 of 1,100 rows"),
        (200, 11, 200, "of epoch 10: 200 of 2,200 rows"),
        (300, 11, 240, "of epoch 10, the first ones: 240 of 3,300 rows"),
        (300, 1, 240, "of epoch 0, the first ones: 240 of 300 rows"),
    ],
)
def test_a_long_table_has_the_last_epoch_and_says_which_rows_it_has(
    per_epoch: int, epochs: int, rows: int, title: str
) -> None:
    numbers = pd.DataFrame({"epoch": np.repeat(np.arange(epochs), per_epoch), "layer": list(range(per_epoch)) * epochs})
    table = figure_table(numbers, "f")
    assert len(table.rows) == rows
    assert title in table.title
    assert table.rows[-1][0] == str(epochs - 1)
