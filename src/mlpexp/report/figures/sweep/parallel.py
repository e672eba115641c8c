"""All axes of a sweep side by side: each arm a line through its values to its metric."""

from textwrap import fill

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.look import WIDTH
from mlpexp.report.drawing.marks import FINER, ROUND, backing, colour_bar, crosses, strength
from mlpexp.report.drawing.style import GREY, SCALE, VERMILLION, Drawing, in_style, new_figure
from mlpexp.report.drawing.value_axis import LETTER_WIDTH, is_numeric, metric_range, positions
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import lost_total, seeds_note
from mlpexp.report.numbers.over_seeds import group_means
from mlpexp.report.numbers.sweep_caption import SweepAxis, SweepCaption
from mlpexp.report.words import counted, note

LEAST_AXES = 3
NUM_BEST = 5
FAN = 0.05  # of an axis: how far arms of one value are drawn apart, by rank
LOST_AT = -0.07  # below the axis of the metric: arms of which every trial diverged
MOST_NAMED_VALUES = 8
TICK_GAP = 0.055
COLOURS = ListedColormap(
    matplotlib.colormaps[SCALE](np.linspace(0, 0.9, 256))
)  # without yellow, which is lost on paper


def draw_parallel(data: ArmsData) -> Drawing | None:
    """Parallel coordinates of a grid or sample with three or more axes; None for others."""
    caption = data.caption
    if len(caption.axes) < LEAST_AXES or caption.method == "one_at_a_time":
        return None
    points = group_means(data.outcomes, ["arm", *(axis.key for axis in caption.axes)], caption.score)
    points = points.sort_values(["mean", "arm"], ascending=caption.score.higher_is_better, na_position="first")
    return _draw(points.reset_index(drop=True), caption)


@in_style()
def _draw(points: pd.DataFrame, caption: SweepCaption) -> Drawing:
    """The figure; the best arms are last in the table and on top."""
    limits = metric_range(points["mean"].to_numpy(dtype=float), caption.score)
    lines = _shares(points, caption, limits)
    best = _best(points)
    figure = new_figure(caption.title, _note(points, int(best.sum()), caption, limits), height=4.5, shape="fixed")
    axes = figure.add_subplot()
    lost = points["mean"].isna().to_numpy()
    others = lines[~lost & ~best]
    _plot_lines(axes, others, _colours(others), strength(len(points), 30, 0.1, 0.8))
    _plot_lines(axes, lines[lost], np.tile((0.4, 0.4, 0.4, 1.0), (int(lost.sum()), 1)), 0.5, dashes=(0, (2, 2)))
    axes.add_collection(LineCollection(list(lines[best]), colors="white", linewidths=3.2, zorder=3), autolim=False)
    axes.add_collection(LineCollection(list(lines[best]), colors=VERMILLION, linewidths=1.7, zorder=3.1), autolim=False)
    if lost.any():
        crosses(axes, [len(caption.axes)] * int(lost.sum()), lines[lost, -1, 1], 5, clip_on=False, zorder=2)
    letters = int(WIDTH / (len(caption.axes) + 1) / LETTER_WIDTH) - 2  # of a name, until it reaches the next
    for place, axis in enumerate(caption.axes):
        _draw_axis(axes, place, axis.label, *_value_ticks(axis), letters=letters)
    _draw_axis(axes, len(caption.axes), caption.metric_label, *_metric_ticks(limits), letters=letters, right=True)
    axes.set(xlim=(-0.45, len(caption.axes) + 0.45), ylim=(-0.1, 1.03))
    axes.set_axis_off()
    if len(others):
        _add_colours(figure, axes, others[:, -1, 1], caption.metric_label, limits)
    return Drawing(figure, points.iloc[::-1].reset_index(drop=True))


def _best(points: pd.DataFrame) -> np.ndarray:
    """Which arms are among the best; the mean of those seeds that did not diverge would flatter an arm."""
    whole = points.index[points["mean"].notna() & (points["diverged"] + points["failed"] == 0)]
    return np.asarray(points.index.isin(whole[-NUM_BEST:]))


def _shares(points: pd.DataFrame, caption: SweepCaption, limits: AxisRange) -> np.ndarray:
    """The corners of each line, ``(arms, axes + 1, 2)``; heights from 0 to 1."""
    rank = (np.arange(len(points)) / max(len(points) - 1, 1) - 0.5) * FAN
    heights = []
    for axis in caption.axes:
        share = points[axis.key].map(dict(zip(axis.values, _heights(axis), strict=True))).to_numpy(dtype=float)
        heights.append(share + (rank if len(axis.values) < len(points) else 0.0))
    mean = points["mean"].to_numpy(dtype=float)
    metric = np.where(np.isnan(mean), LOST_AT, np.clip(_metric_share(mean, limits), 0, 1))
    table = np.column_stack([*heights, metric])
    return np.stack([np.broadcast_to(np.arange(table.shape[1]), table.shape), table], axis=2)


