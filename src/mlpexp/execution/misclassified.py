"""The pictures that were wrong with the highest probability or output, from the table of predictions and the data."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mlpexp.data.dataset import Dataset
from mlpexp.planning.recording import MOST_MISCLASSIFIED, MOST_SIDE
from mlpexp.store.table import Cell, as_csv


def misclassified(predictions: Path, dataset_of: Callable[[int], Dataset], *, arm_column: bool) -> str:
    """``misclassified.csv``: of each arm the pictures that were wrong with the highest probability; empty if none was.

    Args:
        predictions: The table of predictions.
        dataset_of: The pictures of an arm, by its number.
        arm_column: Whether the table tells arms apart.
    """
    wrong: dict[int, list[dict[str, str]]] = {}
    with predictions.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["target"] != row["predicted"]:
                wrong.setdefault(int(row["arm"]) if arm_column else 0, []).append(row)
    rows = [_picture(row, dataset_of(arm), arm_column=arm_column) for arm in wrong for row in _worst(wrong[arm])]
    widest_first = sorted(rows, key=lambda row: ("channels" in row, len(row)), reverse=True)
    columns = dict.fromkeys(name for row in widest_first for name in row)
    empty: dict[str, Cell] = {name: 1 if name == "channels" else "" for name in columns}
    return as_csv(list(columns), [{**empty, **row} for row in rows]) if rows else ""


def _worst(wrong: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Those with the highest probability; a picture that several seeds get wrong is shown once."""
    ordered = sorted(wrong, key=lambda row: (-_sureness(row), int(row["seed"]), int(row["index"])))
    distinct = {row["index"]: row for row in reversed(ordered)}
    return [row for row in ordered if distinct[row["index"]] is row][:MOST_MISCLASSIFIED]


def _sureness(row: Mapping[str, str]) -> float:
    """The probability of the predicted class; its output, where that is none."""
    return float(row["probability"] or row["class_output"])


def _picture(row: Mapping[str, str], dataset: Dataset, *, arm_column: bool) -> dict[str, Cell]:
    picture = small_picture(dataset.inputs[int(row["index"])])
    channels, height, width = picture.shape
    names = (*(("arm",) if arm_column else ()), "seed", "index", "target", "predicted", "probability")
    kept: dict[str, Cell] = {name: row[name] for name in (*names, "class_output") if name in row}
    if channels > 1:
        kept["channels"] = channels
    pixels = picture.reshape(-1).tolist()
    return {**kept, "height": height, "width": width, **{f"p{i}": pixel for i, pixel in enumerate(pixels)}}


def small_picture(picture_CHW: np.ndarray) -> np.ndarray:
    """A picture as a figure shows it: of large ones, each pixel is the mean of a square."""
    channels, *sides = picture_CHW.shape
    step = -(-max(sides) // MOST_SIDE)
    if step == 1:
        return picture_CHW
    height, width = (max(1, side // step) for side in sides)
    tall, wide = (min(step, side) for side in sides)
    squares = picture_CHW[:, : height * tall, : width * wide].reshape(channels, height, tall, width, wide)
    small: np.ndarray = np.rint(squares.mean(axis=(2, 4))).astype(picture_CHW.dtype)
    return small
