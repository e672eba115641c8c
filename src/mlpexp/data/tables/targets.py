"""What is to be predicted: class numbers or values, from the column of the target."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpexp.config.datasets import Csv
from mlpexp.data.tables.inputs import Rows
from mlpexp.data.tables.kinds import Judged, as_category
from mlpexp.data.tables.number_forms import is_plain_number

MOST_CLASSES = 20  # whole numbers with more different values than this are quantities, not labels


@dataclass(frozen=True)
class Targets:
    """What is to be predicted."""

    values: np.ndarray
    """``(N,)`` int64 class numbers, or ``(N, 1)`` float64 values."""
    class_names: tuple[str, ...]
    """One per class; empty for regression."""


def targets_of(rows: Rows, column: Judged, config: Csv) -> Targets:
    """Classes or values, as ``task`` says, else by the cells: words and few whole numbers are classes.

    Raises:
        DataError: One class, a class with one sample, classes that only differ in writing, or no numbers where they must be.
    """
    if column.kind == "date" and config.task != "classification":
        raise rows.file.error(
            "dates cannot be predicted; choose another target, or set task: classification", column.name
        )
    if is_classification(rows, column, config):
        return _classes(rows, column)
    if column.kind != "number":
        cells, _ = rows.cells(column)
        wrong = int(np.argmax(~cells.where(is_plain_number)))
        raise rows.file.error(
            f"{cells.levels[cells.codes[wrong]]!r} is not a number; task: regression needs numbers",
            column.name, int(rows.keep[wrong]),
        )  # fmt: skip
    values = rows.of(column.numbers)
    if config.target.transform == "log" and values.min() <= 0:
        place = int(np.argmax(values <= 0))
        message = f"{values[place]:g} has no logarithm; transform: log needs positive numbers, so leave it out"
        raise rows.file.error(message, column.name, int(rows.keep[place]))
    if not np.isfinite(values).all():
        row = int(rows.keep[np.argmin(np.isfinite(values))])
        raise rows.file.error(f"{rows.file.cell(row, column.name)!r} is not a finite number", column.name, row)
    return Targets(values[:, np.newaxis].copy(), ())  # torch takes no array that pandas shares


def is_classification(rows: Rows, column: Judged, config: Csv) -> bool:
    """Whether the target is classes: as ``task`` says, else words and few whole numbers are."""
    if config.task is not None:
        return config.task == "classification"
    if column.kind != "number":
        return True
    values = rows.of(column.numbers)
    return not column.note and bool(np.all(values == np.floor(values))) and len(np.unique(values)) <= MOST_CLASSES


def _classes(rows: Rows, column: Judged) -> Targets:
    written = as_category(rows.file, column)
    names, codes = rows.levels(written)
    _refuse_twins(rows, written, names)
    if len(names) < 2:
        raise rows.file.error(f"only one class, {names[0]}; classification needs at least two", column.name)
    counts = np.bincount(codes, minlength=len(names))
    if counts.min() < 2:
        rare = int(np.argmin(counts))
        raise rows.file.error(
            f"class {names[rare]} has only one sample, and needs at least two; add some, remove it, "
            "or set task: regression if these are quantities",
            column.name, int(rows.keep[np.argmax(codes == rare)]),
        )  # fmt: skip
    return Targets(codes.astype(np.int64), names)


def twins(levels: Sequence[str]) -> tuple[str, str, str] | None:
    """Two levels that differ only in writing, and how; None: there are none."""
    written: dict[object, str] = {}
    for level in levels:
        is_number = is_plain_number(level)
        key: object = float(level) if is_number else "".join(level.split()).casefold()
        if key in written:
            other = written[key]
            how = "as numbers" if is_number else "by case" if level.casefold() == other.casefold() else "by blanks"
            return other, level, how
        written[key] = level
    return None


def _refuse_twins(rows: Rows, column: Judged, levels: Sequence[str]) -> None:
    pair = twins(levels)
    if pair is not None:
        *levels, how = pair
        first, second = sorted(levels, key=lambda level: rows.where(column, level))
        lines = [rows.file.line(rows.where(column, level)) for level in (first, second)]
        raise rows.file.error(
            f"classes {first!r} (line {lines[0]}) and {second!r} (line {lines[1]}) do not differ but {how}; write them in "
            "one way",
            column.name, rows.where(column, second),
        )  # fmt: skip
