"""The reference sheet of activations: tables of facts and costs, and a figure of the curves."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from mlpexp.config.activations import KnownActivation, gain
from mlpexp.report.drawing.marks import marked_points, mean_line
from mlpexp.report.drawing.style import (
    BLUE,
    CLASS_MARKERS,
    DASHES,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    VERMILLION,
    Drawing,
    LineStyle,
    in_style,
    legend_below,
    new_figure,
)
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import NONE
from mlpexp.results.costs import TimeSpread

LOWEST, HIGHEST = -2.2, 2.6  # of the vertical axes, the same in all panels
PANELS_PER_ROW = 4
OVERLAID = tuple(  # of each function in one plane
    LineStyle("", colour, DASHES[place % len(DASHES)], marker)
    for place, (colour, marker) in enumerate(
        zip((BLUE, VERMILLION, GREEN, PURPLE, INK, ORANGE), CLASS_MARKERS, strict=False)
    )
)


class CurveCost(NamedTuple):
    """What an activation costs, in nanoseconds per value."""

    forward: TimeSpread
    """Of the value."""
    backward: TimeSpread
    """Of the derivative."""
    times_relu: TimeSpread | None
    """Both together, as a multiple of what relu takes in the same round; None where the times spread too far for a ratio."""


class TableRow(NamedTuple):
    """One way to compute the sigmoid."""

    way: str
    """In words."""
    error: float | None
    """Largest absolute error; None where there is none."""
    bound: float | None
    """What it cannot exceed."""
    time: TimeSpread | None
    """Per value; None if it was not measured."""


def facts_table(rows: Sequence[KnownActivation], means: Mapping[str, float]) -> TextTable:
    """Formula, derivative, range, symmetry, gain; means by name."""
    columns = ("name", "f(x)", "f'(x), y = f(x)", "range", "zero-centred", "mean of f", "monotone", "gain")
    cells = [
        (
            row.name,
            row.formula,
            row.derivative,
            row.range,
            _yes(row.zero_centred),
            _mean(means.get(row.name)),
            _yes(row.monotone),
            f"{gain(row.config):.4g}",
        )
        for row in rows
    ]
    return TextTable(
        columns,
        cells,
        frozenset({"mean of f", "gain"}),
        title="Activations with their default parameters",
        prose=frozenset(columns[1:3]),
        droppable=("monotone", "zero-centred", "mean of f", "gain", "range"),
    )


def character_table(rows: Sequence[KnownActivation], costs: Mapping[str, CurveCost]) -> TextTable:
    """What speaks for and against each, and its cost where it was measured."""
    measured = ("forward (ns)", "backward (ns)", "times relu") if costs else ()
    cells = []
    for row in rows:
        cost = costs.get(row.name)
        times = tuple(map(_spread, (cost.forward, cost.backward, cost.times_relu))) if cost else ()
        cells.append((row.name, row.good, row.bad, *times))
    return TextTable(
        ("name", "good", "bad", *measured),
        cells,
        frozenset(measured),
        title="Character and cost",
        prose=frozenset({"good", "bad"}),
        droppable=measured,
    )


def _spread(times: TimeSpread | None, none: str = NONE) -> str:
    """The median with quartiles: ``0.52 (0.51 .. 0.54)``."""
    return none if times is None else f"{times.median:.2g} ({times.low:.2g} .. {times.high:.2g})"


def look_up_table(rows: Sequence[TableRow]) -> TextTable:
    """The sigmoid by its formula and from tables: errors and times."""
    timed = any(row.time for row in rows)
    columns = ("sigmoid", "largest error", "bound", *(("ns per value",) if timed else ()))
    cells = [
        (row.way, _error(row.error), _error(row.bound), *((_spread(row.time, ""),) if timed else ())) for row in rows
    ]
    return TextTable(
        columns,
        cells,
        frozenset(columns[1:]),
        title="The sigmoid from a table",
        prose=frozenset({"sigmoid"}),
        droppable=("bound",),
    )


def sheet_csv(
    rows: Sequence[KnownActivation], means: Mapping[str, float], costs: Mapping[str, CurveCost]
) -> list[dict[str, object]]:
    """A record per activation with everything, for CSV."""
    return [_record(row, means.get(row.name), costs.get(row.name)) for row in rows]


def _record(row: KnownActivation, mean: float | None, cost: CurveCost | None) -> dict[str, object]:
    record: dict[str, object] = {
        "name": row.name,
        "formula": row.formula,
        "derivative": row.derivative,
        "lower_bound": row.low,
        "upper_bound": row.high,
        "zero_centred": row.zero_centred,
        "mean": "" if mean is None else round(mean, 6),
        "monotone": row.monotone,
        "gain": gain(row.config),
        "good": row.good,
        "bad": row.bad,
    }
    if cost is not None:
        for name, spread in (("forward", cost.forward), ("backward", cost.backward)):
            record |= {f"{name}_ns_{field}": round(value, 5) for field, value in spread._asdict().items()}
        for place, field in enumerate(TimeSpread._fields):
            record[f"times_relu_{field}"] = "" if cost.times_relu is None else round(cost.times_relu[place], 3)
    return record


@in_style()
def draw_sheet(curves: pd.DataFrame) -> Drawing:
    """Values f and slopes f' of each activation, one panel each, all with the same axes.

    Args:
        curves: Columns name, x, value, slope.
    """
    names = list(dict.fromkeys(curves["name"]))
    across = min(PANELS_PER_ROW, len(names))
    down = -(-len(names) // across)
    note = "solid: f, dashed: f'" + ("; maxout: of the pieces x and -x/2" if "maxout" in names else "")
    figure = new_figure(
        "Activations and their derivatives" if across > 2 else "Activations",
        note,
        width=max(1.6 * across + 0.3, 2.6),
        height=1.35 * down + 0.75,
        shape="fixed",
    )
    panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, name in zip(panels, names, strict=False):
        _draw_one(axes, curves[curves["name"] == name], str(name))
    for i in range(len(names), len(panels)):
        panels[i].set_axis_off()
        panels[i - across].tick_params(labelbottom=True)
    return Drawing(figure, curves)


@in_style()
def draw_overlay(curves: pd.DataFrame) -> Drawing:
    """Values f of a few activations in one plane, and their slopes f' in another; told apart by dashes and markers, too.

    Args:
        curves: Columns name, x, value, slope.
    """
    names = list(dict.fromkeys(curves["name"]))
    note = "left: f, right: f'" + ("; maxout: of the pieces x and -x/2" if "maxout" in names else "")
    figure = new_figure("Activations over each other", note, width=6.4, height=3.6)
    panels = figure.subplots(1, 2)
    for axes, column, label in zip(panels, ("value", "slope"), ("f(x)", "f'(x)"), strict=True):
        axes.axhline(0, color=GREY, linewidth=0.6)
        axes.axvline(0, color=GREY, linewidth=0.6)
        for place, name in enumerate(names):
            rows = curves[curves["name"] == name]
            x, y = rows["x"].to_numpy(dtype=float), rows[column].to_numpy(dtype=float)
            y = _broken_at_jumps(y, x) if column == "slope" else y
            marks = {"markevery": marked_points(len(x), place, len(names)), "label": name, "zorder": 3 + place}
            mean_line(axes, x, y, OVERLAID[place], **marks)
        axes.set(xlabel="x", ylabel=label, xlim=(-4, 4))
        axes.xaxis.set_major_locator(MultipleLocator(2))
    legend_below(figure, "")
    return Drawing(figure, curves)


def _draw_one(axes: Axes, rows: pd.DataFrame, name: str) -> None:
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.axvline(0, color=GREY, linewidth=0.6)
    x, value, slope = (rows[column].to_numpy(dtype=float) for column in ("x", "value", "slope"))
    axes.plot(x, value, color=BLUE, linewidth=1.7)
    axes.plot(x, _broken_at_jumps(slope, x), "--", color=VERMILLION, linewidth=1.3)
    axes.set(title=name, xlim=(x[0], x[-1]), ylim=(LOWEST, HIGHEST))
    axes.xaxis.set_major_locator(MultipleLocator(2))
    axes.yaxis.set_major_locator(MultipleLocator(1))


def _broken_at_jumps(slope: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The slope without the vertical strokes that its jumps would draw."""
    jump = np.abs(np.diff(slope)) > 5 * np.diff(x)  # the steepest of the smooth slopes rises by 1.8 per unit
    broken = slope.copy()
    broken[1:][jump] = np.nan
    return broken


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _mean(mean: float | None) -> str:
    return "" if mean is None else f"{mean + 0.0:.2f}".replace("-0.00", "0.00")


def _error(error: float | None) -> str:
    return "" if error is None else f"{error:.2g}"
