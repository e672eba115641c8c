"""Where the values of a varied key stand on an axis of a figure, how they are written there, and the lines for each."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator
from rich.cells import cell_len

from mlpexp.config.scores import Score
from mlpexp.report.drawing.axis_ranges import EDGE, LOG_FROM, LOWEST_SHOWN, AxisRange
from mlpexp.report.drawing.look import WIDTH
from mlpexp.report.drawing.marks import round_ticks
from mlpexp.report.drawing.style import CLASS_COLOURS, CLASS_MARKERS, DASHES, INK, YELLOW, LineStyle, shades
from mlpexp.report.numbers.sweep_caption import SweepAxis

MOST_EXACT_TICKS = 16
SMALLEST_GAP = 0.04  # of the axis: values nearer than that on a linear axis are set at equal distances instead
LETTER_WIDTH = 0.068  # inches, of a letter or digit at 8 points
MOST_LINES = 8
CROSS_ROOM, CROSS_ROW = (
    0.1,
    0.08,
)  # of the axis without it, for crosses and their counts: of the first row, of each other
CROSS_PLACE = 0.05  # of the whole axis, between the crosses of two rows


def line_styles(axis: SweepAxis) -> dict[str, LineStyle]:
    """A style for each value: numbers from dark to light, words in the colours of classes."""
    dark = [colour for colour in CLASS_COLOURS if colour != YELLOW] + [INK]  # a yellow line is lost on paper
    colours = dark if axis.numbers is None else shades(len(axis.values))
    looks = zip(axis.values, cycle(colours), cycle(DASHES), cycle((*CLASS_MARKERS, "*")), strict=False)
    return {value: LineStyle(axis.short(value), colour, line, marker) for value, colour, line, marker in looks}


def chosen_values(axis: SweepAxis, present: Sequence[str], keep: str | None = None) -> SweepAxis:
    """The axis with its present values, at most eight, evenly chosen with both ends; ``keep``: in place of its nearest."""
    places = [i for i, value in enumerate(axis.values) if value in set(present)]
    chosen = [places[i] for i in evenly_chosen(len(places))]
    if keep in axis.values and (kept := axis.values.index(keep)) not in chosen:
        chosen[min(range(1, len(chosen) - 1), key=lambda i: abs(chosen[i] - kept))] = kept
    return axis.with_values(chosen)


def evenly_chosen(count: int, most: int = MOST_LINES) -> list[int]:
    """Of things in an order all, or ``most`` of them with both ends."""
    return [int(place) for place in np.linspace(0, count - 1, min(count, most)).round()]


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
        width: Of the axes in inches, roughly, in a figure of the usual width.
        margin: Beside the first and last value, as a share of the axis.
    """
    axes.set_xlabel(axis.label)
    figure = axes.get_figure(root=True)
    assert figure is not None
    width *= min(figure.get_size_inches()[0] / WIDTH, 1.0)
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
            round_ticks(axes.xaxis, 8)
        return
    scaled = np.log(numbers) if axis.log else numbers
    shares = (scaled - scaled[0]) / np.ptp(scaled)
    texts = [axis.short(value) for value in axis.values]
    kept = _apart(shares * width * (1 - 2 * margin), texts)
    axes.xaxis.set_major_locator(FixedLocator(numbers.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(numbers, [text if i in kept else "" for i, text in enumerate(texts)])


def metric_range(values: np.ndarray, score: Score) -> AxisRange:
    """The range of an axis of the metric that shows all values; R² from -1, with a note if there are values below."""
    finite, upwards, ceiling = values[np.isfinite(values)], score.higher_is_better, score.ceiling
    if not finite.size:
        return AxisRange(0.0, ceiling if np.isfinite(ceiling) else 1.0, higher_is_better=upwards)
    low, high = float(finite.min()), float(finite.max())
    if score.log_axis:
        positive = finite[finite > 0]
        if positive.size and high > LOG_FROM * positive.min():
            return AxisRange(float(positive.min()) / 1.4, high * 1.4, log=True)
    hidden = np.isinf(score.floor) and not score.is_unbounded and low < LOWEST_SHOWN < high
    note = f"below the axis: values down to {low:.3g}" if hidden else ""
    low = LOWEST_SHOWN if hidden else low
    room = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    top = min(high + room, ceiling + EDGE * max(ceiling - low, room))
    return AxisRange(max(low - room, score.floor), top, higher_is_better=upwards, note=note)


def with_room_for_crosses(limits: AxisRange, rows: int = 1) -> AxisRange:
    """The range with free space at its bad end, for so many rows of crosses."""
    share = CROSS_ROOM + CROSS_ROW * (rows - 1)
    if limits.log:
        room = (limits.high / limits.low) ** share
        return limits._replace(high=limits.high * room)
    room = share * (limits.high - limits.low)
    return (
        limits._replace(low=limits.low - room) if limits.higher_is_better else limits._replace(high=limits.high + room)
    )


def cross_height(limits: AxisRange, row: int) -> float:
    """Where the crosses of a row are, the first one at the bad end of the axis."""
    end = limits.inside(np.nan)
    if limits.log:
        return float(end / (limits.high / limits.low) ** (CROSS_PLACE * row))
    distance = CROSS_PLACE * row * (limits.high - limits.low)
    return float(end + distance if limits.higher_is_better else end - distance)


def _word_axis(axes: Axes, axis: SweepAxis, width: float) -> None:
    count = len(axis.values)
    axes.set_xlim(-0.5, count - 0.5)
    slot = width / count
    texts = [axis.short(value) for value in axis.values]
    every = max(1, int(np.ceil(0.19 / slot)))  # inches that a line of slanting text needs
    if max(map(cell_len, texts)) * LETTER_WIDTH + 0.06 > slot:
        texts = [axis.short(value, 18) for value in axis.values]
        axes.set_xticks(
            range(0, count, every), texts[::every], rotation=35, ha="right", rotation_mode="anchor", fontsize=7.5
        )
    else:
        axes.set_xticks(range(count), texts)
    axes.xaxis.grid(visible=False)


def _apart(places: np.ndarray, texts: Sequence[str]) -> set[int]:
    """Which labels fit, the last one and then from left to right."""
    widths = [cell_len(text) * LETTER_WIDTH for text in texts]
    kept = [len(texts) - 1]
    for i in range(len(texts) - 1):
        if all(abs(places[i] - places[k]) > (widths[i] + widths[k]) / 2 + 0.05 for k in kept):
            kept.append(i)
    return set(kept)
