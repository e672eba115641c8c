"""What may be wrong with columns that can be read: said by name, never refused."""

from collections.abc import Iterator, Sequence

import numpy as np

from mlpexp.data.tables.inputs import Rows
from mlpexp.data.tables.kinds import Judged
from mlpexp.data.tables.targets import Targets, twins

CODES = (-9, -99, -999, -9999, -99999, -1e10, 99, 999, 9999, 99999)  # that programs write for a missing number
FAR = 5.0  # ranges of the other values that such a number is away from them
FIRST_DAY, LAST_DAY = 1900_01_01, 2100_12_31


def doubts(rows: Rows, column: Judged, targets: Targets) -> Iterator[str]:
    """Sentences about a column that is an input."""
    if column.kind == "category":
        yield from _twin_levels(rows, column)
        return
    if column.kind != "number":
        return
    values = column.numbers[rows.keep]
    yield from _code(column.name, values)
    if counts_rows(values):
        yield f"`{column.name}` counts the rows; if it only names the samples, leave it out: exclude: [{column.name}]"
    elif targets.class_names and follows_order(values, targets.values):
        yield (
            f"the rows lie in the order of `{column.name}`, and the classes one behind the other, so it may only say where a row "
            f"stands; if so, leave it out: exclude: [{column.name}]"
        )
    elif _are_days(values):
        yield (
            f"`{column.name}` looks like dates written as numbers ({values[0]:.0f}), which no distance between days is; leave "
            f"it out: exclude: [{column.name}], or write it as 2024-01-31"
        )


def counts_rows(values: np.ndarray) -> bool:
    """Whether whole numbers rise by one from row to row."""
    return len(values) > 2 and bool(np.all(np.diff(values) == 1))


def follows_order(values: np.ndarray, classes: np.ndarray) -> bool:
    """Whether a column never falls from row to row, while the classes lie in blocks, one behind the other."""
    if len(np.unique(values)) <= 2 or np.isnan(values).any():
        return False
    blocks = 1 + int(np.count_nonzero(np.diff(classes)))
    ordered = bool(np.all(np.diff(values) >= 0) or np.all(np.diff(values) <= 0))
    return ordered and blocks <= 2 * len(np.unique(classes))


def _code(name: str, values: np.ndarray) -> Iterator[str]:
    """A number far from all others that programs write where there is none."""
    present = values[~np.isnan(values)]
    for code in CODES:
        others = present[present != code]
        count = len(present) - len(others)
        if not 0 < count < len(present):
            continue
        low, high = float(others.min()), float(others.max())
        if min(abs(code - low), abs(code - high)) > FAR * max(high - low, abs(high), abs(low)) and not low <= code <= high:
            yield (
                f"`{name}` is {code:g} in {count} of {len(values)} rows and far from that elsewhere; if it stands for a missing "
                f"value, set missing_values: [{code:g}]"
            )
            return


def _are_days(values: np.ndarray) -> bool:
    """Whether all are days such as 20240131, and not all in one day."""
    if not np.all((values >= FIRST_DAY) & (values <= LAST_DAY) & (values == np.floor(values))):
        return False
    months, days = values // 100 % 100, values % 100
    return bool(np.all((months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)) and len(np.unique(values)) > 1)


def _twin_levels(rows: Rows, column: Judged) -> Iterator[str]:
    levels, _ = rows.levels(column)
    pair = twins(levels)
    if pair is not None:
        yield f"`{column.name}` has levels {pair[0]!r} and {pair[1]!r}, which do not differ but {pair[2]}; each is an input"
