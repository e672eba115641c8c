"""Where the values of a varied key stand on an axis of a figure, how they are written there, and the lines for each."""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, NullLocator

from mlpexp.report.drawing.axis_ranges import EDGE, LOG_FROM, AxisRange
from mlpexp.report.drawing.style import CLASS_COLOURS, CLASS_MARKERS, INK, YELLOW
from mlpexp.report.numbers.sweep_caption import SweepAxis, SweepCaption

MOST_EXACT_TICKS = 16
SMALLEST_GAP = 0.04  # of the axis: values nearer than that on a linear axis are set at equal distances instead
LETTER = 0.068  # inches: width of a letter or digit at 8 points
MOST_LINES = 8
ORDERED_COLOURS = "viridis"
DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (7, 1.5, 1.2, 1.5)))
LOWEST_R2 = -1.0
CROSS_ROOM = 0.1  # of the axis, for crosses and their counts


class LineStyle(NamedTuple):
    """How the line of one value is drawn; colour, dashes and marker each tell it from its neighbours."""

    colour: str
    dashes: str | tuple[int, tuple[float, ...]]
    marker: str


def line_styles(axis: SweepAxis) -> dict[str, LineStyle]:
    """A style for each value: numbers from dark to light, words in the colours of classes."""
    count = len(axis.values)
    if axis.numbers is not None:
        shades = matplotlib.colormaps[ORDERED_COLOURS](np.linspace(0.0, 0.78, count))
        colours = [to_hex(shade) for shade in shades]
    else:
        dark = [colour for colour in CLASS_COLOURS if colour != YELLOW] + [INK]  # a yellow line is lost on paper
        colours = [dark[i % len(dark)] for i in range(count)]
    markers = (*CLASS_MARKERS, "*")
    return {
        value: LineStyle(colours[i], DASHES[i % len(DASHES)], markers[i % len(markers)])
        for i, value in enumerate(axis.values)
    }


def chosen_values(axis: SweepAxis, present: Sequence[str]) -> SweepAxis:
    """The axis with its present values, at most eight, evenly chosen with both ends."""
    places = [i for i, value in enumerate(axis.values) if value in set(present)]
    if len(places) > MOST_LINES:
        places = [places[i] for i in np.linspace(0, len(places) - 1, MOST_LINES).round().astype(int)]
    return axis.with_values(places)


def is_numeric(axis: SweepAxis) -> bool:
    """Whether the values stand at their numbers: not if they are words, or too close to each other to be told apart."""
    if axis.numbers is None:
        return False
    if axis.log or len(axis.numbers) > MOST_EXACT_TICKS or len(axis.numbers) < 3:
        return True
    steps = np.diff(axis.numbers)
    return bool(steps.min() > SMALLEST_GAP * steps.sum())


def positions(axis: SweepAxis) -> dict[str, float]:
    """Where each value stands: at its number, or words at 0, 1, ..."""
    numbers = axis.numbers if is_numeric(axis) and axis.numbers is not None else range(len(axis.values))
    return {value: float(number) for value, number in zip(axis.values, numbers, strict=True)}


def set_value_axis(axes: Axes, axis: SweepAxis, *, width: float = 4.6, margin: float = 0.05) -> None:
    """Scale, limits, ticks and name of a horizontal axis of values.

    Args:
        axes: Of the figure.
        axis: The varied key.
        width: Of the axes in inches, roughly.
        margin: Beside the first and last value, as a share of the axis.
    """
    axes.set_xlabel(axis.label)
    if not is_numeric(axis):
        _word_axis(axes, axis, width)
        return
    numbers = np.asarray(axis.numbers, dtype=float)
    ends = numbers[[0, -1]]
    if axis.log:
        axes.set_xscale("log")
        room = (ends[1] / ends[0]) ** margin
        axes.set_xlim(ends[0] / room, ends[1] * room)
    else:
        room = margin * float(np.ptp(ends))
        axes.set_xlim(ends[0] - room, ends[1] + room)
    if len(numbers) > MOST_EXACT_TICKS:
        if axis.log:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
            axes.xaxis.set_minor_formatter(NullFormatter())
        else:
            axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
        return
    scaled = np.log(numbers) if axis.log else numbers
    shares = (scaled - scaled[0]) / np.ptp(scaled)
    texts = [axis.short(value) for value in axis.values]
    kept = _apart(shares * width * (1 - 2 * margin), texts)
    axes.xaxis.set_major_locator(FixedLocator(numbers.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(numbers, [text if i in kept else "" for i, text in enumerate(texts)])


def metric_range(values: np.ndarray, caption: SweepCaption) -> AxisRange:
    """The range of an axis of the metric that shows all values; R² from -1, with a note if there are values below."""
    finite = values[np.isfinite(values)]
    best = {"accuracy": 100.0, "r2": 1.0}.get(caption.kind, np.inf)
    if not finite.size:
        return AxisRange(
            0.0, min(best, 1.0) if caption.kind != "accuracy" else 100.0, is_score=caption.higher_is_better
        )
    low, high = float(finite.min()), float(finite.max())
    if caption.has_log_range:
        positive = finite[finite > 0]
        if positive.size and high > LOG_FROM * positive.min():
            return AxisRange(float(positive.min()) / 1.4, high * 1.4, log=True)
    note = f"below the axis: values down to {low:.3g}" if caption.kind == "r2" and low < LOWEST_R2 < high else ""
    low = max(low, LOWEST_R2) if note else low
    room = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    top = min(high + room, best + EDGE * max(best - low, room))
    return AxisRange(
        max(low - room, 0.0) if caption.kind != "r2" else low - room, top, is_score=caption.higher_is_better, note=note
    )


def set_metric_axis(axes: Axes, limits: AxisRange, label: str) -> None:
    """Scale, limits and name of a vertical axis of the metric."""
    axes.set(yscale="log" if limits.log else "linear", ylim=(limits.low, limits.high), ylabel=label)
    if not limits.log:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]))


def with_room_for_crosses(limits: AxisRange) -> AxisRange:
    """The range with free space at its bad end."""
    if limits.log:
        room = (limits.high / limits.low) ** CROSS_ROOM
        return limits._replace(high=limits.high * room)
    room = CROSS_ROOM * (limits.high - limits.low)
    return limits._replace(low=limits.low - room) if limits.is_score else limits._replace(high=limits.high + room)


def _word_axis(axes: Axes, axis: SweepAxis, width: float) -> None:
    count = len(axis.values)
    axes.set_xlim(-0.5, count - 0.5)
    slot = width / count
    texts = [axis.short(value) for value in axis.values]
    every = max(1, int(np.ceil(0.19 / slot)))  # inches that a line of slanting text needs
    if max(map(len, texts)) * LETTER + 0.06 > slot:
        texts = [axis.short(value, 18) for value in axis.values]
        axes.set_xticks(
            range(0, count, every), texts[::every], rotation=35, ha="right", rotation_mode="anchor", fontsize=7.5
        )
    else:
        axes.set_xticks(range(count), texts)
    axes.xaxis.grid(visible=False)


def _apart(places: np.ndarray, texts: Sequence[str]) -> set[int]:
    """Which labels fit, the last one and then from left to right."""
    widths = [len(text) * LETTER for text in texts]
    kept = [len(texts) - 1]
    for i in range(len(texts) - 1):
        if all(abs(places[i] - places[k]) > (widths[i] + widths[k]) / 2 + 0.05 for k in kept):
            kept.append(i)
    return set(kept)
