"""The decision boundary of a network with two inputs, with the samples it was trained and tested on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from mlpexp.config.scores import PART_LABELS
from mlpexp.report.drawing.style import (
    CLASS_COLOURS,
    CLASS_MARKERS,
    GREY,
    INK,
    PART_STYLES,
    Drawing,
    class_style,
    in_style,
    new_figure,
    scatter_size,
)
from mlpexp.report.drawing.told import ToldLines, tell
from mlpexp.report.figures.arm.confusion import accuracy_text
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import distinct_names, middle_cut, note
from mlpexp.results.judged import judged_part

PREDICTION_COLUMNS = ("seed", "part", "index", "target", "predicted", "probability", "class_output")
MOST_LISTED = 22  # classes in the legend, which is as high as the axes
LONGEST_NAME = 24  # characters, of a feature in a note
LAYERS = 4  # of the samples of a part
MOST_VECTORS = 2000  # samples: more are drawn as pixels
STRONGEST_SHADE = 0.45  # of the class colour, where the network is certain; points must stand out
EVEN = 0.75  # in place of probabilities, where outputs are none: all regions have one shade


@dataclass(frozen=True)
class Plane:
    """The plane of two features as one seed divides it."""

    features: tuple[str, str]
    """The two."""
    grid: pd.DataFrame
    """A regular grid of points with ``predicted`` class and its ``probability``."""
    points: pd.DataFrame
    """The samples as that seed splits and predicts them; empty to draw the regions alone."""
    seed: int
    """The seed."""


@in_style()
def draw_boundary(boundary: pd.DataFrame, predictions: pd.DataFrame | None, caption: RunCaption) -> Drawing | None:
    """Regions of the predicted classes, darker where more certain; None without a grid.

    Args:
        boundary: A regular grid of points with the predicted class and its probability, of one seed.
        predictions: The samples, with the two features as columns; None to draw the regions alone.
        caption: Of the run.
    """
    plane = plane_of(boundary, predictions)
    if plane is None:
        return None
    num_classes = num_classes_of([plane], caption)
    figure = new_figure(caption.title, _note(plane, caption), height=4.2)
    axes = figure.add_subplot()
    draw_plane(axes, plane, num_classes, scatter_size(len(plane.points)), caption)
    axes.set(xlabel=plane.features[0], ylabel=plane.features[1])
    entries = legend_entries(plane.points, num_classes, caption)
    size = 8.5 if len(entries) <= 14 else 6.5
    axes.legend(
        handles=entries, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, handlelength=1.0, fontsize=size
    )
    return Drawing(figure, plane_numbers(plane))


def plane_of(boundary: pd.DataFrame, predictions: pd.DataFrame | None) -> Plane | None:
    """The plane of the first seed of a table; None unless there are two features."""
    features = [column for column in boundary.columns if column not in PREDICTION_COLUMNS]
    if len(features) != 2 or boundary.empty:
        return None
    seed = int(boundary["seed"].iloc[0])
    points = pd.DataFrame()
    if predictions is not None and set(features) <= set(predictions.columns):
        points = predictions[predictions["seed"] == seed]
    return Plane((features[0], features[1]), boundary[boundary["seed"] == seed], points, seed)


def num_classes_of(planes: Sequence[Plane], caption: RunCaption) -> int:
    """Number of classes, with names or without, that occur in any of the planes."""
    largest = [plane.grid["predicted"].max() for plane in planes]
    largest += [plane.points["target"].max() for plane in planes if len(plane.points)]
    return max(len(caption.class_names), int(max(largest)) + 1, 2)


def draw_plane(axes: Axes, plane: Plane, num_classes: int, marker_size: float, caption: RunCaption) -> None:
    """Regions, borders and samples; ``marker_size`` in square points, ``caption``: for the names of the classes."""
    _draw_regions(axes, plane.grid, plane.features, num_classes)
    if len(plane.points):
        for part in PART_STYLES:
            _draw_points(axes, plane, part, marker_size, caption)
    axes.grid(visible=False)


def seed_words(plane: Plane, caption: RunCaption) -> str:
    """Whose network divides the plane: of a seed that diverged, as its last finite weights do."""
    of_diverged = ", which diverged: its last finite weights" if plane.seed in caption.diverged else ""
    return f"seed {plane.seed}{of_diverged}"


def _note(plane: Plane, caption: RunCaption) -> str:
    points, region = plane.points, f"{seed_words(plane, caption)}; region: predicted class"
    if plane.grid["probability"].notna().any():
        region += ", the stronger its colour the more probable"
    region = note(region, constant_words(points, plane.features))
    part = judged_part(points) if len(points) else None
    if part is None:
        return region
    return f"{region}\n{PART_LABELS[part]} {accuracy_text(points[points['part'] == part])}"


def constant_words(points: pd.DataFrame, features: Sequence[str]) -> str:
    """Which features have one value in all samples, so that the range drawn is ours; nothing where none has."""
    only = {feature: points[feature].iloc[0] for feature in features if len(points) and points[feature].nunique() == 1}
    return ", ".join(
        f"{middle_cut(feature, LONGEST_NAME)} is {value:g} in all samples" for feature, value in only.items()
    )


def _grid(boundary: pd.DataFrame, features: tuple[str, str], column: str) -> pd.DataFrame:
    """A column as a matrix: the second feature downwards, the first to the right."""
    return boundary.pivot(index=features[1], columns=features[0], values=column)


def _draw_regions(axes: Axes, boundary: pd.DataFrame, features: tuple[str, str], num_classes: int) -> None:
    classes = _grid(boundary, features, "predicted")
    x, y = classes.columns.to_numpy(dtype=float), classes.index.to_numpy(dtype=float)
    predicted = classes.to_numpy(dtype=int)
    probability = _grid(boundary.fillna({"probability": EVEN}), features, "probability").to_numpy(dtype=float)
    certainty = np.clip((probability - 1 / num_classes) / (1 - 1 / num_classes), 0, 1)
    shade = (0.12 + (STRONGEST_SHADE - 0.12) * certainty)[..., None]
    colours = np.array([to_rgb(class_style(k)[0]) for k in range(num_classes)])[predicted]
    half_x, half_y = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    extent = (x[0] - half_x, x[-1] + half_x, y[0] - half_y, y[-1] + half_y)
    axes.imshow(1 - shade * (1 - colours), origin="lower", extent=extent, aspect="auto", interpolation="bilinear")
    for k in np.unique(predicted)[1:]:  # each border once: the last class is bordered by the ones before
        # With two classes this is the probability of class k; with more, the border is still where the prediction changes.
        inside, outside = np.maximum(probability, 0.501), np.minimum(1 - probability, 0.499)
        axes.contour(x, y, np.where(predicted == k, inside, outside), levels=[0.5], colors=[INK], linewidths=0.9)
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))


def _draw_points(axes: Axes, plane: Plane, part: str, size: float, caption: RunCaption) -> None:
    """The samples of a part in layers, each with some of every class, so that no class covers all others."""
    rows = plane.points[plane.points["part"] == part]
    by_class = {k: rows[rows["target"] == k] for k in sorted(set(rows["target"].astype(int)))}
    num_layers = LAYERS if len(by_class) <= MOST_LISTED else 1
    for layer in range(num_layers):
        for k, members in by_class.items():
            drawn = _scatter(axes, members.iloc[layer::num_layers], plane.features, k, size, is_open=part == "test")
            drawn.set_rasterized(len(plane.points) > MOST_VECTORS)
            tell(drawn, ToldLines([f"{caption.class_name(k)}, {PART_STYLES[part].label}"]))


def _scatter(
    axes: Axes, rows: pd.DataFrame, features: tuple[str, str], k: int, size: float, *, is_open: bool
) -> PathCollection:
    colour, marker = class_style(k)
    return axes.scatter(
        rows[features[0]],
        rows[features[1]],
        s=size,
        marker=marker,
        linewidths=1.0 if is_open else 0.5,
        facecolors="white" if is_open else colour,
        edgecolors=edge_colour(colour),
        zorder=3,
    )


def edge_colour(colour: str) -> tuple[float, float, float]:
    """A darker shade of a colour, so that light marks stand out on paper and on each other."""
    red, green, blue = (0.5 * value for value in to_rgb(colour))
    return red, green, blue


def legend_entries(points: pd.DataFrame, num_classes: int, caption: RunCaption) -> list[Line2D]:
    """A line of the legend for each class, of very many for the first ones, and for filled and open marks."""
    entries = []
    listed = num_classes if num_classes <= MOST_LISTED else MOST_LISTED - 1
    names = distinct_names([caption.class_name(k) for k in range(num_classes)], 18)
    for k, name in enumerate(names[:listed]):
        colour, marker = class_style(k)
        entry = Line2D([], [], color=colour, marker=marker, markersize=5.5, linestyle="", label=name)
        entry.set(markeredgecolor=edge_colour(colour), markeredgewidth=0.5)
        entries.append(entry)
    if listed < num_classes:
        repeats = "\nmarks repeat" if num_classes > len(CLASS_COLOURS) * len(CLASS_MARKERS) else ""
        entries.append(Line2D([], [], linestyle="", label=f"and {num_classes - listed:,} more{repeats}"))
    present = set(points["part"]) if len(points) else set()
    if present & {"train", "validation"}:
        label = "training" if "validation" not in present else "training, validation"
        entries.append(Line2D([], [], color=GREY, marker="o", markersize=5, linestyle="", label=f"filled: {label}"))
    if "test" in present:
        mark = Line2D([], [], color=GREY, marker="o", markersize=5, linestyle="", label="open: test")
        mark.set_markerfacecolor("white")
        entries.append(mark)
    return entries


def plane_numbers(plane: Plane) -> pd.DataFrame:
    """The samples, and below them the grid, whose ``part`` is ``grid``."""
    values = [column for column in ("probability", "class_output") if column in plane.grid]
    columns, points = [*plane.features, "predicted", *values], plane.points
    table = plane.grid[["seed", *columns]].copy()
    table.insert(1, "part", "grid")
    if len(points):
        table = pd.concat([points[["seed", "part", "index", "target", *columns]], table], ignore_index=True)
        table[["index", "target"]] = table[["index", "target"]].astype("Int64")
    return table
