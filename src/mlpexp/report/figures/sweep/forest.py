"""The arms of a sweep one below the other, best first: mean, interval and every seed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.config.scores import Score
from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.marks import crosses_of_lost, ends_and_mean, show_range, strength
from mlpexp.report.drawing.style import BLUE, GREY, INK, Drawing, in_style, new_figure
from mlpexp.report.drawing.told import intervals_told, tell
from mlpexp.report.drawing.value_axis import metric_range
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import arm_names, lost_total, names_note, scope_note, seeds_note
from mlpexp.report.numbers.over_seeds import group_means, seed_columns
from mlpexp.report.numbers.told_words import told_means, told_of_seeds
from mlpexp.report.words import note

MOST_ARMS, BEST, WORST = 30, 15, 5
ROW_HEIGHT = 0.19  # inches
COLUMN_WIDTH = 50  # points


def draw_arms(data: ArmsData) -> Drawing | None:
    """Mean, 95 % interval and seeds of each arm with its number of parameters; of many arms the best and the worst."""
    points = group_means(data.outcomes, ["arm"], data.caption.score)
    if points.empty:
        return None
    caption = data.caption
    points = points.sort_values(
        ["mean", "arm"], ascending=[not caption.score.higher_is_better, True], na_position="last"
    )
    names = arm_names(data)
    parameters = data.arms.set_index("arm")["parameters"]
    points.insert(1, "name", points["arm"].map(names))
    points.insert(2, "parameters", points["arm"].map(parameters))
    points.insert(0, "rank", range(1, len(points) + 1))
    shown = points
    if len(points) > MOST_ARMS:
        shown = pd.concat([points[:BEST], points[-WORST:]])
    return _draw(shown, points, data)


@in_style()
def _draw(shown: pd.DataFrame, points: pd.DataFrame, data: ArmsData) -> Drawing:
    caption = data.caption
    heights = -np.arange(len(shown), dtype=float)
    cut = len(points) > len(shown)
    if cut:
        heights[BEST:] -= 1
    limits = _limits(shown, caption.score)
    figure = new_figure(
        caption.title,
        _note(shown, points, data, limits),
        height=1.35 + ROW_HEIGHT * (len(shown) + 2 * cut),
        shape="rows",
    )
    axes = figure.add_subplot()
    show_range(axes, limits, caption.metric_label, across=True)
    axes.set(ylim=(heights[-1] - 0.7, 0.7))
    axes.set_yticks(heights, shown["name"].tolist(), fontsize=8 if len(shown) <= 15 else 7.5)
    axes.tick_params(axis="y", length=0)
    axes.yaxis.grid(visible=False)
    if len(caption.axes) == len(data.result.summary.axes) == 1:  # else names stand for other keys, too
        axes.set_ylabel(caption.axes[0].label)
    _plot_arms(axes, heights, shown, limits, caption.metric_label)
    _write_columns(axes, heights, shown)
    if cut:
        gap = f"… {len(points) - len(shown):,} arms between …"
        axes.text(
            0.5, -BEST, gap, transform=axes.get_yaxis_transform(), ha="center", va="center", fontsize=7.5, color=GREY
        )
    return Drawing(figure, points.reset_index(drop=True))


def _limits(shown: pd.DataFrame, score: Score) -> AxisRange:
    seeds = shown[seed_columns(shown)].to_numpy(dtype=float)
    ends = shown[["low", "high"]].to_numpy(dtype=float)
    finite = seeds[np.isfinite(seeds)]
    if not finite.size:
        return metric_range(finite, score)
    spread = np.ptp(finite) or 0.1 * abs(finite[0])
    downwards = score.higher_is_better or score.is_unbounded
    lowest = finite.min() - spread if downwards else finite.min() / 2
    bounded = np.clip(ends, lowest, finite.max() + spread)  # the t interval of two seeds may be of any width
    return metric_range(np.concatenate([seeds.ravel(), np.minimum(bounded, score.ceiling).ravel()]), score)


def _plot_arms(axes: Axes, heights: np.ndarray, shown: pd.DataFrame, limits: AxisRange, label: str) -> None:
    seeds = limits.clipped(shown[seed_columns(shown)].to_numpy(dtype=float))
    alpha = strength(seeds.shape[1], 6, 0.15, 0.6)
    if seeds.shape[1] > 1:
        dots = axes.plot(
            seeds, heights[:, None], "o", color=GREY, markersize=3, markeredgewidth=0, alpha=alpha, zorder=2
        )
        for dot, words, values in zip(dots, told_of_seeds(shown, label, shown["name"]), seeds.T, strict=True):
            tell(dot, intervals_told(words, heights, [values], across=True))
    low, mean, high = ends_and_mean(shown, limits)
    axes.hlines(heights, low, high, color=BLUE, linewidth=1.5, zorder=3)
    (means,) = axes.plot(
        mean, heights, "o", color=BLUE, markersize=5, markerfacecolor="white", markeredgewidth=1.4, zorder=4
    )
    tell(means, intervals_told(told_means(shown, label, shown["name"]), heights, [mean, low, high], across=True))
    crosses_of_lost(axes, heights, shown, limits, 5, across=True)


def _write_columns(axes: Axes, heights: np.ndarray, shown: pd.DataFrame) -> None:
    """At the right: the number of parameters if it differs, and how many trials diverged or failed if any did."""
    columns = {}
    if shown["parameters"].nunique() > 1:
        columns["parameters"] = [f"{count:,}" for count in shown["parameters"].astype(int)]
    for what in ("diverged", "failed"):
        if shown[what].any():
            columns[what] = [
                f"{lost}/{of}" if lost else "" for lost, of in zip(shown[what], shown["trials"], strict=True)
            ]
    for number, (title, texts) in enumerate(columns.items(), 1):
        for height, text in zip([0.95, *heights], [title, *texts], strict=True):
            axes.annotate(
                text,
                (1, height),
                (number * COLUMN_WIDTH, 0),
                xycoords=axes.get_yaxis_transform(),
                textcoords="offset points",
                ha="right",
                va="center",
                annotation_clip=False,
                fontsize=7.5,
                color=INK if text != title else GREY,
            )


def _note(shown: pd.DataFrame, points: pd.DataFrame, data: ArmsData, limits: AxisRange) -> str:
    seeds = seeds_note(shown)
    best = f"the best {BEST} and the worst {WORST} of {len(points):,} arms" if len(points) > len(shown) else ""
    grey = "grey: each seed" if "over n" in seeds else ""
    counts = shown["parameters"].unique()
    equal = f"each arm has {int(counts[0]):,} parameters" if len(counts) == 1 else ""
    return note(
        seeds,
        grey,
        scope_note(shown, data.caption),
        best,
        equal,
        names_note(data),
        data.caption.selection_note,
        lost_total(points),
        limits.note,
    )
