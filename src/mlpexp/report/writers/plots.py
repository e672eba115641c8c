"""What a script of a page is told of a figure: where its axes are, what they measure, which line is what."""

import json
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.ticker import LogFormatter, ScalarFormatter

PLOT, AXIS, LEGEND = "report-plot-", "report-axis-", "report-legend-"  # names in the drawing
MARKS = {PLOT: "data-plot", AXIS: "data-axis", LEGEND: "data-legend"}  # and what becomes of them in the page
POINTS = 72  # of an inch


def told_of(figure: Figure) -> str:
    """Names the parts of a figure that is laid out, and says as JSON what they are."""
    plots = [_plot(axes, place, figure) for place, axes in enumerate(figure.axes)]
    legends = [*figure.legends, *(legend for axes in figure.axes if (legend := axes.get_legend()) is not None)]
    for place, legend in enumerate(legends):
        legend.set_gid(f"{LEGEND}{place}")
    entries = [entry for legend in legends for entry in _entries(legend)]
    series = list(dict.fromkeys(entries))
    clear = len({colour for _, colour in series}) == len({name for name, _ in series}) == len(series)
    return json.dumps({"plots": plots, "series": series if clear else []}, separators=(",", ":"))


def _plot(axes: Axes, place: int, figure: Figure) -> dict[str, Any] | None:
    """One pair of axes; None if no values are read off it."""
    axes.set_gid(f"{PLOT}{place}")
    both = (axes.xaxis, axes.yaxis)
    for axis, name in zip(both, "xy", strict=True):
        axis.set_gid(f"{AXIS}{name}{place}")
    numeric = [_is_numeric(axis) for axis in both]
    if not any(numeric) or not axes.axison:
        return None
    extent, unit = axes.get_window_extent(), POINTS / figure.dpi
    height = figure.get_size_inches()[1] * POINTS
    return {
        "box": [
            round(float(value), 2)
            for value in (extent.x0 * unit, height - extent.y1 * unit, extent.x1 * unit, height - extent.y0 * unit)
        ],
        "x": list(map(_short, axes.get_xlim())),
        "y": list(map(_short, axes.get_ylim())),
        "log": [axis.get_scale() == "log" for axis in both],
        "numeric": numeric,
        "names": [axis.get_label_text() for axis in both],
    }


def _is_numeric(axis: Axis) -> bool:
    """Whether its ticks are numbers of a linear or logarithmic scale."""
    known = isinstance(axis.get_major_formatter(), ScalarFormatter | LogFormatter)
    return known and axis.get_scale() in ("linear", "log")


def _short(value: float) -> float:
    return float(f"{float(value):.6g}")


def _entries(legend: Legend) -> list[tuple[str, str]]:
    """Words and colour of each entry."""
    found = []
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=False):
        get = getattr(handle, "get_color", None) or getattr(handle, "get_facecolor", None)
        try:
            found.append((text.get_text(), to_hex(get()).lower() if get else ""))
        except ValueError:  # of several colours
            return []
    return found
