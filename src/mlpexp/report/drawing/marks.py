"""Marks of figures: lines of seeds and of means, bands, crosses, ticks, bars of colours; apart from what they show."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.style import INK, LineStyle

ROUND, FINER = (1, 2, 5, 10), (1, 2, 2.5, 5, 10)  # first digits of ticks
MARKERS_OF_LINE, MARKERS_OF_NARROW_LINE = 8, 6


# Axes.


def round_ticks(axis: Axis, most: int, steps: Sequence[float] = ROUND, *, whole: bool = False) -> None:
    """At most so many ticks at round numbers."""
    axis.set_major_locator(MaxNLocator(nbins=most, steps=list(steps), integer=whole))


def show_range(
    axes: Axes, limits: AxisRange, label: str, *, most: int = 7, steps: Sequence[float] = FINER, across: bool = False
) -> None:
    """Scale, limits, name and ticks of a vertical axis, or of the horizontal one if the values go ``across``."""
    name = "x" if across else "y"
    scale, ends = "log" if limits.log else "linear", (limits.low, limits.high)
    axes.set(**{f"{name}scale": scale, f"{name}lim": ends, f"{name}label": label})
    if not limits.log:
        round_ticks(axes.xaxis if across else axes.yaxis, most, steps)


def epoch_axis(axes: Axes, last_epoch: float, *, narrow: bool = False) -> None:
    """A horizontal axis of epochs, with room for the markers at both ends; ``narrow``: of half a page."""
    last, room = max(last_epoch, 1), 0.02 if narrow else 0.012
    axes.set(xlabel="epoch", xlim=(-room * last, (1 + room) * last))
    round_ticks(axes.xaxis, 5 if narrow else 8, whole=True)


def along(axes: Axes, places: np.ndarray, shares: "float | np.ndarray") -> np.ndarray:
    """Places moved along the horizontal axis by shares of it, so that marks stand side by side."""
    low, high = axes.get_xlim()
    return places * (high / low) ** shares if axes.get_xscale() == "log" else places + shares * (high - low)


def colour_bar(
    figure: Figure, image: ScalarMappable, axes: Any, label: str = "", *, fraction: float = 0.05, **place: Any
) -> Colorbar:
    """The scale of the colours beside some axes, without a frame; ``fraction``: of their width."""
    bar = figure.colorbar(image, ax=axes, fraction=fraction, pad=0.02, **place)
    bar.set_label(label)
    bar.outline.set_visible(False)
    return bar


# Values.


def ends_and_mean(points: pd.DataFrame, limits: AxisRange) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The columns low, mean and high of a table, what is far outside drawn as just outside."""
    low, mean, high = (limits.clipped(points[name].to_numpy(dtype=float)) for name in ("low", "mean", "high"))
    return low, mean, high


def strength(count: int, whole: float, least: float, most: float) -> float:
    """How opaque each of many marks is: ``most`` up to about ``whole`` of them, then less, but at least ``least``."""
    return float(np.clip(whole / count, least, most))


def dot_size(count: int, most: float) -> float:
    """Of a dot of an arm: the more arms, the smaller."""
    return float(np.clip(60 / np.sqrt(count), 2.0, most))


def backing(room: float) -> dict[str, Any]:
    """What lies behind words that lines may cross."""
    return {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": room}


# Lines, bands and crosses.


def band(axes: Axes, x: Any, low: Any, high: Any, colour: str, alpha: float = 0.13) -> None:
    """The surface between two lines."""
    axes.fill_between(x, low, high, color=colour, alpha=alpha, linewidth=0)


def seed_lines(
    axes: Axes, x: np.ndarray, values: np.ndarray, colour: str, alpha: float, **style: Any
) -> LineCollection:
    """A thin line for each seed, ``values (x, seeds)``; it has no say in the limits of the axes."""
    lines = [np.column_stack([x, column])[np.isfinite(column)] for column in values.T]
    style = {"linewidths": 0.6, **style}
    drawn = LineCollection(lines, colors=colour, alpha=alpha, **style)
    axes.add_collection(drawn, autolim=False)
    return drawn


def mean_line(
    axes: Axes,
    x: Any,
    mean: Any,
    style: LineStyle,
    *,
    width: float = 1.3,
    size: float = 3.8,
    edge: float = 0.9,
    **more: Any,
) -> Line2D:
    """A thick line with hollow markers.

    Args:
        axes: Of the figure.
        x: Places.
        mean: Heights.
        style: Colour, dashes, marker, and the label unless ``more`` has another.
        width: Of the line.
        size: Of the markers.
        edge: Width of their edge.
        more: Of ``Line2D``.
    """
    markers = {"marker": style.marker, "markersize": size, "markerfacecolor": "white", "markeredgewidth": edge}
    look = {"linestyle": style.line, "color": style.colour, "linewidth": width, "label": style.label, "zorder": 3}
    (drawn,) = axes.plot(x, mean, **{**look, **markers, **more})
    return drawn


def marked_points(count: int, place: int, num_lines: int, *, narrow: bool = False) -> tuple[int, int]:
    """Which of the points of a line have a marker, as first one and step: few, and not those of its neighbours."""
    step = max(1, count // (MARKERS_OF_NARROW_LINE if narrow else MARKERS_OF_LINE))
    return place * step // max(num_lines, 1), step


def crosses(axes: Axes, x: Any, y: Any, size: float, **style: Any) -> None:
    """Where something diverged."""
    axes.plot(x, y, "x", **{"color": INK, "markersize": size, "zorder": 5, **style})


def crosses_of_lost(
    axes: Axes, places: np.ndarray, points: pd.DataFrame, limits: AxisRange, size: float, *, across: bool = False
) -> None:
    """A cross at the bad end of the axis of values for each row with trials that diverged."""
    lost = (points["diverged"] > 0).to_numpy()
    if lost.any():
        ends = [limits.inside(np.nan)] * int(lost.sum())
        x, y = (ends, places[lost]) if across else (places[lost], ends)
        crosses(axes, x, y, size)
