"""What a table says about its own split: groups, times or parts in a column, and a second file that is the test part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

import numpy as np

from mlpexp.config.splits import ColumnSplit, GroupSplit, TimeSplit
from mlpexp.config.words import did_you_mean
from mlpexp.data.columns import encode, is_number, to_numbers, which
from mlpexp.data.csv_file import CsvFile, data_error
from mlpexp.data.split_kinds import TEST, TRAIN, VALIDATION

NAMES = {
    "train": ("train", "training"),
    "validation": ("validation", "val", "valid", "dev"),
    "test": ("test",),
}  # fmt: skip
NUMBER_OF = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
DATES = (
    "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d-%m-%Y",
    "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
TWO_READINGS = (
    ("%d/%m/%Y", "%m/%d/%Y"), ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"), ("%d/%m/%y", "%m/%d/%y"),
)  # fmt: skip


def split_labels(file: CsvFile, kind: GroupSplit | TimeSplit | ColumnSplit) -> np.ndarray:
    """What the column of the split says of each row, ``(N,)`` int64: group, rank of the time, or part.

    Raises:
        DataError: At the first cell that cannot be one.
    """
    match kind:
        case GroupSplit():
            return encode(file, kind.column)[0]
        case TimeSplit():
            return _ranks(file, kind.column)
        case ColumnSplit():
            return _named_parts(file, kind)
        case _:
            assert_never(kind)


def _named_parts(file: CsvFile, kind: ColumnSplit) -> np.ndarray:
    """0, 1 and 2 for training, validation and test part."""
    values = {part: getattr(kind, part) or words for part, words in NAMES.items()}
    given = {part for part in NAMES if getattr(kind, part) is not None}
    part_of: dict[str, int] = {}
    for part in sorted(NAMES, key=lambda part: part in given):  # what the config says counts before usual words
        part_of |= {value if part in given else value.lower(): NUMBER_OF[part] for value in values[part]}
    cells = file.cells[kind.column]
    numbers = {cell: part_of.get(cell, part_of.get(cell.lower())) for cell in set(cells)}
    for place, cell in enumerate(cells):
        if numbers[cell] is None:
            known = ", ".join(word for words in values.values() for word in words)
            raise file.error(
                f"{cell!r} names no part; known are {known}; say with dataset.split.train, .validation and .test which "
                f"values mean which part{did_you_mean(cell, list(part_of))}",
                kind.column,
                int(cells.index[place]),
            )
    return np.array([numbers[cell] for cell in cells], dtype=np.int64)


def _ranks(file: CsvFile, name: str) -> np.ndarray:
    """The rank of each time, from 0 without gaps; equal times have equal ranks."""
    cells = file.cells[name]
    if which(is_number, cells).all():
        values: np.ndarray = to_numbers(file, name, "")
    else:
        values = np.array(list(map(_times(file, name).__getitem__, cells)))
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _times(file: CsvFile, name: str) -> Mapping[str, float]:
    """Seconds of each different cell, by the form of dates that fits all of them.

    Raises:
        DataError: No form fits, or two that differ.
    """
    cells = file.cells[name]
    different = list(dict.fromkeys(cells))
    if (times := _read_all(different, _iso)) is not None:
        return times
    for form in DATES:
        if (times := _read_all(different, _by_form(form))) is not None:
            return times
    for day_first, month_first in TWO_READINGS:
        one, other = (_read_all(different, _by_form(form)) for form in (day_first, month_first))
        if one is not None and other is not None and one != other:
            raise file.error(
                "dates such as 03/04/2024 can be read as day/month and as month/day; write them as 2024-04-03", name
            )
        if one or other:
            return one or other or {}
    first = next((place for place, cell in enumerate(cells) if _iso(cell) is None), 0)
    raise file.error(
        f"{cells.iloc[first]!r} is not read as a time; a split by time needs numbers or dates of one form, such as 2024-04-03",
        name,
        int(cells.index[first]),
    )


Reading = Callable[[str], float | None]


def _read_all(cells: Sequence[str], read: Reading) -> dict[str, float] | None:
    times: dict[str, float] = {}
    for cell in cells:
        seconds = read(cell)
        if seconds is None:
            return None
        times[cell] = seconds
    return times


def _iso(cell: str) -> float | None:
    if is_number(cell):  # 20240403 is a date for the library, but beside dates of another form it is none
        return None
    try:
        return _seconds(datetime.fromisoformat(cell))
    except ValueError:
        return None


def _by_form(form: str) -> Reading:
    def read(cell: str) -> float | None:
        try:
            return _seconds(datetime.strptime(cell, form))
        except ValueError:
            return None

    return read


def _seconds(time: datetime) -> float:
    """Since 1970; a time without a zone counts as it is written, wherever it is read."""
    zone = time.utcoffset()
    return (time.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds() - (zone.total_seconds() if zone else 0.0)


def with_second_file(first: CsvFile, second: CsvFile, names: Sequence[str], classes: Sequence[str]) -> CsvFile:
    """The rows of two files, the second file's last; it must hold what the first one has.

    Args:
        first: The table.
        second: The test part.
        names: Columns that are used.
        classes: Those of them whose values must be known from the first file, even if they are numbers.

    Raises:
        DataError: At the first cell of the second file that the first file does not allow for.
    """
    for name in names:
        if name not in second.cells.columns:
            raise data_error(
                second.path,
                f"there is no column {name}, which {first.path.name} has{did_you_mean(name, list(second.cells.columns))}",
                second.header_line,
            )
        levels = set(first.cells[name])
        cells = second.cells[name]
        numeric = bool(which(is_number, first.cells[name]).all())
        if numeric:
            values = to_numbers(second, name, f"in {first.path.name} the column has only numbers")
            levels_of_first = set(to_numbers(first, name, "").tolist())
            unknown = [value not in levels_of_first for value in values.tolist()] if name in classes else []
        else:
            unknown = [cell not in levels for cell in cells]
        if any(unknown):
            place = unknown.index(True)
            raise second.error(
                f"{cells.iloc[place]!r} does not occur in {first.path.name}", name, int(cells.index[place])
            )
    import pandas as pd

    both = pd.concat([first.cells[list(names)], second.cells[list(names)]])
    return replace(first, cells=both)
