"""What a better metric costs: training time and number of parameters of each arm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.ticker import LogLocator, NullFormatter
from matplotlib.transforms import Bbox

from mlpexp.config.scores import Score
from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.marks import (
    FINER,
    along,
    crosses_of_lost,
    dot_size,
    ends_and_mean,
    round_ticks,
    show_range,
    strength,
)
from mlpexp.report.drawing.style import BLUE, GREY, HEIGHT, INK, Drawing, in_style, new_figure
from mlpexp.report.drawing.told import intervals_told, tell
from mlpexp.report.drawing.value_axis import metric_range, with_room_for_crosses
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import arm_names, lost_total, names_note, scope_note, seeds_note
from mlpexp.report.numbers.over_seeds import group_means
from mlpexp.report.numbers.told_words import told_means
from mlpexp.report.words import counted, note, numbered
from mlpexp.results.costs import SPREAD, TimeSpread

MOST_LABELS = 16  # names beside points; of more arms, and where names have no room, numbers with a key
MOST_IN_KEY = 48
BEST_IN_KEY = 15  # of more arms
LETTERS_OF_KEY, KEY_ROW = 100, 0.125  # in a row of the key, and inches of it
LOG_COSTS_FROM = 10.0  # largest / smallest
STEP_ASIDE, MOST_ASIDE = 0.016, 0.12  # of the axis: between points of equal cost, and of all of them
NEAR = ((6, 4), (6, -4), (-6, 4), (-6, -4), (0, 8), (0, -8))  # points
FAR = tuple(
    (right, up) for reach in (14, 20, 30, 42) for right in (8, -8, 0, 16, -16, 28, -28) for up in (reach, -reach)
)


@dataclass(frozen=True)
class Cost:
    """What an arm costs, on the horizontal axis."""

    name: str
    """Of its column in the table."""
    label: str
    """Of the axis."""
    of_arm: pd.DataFrame
    """By arm: ``cost``, and ``low`` and ``high``, NaN where it has no spread."""
    is_exact: bool
    """Whether it is counted, so that equal ones may stand side by side: a number beside its quartiles may not."""
    note: str = ""
    """How it was measured."""


def draw_time(data: ArmsData) -> Drawing | None:
    """The metric against the training time of one trial with its quartiles; None if all arms took equally long."""
    table = data.costs.set_index("arm")
    is_old = table["steps"].isna().all()  # of a version that did not count updates
    steps, names = table["steps"] / 1e3, ("microseconds_per_step", "microseconds_low", "microseconds_high")
    times = pd.DataFrame({end: table[name] * steps for end, name in zip(("cost", "low", "high"), names, strict=True)})
    times["cost"] = 1e3 * table["train_seconds"] if is_old else times["cost"]
    unit, short = ("milliseconds", "ms") if times["cost"].max() < 1000 else ("seconds", "s")
    times = times if short == "ms" else times / 1000
    spread = (
        "bars across: quartiles of that time over epochs"
        if times["low"].notna().any()
        else "no quartiles, too few epochs"
    )
    median = f"updates times the median time of an update in the stack, shared by its trials; {spread}"
    busy = [TimeSpread(*row) for row in times.itertuples(index=False) if not TimeSpread(*row).is_steady]
    words = note(
        f"time: {'its share of the training time of its stack, no quartiles' if is_old else median}",
        f"quartiles a factor of {SPREAD:g} apart in {counted(len(busy), 'arm')}: a busy machine" if busy else "",
    )
    return _trade_off(data, Cost(unit, f"training time of one trial ({short})", times, is_exact=False, note=words))


def draw_parameters(data: ArmsData) -> Drawing | None:
    """The metric against the number of parameters; None if all arms have equally many."""
    counts = data.arms.set_index("arm")["parameters"].astype(float)
    table = pd.DataFrame({"cost": counts, "low": nan, "high": nan})
    return _trade_off(data, Cost("parameters", "parameters", table, is_exact=True))


def _trade_off(data: ArmsData, cost: Cost) -> Drawing | None:
    points = group_means(data.outcomes, ["arm"], data.caption.score)
    points.insert(1, "label", points["arm"].map(arm_names(data)))
    points.insert(2, cost.name, points["arm"].map(cost.of_arm["cost"]))
    if cost.of_arm["low"].notna().any():
        for end in ("low", "high"):
            points.insert(3, f"{cost.name}_{end}", points["arm"].map(cost.of_arm[end]))
    points = points[np.isfinite(points[cost.name]) & (points[cost.name] > 0)].reset_index(drop=True)
    if points[cost.name].nunique() < 2 or points["mean"].isna().all():
        return None
    return _draw(points, cost, data)


@in_style()
def _draw(points: pd.DataFrame, cost: Cost, data: ArmsData) -> Drawing:
    """With names beside the points if all have room, else with numbers and their key."""
    key: dict[str, str] = {}
    if len(points) <= MOST_LABELS:
        figure, axes, x = _plotted(points, cost, data, key)
        if _place_labels(axes, x, _heights(points, data), dict(points["label"]), (*NEAR, *FAR[:4])):
            return Drawing(figure, points)
    means = points["mean"] if data.caption.score.higher_is_better else -points["mean"]
    keyed = points.loc[means.sort_values(ascending=False, kind="stable").index[:BEST_IN_KEY]].sort_index()
    keyed = keyed if len(points) > MOST_IN_KEY else points
    key = dict(zip(keyed["arm"].astype(str), keyed["label"], strict=True))
    figure, axes, x = _plotted(points, cost, data, key)
    _place_labels(axes, x, _heights(points, data), dict(keyed["arm"].astype(str)), (*NEAR, *FAR))
    return Drawing(figure, points)


def _plotted(
    points: pd.DataFrame, cost: Cost, data: ArmsData, key: Mapping[str, str]
) -> tuple[Figure, Axes, np.ndarray]:
    """The figure without the words beside its points, and where these stand on the horizontal axis."""
    caption = data.caption
    limits = _limits(points, caption.score)
    entries = [numbered(number, name) for number, name in key.items()]
    columns = max(1, LETTERS_OF_KEY // (max(map(len, entries), default=LETTERS_OF_KEY) + 3))
    height = HEIGHT + KEY_ROW * -(-len(entries) // columns)
    figure = new_figure(
        caption.title, _note(points, cost, data, limits, key), height=height, shape="fixed" if key else "free"
    )
    axes = figure.add_subplot()
    costs = points[cost.name].to_numpy(dtype=float)
    low, mean, high = ends_and_mean(points, limits)
    show_range(axes, limits, caption.metric_label)
    ends = points[[name for name in points if str(name).startswith(cost.name)]].to_numpy(dtype=float)
    room = MOST_ASIDE / 2 if cost.is_exact and points[cost.name].duplicated().any() else 0
    _set_cost_axis(axes, ends[np.isfinite(ends) & (ends > 0)], cost.label, 0.06 + room)
    x = _aside(axes, costs) if cost.is_exact else costs
    many = len(points) > MOST_LABELS
    alpha = strength(len(x), 30, 0.1, 0.5 if many else 0.8)
    axes.vlines(x, low, high, color=BLUE, linewidth=1.0, alpha=alpha)
    if f"{cost.name}_low" in points:
        lower, upper = points[f"{cost.name}_low"], points[f"{cost.name}_high"]
        axes.hlines(mean, lower, upper, color=GREY, linewidth=1, alpha=alpha)
    size = dot_size(len(points), 5.5)
    (dots,) = axes.plot(
        x, mean, "o", color=BLUE, markersize=size, markeredgecolor="white", markeredgewidth=0.4, zorder=3
    )
    names = [f"{arm}, {cost.label} {of_arm:,.5g}" for arm, of_arm in zip(points["label"], costs, strict=True)]
    tell(dots, intervals_told(told_means(points, caption.metric_label, names), x, [mean, low, high]))
    crosses_of_lost(axes, x, points, limits, 5)
    if entries:
        handles = [Line2D([], [], linestyle="none") for _ in entries]
        figure.legend(
            handles, entries, loc="outside lower left", ncols=columns, fontsize=7, handlelength=0, handletextpad=0,
            columnspacing=1.5, labelspacing=0.25,
        )  # fmt: skip
    return figure, axes, x


def _aside(axes: Axes, costs: np.ndarray) -> np.ndarray:
    """Places on the axis: arms of equal cost stand side by side around it, in their order."""
    order = pd.Series(costs).groupby(costs)
    rank, count = order.cumcount().to_numpy(), order.transform("size").to_numpy()
    step = np.minimum(STEP_ASIDE, MOST_ASIDE / np.maximum(count - 1, 1))
    return along(axes, costs, step * (rank - (count - 1) / 2))


def _limits(points: pd.DataFrame, score: Score) -> AxisRange:
    means = points["mean"].to_numpy(dtype=float)
    finite = means[np.isfinite(means)]
    if not finite.size:
        return metric_range(finite, score)
    spread = max(np.ptp(finite), 0.02 * abs(finite).max())
    downwards = score.higher_is_better or score.is_unbounded
    lowest = max(finite.min() - spread, score.floor) if downwards else finite.min() / 2
    ends = np.clip(points[["low", "high"]].to_numpy(dtype=float), lowest, min(finite.max() + spread, score.ceiling))
    limits = metric_range(np.concatenate([finite, ends.ravel()]), score)
    return with_room_for_crosses(limits) if points["diverged"].any() else limits


def _heights(points: pd.DataFrame, data: ArmsData) -> pd.DataFrame:
    """Where the mean, the ends and the cross of each arm stand; NaN where it has none."""
    cross = _limits(points, data.caption.score).inside(np.nan)
    return points[["mean", "low", "high"]].astype(float).assign(cross=np.where(points["diverged"] > 0, cross, nan))


def _set_cost_axis(axes: Axes, costs: np.ndarray, label: str, beside: float) -> None:
    low, high = costs.min(), costs.max()
    axes.set_xlabel(label)
    if high >= LOG_COSTS_FROM * low:
        room = (high / low) ** beside
        axes.set(xscale="log", xlim=(low / room, high * room))
        if high < 100 * low:
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        room = beside * (high - low)
        axes.set_xlim(low - room, high + room)
        round_ticks(axes.xaxis, 7, FINER)


def _place_labels(
    axes: Axes, x: np.ndarray, points: pd.DataFrame, texts: Mapping[int, str], places: Sequence[tuple[int, int]]
) -> bool:
    """A text beside each point and cross where it covers nothing else, with a line to it if that is far away.

    Args:
        axes: With all points drawn.
        x: Of all points.
        points: See ``_heights``.
        texts: By row of the points.
        places: Of a text beside its point, in points to the right and upwards, the first ones first.

    Returns:
        Whether each text has such a place; one without it stands at the first.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # the layout decides where points are
    window = axes.get_window_extent()
    marked = points[["mean", "cross"]].to_numpy(dtype=float)
    low_ends, high_ends = (axes.transData.transform(np.column_stack([x, points[end]])) for end in ("low", "high"))
    marks = axes.transData.transform(np.column_stack([np.repeat(x, 2), marked.ravel()]))
    radius = 3.5 * figure.dpi / 72
    taken = [Bbox.from_extents(*(mark - radius), *(mark + radius)) for mark in marks if np.isfinite(mark).all()]
    ends = zip(low_ends, high_ends, strict=True)
    taken += [Bbox.from_extents(a[0] - 1, a[1], b[0] + 1, b[1]) for a, b in ends if np.isfinite([*a, *b]).all()]
    all_placed = True
    wanted = [((x[row], height), text) for row, text in texts.items() for height in marked[row] if np.isfinite(height)]
    for point, text in wanted:
        for right, up in places:
            label = _label(axes, text, point, right, up)
            box = label.get_window_extent()
            inside = window.x0 <= box.x0 and box.x1 <= window.x1 and window.y0 <= box.y0 and box.y1 <= window.y1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                if (right, up) in FAR:
                    line = {"arrowstyle": "-", "color": INK, "linewidth": 0.4, "shrinkA": 0, "shrinkB": 0}
                    axes.annotate("", point, (right, up), textcoords="offset points", arrowprops=line)
                break
            label.remove()
        else:
            _label(axes, text, point, *places[0])
            all_placed = False
    return all_placed


def _label(axes: Axes, text: str, place: tuple[float, float], right: int, up: int) -> Annotation:
    return axes.annotate(
        text,
        place,
        (right, up),
        textcoords="offset points",
        fontsize=7,
        zorder=6,
        ha="left" if right > 0 else "right" if right < 0 else "center",
        va="bottom" if up > 4 else "top" if up < -4 else "center",
    )


def _note(points: pd.DataFrame, cost: Cost, data: ArmsData, limits: AxisRange, key: Mapping[str, str]) -> str:
    caption, equal = data.caption, cost.is_exact and points[cost.name].duplicated().any()
    number = f"numbers: the best {len(key)} of {len(points):,} arms" if 0 < len(key) < len(points) else ""
    return note(
        seeds_note(points),
        scope_note(points, caption),
        number,
        names_note(data),
        cost.note,
        "arms with equally many stand side by side" if equal else "",
        caption.selection_note,
        lost_total(points),
        limits.note,
    )
