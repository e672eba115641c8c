"""The same figure for each arm of a result, side by side on one page, with the same axes and colours."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from mlpexp.config.scores import PART_LABELS
from mlpexp.report.drawing.marks import colour_bar
from mlpexp.report.drawing.style import Drawing, in_style, scatter_size
from mlpexp.report.figures.arm.boundary import (
    Plane,
    draw_plane,
    legend_entries,
    num_classes_of,
    plane_numbers,
    plane_of,
)
from mlpexp.report.figures.arm.confusion import (
    MOST_TWO_LINE_CLASSES,
    Accuracy,
    CellText,
    accuracy_of,
    add_share_bar,
    confusion_counts,
    confusion_numbers,
    draw_matrix,
    fitting_text,
    name_small_classes,
    num_classes_in,
    tell_matrix,
)
from mlpexp.report.figures.arm.fitted_curve import Fit, draw_fit, fit_height, fit_numbers, fit_of, fit_width
from mlpexp.report.figures.arm.maps import draw_distances, map_aspect, map_shape
from mlpexp.report.figures.arm.predicted_true import r2_text
from mlpexp.report.figures.sweep.panels import Page, ShownArms, labelled, name_panel, page_of, shown_arms
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import distinct_names, note, percent
from mlpexp.results.judged import judged_part

LONGEST_CLASS = 12  # characters
LEVEL_LETTERS = 37  # that fit below a panel side by side
MOST_DOTS = 150  # units of a map in a panel; more leave no room for a dot on each
WIDTH_OF_SINGLE = 3.8  # inches: of the axes of a figure of one run; panels that are smaller have smaller marks


@in_style()
def draw_confusion_matrices(
    predictions: pd.DataFrame, arms: Mapping[int, str], diverged: Collection[tuple[int, int]], caption: RunCaption
) -> Drawing | None:
    """Confusion matrix and accuracy of each arm, summed over its seeds; None without predictions.

    Of the test part; without one, of the last part there is, which is said.

    Args:
        predictions: As in ``predictions.csv``, with the column ``arm``.
        arms: Labels by number, in the order in which they are shown.
        diverged: Pairs of arm and seed that are left out.
        caption: Title, names of the classes and of the target.
    """
    part = judged_part(predictions)
    shown = shown_arms(predictions[predictions["part"] == part], arms, diverged)
    if part is None or shown is None:
        return None
    num_classes = num_classes_in(shown.rows, caption)
    counts = {arm: confusion_counts(shown.of_arm(arm), num_classes) for arm in shown.labels}
    accuracies = {arm: accuracy_of(shown.of_arm(arm)) for arm in shown.labels}
    names = distinct_names([caption.class_name(k) for k in range(num_classes)], LONGEST_CLASS)
    longest = max(map(len, names))
    below = 0.45 if num_classes * longest < LEVEL_LETTERS else 0.3 + 0.065 * longest
    page = page_of(
        shown.labels, scores=True, wide=num_classes > MOST_TWO_LINE_CLASSES, beside=0.95 + 0.065 * longest, below=below
    )
    cell_points = 72 * page.panel_width / num_classes
    text = fitting_text(cell_points, max(int(matrix.max()) for matrix in counts.values()))
    scope = caption.behind(_most_seeds(accuracies))
    figure, panels = page.figure(
        caption, _confusion_note(part, accuracies, text, shown) + caption.selection_note + scope
    )
    for axes, arm in zip(panels, shown.labels, strict=True):
        image = draw_matrix(axes, counts[arm], text, gap=min(1.0, cell_points / 12))
        tell_matrix(image, counts[arm], caption)
        axes.set_aspect("auto")  # the page is made for squares; axes that fill their place stand in line with the scale
        name_small_classes(axes, names, cell_points)
        name_panel(axes, page.names[arm], _accuracy_score(accuracies[arm], accuracies))
    page.label_outer(panels, f"predicted {caption.target}", f"true {caption.target}")
    add_share_bar(figure, panels, fraction=0.03)
    return Drawing(figure, _joined({arm: confusion_numbers(counts[arm], caption) for arm in counts}, shown))


@in_style()
def draw_boundaries(
    boundary: pd.DataFrame,
    predictions: pd.DataFrame | None,
    arms: Mapping[int, str],
    diverged: Collection[tuple[int, int]],
    caption: RunCaption,
) -> Drawing | None:
    """Regions of the predicted classes of the first seed of each arm, with its samples; None without a grid.

    Args:
        boundary: As in ``boundary.csv``, with the column ``arm``.
        predictions: As in ``predictions.csv``, with the column ``arm``; None to draw the regions alone.
        arms: Labels by number, in the order in which they are shown.
        diverged: Pairs of arm and seed that are left out.
        caption: Title and names of the classes.
    """
    shown = shown_arms(boundary, arms, diverged)
    if shown is None:
        return None
    of_arms = {arm: plane_of(shown.of_arm(arm), _of_arm(predictions, arm)) for arm in shown.labels}
    planes = {arm: plane for arm, plane in of_arms.items() if plane is not None}
    if len(planes) < len(of_arms):
        return None
    points = pd.concat([plane.points for plane in planes.values()])
    num_classes, part = num_classes_of(list(planes.values()), caption), judged_part(points) if len(points) else None
    judged = {arm: plane.points[plane.points["part"] == part] for arm, plane in planes.items() if len(plane.points)}
    accuracies = {arm: accuracy_of(rows) for arm, rows in judged.items() if len(rows)}
    page = page_of(shown.labels, aspect=0.78, scores=bool(accuracies), below=0.42, legend=0.3)
    scope = caption.behind(_most_seeds(accuracies)) if part else ""
    figure, panels = page.figure(caption, _boundary_note(part, accuracies, planes, shown) + scope)
    for axes, (arm, plane) in zip(panels, planes.items(), strict=True):
        draw_plane(axes, plane, num_classes, _mark_size(len(plane.points), page), caption)
        name_panel(axes, page.names[arm], _accuracy_score(accuracies[arm], accuracies) if arm in accuracies else "")
    low_x, high_x, low_y, high_y = zip(*[(*axes.get_xlim(), *axes.get_ylim()) for axes in panels], strict=True)
    for axes in panels:
        axes.set(xlim=(min(low_x), max(high_x)), ylim=(min(low_y), max(high_y)))
    page.label_outer(panels, *next(iter(planes.values())).features)
    page.legend(figure, legend_entries(points, num_classes, caption))
    return Drawing(figure, _joined({arm: plane_numbers(plane) for arm, plane in planes.items()}, shown))


@in_style()
def draw_fitted_curves(
    curve: pd.DataFrame,
    predictions: pd.DataFrame | None,
    arms: Mapping[int, str],
    diverged: Collection[tuple[int, int]],
    caption: RunCaption,
) -> Drawing | None:
    """What the seeds of each arm have learned, their mean, the true function and the samples; None without a curve.

    Args:
        curve: As in ``curve.csv``, with the column ``arm``.
        predictions: As in ``predictions.csv``, with the column ``arm``; None to draw the curves alone.
        arms: Labels by number, in the order in which they are shown.
        diverged: Pairs of arm and seed that are left out.
        caption: Title and name of the target.
    """
    shown = shown_arms(curve, arms, diverged)
    if shown is None:
        return None
    of_arms = {arm: fit_of(shown.of_arm(arm), _of_arm(predictions, arm)) for arm in shown.labels}
    fits = {arm: fit for arm, fit in of_arms.items() if fit is not None}
    if len(fits) < len(of_arms):
        return None
    part, scores = _r2_scores(predictions, fits)
    width, height = fit_width(list(fits.values())), fit_height(list(fits.values()))
    page = page_of(shown.labels, aspect=0.75, scores=bool(scores), below=0.42, legend=0.3)
    scope = caption.behind(max(len(fit.by_seed.columns) for fit in fits.values())) if part else ""
    figure, panels = page.figure(caption, _curve_note(part, fits, height, shown) + scope)
    for axes, (arm, fit) in zip(panels, fits.items(), strict=True):
        draw_fit(axes, fit, _mark_size(len(fit.points), page))
        axes.set(xlim=width, ylim=height)
        name_panel(axes, page.names[arm], scores.get(arm, ""))
    page.label_outer(panels, next(iter(fits.values())).feature, caption.target)
    page.legend(figure, _entries(panels))
    return Drawing(figure, _joined({arm: fit_numbers(shown.of_arm(arm), fit) for arm, fit in fits.items()}, shown))


@in_style()
def draw_u_matrices(u_matrix: pd.DataFrame, arms: Mapping[int, str], caption: RunCaption) -> Drawing | None:
    """Distances between neighbouring units of the map of the first seed of each arm, in one scale; None without maps.

    Args:
        u_matrix: As in ``u_matrix.csv``, with the column ``arm``.
        arms: Labels by number, in the order in which they are shown; their maps may differ in size and topology.
        caption: Title.
    """
    shown = shown_arms(u_matrix, arms)
    if shown is None:
        return None
    maps = {arm: _first_seed(shown.of_arm(arm)) for arm in shown.labels}
    shapes = {arm: map_shape(rows) for arm, rows in maps.items()}
    aspect = float(np.clip(max(map_aspect(*shape) for shape in shapes.values()), 0.4, 1.6))
    distances = pd.concat(maps.values())["distance"]
    page = page_of(shown.labels, aspect=aspect, scores=False, beside=0.8)
    dots = all(rows * columns <= MOST_DOTS for rows, columns, _ in shapes.values())
    figure, panels = page.figure(caption, _map_note(maps.values(), shown, dots=dots))
    for axes, (arm, (rows, columns, topology)) in zip(panels, shapes.items(), strict=True):
        cells = draw_distances(axes, maps[arm], topology, num_dots=rows * columns if dots else 0)
        cells.set_norm(Normalize(distances.min(), distances.max()))
        axes.set_anchor("NW")  # a name may be wider than a narrow map
        name_panel(axes, page.names[arm])
    colour_bar(figure, panels[0].collections[0], panels, "distance", fraction=0.04, panchor=False)
    return Drawing(figure, _joined(maps, shown))


def _of_arm(rows: pd.DataFrame | None, arm: int) -> pd.DataFrame | None:
    return None if rows is None else rows[rows["arm"] == arm].drop(columns="arm")


def _first_seed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["seed"] == rows["seed"].iloc[0]]


def _joined(tables: Mapping[int, pd.DataFrame], shown: ShownArms) -> pd.DataFrame:
    return pd.concat([labelled(table, arm, shown.labels[arm]) for arm, table in tables.items()], ignore_index=True)


def _mark_size(num_points: int, page: Page) -> float:
    return max(3.0, scatter_size(num_points) * min(1.0, page.panel_width / WIDTH_OF_SINGLE))


def _entries(panels: Iterable[Axes]) -> list[Artist]:
    """What the legends of the panels would say, each label once."""
    entries: dict[str, Artist] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        entries.update(zip(labels, handles, strict=True))
    return list(entries.values())


def _accuracy_score(accuracy: Accuracy, accuracies: Mapping[int, Accuracy]) -> str:
    """The line below the name of a panel; n counts seeds if some arm has several, else samples."""
    over_seeds = max(other.num_seeds for other in accuracies.values()) > 1
    n = accuracy.num_seeds if over_seeds else accuracy.num_samples
    return f"{percent(accuracy.share)} % ({accuracy.interval}), n = {n:,}"


def _most_seeds(accuracies: Mapping[int, Accuracy]) -> int:
    return max(accuracy.num_seeds for accuracy in accuracies.values())


def _accuracy_note(part: str, accuracies: Mapping[int, Accuracy]) -> str:
    seeds = {accuracy.num_seeds for accuracy in accuracies.values()}
    kind = "Wilson, n samples" if seeds == {1} else "t over n seeds" + ("; Wilson if n = 1" if 1 in seeds else "")
    return f"below each name: {PART_LABELS[part]} accuracy (95 % interval, {kind})"


def _confusion_note(part: str, accuracies: Mapping[int, Accuracy], text: CellText | None, shown: ShownArms) -> str:
    several = max(accuracy.num_seeds for accuracy in accuracies.values()) > 1
    words = note(
        f"predictions on the {PART_LABELS[part]} part" + (", summed over the seeds of each arm" if several else ""),
        "no test split" if part != "test" else "",
        "k: thousands" if text and text.thousands else "",
        "" if text else "no room for counts, see the CSV file",
        shown.note,
    )
    return f"{_accuracy_note(part, accuracies)}\n{words}"


def _seed_note(seeds: Iterable[int]) -> str:
    different = sorted(set(seeds))
    return f"seed {different[0]}" if len(different) == 1 else "the first seed of each arm"


def _boundary_note(
    part: str | None, accuracies: Mapping[int, Accuracy], planes: Mapping[int, Plane], shown: ShownArms
) -> str:
    seed = _seed_note(plane.seed for plane in planes.values())
    words = note(seed, "region: predicted class, the stronger its colour the more probable", shown.note)
    return f"{words}\n{_accuracy_note(part, accuracies)}" if part else words


def _r2_scores(predictions: pd.DataFrame | None, fits: Mapping[int, Fit]) -> tuple[str | None, dict[int, str]]:
    """The part that is judged, and by arm its R² over the seeds shown, where all predictions are finite."""
    if predictions is None or "predicted" not in predictions.columns:
        return None, {}
    of_arms = {arm: predictions[predictions["arm"] == arm] for arm in fits}
    sound = {arm: rows[rows["seed"].isin(fits[arm].by_seed.columns)] for arm, rows in of_arms.items()}
    part = judged_part(pd.concat(sound.values()))
    judged = {arm: rows[rows["part"] == part] for arm, rows in sound.items()}
    finite = {arm: len(rows) > 0 and np.isfinite(rows["predicted"]).all() for arm, rows in judged.items()}
    return part, {
        arm: f"R² {r2_text(rows)}, n = {rows['seed'].nunique()}" for arm, rows in judged.items() if finite[arm]
    }


def _curve_note(part: str | None, fits: Mapping[int, Fit], height: tuple[float, float], shown: ShownArms) -> str:
    several = max(len(fit.by_seed.columns) for fit in fits.values()) > 1
    outside = sum(not fit.mean.between(*height).any() for fit in fits.values())
    words = note(
        "thick: mean over seeds, thin: each seed" if several else "one seed of each arm",
        f"in {outside} of {len(fits)} panels the mean lies outside of the axes" if outside else "",
        shown.note,
    )
    if part is None:
        return words
    interval = " (95 % interval, t over n seeds)" if several else ""
    return f"{words}\nbelow each name: {PART_LABELS[part]} R²{interval}"


def _map_note(maps: Iterable[pd.DataFrame], shown: ShownArms, *, dots: bool) -> str:
    unit = "a unit (dot)" if dots else "a unit"
    cells = f"U-matrix: distance between neighbouring units, at {unit} the mean over its neighbours"
    return note(cells, _seed_note(int(rows["seed"].iloc[0]) for rows in maps), shown.note)
