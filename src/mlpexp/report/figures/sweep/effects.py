"""What an axis of a sweep does to the metric: mean and interval at each value, seed by seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.config.scores import Score
from mlpexp.report.drawing.axis_ranges import LOWEST_SHOWN, AxisRange
from mlpexp.report.drawing.marks import (
    along,
    backing,
    crosses,
    crosses_of_lost,
    dot_size,
    ends_and_mean,
    mean_line,
    seed_lines,
    show_range,
    strength,
)
from mlpexp.report.drawing.style import BLUE, GREY, INK, Drawing, LineStyle, in_style, legend_below, new_figure
from mlpexp.report.drawing.told import intervals_told, tell
from mlpexp.report.drawing.value_axis import (
    cross_height,
    is_numeric,
    line_styles,
    metric_range,
    positions,
    set_value_axis,
    with_room_for_crosses,
)
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import lost_note, lost_total, scope_note, seeds_note
from mlpexp.report.numbers.over_seeds import group_means, in_order, seed_columns
from mlpexp.report.numbers.settings import Setting, settings_of, with_best
from mlpexp.report.numbers.sweep_caption import SweepAxis, SweepCaption
from mlpexp.report.numbers.told_words import told_means, told_of_seeds
from mlpexp.report.words import note

MOST_NAMED_CROSSES = 16
DODGE = 0.012  # of the axis, between the lines of two values
SINGLE = LineStyle("", BLUE, "-", "o")


@dataclass(frozen=True)
class Effect:
    """What there is to draw."""

    axis: SweepAxis
    """The varied key."""
    points: pd.DataFrame
    """A row per value, and per value of the second axis if there is one; see ``group_means``."""
    setting: Setting
    """Of the axes that are not shown."""
    second: SweepAxis | None = None
    """Whose values have a line each."""

    def limits(self, score: Score) -> AxisRange:
        """The range of the metric."""
        shown = ["mean", "low", "high"] if self.second else ["mean", "low", "high", *seed_columns(self.points)]
        values = self.points[shown].to_numpy(dtype=float)
        seeds = self.points[[*seed_columns(self.points), "mean"]].to_numpy(dtype=float)
        floor, lowest = score.floor, float(np.nanmin(seeds, initial=np.inf))
        if score.is_unbounded:
            floor = lowest - float(np.ptp(seeds[np.isfinite(seeds)]) if np.isfinite(seeds).any() else 0.0)
        elif not score.higher_is_better:
            floor = lowest / 2
        elif np.isinf(floor):
            floor = min(lowest, LOWEST_SHOWN)
        limits = metric_range(np.clip(values, floor, score.ceiling), score)  # t knows no bounds
        return with_room_for_crosses(limits, self.rows_of_crosses) if self.rows_of_crosses else limits

    @property
    def rows_of_crosses(self) -> int:
        """At how many lines trials diverged: each has its own height for crosses."""
        lost = self.points[self.points["diverged"] > 0]
        return int(lost[self.second.key].nunique()) if self.second else int(len(lost) > 0)

    @property
    def spread(self) -> float:
        """Share of the axis that the lines of the second axis take side by side."""
        if self.second is None:
            return 0.0
        places = np.sort(list(positions(self.axis).values()))
        places = np.log(places) if is_numeric(self.axis) and self.axis.log else places
        gap = np.diff(places).min() / (np.ptp(places) or 1.0)
        return float(min(DODGE * (len(self.second.values) - 1), 0.5 * gap))


def draw_effect(data: ArmsData, axis: SweepAxis) -> Drawing | None:
    """The metric against the values of an axis.

    One axis at a time: of the arms in which the others are as in the config. A grid: a line per value of the next
    axis, further ones as in the best arm. Sampled arms: a point per arm. None if fewer than two values have been trained.
    """
    caption, rows = data.caption, data.of_axis(axis)
    if rows[axis.key].nunique() < 2:
        return None
    if caption.sampled:
        points = group_means(rows, ["arm", axis.key], caption.score)
        return _draw_sampled(Effect(axis, in_order(points, axis), Setting("", rows, "")), caption)
    effect = _effect(data, axis)
    return _draw(effect, caption, _note(effect, data)) if effect.points[axis.key].nunique() > 1 else None


def single_effect(data: ArmsData, axis: SweepAxis) -> Effect:
    """The effect of an axis alone, all else being equal."""
    setting = settings_of(data, axis)[0]
    points = in_order(group_means(setting.outcomes, [axis.key], data.caption.score), axis)
    return Effect(_present(axis, points), points, setting)


def _effect(data: ArmsData, axis: SweepAxis) -> Effect:
    others = [other for other in data.caption.axes if other.key != axis.key and data.crossed(axis, other)]
    if not others:
        return single_effect(data, axis)
    second = with_best(data, others[0], axis)
    setting = settings_of(data, axis, second)[0]
    points = group_means(setting.outcomes, [axis.key, second.key], data.caption.score)
    points = in_order(in_order(points, second), axis)
    return Effect(_present(axis, points), points, setting, second)


def _present(axis: SweepAxis, points: pd.DataFrame) -> SweepAxis:
    return axis.with_values([i for i, value in enumerate(axis.values) if value in set(points[axis.key])])


@in_style()
def _draw(effect: Effect, caption: SweepCaption, words: str) -> Drawing:
    limits = effect.limits(caption.score)
    figure = new_figure(caption.title, note(words, limits.note))
    axes = figure.add_subplot()
    show_range(axes, limits, caption.metric_label)
    plot_effect(axes, effect, limits, caption.metric_label)
    if effect.second is not None:
        legend_below(figure, effect.second.label)
    return Drawing(figure, effect.points)


def plot_effect(axes: Axes, effect: Effect, limits: AxisRange, label: str, *, width: float = 4.6) -> None:
    """Lines, intervals and crosses of an effect into axes whose range of the metric is set; ``label``: of the metric."""
    axis, second = effect.axis, effect.second
    set_value_axis(axes, axis, width=width, margin=0.05 + effect.spread / 2)
    places = effect.points[axis.key].map(positions(axis)).to_numpy(dtype=float)
    named = int((effect.points["diverged"] > 0).sum()) <= MOST_NAMED_CROSSES
    if second is None:
        names = _names(axis, effect.points)
        _plot_seeds(axes, places, effect.points, limits, told_of_seeds(effect.points, label, names))
        told = told_means(effect.points, label, names)
        _plot_means(axes, places, effect.points, SINGLE, limits, told, joined=is_numeric(axis))
        _plot_crosses(axes, places, effect.points, SINGLE, limits, 0, named=named)
    else:
        row = 0
        for number, (value, style) in enumerate(line_styles(second).items()):
            rows = (effect.points[second.key] == value).to_numpy()
            share = effect.spread * (number / max(len(second.values) - 1, 1) - 0.5)
            points = effect.points[rows]
            names = [f"{name}, {second.label} {second.short(value)}" for name in _names(axis, points)]
            told = told_means(points, label, names)
            shifted = along(axes, places[rows], share)
            _plot_means(axes, shifted, points, style, limits, told)
            if points["diverged"].any():
                _plot_crosses(axes, shifted, points, style, limits, row, named=named)
                row += 1


def _names(axis: SweepAxis, points: pd.DataFrame) -> list[str]:
    """``hidden size 16``, of each row."""
    return [f"{axis.label} {axis.short(value)}" for value in points[axis.key]]


def _plot_seeds(
    axes: Axes, places: np.ndarray, points: pd.DataFrame, limits: AxisRange, told: Sequence[Sequence[str]]
) -> None:
    """A thin grey line for each seed; one value alone is a dot."""
    values = limits.clipped(points[seed_columns(points)].to_numpy(dtype=float))
    if values.shape[1] < 2:
        return
    alpha = strength(values.shape[1], 5, 0.06, 0.6)
    seed_lines(axes, places, values, GREY, alpha)
    dots = axes.plot(places, values, "o", color=GREY, markersize=2, markeredgewidth=0, alpha=alpha, zorder=1.9)
    for dot, words, heights in zip(dots, told, values.T, strict=True):
        tell(dot, intervals_told(words, places, [heights]))


def _plot_means(
    axes: Axes,
    places: np.ndarray,
    points: pd.DataFrame,
    style: LineStyle,
    limits: AxisRange,
    told: Sequence[str],
    *,
    joined: bool = True,
) -> None:
    low, mean, high = ends_and_mean(points, limits)
    axes.vlines(places, low, high, color=style.colour, linewidth=1.2, zorder=2.8)
    axes.plot(
        np.tile(places, 2),
        np.concatenate([low, high]),
        "_",
        color=style.colour,
        markersize=5,
        markeredgewidth=1.2,
        zorder=2.8,
    )
    look = style if joined else style._replace(line="none")
    line = mean_line(axes, places, mean, look, width=1.6, size=5, edge=1.2)
    tell(line, intervals_told(told, places, [mean, low, high]))


def _plot_crosses(
    axes: Axes, places: np.ndarray, points: pd.DataFrame, style: LineStyle, limits: AxisRange, row: int, *, named: bool
) -> None:
    """Crosses of a line at the bad end of the metric, one at each value at which trials diverged, with their number.

    Args:
        axes: Whose range of the metric is set.
        places: Of the points.
        points: Of the line.
        style: Of the line, whose colour and marker its crosses have.
        limits: The range of the metric.
        row: The height of crosses is that of this row, counted from the end of the axis.
        named: Whether there is room for numbers.
    """
    lost = (points["diverged"] > 0).to_numpy()
    heights = np.full(int(lost.sum()), cross_height(limits, row))
    if style.label:  # several lines: the marker says whose cross it is
        axes.plot(
            places[lost], heights, style.marker, color=style.colour, markersize=7.5, markerfacecolor="white", zorder=4.9
        )
    crosses(
        axes,
        places[lost],
        heights,
        4.5 if style.label else 6,
        markeredgewidth=1.4,
        color=style.colour if style.label else INK,
    )
    counts = points.loc[lost, ["diverged", "trials"]].itertuples(index=False)
    for x, height, (diverged, trials) in zip(places[lost], heights, counts, strict=True):
        if named:
            axes.annotate(
                f"{diverged}/{trials}",
                (x, height),
                (6, 0),
                textcoords="offset points",
                ha="left",
                va="center",
                fontsize=6.5,
                color=style.colour if style.label else INK,
                zorder=5,
                bbox=backing(0.3),
            )


def _note(effect: Effect, data: ArmsData) -> str:
    axis, second, caption = effect.axis, effect.second, data.caption
    seeds = seeds_note(effect.points)
    if second is None and effect.points["n"].max() > 1:
        seeds += "; grey: each seed"
    names = [axis.short(value) for value in effect.points[axis.key]]
    shown = ""
    if second is not None:
        of_second = [f"{second.label} {second.short(value)}" for value in effect.points[second.key]]
        names = [f"{name} ({of_line})" for name, of_line in zip(names, of_second, strict=True)]
        full = next(other for other in caption.axes if other.key == second.key)
        if len(full.values) > len(second.values):
            shown = f"{len(second.values)} of {len(full.values)} values of {second.label}"
    lost = lost_note(effect.points, names)
    return note(seeds, scope_note(effect.points, caption), effect.setting.note, shown, caption.selection_note, lost)


@in_style()
def _draw_sampled(effect: Effect, caption: SweepCaption) -> Drawing:
    axis, points, limits = effect.axis, effect.points, effect.limits(caption.score)
    words = f"each point an arm, the other axes differ too: {seeds_note(points)}"
    figure = new_figure(
        caption.title, note(words, scope_note(points, caption), caption.selection_note, lost_total(points), limits.note)
    )
    axes = figure.add_subplot()
    show_range(axes, limits, caption.metric_label)
    set_value_axis(axes, axis)
    places = points[axis.key].map(positions(axis)).to_numpy(dtype=float)
    if not is_numeric(axis):  # arms of one word side by side
        rank = points.groupby(axis.key)["arm"].rank(pct=True).to_numpy(dtype=float)
        places = places + 0.5 * (rank - 0.5)
    low, mean, high = ends_and_mean(points, limits)
    axes.vlines(places, low, high, color=BLUE, linewidth=0.8, alpha=strength(len(points), 30, 0.12, 0.6))
    size = dot_size(len(points), 5.0)
    (dots,) = axes.plot(places, mean, "o", color=BLUE, markersize=size, markeredgecolor="white", markeredgewidth=0.4)
    names = [f"arm {arm}, {name}" for arm, name in zip(points["arm"], _names(axis, points), strict=True)]
    told = told_means(points, caption.metric_label, names)
    tell(dots, intervals_told(told, places, [mean, low, high]))
    crosses_of_lost(axes, places, points, limits, 4)
    return Drawing(figure, points)
