"""Bars on a logarithmic axis, one for each layer: vanishing and exploding numbers in one picture."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.marks import show_range
from mlpexp.report.drawing.powers_of_ten import LARGEST, SMALLEST, set_powers_of_ten
from mlpexp.report.drawing.style import BLUE, INK

ROOM = 3.0  # times the largest value, and below the smallest one
MOST_NAMES = 12  # of layers that have room below their bars


def layer_table(rows: pd.DataFrame, num_seeds: int) -> pd.DataFrame:
    """Median, least and largest value over seeds by layer, in the order of the network; infinite ones count.

    Args:
        rows: Columns ``layer``, ``seed`` and ``value``.
        num_seeds: Of all seeds, also of those without a value.

    Returns:
        Columns layer, n (seeds with a value), seeds, median, low, high; without layers of which no seed has a value.
    """
    values = rows.groupby("layer", sort=False)["value"]
    table = values.agg(n="count", median="median", low="min", high="max").query("n > 0").reset_index()
    table.insert(2, "seeds", num_seeds)
    return table


def bars_range(values: np.ndarray) -> AxisRange:
    """The axis for all positive numbers, with room for words above infinite ones and below zeros."""
    there = np.clip(values[np.isfinite(values) & (values > 0)], SMALLEST, LARGEST)
    if not there.size:
        return AxisRange(0.1, 10.0, log=True)
    return AxisRange(float(there.min()) / ROOM, float(there.max()) * ROOM, log=True)


def draw_layer_bars(axes: Axes, table: pd.DataFrame, limits: AxisRange, label: str) -> None:
    """A bar for the median of each layer and a line from the least to the largest value; ``0`` and ``inf`` in words.

    Args:
        axes: Empty.
        table: As ``layer_table`` gives it.
        limits: Of the axis of values.
        label: Of this axis.
    """
    show_range(axes, limits, label)
    set_powers_of_ten(axes, limits)
    places = np.arange(1, len(table) + 1)
    low, median, high = (table[name].to_numpy(dtype=float) for name in ("low", "median", "high"))
    tops = np.clip(median, limits.low, limits.high)
    axes.bar(places, tops - limits.low, 0.7, bottom=limits.low, color=BLUE, edgecolor=INK, linewidth=0.5)
    if (table["n"] > 1).any():
        axes.vlines(places, *np.clip([low, high], limits.low, limits.high), color=INK, linewidth=1.0)
    for place, value in zip(places, median, strict=True):
        if value == 0 or np.isinf(value):
            end = limits.low if value == 0 else limits.high
            axes.annotate(f"{value:g}", (place, end), (0, 2), textcoords="offset points", ha="center", fontsize=6.5)
    axes.set_xlim(0.4, len(table) + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.xaxis.grid(visible=False)
