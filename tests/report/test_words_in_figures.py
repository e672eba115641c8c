"""The user's words in figures: as written, in letters that are there, within the page."""

import logging
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from making.figure_words import leaves_the_page
from mlpexp.report.drawing.save_figures import rendered
from mlpexp.report.drawing.style import Drawing, in_style, new_figure
from mlpexp.report.drawing.words_in_figures import fonts_for, say_lost, set_words
from mlpexp.report.figures.arm.boundary import draw_boundary
from mlpexp.report.figures.arm.confusion import draw_confusion
from mlpexp.report.numbers.run_caption import RunCaption

RARE = "\U0001f9ff"  # which no font of a test machine is sure to have; the font that is made here has it


def page(words: str, *, log: bool = False) -> Figure:
    with in_style():
        figure = new_figure(words, words)
        axes = figure.add_subplot()
        axes.plot([1, 1000], [1, 1000], label=words)
        axes.set(xlabel=words, ylabel=words, xscale="log" if log else "linear")
        axes.set_yticks([1, 1000], [words, words])
        axes.legend()
    return figure


def saved(figure: Figure) -> bytes:
    stream = BytesIO()
    with in_style():
        figure.savefig(stream, format="png")
    return stream.getvalue()


def picture(figure: Figure) -> bytes:
    return rendered(Drawing(figure, pd.DataFrame({"x": [1]})), ["png"])["png"]


@pytest.mark.parametrize("words", ["$", "$$", "$0-$10", "tax ($), cost ($)", "$\\alpha$"])
def test_dollars_are_no_mathematics(words: str) -> None:
    figure, escaped = page(words), page(words.replace("$", r"\$"))
    set_words(figure)
    assert saved(figure) == saved(escaped)


def test_numbers_of_logarithmic_axes_stay_formulas() -> None:
    with in_style():
        untouched = page("plain", log=True)
        untouched.draw_without_rendering()
    figure = page("plain", log=True)
    set_words(figure)
    (axes,) = figure.axes
    assert all(label.get_parse_math() for label in axes.get_xticklabels())
    assert any("10^" in label.get_text() for label in untouched.axes[0].get_xticklabels())


@pytest.fixture
def font(tmp_path: Path) -> str:
    """The name of a font that has one letter, a black square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(RARE): "square"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (700, 0), "square": (700, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Square of a test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path = tmp_path / "square.ttf"
    builder.save(str(path))
    return str(path)


def test_letters_are_drawn_in_a_font_that_has_them(font: str, caplog: pytest.LogCaptureFixture) -> None:
    fonts_for.cache_clear()
    before = list(fontManager.ttflist)
    boxes = picture(page(f"a {RARE}"))
    assert f"figures: no installed font has {RARE}, drawn as boxes" in caplog.text
    caplog.clear()
    fonts_for.cache_clear()
    fontManager.addfont(font)
    try:
        assert fonts_for(frozenset(f"a {RARE}")) == (("Square of a test",), frozenset())
        drawn = picture(page(f"a {RARE}"))
    finally:
        fontManager.ttflist[:] = before
        fonts_for.cache_clear()
    assert not caplog.text
    assert drawn != boxes


def test_letters_that_every_font_has_need_no_other() -> None:
    assert fonts_for(frozenset("Größe – 0…9 α²")) == ((), frozenset())


def test_lost_letters_are_few_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        say_lost(set())
        say_lost(set("abcdefghijkl"))
    (record,) = caplog.records
    assert "no installed font has a b c d e f g h ..., drawn" in record.getMessage()


def test_long_names_of_axes_stay_on_the_page() -> None:
    names = ["x" * 200 + "1", "y" * 200 + "2"]
    figure = page("plain")
    figure.axes[0].set(xlabel=names[0], ylabel=names[1])
    figure.axes[0].set_yticks([1, 1000], ["1", "1000"])
    picture(figure)
    assert not leaves_the_page(figure)
    assert figure.axes[0].get_xlabel().endswith("x1") and "…" in figure.axes[0].get_xlabel()


@pytest.mark.slow
def test_very_many_classes_are_listed_within_the_page() -> None:
    num_classes = 150
    grid = pd.DataFrame(
        [(0, x, y, (x * y) % num_classes, 0.5) for x in range(30) for y in range(30)],
        columns=["seed", "x", "y", "predicted", "probability"],
    )
    points = grid.assign(part="test", index=range(len(grid)), target=range(len(grid)))
    points["target"] %= num_classes
    caption = replace(
        RunCaption(title="a title", target="kind"), class_names=tuple(f"class{k:03}" for k in range(num_classes))
    )
    for drawing in (draw_boundary(grid, points, caption), draw_confusion(points, caption)):
        assert drawing is not None
        rendered(drawing, ["png"])
        assert not leaves_the_page(drawing.figure)
        labels = [text for text in drawing.figure.axes[0].get_yticklabels() if text.get_text()]
        boxes = [label.get_window_extent() for label in labels]
        assert all(a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1 for a, b in pairwise(boxes))