def _heights(axis: SweepAxis) -> np.ndarray:
    places = np.asarray(list(positions(axis).values()))
    places = np.log(places) if axis.log else places
    return np.asarray((places - places.min()) / (np.ptp(places) or 1.0))


def _metric_share(values: np.ndarray, limits: AxisRange) -> np.ndarray:
    if limits.log:
        return np.asarray(np.log(values / limits.low) / np.log(limits.high / limits.low))
    return np.asarray((values - limits.low) / (limits.high - limits.low))


def _colours(lines: np.ndarray) -> np.ndarray:
    ends = lines[:, -1, 1]
    scaled = (ends - ends.min()) / (np.ptp(ends) or 1.0) if len(ends) else ends
    return np.asarray(COLOURS(scaled))


def _add_colours(figure: Figure, axes: Axes, ends: np.ndarray, label: str, limits: AxisRange) -> None:
    """What the colours mean: the metric, from the worst to the best of these arms, in the units of its axis."""
    scale = ScalarMappable(Normalize(ends.min(), ends.max() if np.ptp(ends) else ends.min() + 1e-6), COLOURS)
    bar = colour_bar(
        figure, scale, axes, f"{label} of the thin lines", fraction=0.04, orientation="horizontal", shrink=0.6
    )
    bar.ax.xaxis.label.set_fontsize(8)
    shares, texts = _metric_ticks(limits)
    kept = [(share, text) for share, text in zip(shares, texts, strict=True) if ends.min() <= share <= ends.max()]
    bar.set_ticks([share for share, _ in kept], labels=[text for _, text in kept], fontsize=7.5)


def _plot_lines(
    axes: Axes, lines: np.ndarray, colours: np.ndarray, alpha: float, dashes: str | tuple[int, tuple[int, ...]] = "-"
) -> None:
    axes.add_collection(
        LineCollection(list(lines), colors=colours, linewidths=0.8, alpha=alpha, linestyles=[dashes]), autolim=False
    )


def _value_ticks(axis: SweepAxis) -> tuple[list[float], list[str]]:
    """Heights and texts: each value if there are few, else round numbers."""
    if len(axis.values) <= MOST_NAMED_VALUES or not is_numeric(axis) or axis.numbers is None:
        return _heights(axis).tolist(), [axis.short(value, 12) for value in axis.values]
    low, high = axis.numbers[0], axis.numbers[-1]
    locator = LogLocator() if axis.log else MaxNLocator(5, steps=list(ROUND))
    ticks = np.array([tick for tick in locator.tick_values(low, high) if low <= tick <= high])
    shares = np.log(ticks / low) / np.log(high / low) if axis.log else (ticks - low) / (high - low)
    return shares.tolist(), [f"{tick:.3g}" for tick in ticks]


def _metric_ticks(limits: AxisRange) -> tuple[list[float], list[str]]:
    locator = LogLocator() if limits.log else MaxNLocator(6, steps=list(FINER))
    ticks = [tick for tick in locator.tick_values(limits.low, limits.high) if limits.low <= tick <= limits.high]
    return _metric_share(np.asarray(ticks), limits).tolist(), [f"{tick:.4g}" for tick in ticks]


def _draw_axis(
    axes: Axes, place: int, label: str, heights: list[float], texts: list[str], *, letters: int, right: bool = False
) -> None:
    axes.plot([place, place], [0, 1], color=GREY, linewidth=0.9, zorder=4)
    axes.text(place, 1.06, fill(label, letters, break_long_words=False), ha="center", va="bottom", fontsize=8.5)
    before = -1.0
    for height, text in sorted(zip(heights, texts, strict=True)):
        if height - before < TICK_GAP:
            continue
        before = height
        axes.plot([place - 0.02, place + 0.02], [height, height], color=GREY, linewidth=0.9, zorder=4)
        axes.text(
            place + (0.05 if right else -0.05),
            height,
            text,
            ha="left" if right else "right",
            va="center",
            fontsize=7.5,
            zorder=5,
            bbox=backing(0.4),
        )


def _note(points: pd.DataFrame, num_best: int, caption: SweepCaption, limits: AxisRange) -> str:
    sound = " without diverged trials" if points["diverged"].any() else ""
    return note(
        f"{len(points):,} arms, {seeds_note(points, 'mean')}",
        f"thick: the {counted(num_best, 'best mean')}{sound}, not tested" if num_best else "",
        caption.selection_note,
        lost_total(points),
        limits.note,
    )
