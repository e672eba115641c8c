"""What a script of a page is told of a figure: where its axes are, what they measure, what each mark says."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import LogFormatter, ScalarFormatter

from mlpexp.report.drawing.told import ToldCells, ToldLines, ToldPoints, told_by
from mlpexp.report.writers.shown_words import shown

# Names in the drawing, and what becomes of them in the page.
PLOT, AXIS, NAME, LEGEND = "report-plot-", "report-axis-", "report-name-", "report-legend-"
MARK, FIXED = "report-mark-", "report-fixed-"
MARKS = {
    PLOT: "data-plot", AXIS: "data-axis", NAME: "data-name", LEGEND: "data-legend", MARK: "data-mark", FIXED: "data-fixed",
}  # fmt: skip
POINTS = 72  # of an inch


def told_of(figure: Figure) -> str:
    """Names the parts of a figure that is laid out, and says as JSON what they are."""
    plots = [_plot(axes, place, figure) for place, axes in enumerate(figure.axes)]
    marks = [
        mark
        for place, axes in enumerate(figure.axes)
        if plots[place] is not None
        for mark in _marks(axes, place, figure)
    ]
    legends = [*figure.legends, *(legend for axes in figure.axes if (legend := axes.get_legend()) is not None)]
    for place, legend in enumerate(legends):
        legend.set_gid(f"{LEGEND}{place}")
    entries = [entry for legend in legends for entry in _entries(legend)]
    series = list(dict.fromkeys(entries))
    clear = len({colour for _, colour in series}) == len({name for name, _ in series}) == len(series)
    told = {"plots": plots, "series": series if clear else [], "marks": marks}
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def colours_are_values(figure: Figure) -> bool:
    """Whether light and dark mean something: there is an image, or a scale of colours."""
    return any(
        isinstance(mark, ScalarMappable) and (mark.get_array() is not None)
        for axes in figure.axes
        for mark in (*axes.images, *axes.collections)
    )


def _plot(axes: Axes, place: int, figure: Figure) -> dict[str, Any] | None:
    """One pair of axes; None if no values are read off it."""
    axes.set_gid(f"{PLOT}{place}")
    both = (axes.xaxis, axes.yaxis)
    for axis, name in zip(both, "xy", strict=True):
        axis.set_gid(f"{AXIS}{name}{place}")
        axis.label.set_gid(f"{NAME}{name}{place}")
    numeric = [_is_numeric(axis) for axis in both]
    lines = [mark for mark in _told_marks(axes) if isinstance(told_by(mark), ToldLines)]
    if not axes.axison or not (any(_told_marks(axes)) or (any(numeric) and not axes.images)):
        return None
    extent = axes.get_window_extent()
    corners = _on_paper(np.array([[extent.x0, extent.y1], [extent.x1, extent.y0]]), figure)
    return {
        "box": [round(float(value), 2) for value in corners.ravel()],
        "x": list(map(_short, axes.get_xlim())),
        "y": list(map(_short, axes.get_ylim())),
        "log": [axis.get_scale() == "log" for axis in both],
        "same": axes.get_aspect() != "auto",  # both axes measure the same, in one scale
        "numeric": numeric,
        "names": [shown(axis.get_label_text().replace("\n", " ")) for axis in both],
        "whole": bool(lines) and all(_is_whole(mark) for mark in lines),
    }


def _told_marks(axes: Axes) -> Iterator[Artist]:
    """Lines first: where a mean lies on a seed, it is the mean that is said."""
    return (mark for mark in (*axes.lines, *axes.collections, *axes.images) if told_by(mark) is not None)


def _marks(axes: Axes, place: int, figure: Figure) -> Iterator[dict[str, Any]]:
    """What each mark says; those that stay where they are when the axes move get a name, too."""
    for number, text in enumerate([*axes.texts, *(line for line in axes.lines if not line.get_clip_on())]):
        text.set_gid(f"{FIXED}{place}-{number}")
    for number, mark in enumerate(_told_marks(axes)):
        name = f"{place}-{number}"
        match told_by(mark):
            case ToldLines(names) if mark.get_clip_on():
                mark.set_gid(f"{MARK}{name}")
                yield {"plot": place, "mark": name, "lines": list(map(shown, names))}
            case ToldPoints(words, places):
                mark.set_gid(f"{MARK}{name}")
                on_paper = [_on_paper(axes.transData.transform(each), figure) for each in places]
                points = [
                    [shown(said), *(round(float(value), 1) for value in at[np.isfinite(at).all(1)].ravel())]
                    for said, at in zip(words, on_paper, strict=True)
                ]
                yield {"plot": place, "mark": name, "points": points}
            case ToldCells(rows, columns, cells):
                rows, columns = list(map(shown, rows)), list(map(shown, columns))
                yield {"plot": place, "mark": name, "rows": rows, "columns": columns, "cells": cells}


def _is_whole(mark: Artist) -> bool:
    """Whether all places of a line along the horizontal axis are whole numbers, such as epochs."""
    if isinstance(mark, Line2D):
        values = np.asarray(mark.get_xdata(), dtype=float)
    elif isinstance(mark, LineCollection):
        values = np.concatenate([np.asarray(path.vertices)[:, 0] for path in mark.get_paths()] or [np.zeros(0)])
    else:
        return False
    return bool(np.all(values == np.round(values)))


def _on_paper(places: np.ndarray, figure: Figure) -> np.ndarray:
    """Places of the drawing, in points from its upper left corner."""
    return np.asarray(places * [1, -1] * POINTS / figure.dpi + [0, figure.get_size_inches()[1] * POINTS])


def _is_numeric(axis: Axis) -> bool:
    """Whether its ticks are numbers of a linear or logarithmic scale."""
    known = isinstance(axis.get_major_formatter(), ScalarFormatter | LogFormatter)
    return known and axis.get_scale() in ("linear", "log")


def _short(value: float) -> float:
    return float(f"{float(value):.9g}")


def _entries(legend: Legend) -> list[tuple[str, str]]:
    """Words and colour of each entry."""
    found = []
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=False):
        get = getattr(handle, "get_color", None) or getattr(handle, "get_facecolor", None)
        try:
            found.append((shown(text.get_text()), to_hex(get()).lower() if get else ""))
        except ValueError:  # of several colours
            return []
    return found
