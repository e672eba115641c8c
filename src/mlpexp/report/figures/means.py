"""Results one below the other, best first: mean, interval and every seed; the keys in which they differ as columns."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.config.scores import Score
from mlpexp.report.drawing.marks import crosses_of_lost, ends_and_mean, show_range, strength
from mlpexp.report.drawing.style import BLUE, GREY, INK, Drawing, in_style, new_figure
from mlpexp.report.drawing.value_axis import metric_range
from mlpexp.report.numbers.notes import seeds_note
from mlpexp.report.numbers.over_seeds import mean_intervals, seed_columns
from mlpexp.report.words import distinct_names, middle_cut, note

MOST_ROWS, MOST_COLUMNS = 30, 5
ROW_HEIGHT, LONGEST = 0.2, 26  # inches; letters of a name or a setting
LETTER, BETWEEN = 4.3, 10  # points: width of a letter at this size, and room between columns
SMALL = 7.5
PERCENT = " %"


def mean_rows(
    names: Mapping[str, Sequence[str]],
    factors: Mapping[str, Sequence[str]],
    values: Sequence[Mapping[int, float]],
    score: Score,
) -> pd.DataFrame:
    """A row per result, the best first: names, keys that differ, n, mean, 95 % interval, and the value of each seed.

    Args:
        names: Columns that say which result it is; ``name`` is what the figure shows.
        factors: The keys in which they differ, each with the value of every result as text.
        values: Of each result by seed, as stored; NaN where a trial diverged or failed.
        score: Which they are.
    """
    table = pd.DataFrame({**names, **factors})
    seeds = sorted({seed for of_result in values for seed in of_result})
    numbers = pd.DataFrame([[of_result.get(seed, np.nan) for seed in seeds] for of_result in values], dtype=float)
    numbers = numbers * score.scale
    finite = [row[np.isfinite(row)] for row in numbers.to_numpy()]
    means = mean_intervals(finite, table.index, score)
    lost = [sum(np.isnan(value) for value in of_result.values()) for of_result in values]
    numbers.columns = pd.Index([f"seed_{seed}" for seed in seeds])
    whole = pd.concat([table, means, pd.DataFrame({"diverged": lost}), numbers], axis=1)
    return whole.sort_values(
        "mean", ascending=not score.higher_is_better, kind="stable", na_position="last", ignore_index=True
    )


@in_style()
def draw_means(rows: pd.DataFrame, keys: Sequence[str], score: Score, label: str, title: str) -> Drawing:
    """The figure.

    Args:
        rows: From ``mean_rows``.
        keys: In which they differ.
        score: What is shown.
        label: Of it, with its unit.
        title: Above the figure.
    """
    shown = rows[:MOST_ROWS]
    heights = -np.arange(len(shown), dtype=float)
    finite = shown[["low", "mean", "high", *seed_columns(shown)]].to_numpy(dtype=float)
    limits = metric_range(finite.ravel(), score)
    words = note(
        seeds_note(shown),
        "grey: each seed" if shown["n"].max() > 1 else "",
        f"the best {MOST_ROWS} of {len(rows):,}" if len(rows) > len(shown) else "",
        f"{len(keys) - MOST_COLUMNS} more keys differ" if len(keys) > MOST_COLUMNS else "",
        "cross: a seed diverged or failed" if shown["diverged"].any() else "",
        limits.note,
    )
    figure = new_figure(title, words, width=7.2, height=1.5 + ROW_HEIGHT * len(shown), shape="fixed")
    axes = figure.add_subplot()
    show_range(axes, limits, label, across=True, most=5)
    axes.set(ylim=(heights[-1] - 0.7, 0.7))
    axes.set_yticks(heights, distinct_names(shown["name"].tolist(), LONGEST), fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.yaxis.grid(visible=False)
    seeds = limits.clipped(shown[seed_columns(shown)].to_numpy(dtype=float))
    if shown["n"].max() > 1:
        alpha = strength(seeds.shape[1], 6, 0.15, 0.6)
        axes.plot(seeds, heights[:, None], "o", color=GREY, markersize=3, markeredgewidth=0, alpha=alpha, zorder=2)
    low, mean, high = ends_and_mean(shown, limits)
    axes.hlines(heights, low, high, color=BLUE, linewidth=1.5, zorder=3)
    axes.plot(mean, heights, "o", color=BLUE, markersize=5, markerfacecolor="white", markeredgewidth=1.4, zorder=4)
    crosses_of_lost(axes, heights, shown, limits, 5, across=True)
    texts = {key: shown[key].tolist() for key in keys[:MOST_COLUMNS]}
    _write_columns(axes, heights, texts | {"n": shown["n"].astype(str).tolist()})
    return Drawing(figure, rows.rename(columns=_in_percent(rows)) if score.unit == PERCENT else rows)


def _in_percent(rows: pd.DataFrame) -> dict[str, str]:
    """Headings that say the unit."""
    return {column: f"{column}_percent" for column in ("mean", "low", "high", *seed_columns(rows))}


def _write_columns(axes: Axes, heights: np.ndarray, columns: Mapping[str, Sequence[str]]) -> None:
    """At the right, each as wide as its longest text."""
    right = 0.0
    for heading, texts in columns.items():
        cut = [middle_cut(text, LONGEST) for text in [heading.rpartition(".")[2] or heading, *texts]]
        right += BETWEEN + LETTER * max(map(len, cut))
        for height, text in zip([0.95, *heights], cut, strict=True):
            axes.annotate(
                text,
                (1, height),
                (right, 0),
                xycoords=axes.get_yaxis_transform(),
                textcoords="offset points",
                ha="right",
                va="center",
                annotation_clip=False,
                fontsize=SMALL,
                color=GREY if height > 0.5 else INK,
            )
