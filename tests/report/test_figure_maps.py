"""Figures of a map: letters for classes, what is counted, and one seed only."""

import numpy as np
import pandas as pd
import pytest

from mlpexp.report.figures.arm.maps import draw_code_book, draw_hits, draw_u_matrix
from mlpexp.report.numbers.run_caption import RunCaption

CAPTION = RunCaption(
    title="a map", class_names=("setosa", "versicolor", "virginica"), grid=(2, 2), topology="hexagonal"
)
UNITS = pd.DataFrame(
    {
        "seed": [3] * 4 + [4] * 4, "unit": [0, 1, 2, 3] * 2, "row": [0, 0, 1, 1] * 2, "column": [0, 1] * 4,
        "across": [0.0, 1.0, 0.5, 1.5] * 2, "down": [0.0, 0.0, 0.87, 0.87] * 2, "length": range(8),
    }
)  # fmt: skip


def test_hits_are_those_of_the_first_seed_over_all_parts() -> None:
    hits = pd.DataFrame(
        {
            "seed": [3, 3, 3, 3, 4], "part": ["train", "train", "test", "test", "train"], "unit": [0, 0, 0, 3, 1],
            "class": [0, 2, 2, 1, 1], "hits": [5, 2, 4, 1, 9],
        }
    )  # fmt: skip
    drawing = draw_hits(hits, UNITS, CAPTION)
    assert drawing is not None
    rows = drawing.numbers[["unit", "class", "hits"]].to_numpy().tolist()
    assert rows == [[0, "setosa", 5], [0, "virginica", 6], [3, "versicolor", 1]]
    axes = drawing.figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["vi", "ve"]
    radii = sorted({round(patch.r, 9) for patch in axes.patches})
    assert radii[1] / radii[0] == pytest.approx(np.sqrt(11))  # areas are numbers of samples
    note = drawing.figure.texts[1].get_text().replace("\n", " ")
    assert (
        "all 12 samples" in note
        and "at most 11" in note
        and "2 of 4 units have none" in note
        and "seed 3 (of 2)" in note
    )


def test_a_cell_has_the_colour_of_its_distance() -> None:
    cells = UNITS[["seed", "across", "down"]].assign(distance=[0.0, 1.0, 2.0, 4.0] * 2)
    drawing = draw_u_matrix(cells, CAPTION)
    assert drawing is not None
    (collection, *_) = drawing.figure.axes[0].collections
    assert collection.get_array().tolist() == [0.0, 1.0, 2.0, 4.0]
    assert len(collection.get_paths()) == 4
    assert all(len(path.vertices) == 7 for path in collection.get_paths())  # hexagons, closed


def test_a_panel_per_feature() -> None:
    drawing = draw_code_book(UNITS.assign(width=1.0), CAPTION)
    assert drawing is not None
    assert [axes.get_title() for axes in drawing.figure.axes if axes.get_title()] == ["length", "width"]
    assert drawing.numbers["length"].tolist() == [0, 1, 2, 3]
    assert draw_code_book(UNITS.drop(columns="length"), CAPTION) is None
    assert draw_u_matrix(UNITS, RunCaption()) is None
