"""Mistakes: pictures with what they were taken for, samples in the plane of two columns, errors of numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from mlpexp.report.drawing.picture_sheet import MOST_PICTURES, picture_sheet
from mlpexp.report.drawing.style import (
    INK,
    PART_STYLES,
    Drawing,
    class_style,
    in_style,
    legend_above,
    new_figure,
    scatter_size,
)
from mlpexp.report.figures.arm.images import caption_of_mistake, file_names
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import NO_BREAK, distinct_labels, shortened

MOST_POINTS = 4000  # of right answers; more would be a solid patch
MOST_NUMBERED = 10  # of the worst
MOST_ABOVE, MOST_BESIDE = 8, 14  # classes in a legend above, or to the right of the plane
RING = 55  # square points
ENOUGH = 10.0  # points between a rank and what is beside it
BESIDE = ((9.0, 6.0), (9.0, -7.0), (-9.0, 6.0), (-9.0, -7.0), (0.0, 10.0), (0.0, -10.0))  # of a sample its rank, points


@in_style()
def draw_mistaken_pictures(
    ranked: pd.DataFrame, pictures: Sequence[np.ndarray], caption: RunCaption, files: Mapping[int, str], note: str
) -> Drawing:
    """The worst mistakes with true and predicted class, and how many seeds are wrong.

    Args:
        ranked: A row for each mistake, as ``Mistakes.ranked`` has them.
        pictures: Of the first of them, each ``(C, H, W)``.
        caption: Of the run.
        files: Of pictures that are files of their own: which file each is, by its index.
        note: What is shown.
    """
    rows = ranked.head(min(MOST_PICTURES, len(pictures)))
    named, several = file_names(rows["index"], files), bool((ranked["seeds"] > 1).any())
    texts = [
        caption_of_mistake(row, caption, _behind(row, several=several)) + named[place]
        for place, (_, row) in enumerate(rows.iterrows())
    ]
    figure = picture_sheet(caption.title, note, pictures, texts, caption.grey_map)
    return Drawing(figure, rows)


def _behind(row: pd.Series, *, several: bool) -> str:
    """How many seeds are wrong; of one seed its confidence."""
    return f"({int(row['wrong'])}/{int(row['seeds'])})" if several else f"({row['confidence']:.2f})"


@in_style()
def draw_mistakes_in_plane(points: pd.DataFrame, columns: Sequence[str], caption: RunCaption, note: str) -> Drawing:
    """All samples in the plane of two columns, the mistakes ringed and the worst of them numbered.

    Args:
        points: A row for each sample: index, x, y, target, and rank from 1 of those that a seed gets wrong, else NaN.
        columns: What x and y are.
        caption: Of the run.
        note: What is shown.
    """
    figure = new_figure(caption.title, note, height=4.2)
    axes = figure.add_subplot()
    wrong = points[points["rank"].notna()].sort_values("rank")
    right = points[points["rank"].isna()]
    shown = pd.concat([right.iloc[np.linspace(0, len(right) - 1, min(len(right), MOST_POINTS)).astype(int)], wrong])
    classes = sorted({int(number) for number in shown["target"]})
    named = classes if len(classes) <= MOST_BESIDE else sorted(set(wrong["target"].head(MOST_NUMBERED)))
    labels = distinct_labels({number: caption.class_name(number) for number in named}, 20)
    for number in classes:
        rows = shown[shown["target"] == number]
        colour, marker = class_style(number)
        label = labels.get(number)
        axes.scatter(
            rows["x"], rows["y"], s=scatter_size(len(shown)), color=colour, marker=marker, label=label, alpha=0.7,
            linewidths=0, rasterized=len(shown) > 2000,
        )  # fmt: skip
    axes.scatter(
        wrong["x"],
        wrong["y"],
        s=RING,
        facecolors="none",
        edgecolors=INK,
        linewidths=0.8,
        label="wrong in a seed",
        zorder=4,
    )
    _number(axes, wrong)
    axes.set(xlabel=shortened(columns[0], 60), ylabel=shortened(columns[1], 40))
    if len(classes) <= MOST_ABOVE:
        legend_above(axes)
    else:
        axes.legend(
            loc="upper left",
            bbox_to_anchor=(1.01, 1.0),
            borderaxespad=0,
            title="classes of\nthe numbered" if len(named) < len(classes) else None,
            title_fontsize=8.5,
        )
    table = shown.assign(target=[caption.class_name(int(number)) for number in shown["target"]])
    return Drawing(figure, table.rename(columns={"x": columns[0], "y": columns[1]}))


@in_style()
def draw_errors(ranked: pd.DataFrame, rmse: float, caption: RunCaption, note: str) -> Drawing:
    """The mean error of each sample over its true value, the worst ones numbered, and the RMSE as a band.

    Args:
        ranked: A row for each sample, as ``Mistakes.ranked`` has them, the worst first.
        rmse: Of the part, in the unit of the data.
        caption: Of the run.
        note: What is shown.
    """
    figure = new_figure(caption.title, note, height=3.8)
    axes = figure.add_subplot()
    finite = ranked[np.isfinite(ranked["signed"])]
    worst, others = finite.head(MOST_NUMBERED), finite.iloc[MOST_NUMBERED:]
    shown = pd.concat([worst, others.head(MOST_POINTS)])
    style = PART_STYLES["test"]
    axes.axhspan(-rmse, rmse, color="#E6E6E6", linewidth=0, label=f"within{NO_BREAK}±{NO_BREAK}RMSE", zorder=0)
    axes.axhline(0, color=INK, linewidth=0.7, zorder=1)
    axes.scatter(
        shown["target"], shown["signed"], s=scatter_size(len(shown)), color=style.colour, marker=style.marker, alpha=0.6,
        linewidths=0, label="sample", rasterized=len(shown) > 2000, zorder=2,
    )  # fmt: skip
    _number(axes, worst.assign(x=worst["target"], y=worst["signed"], rank=np.arange(1, len(worst) + 1)))
    axes.set(xlabel=f"true {caption.target}", ylabel="predicted - true")
    legend_above(axes)
    return Drawing(figure, shown)


def _number(axes: Axes, wrong: pd.DataFrame) -> None:
    """Writes the rank beside each of the worst, where there is most room; of those at one place the ranks together."""
    axes.autoscale_view()
    in_points = 72 / axes.figure.dpi
    taken = in_points * axes.transData.transform(wrong[["x", "y"]].to_numpy())
    for (x, y), rows in wrong.head(MOST_NUMBERED).groupby(["x", "y"], sort=False):
        ranks = ", ".join(str(int(rank)) for rank in rows["rank"])
        beside = in_points * axes.transData.transform(rows[["x", "y"]].to_numpy()[0]) + np.array(BESIDE)
        room = [np.hypot(*(taken - place).T) for place in beside]
        best = int(np.argmax([min(distances.min(), ENOUGH) for distances in room]))
        taken = np.concatenate([taken, beside[[best]]])
        axes.annotate(
            ranks, (x, y), xytext=BESIDE[best], textcoords="offset points", fontsize=7.5, color=INK, zorder=5,
            ha="center", va="center", path_effects=[withStroke(linewidth=2, foreground="white")],
        )  # fmt: skip
