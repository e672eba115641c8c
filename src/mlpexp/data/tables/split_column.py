"""What a table says about its own split: groups, times or parts in a column."""

from collections.abc import Mapping
from typing import assert_never

import numpy as np

from mlpexp.config.splits import ColumnSplit, GroupSplit, TimeSplit
from mlpexp.config.words import did_you_mean
from mlpexp.data.split_kinds import TEST, TRAIN, VALIDATION
from mlpexp.data.tables.dates import ordinal, readings
from mlpexp.data.tables.inputs import Rows
from mlpexp.data.tables.kinds import Judged, as_category

NAMES: Mapping[str, tuple[str, ...]] = {
    "train": ("train", "training"),
    "validation": ("validation", "val", "valid", "dev"),
    "test": ("test",),
}  # fmt: skip
NUMBER_OF = {"train": TRAIN, "validation": VALIDATION, "test": TEST}


def split_labels(rows: Rows, column: Judged, kind: GroupSplit | TimeSplit | ColumnSplit) -> np.ndarray:
    """What the column of the split says of each row, ``(N,)`` int64: group, rank of the time, or part.

    Raises:
        DataError: At the first cell that cannot be one.
    """
    match kind:
        case GroupSplit():
            return rows.levels(as_category(rows.file, column))[1].astype(np.int64)
        case TimeSplit():
            return _ranks(rows, column)
        case ColumnSplit():
            return _named_parts(rows, as_category(rows.file, column), kind)
        case _:
            assert_never(kind)


def _named_parts(rows: Rows, column: Judged, kind: ColumnSplit) -> np.ndarray:
    """0, 1 and 2 for training, validation and test part."""
    values = {part: getattr(kind, part) or words for part, words in NAMES.items()}
    given = {part for part in NAMES if getattr(kind, part) is not None}
    part_of: dict[str, int] = {}
    for part in sorted(NAMES, key=lambda part: part in given):  # what the config says counts before usual words
        part_of |= {value if part in given else value.lower(): NUMBER_OF[part] for value in values[part]}
    levels, places = rows.levels(column)
    numbers = [part_of.get(level, part_of.get(level.lower(), -1)) for level in levels]
    if -1 in numbers:
        cell = min(
            (level for level, number in zip(levels, numbers, strict=True) if number < 0),
            key=lambda level: rows.where(column, level),
        )
        known = ", ".join(word for words in values.values() for word in words)
        raise rows.file.error(
            f"{cell!r} names no part; known are {known}; say with dataset.split.train, .validation and .test which "
            f"values mean which part{did_you_mean(cell, list(part_of))}",
            column.name, rows.where(column, cell),
        )  # fmt: skip
    return np.array(numbers, dtype=np.int64)[places]


def _ranks(rows: Rows, column: Judged) -> np.ndarray:
    """The rank of each time, from 0 without gaps; equal times have equal ranks.

    Raises:
        DataError: A cell is no time, or can be read as two.
    """
    if column.kind == "number":
        values = rows.of(column.numbers)
    elif column.kind == "date":
        levels, places = rows.levels(column)
        moments = readings(levels)
        if len(moments) != 1:
            what = "can be read as day/month and as month/day" if moments else "is no date that is known"
            raise rows.file.error(
                f"{levels[0]!r} {what}; write dates as 2024-04-03", column.name, rows.where(column, levels[0])
            )
        values = ordinal(moments[0])[places]
    else:
        levels, _ = rows.levels(column)
        cell = next((level for level in levels if not readings([level])), levels[0])
        raise rows.file.error(
            f"{cell!r} is not read as a time; a split by time needs numbers or dates of one form, such as 2024-04-03",
            column.name, rows.where(column, cell),
        )  # fmt: skip
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)
