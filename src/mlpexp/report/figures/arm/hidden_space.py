"""The plane of two hidden units: where the last hidden layer places the samples, and how the output layer divides it."""

import numpy as np
import pandas as pd

from mlpexp.config.scores import PART_LABELS
from mlpexp.report.drawing.style import Drawing, in_style, new_figure, scatter_size
from mlpexp.report.figures.arm.boundary import (
    Plane,
    draw_plane,
    legend_entries,
    num_classes_of,
    plane_numbers,
    plane_of,
    seed_words,
)
from mlpexp.report.figures.arm.confusion import accuracy_text
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.results.judged import judged_part

UNITS = ("unit_1", "unit_2")
SMALL_LETTERS_PER_INCH, ROOM_FOR_MARK = 14, 5  # of the legend
CELLS = 200  # of an axis: points in one cell of the plane look like one point


@in_style()
def draw_hidden_space(
    hidden: pd.DataFrame, boundary: pd.DataFrame | None, predictions: pd.DataFrame | None, caption: RunCaption
) -> Drawing | None:
    """The samples in the plane of the inputs, if there is one, and in that of the hidden units; None without a grid.

    Args:
        hidden: As in ``hidden_space.csv``: samples, and a grid whose ``part`` is ``grid``, of one seed.
        boundary: As in ``boundary.csv``; None where the inputs are no plane.
        predictions: The samples with their features; None draws regions alone.
        caption: Of the run.
    """
    grid, samples = hidden[hidden["part"] == "grid"], hidden[hidden["part"] != "grid"]
    points = samples.loc[np.isfinite(samples[list(UNITS)].to_numpy(dtype=float)).all(1)]
    if grid.empty:
        return None
    units = Plane(UNITS, grid, points, int(grid["seed"].iloc[0]))
    inputs = None if boundary is None else plane_of(boundary, predictions)
    planes = [units] if inputs is None else [inputs, units]
    num_classes = num_classes_of(planes, caption)
    note, width = _note(units, samples, caption), 5.0 if inputs is None else 6.4
    figure = new_figure(caption.title, note, width=width, height=4.3)
    panels = figure.subplots(1, len(planes), squeeze=False)[0]
    for axes, plane in zip(panels, planes, strict=True):
        draw_plane(axes, plane, num_classes, scatter_size(len(plane.points)), caption)
        axes.set(xlabel=plane.features[0], ylabel=plane.features[1])
    panels[-1].set(xlabel="hidden unit 1", ylabel="hidden unit 2")
    if inputs is not None:
        panels[0].set_title("inputs")
        panels[1].set_title("last hidden layer")
    entries = legend_entries(samples, num_classes, caption)
    letters = max(len(str(entry.get_label())) for entry in entries) + ROOM_FOR_MARK
    columns = max(1, int(SMALL_LETTERS_PER_INCH * figure.get_size_inches()[0] / letters))
    figure.legend(handles=entries, loc="outside lower left", ncols=min(columns, len(entries)), handlelength=1.0)
    return Drawing(figure, pd.concat(map(_numbers, planes), ignore_index=True))


def _note(units: Plane, samples: pd.DataFrame, caption: RunCaption) -> str:
    points, lost = units.points, len(samples) - len(units.points)
    words = f"{seed_words(units, caption)}; region: predicted class, line: where the output layer decides"
    places = len(np.unique(_cells(points[list(UNITS)].to_numpy(dtype=float)), axis=0))
    if places < len(points) / 2:
        told = f"{places:,} place{'s' * (places > 1)} can be told apart"
        words += f"\nmany of the {len(points):,} samples lie on each other: {told}"
    if lost:
        words += f"\n{lost:,} samples are left out: what the units give for them is not finite"
    part = judged_part(samples)
    return words if part is None else f"{words}\n{PART_LABELS[part]} {accuracy_text(samples[samples['part'] == part])}"


def _cells(places: np.ndarray) -> np.ndarray:
    """In which cell of the plane each of some points ``(n, 2)`` lies; of none, no cells."""
    if not len(places):
        return places
    low, width = places.min(0), np.ptp(places, axis=0)
    return np.floor(CELLS * (places - low) / np.where(width > 0, width, 1))


def _numbers(plane: Plane) -> pd.DataFrame:
    """What ``plane_numbers`` gives, with the two axes in columns of one name."""
    table = plane_numbers(plane).rename(columns=dict(zip(plane.features, ("x", "y"), strict=True)))
    table.insert(0, "plane", "hidden units" if plane.features == UNITS else "inputs")
    return table
