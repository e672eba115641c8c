"""What may be wrong with columns that can be read: said by name, never refused."""

from collections.abc import Iterator

import numpy as np

from mlpexp.data.tables.inputs import Rows, is_code
from mlpexp.data.tables.kinds import Judged
from mlpexp.data.tables.targets import Targets, twins
from mlpexp.data.tables.totals import totals

CODES = (-9, -99, -999, -9999, -99999, -1e10, 99, 999, 9999, 99999)  # that programs write for a missing number
SOME = 1000  # rows that rule out most columns at once
FAR = 5.0  # ranges of the other values that such a number is away from them
WILD = 3.0  # the same where no program writes the number, and the others are not skewed towards it
FEWEST_OTHERS = 10  # different numbers that say how far apart numbers of a column are
MOST_EXACT = 2.0**53  # above it whole numbers are no longer told apart
FIRST_DAY, LAST_DAY = 1900_01_01, 2100_12_31


def doubts(rows: Rows, column: Judged, targets: Targets) -> Iterator[str]:
    """Sentences about a column that is an input."""
    if column.kind == "category":
        yield from _twin_levels(rows, column)
        yield from totals(column)
        return
    if column.kind != "number":
        return
    values = rows.of(column.numbers)
    yield from list(_code(column.name, values)) or _wild(rows, column.name, values)
    yield from _zeros_in_front(rows, column)
    if max(abs(np.fmin.reduce(values)), abs(np.fmax.reduce(values))) > MOST_EXACT:
        yield (
            f"`{column.name}` has whole numbers of more than 15 digits, whose last ones are lost; if they only name the "
            f"samples, leave the column out: exclude: [{column.name}]"
        )
    if counts_rows(values):
        yield f"`{column.name}` counts the rows; if it only names the samples, leave it out: exclude: [{column.name}]"
    elif targets.class_names and follows_order(values, targets.values):
        yield (
            f"the rows are sorted by `{column.name}`, and so are the classes; if it only says where a row stands, leave it "
            f"out: exclude: [{column.name}]"
        )
    elif _are_days(values):
        yield (
            f"`{column.name}` looks like dates written as numbers ({values[0]:.0f}), whose differences are no days; leave "
            f"it out: exclude: [{column.name}], or set dates: {{{column.name}: ordinal}}"
        )


def _zeros_in_front(rows: Rows, column: Judged) -> Iterator[str]:
    code = next((cell for cell in rows.file.first_cells[column.name] if is_code(cell)), None)
    if code is not None:
        yield (
            f"`{column.name}` has numbers with zeros in front, such as {code}, as codes have; if it holds codes, set "
            f"categorical: [{column.name}]"
        )


def counts_rows(values: np.ndarray) -> bool:
    """Whether whole numbers rise by one from row to row."""
    return (
        len(values) > 2
        and bool(values[0] == np.floor(values[0]))
        and all(bool(np.all(np.diff(part) == 1)) for part in (values[:SOME], values))
    )


def follows_order(values: np.ndarray, classes: np.ndarray) -> bool:
    """Whether a column never falls from row to row, or never rises, while the classes lie in blocks one behind the other."""
    if not all(_is_ordered(part) for part in (values[:SOME], values)) or len(np.unique(values)) <= 2:
        return False
    return 1 + int(np.count_nonzero(np.diff(classes))) <= 2 * len(np.unique(classes))


def _is_ordered(values: np.ndarray) -> bool:
    steps = np.diff(values)
    return bool(np.all(steps >= 0) or np.all(steps <= 0))


def _code(name: str, values: np.ndarray) -> Iterator[str]:
    """A number far from all others that programs write where there is none."""
    for code in {float(np.nanmin(values)), float(np.nanmax(values))}.intersection(CODES):
        others = values[(values != code) & ~np.isnan(values)]
        if not len(others):
            return
        low, high = float(others.min()), float(others.max())
        if min(abs(code - low), abs(code - high)) > FAR * max(high - low, abs(high), abs(low)):
            number = np.count_nonzero(values == code)
            yield (
                f"`{name}` is {code:g} in {number} of {len(values)} rows and far from that elsewhere; "
                f"if it stands for a missing value, set missing_values: [{code:g}]"
            )


def _wild(rows: Rows, name: str, values: np.ndarray) -> Iterator[str]:
    """The least or the greatest number, if it is so far from all others that it may be a mistake."""
    least, greatest = float(np.nanmin(values)), float(np.nanmax(values))
    gap = WILD / (1 + WILD) * (greatest - least)  # at least
    for value, sign in ((least, -1.0), (greatest, 1.0)):
        distances = np.abs(values[:SOME] - value)
        if np.any((distances > 0) & (distances <= gap)):
            continue
        others = values[(values != value) & ~np.isnan(values)]
        if len(others) >= FEWEST_OTHERS and is_wild(sign * value, sign * others):
            place = int(np.argmax(values == value))
            number = np.count_nonzero(values == value)
            more = f" and {number - 1} more" if number > 1 else ""
            yield (
                f"`{name}` is {value:g} in line {rows.file.line(int(rows.keep[place]))}{more}, and {others.min():g} to "
                f"{others.max():g} elsewhere; correct it if it is a mistake, or set missing_values: [{value:g}]"
            )


def is_wild(value: float, others: np.ndarray) -> bool:
    """Whether a number lies far above all others, and farther than their skewness lets expect.

    Distances are counted from the least number. The greatest may have twice the logarithm of the next one, with the
    median as the unit: incomes and counts, whose distances grow upwards, keep to that.

    Args:
        value: Greater than all others.
        others: ``(N,)``.
    """
    distances = others - others.min()
    farthest, far = float(distances.max()), value - float(others.min())
    if far - farthest <= WILD * farthest or len(np.unique(others)) < FEWEST_OTHERS:
        return False
    unit = float(np.median(distances[distances > 0]))
    return bool(np.log1p(far / unit) > 2 * np.log1p(farthest / unit))


def _are_days(values: np.ndarray) -> bool:
    """Whether all are days such as 20240131, and not all are the same."""
    for part in (values[:SOME], values):
        months, days = part // 100 % 100, part % 100
        fitting = (part >= FIRST_DAY) & (part <= LAST_DAY) & (part == np.floor(part))
        if not np.all(fitting & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)):
            return False
    return bool(values.min() < values.max())


def _twin_levels(rows: Rows, column: Judged) -> Iterator[str]:
    levels, _ = rows.levels(column)
    pair = twins(levels)
    if pair is not None:
        yield f"`{column.name}` has levels {pair[0]!r} and {pair[1]!r}, which do not differ but {pair[2]}; each is an input"
