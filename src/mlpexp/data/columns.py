"""From the text of a column to numbers: as they are, or one code for each level."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.data.csv_file import CsvFile

if TYPE_CHECKING:
    import pandas as pd

# What float() takes but a table should not hold, such as 1_000, is no number here. Infinity is one, to be refused
# by name instead of making a class label of it.
NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity)", re.IGNORECASE | re.ASCII)
MISSING = ("", "na", "n/a", "nan", "null", "?")  # in upper or lower case
MOSTLY = 0.9  # a column with more numbers than this, but not only numbers, holds a mistake rather than categories


def is_number(cell: str) -> bool:
    """Whether a cell is written as a number."""
    return NUMBER.fullmatch(cell) is not None


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a value that is not there."""
    return cell.lower() in MISSING


def which(test: Callable[[str], bool], cells: "pd.Series[str]") -> np.ndarray:
    """For which cells a test holds, ``(N,)`` bool; it is made once for equal cells, of which wide tables are full."""
    verdicts = {cell: test(cell) for cell in set(cells)}
    return np.fromiter(map(verdicts.__getitem__, cells), dtype=bool, count=len(cells))


def is_numeric(file: CsvFile, name: str, remedy: str) -> bool:
    """Whether all cells of a column are numbers.

    Args:
        file: The file.
        name: The column.
        remedy: What to do if the column is meant to be categorical.

    Raises:
        DataError: If nearly all cells are numbers: at the first that is not.
    """
    cells = file.cells[name]
    numbers = which(is_number, cells)
    share = numbers.mean()
    if MOSTLY < share < 1:
        first = int(np.argmin(numbers))
        raise file.error(
            f"{cells.iloc[first]!r} is not a number, but {numbers.sum()} of the {len(numbers)} values of the column "
            f"are; correct it, or {remedy}",
            name,
            int(cells.index[first]),
        )
    return bool(share == 1)


def to_numbers(file: CsvFile, name: str, remedy: str) -> np.ndarray:
    """The values of a column, ``(N,)`` float64.

    Raises:
        DataError: At the first cell that is not a finite number.
    """
    cells = file.cells[name]
    numbers = which(is_number, cells)
    if not numbers.all():
        first = int(np.argmin(numbers))
        raise file.error(f"{cells.iloc[first]!r} is not a number; {remedy}", name, int(cells.index[first]))
    values = cells.to_numpy().astype(np.float64)
    if not np.isfinite(values).all():
        first = int(np.argmin(np.isfinite(values)))
        raise file.error(f"{cells.iloc[first]!r} is not a finite number", name, int(cells.index[first]))
    return values


def encode(file: CsvFile, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The levels of a column, sorted (numbers by value, so 10 follows 9 and 1.0 is 1), and the code of each cell.

    Returns:
        Codes ``(N,)`` int64 from 0, and the names of the levels.

    Raises:
        DataError: If the cells are numbers and one is not finite.
    """
    cells = file.cells[name]
    numeric = bool(which(is_number, cells).all())
    values = to_numbers(file, name, "") if numeric else cells.to_numpy(dtype=object)
    levels, codes = np.unique(values, return_inverse=True)
    names = tuple(_plain(level) for level in levels) if numeric else tuple(str(level) for level in levels)
    return codes.astype(np.int64), names


def one_hot(file: CsvFile, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """One 0/1 column for each of the L levels: ``(N, L)`` float64, with the names ``column=level``.

    Raises:
        DataError: If every row has a level of its own, so that nothing can be learned from it.
    """
    codes, levels = encode(file, name)
    if len(levels) == len(codes):
        raise file.error(
            f"not a number, and different in each of the {len(codes)} rows, so it names the samples and predicts "
            "nothing; leave it out by listing the others under features:",
            name,
        )
    return np.eye(len(levels))[codes], tuple(f"{name}={level}" for level in levels)


def feature(file: CsvFile, name: str, categorical: Sequence[str] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """The inputs that one column gives: ``(N, 1)``, or ``(N, L)`` if it is categorical; and their names.

    Args:
        file: The file.
        name: The column.
        categorical: The categorical columns; None: those that are not numeric.

    Raises:
        DataError: If a value cannot be used.
    """
    remedy = "list the column under categorical:"
    if name in categorical if categorical is not None else not is_numeric(file, name, remedy):
        return one_hot(file, name)
    return to_numbers(file, name, f"correct it, or {remedy}")[:, np.newaxis], (name,)


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(float(value))
