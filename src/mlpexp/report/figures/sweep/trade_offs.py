"""What a better metric costs: training time and number of parameters of each arm."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter
from matplotlib.transforms import Bbox

from mlpexp.config.scores import Score
from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.marks import (
    FINER,
    crosses_of_lost,
    dot_size,
    ends_and_mean,
    round_ticks,
    show_range,
    strength,
)
from mlpexp.report.drawing.style import BLUE, Drawing, in_style, new_figure
from mlpexp.report.drawing.told import intervals_told, tell
from mlpexp.report.drawing.value_axis import metric_range, with_room_for_crosses
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import arm_names, lost_total, names_note, scope_note, seeds_note
from mlpexp.report.numbers.over_seeds import group_means
from mlpexp.report.numbers.told_words import told_means
from mlpexp.report.words import note

MOST_LABELS = 16
LOG_COSTS_FROM = 10.0  # largest / smallest
PLACES = ((6, 4), (6, -4), (-6, 4), (-6, -4), (0, 8), (0, -8), (8, 14), (8, -14), (-8, 14), (-8, -14))  # points


def draw_time(data: ArmsData) -> Drawing | None:
    """The metric against the training time of one trial; None if all arms took equally long."""
    seconds = data.costs.set_index("arm")["train_seconds"]
    if seconds.max() < 1:
        return _trade_off(data, 1000 * seconds, "milliseconds", "training time of one trial (ms)")
    return _trade_off(data, seconds, "seconds", "training time of one trial (s)")


def draw_parameters(data: ArmsData) -> Drawing | None:
    """The metric against the number of parameters; None if all arms have equally many."""
    return _trade_off(data, data.arms.set_index("arm")["parameters"], "parameters", "parameters")


def _trade_off(data: ArmsData, costs: "pd.Series[float]", name: str, label: str) -> Drawing | None:
    points = group_means(data.outcomes, ["arm"], data.caption.score)
    points.insert(1, "label", points["arm"].map(arm_names(data)))
    points.insert(2, name, points["arm"].map(costs))
    points = points[np.isfinite(points[name]) & (points[name] > 0)].reset_index(drop=True)
    if points[name].nunique() < 2 or points["mean"].isna().all():
        return None
    return _draw(points, name, label, data)


@in_style()
def _draw(points: pd.DataFrame, name: str, label: str, data: ArmsData) -> Drawing:
    caption = data.caption
    limits = _limits(points, caption.score)
    figure = new_figure(caption.title, _note(points, data, limits))
    axes = figure.add_subplot()
    x = points[name].to_numpy(dtype=float)
    low, mean, high = ends_and_mean(points, limits)
    show_range(axes, limits, caption.metric_label)
    _set_cost_axis(axes, x, label)
    many = len(points) > MOST_LABELS
    axes.vlines(x, low, high, color=BLUE, linewidth=1.0, alpha=strength(len(x), 30, 0.1, 0.5 if many else 0.8))
    size = dot_size(len(points), 5.5)
    (dots,) = axes.plot(
        x, mean, "o", color=BLUE, markersize=size, markeredgecolor="white", markeredgewidth=0.4, zorder=3
    )
    names = [f"{arm}, {label} {cost:,.5g}" for arm, cost in zip(points["label"], x, strict=True)]
    tell(dots, intervals_told(told_means(points, caption.metric_label, names), x, [mean, low, high]))
    crosses_of_lost(axes, x, points, limits, 5)
    if not many:
        sound = np.isfinite(mean)
        place_labels(axes, x[sound], points[sound])
    return Drawing(figure, points)


def _limits(points: pd.DataFrame, score: Score) -> AxisRange:
    means = points["mean"].to_numpy(dtype=float)
    finite = means[np.isfinite(means)]
    if not finite.size:
        return metric_range(finite, score)
    spread = max(np.ptp(finite), 0.02 * abs(finite).max())
    lowest = max(finite.min() - spread, score.floor) if score.higher_is_better else finite.min() / 2
    ends = np.clip(points[["low", "high"]].to_numpy(dtype=float), lowest, min(finite.max() + spread, score.ceiling))
    limits = metric_range(np.concatenate([finite, ends.ravel()]), score)
    return with_room_for_crosses(limits) if points["diverged"].any() else limits


def _set_cost_axis(axes: Axes, costs: np.ndarray, label: str) -> None:
    low, high = costs.min(), costs.max()
    axes.set_xlabel(label)
    if high >= LOG_COSTS_FROM * low:
        room = (high / low) ** 0.06
        axes.set(xscale="log", xlim=(low / room, high * room))
        if high < 100 * low:
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        room = 0.06 * (high - low)
        axes.set_xlim(low - room, high + room)
        round_ticks(axes.xaxis, 7, FINER)


def place_labels(axes: Axes, x: np.ndarray, points: pd.DataFrame) -> None:
    """A label beside each point where it covers nothing else; a point without such a place has none."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # the layout decides where points are
    window = axes.get_window_extent()
    mean, low, high = (points[name].to_numpy(dtype=float) for name in ("mean", "low", "high"))
    marks, low_ends, high_ends = (axes.transData.transform(np.column_stack([x, y])) for y in (mean, low, high))
    radius = 3.5 * figure.dpi / 72
    taken = [Bbox.from_extents(*(mark - radius), *(mark + radius)) for mark in marks]
    ends = zip(low_ends, high_ends, strict=True)
    taken += [Bbox.from_extents(a[0] - 1, a[1], b[0] + 1, b[1]) for a, b in ends if np.isfinite([*a, *b]).all()]
    for place, text in zip(zip(x, mean, strict=True), points["label"], strict=True):
        for right, up in PLACES:
            label = axes.annotate(
                text,
                place,
                (right, up),
                textcoords="offset points",
                fontsize=7,
                zorder=6,
                ha="left" if right > 0 else "right" if right < 0 else "center",
                va="bottom" if up > 4 else "top" if up < -4 else "center",
            )
            box = label.get_window_extent()
            inside = window.x0 <= box.x0 and box.x1 <= window.x1 and window.y0 <= box.y0 and box.y1 <= window.y1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            label.remove()


def _note(points: pd.DataFrame, data: ArmsData, limits: AxisRange) -> str:
    names = names_note(data) if len(points) <= MOST_LABELS else f"{len(points):,} arms"
    time = "" if "parameters" in points.columns else "time: of its stack, divided by the trials in it"
    caption = data.caption
    about, selection = scope_note(points, caption), caption.selection_note
    return note(seeds_note(points), about, names, time, selection, lost_total(points), limits.note)
