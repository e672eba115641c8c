"""How every figure looks: sizes for a printed page, colours that survive colour blindness and a grey printer.

No figure relies on colour alone: parts of the data differ in line and marker, classes in marker, values in lightness.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any, Literal, NamedTuple

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from rich.cells import cell_len

from mlpexp.config.scores import PART_LABELS
from mlpexp.report.drawing.look import LETTERS, WIDTH, current_look
from mlpexp.report.drawing.shown_figure import ShownFigure
from mlpexp.report.drawing.users_style import users_rc
from mlpexp.report.words import in_rows, shortened

HEIGHT, NARROWEST_ROWS = 3.6, 4.6  # inches; names and columns beside rows need so much
LEGEND_ROW = 75  # characters, with 6 for each line or marker, that fit above axes of the usual width
BETWEEN = 5  # characters less in a narrow one: gaps between names do not get narrower
Shape = Literal["free", "rows", "fixed"]

# Okabe and Ito (2008), "Color universal design"; the grey of the class colours is ours.
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, YELLOW = "#56B4E9", "#CC79A7", "#F0E442"
INK, GREY = "#222222", "#666666"
CLASS_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, YELLOW, "#555555")
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # one fewer than colours: the pairs repeat after 56 classes


class LineStyle(NamedTuple):
    """How the line of a part of the data, or of a varied value, is drawn; colour, dashes and marker each tell it apart."""

    label: str
    """In the legend."""
    colour: str
    """Of line and marker."""
    line: str | tuple[int, tuple[float, ...]]
    """Dashes."""
    marker: str
    """At some of its points."""


PART_STYLES = {
    "train": LineStyle(PART_LABELS["train"], BLUE, "-", "o"),
    "validation": LineStyle(PART_LABELS["validation"], GREEN, ":", "^"),
    "test": LineStyle(PART_LABELS["test"], VERMILLION, "--", "s"),
}
DASHES: tuple[str | tuple[int, tuple[float, ...]], ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (7, 1.5, 1.2, 1.5)))
SCALE = "viridis"  # colours of numbers, from dark to light
LIGHTEST_LINE = 0.78  # of this scale: a yellow line is lost on paper

_RC = {
    **{key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")},
    "figure.dpi": 200,
    "savefig.dpi": 200,
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "legend.borderpad": 0.1,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.6,
    "svg.hashsalt": "mlpexp",  # else identifiers in an SVG file differ from call to call
    "pdf.fonttype": 42,
}


_STYLE_IN_USE = RLock()  # settings are of the whole process: of two threads that draw, one waits


@contextmanager
def in_style() -> Iterator[None]:
    """A context, or decorator, for drawing and saving figures in our style, with what the user's matplotlibrc says."""
    settings: dict[Any, Any] = {**_RC, **_of_user()}
    with _STYLE_IN_USE, matplotlib.rc_context(settings):
        yield


def _of_user() -> dict[str, Any]:
    """The user's settings; sizes of letters as figures are laid out, which are scaled when they are saved."""
    settings = {key: value for key, value in users_rc().items() if key not in ("figure.figsize", "font.size")}
    scale = (look.font_size if (look := current_look()) else LETTERS) / LETTERS
    sizes = {key: size / scale for key, size in settings.items() if key.endswith("size") and isinstance(size, float)}
    return settings | sizes


class Drawing(NamedTuple):
    """A figure and the numbers that it shows."""

    figure: Figure
    """To be saved."""
    numbers: pd.DataFrame
    """For the CSV file beside it."""


def new_figure(
    title: str, note: str = "", *, width: float = WIDTH, height: float = HEIGHT, shape: Shape = "free"
) -> Figure:
    """An empty figure with a title and, in smaller grey letters below, what it shows; panels keep clear of both.

    Args:
        title: One line; a long one is cut.
        note: Lines separated by newlines; long ones are wrapped.
        width: In inches.
        height: In inches, title included.
        shape: What a page of another width does to it: ``free``: it is laid out for that width, and its height goes with
            it; ``rows``: its height stays, for it is made of lines of text; ``fixed``: it is scaled as a whole.
    """
    note = note.replace(" %", "\u00a0%")  # a number and its unit stay in one line
    look = current_look()
    room = width if look is None or shape == "fixed" else max(look.room, NARROWEST_ROWS if shape == "rows" else 0.0)
    above = _inches_above(note, width)
    if shape == "free":
        height = above + (height - above) * float(np.sqrt(room / width))
    width = room
    height += _inches_above(note, width) - above
    note = in_rows(note, round(width * 16.5))
    figure = ShownFigure(figsize=(width, height), layout="constrained")
    figure.text(0.06 / width, 1 - 0.06 / height, shortened(title, round(width * 14)), va="top", fontsize=10)
    if note:
        figure.text(0.06 / width, 1 - 0.25 / height, note, va="top", fontsize=8, color=GREY, linespacing=1.25)
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(rect=(0, 0, 1, 1 - _inches_above(note, width) / height), w_pad=0.05, h_pad=0.04)  # type: ignore[call-arg]
    return figure


def _inches_above(note: str, width: float) -> float:
    """What title and note take of the height of a figure."""
    rows = in_rows(note, round(width * 16.5))
    return 0.27 + 0.165 * (rows.count("\n") + 1 if rows else 0)


def legend_row(figure: Figure) -> int:
    """The characters that fit into a row of a legend."""
    share = figure.get_size_inches()[0] / WIDTH
    return LEGEND_ROW if share >= 1 else round(LEGEND_ROW * share) - BETWEEN


def legend_above(axes: Axes) -> None:
    """The legend between the title and the axes, where it covers no data: in one row, or in two if it is long."""
    labels = axes.get_legend_handles_labels()[1]
    figure = axes.get_figure(root=True)
    assert figure is not None
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=_columns(labels, figure, beside=6),
        columnspacing=1.4,
        handletextpad=0.5,
        borderaxespad=0.2,
    )


def legend_below(figure: Figure, title: str) -> None:
    """One legend for all axes at the lower edge, each name once, in as few rows as have room."""
    entries: dict[str, Artist] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="outside lower left",
        ncols=_columns(list(entries), figure, beside=8),
        title=title,
        alignment="left",
        title_fontsize=8.5,
        columnspacing=1.4,
        handletextpad=0.5,
    )


def _columns(labels: list[str], figure: Figure, beside: int) -> int:
    """Of a legend, so that it has as few rows as have room; ``beside``: characters that a line and a gap take."""
    for num_rows in range(1, len(labels) + 1):
        columns = -(-len(labels) // num_rows)
        filled = [labels[i : i + num_rows] for i in range(0, len(labels), num_rows)]
        if sum(max(map(cell_len, column)) + beside for column in filled) <= legend_row(figure):
            return columns
    return 1


def scatter_size(num_points: int) -> float:
    """Area of a marker in square points: the more points, the smaller."""
    return float(np.clip(5000 / max(num_points, 1), 6, 22))


def shades(count: int) -> list[str]:
    """Colours of lines in an order, from dark to light."""
    return [to_hex(shade) for shade in matplotlib.colormaps[SCALE](np.linspace(0.0, LIGHTEST_LINE, count))]


def class_style(number: int) -> tuple[str, str]:
    """Colour and marker of a class."""
    return CLASS_COLOURS[number % len(CLASS_COLOURS)], CLASS_MARKERS[number % len(CLASS_MARKERS)]
