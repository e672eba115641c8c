"""Another table of the same columns, read as the one was that a network has learned from; what is odd is said row by row.

Axis letters: N rows, F inputs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, ColumnForm, DateColumn, NumberColumn, TableForm
from mlpexp.config.words import did_you_mean
from mlpexp.data.tables.cells import Cells, plain
from mlpexp.data.tables.dates import PARTS, ordinal, readings
from mlpexp.data.tables.header import ROW_NAMES, Asked
from mlpexp.data.tables.inputs import is_code
from mlpexp.data.tables.kinds import Rules
from mlpexp.data.tables.number_forms import NumberForm, is_plain_number
from mlpexp.data.tables.table_file import Reading, TableFile, table_in
from mlpexp.data.tables.text_file import data_error
from mlpexp.data.tables.understanding import shown
from mlpexp.errors import DataError

FAR = 0.5  # of the width of the range that training has seen: farther outside is said


@dataclass(frozen=True)
class OtherTable:
    """A table that a network is asked about."""

    inputs: np.ndarray
    """``(N, F)`` float64, NaN where a value is filled in."""
    is_readable: np.ndarray
    """``(N,)`` bool: for which rows all inputs are known."""
    targets: np.ndarray | None
    """``(N,)`` int64 classes, -1 for others, or float64, NaN where there is none; None: the table has no such column."""
    notes: tuple[tuple[str, ...], ...]
    """Of each row what is odd about it, in words."""
    lines: tuple[int, ...]
    """Of each row its line in the file; empty where nothing is odd."""
    ignored: tuple[str, ...]
    """Columns that are not looked at."""
    said: tuple[str, ...]
    """What had to be found out of the file, in words."""


@dataclass(frozen=True)
class _Odd:
    """What is odd about some rows."""

    rows: np.ndarray
    """Their numbers."""
    what: str
    """In words."""
    is_readable: bool = True
    """Whether there is a value nevertheless."""


@dataclass(frozen=True)
class _Values:
    """What a column gives."""

    inputs: np.ndarray
    """``(N, k)`` float64."""
    odd: tuple[_Odd, ...]
    """What is said of its cells."""


def read_other(form: TableForm, path: Path, content: bytes) -> OtherTable:
    """Reads a table as another one was read.

    Args:
        form: How that is written.
        path: For messages.
        content: The bytes of the file.

    Raises:
        DataError: It is no table, or lacks a column.
    """
    file = _file(form, path, content)
    _check_columns(form, file)
    rules = Rules(form.target.name, missing_values=form.missing_values)
    columns = [_of_column(column, file, rules) for column in form.columns]
    is_readable = np.ones(file.num_rows, dtype=bool)
    for odd in (odd for column in columns for odd in column.odd if not odd.is_readable):
        is_readable[odd.rows] = False
    known = {*(column.name for column in form.columns), form.target.name, ROW_NAMES}
    targets = _targets(form.target, file, rules) if form.target.name in file.columns else None
    every = [*(odd for column in columns for odd in column.odd), *(targets.odd if targets else ())]
    values = None if targets is None else targets.inputs[:, 0]
    return OtherTable(
        inputs=np.concatenate([column.inputs for column in columns], 1),
        is_readable=is_readable,
        targets=values.astype(np.int64) if values is not None and form.target.kind == "category" else values,
        notes=_by_row(every, file.num_rows),
        lines=tuple(file.lines) if every else (),
        ignored=tuple(name for name in file.columns if name not in known),
        said=file.notes,
    )


def _file(form: TableForm, path: Path, content: bytes) -> TableFile:
    """The cells; a file without names of its own has all columns of the first one, or all but the target."""
    asked = Asked(form.delimiter, form.header, fewest=1)
    if form.header is not False and not form.renamed:
        return table_in(path, content, Reading(asked, form.encoding))
    without = tuple(name for name in form.names if name != form.target.name)
    try:
        return table_in(path, content, Reading(replace(asked, names=form.names), form.encoding))
    except DataError as error:
        try:
            return table_in(path, content, Reading(replace(asked, names=without), form.encoding))
        except DataError:
            raise error from None


def _check_columns(form: TableForm, file: TableFile) -> None:
    there = [name for name in file.columns if name != ROW_NAMES]
    lacking = [column.name for column in form.columns if column.name not in there]
    if lacking:
        hint = did_you_mean(lacking[0], there) or f"; the columns are {shown(there)}"
        what = f"there is no column {shown(lacking)}, which the network needs{hint}"
        raise data_error(file.path, what, file.header_line)


def _of_column(column: ColumnForm, file: TableFile, rules: Rules) -> _Values:
    match column:
        case NumberColumn():
            values = _numbers(column, file, rules)
        case CategoryColumn():
            values = _category(column, file, rules)
        case DateColumn():
            values = _dates(column, file, rules)
        case _:
            assert_never(column)
    return values


def _numbers(column: NumberColumn, file: TableFile, rules: Rules) -> _Values:
    form = NumberForm(column.decimal, column.thousands, column.before, column.after, (), column.around)
    cells = file.columns[column.name]
    odd: list[_Odd] = []
    if isinstance(cells, Cells) or not form.is_plain:
        cells = file.written(column.name)
        values, missing, odd = _each_cell(column, cells, rules, lambda cell: _number(form, cell), 1)
        numbers = values[:, 0]
    else:
        missing = np.isnan(cells) | np.isin(cells, rules.missing_numbers)
        numbers = np.where(missing, np.nan, cells)
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        odd.append(_Odd(infinite, f"{column.name}: is not a finite number", is_readable=False))
        numbers = np.where(np.isinf(numbers), np.nan, numbers)
    width = FAR * (column.highest - column.lowest)
    far = np.flatnonzero((numbers < column.lowest - width) | (numbers > column.highest + width))
    between = f"{plain(column.lowest)} to {plain(column.highest)}"
    for row, value in zip(far.tolist(), numbers[far].tolist(), strict=True):
        what = f"{column.name}: {plain(value)} is far outside of what training has seen ({between})"
        odd.append(_Odd(np.array([row]), what))
    return _with_missing(column, numbers[:, None], missing, odd)


def _number(form: NumberForm, cell: str) -> tuple[float, ...] | str:
    if form.takes(cell):
        return (form.value(cell),)
    if form.is_plain and is_plain_number(cell):
        return (float(cell),)
    return f"{cell!r} is no number as in training" + (f" ({', '.join(form.marks)})" if form.marks else "")


def _category(column: CategoryColumn, file: TableFile, rules: Rules) -> _Values:
    places = _places(column)
    values, missing, odd = _each_cell(
        column, file.written(column.name), rules, lambda cell: _level(column, places(cell), cell), len(column.levels)
    )
    if not column.level_of_missing:
        return _with_missing(column, values, missing, odd)
    values = np.concatenate([np.where(missing[:, None], 0.0, values), missing[:, None]], 1)
    rows = np.flatnonzero(missing)
    if len(rows):
        odd.append(_Odd(rows, f"{column.name}: missing, the level {column.level_of_missing!r}"))
    return _indicated(column, values, missing, odd)


def _level(column: CategoryColumn, place: int | None, cell: str) -> tuple[float, ...] | str:
    """As one 1 among zeros."""
    if place is None:
        return f"{cell!r} is a level that training has not seen; all inputs of the column are 0"
    return tuple(float(place == other) for other in range(len(column.levels)))


def _places(column: CategoryColumn) -> Callable[[str], int | None]:
    """Which level a cell is; numbers are the same however they are written, unless some are codes."""
    places = {level: place for place, level in enumerate(column.levels)}
    numeric = all(map(is_plain_number, places)) and not any(map(is_code, places))
    return lambda cell: places.get(plain(float(cell)) if numeric and is_plain_number(cell) else cell)


def _dates(column: DateColumn, file: TableFile, rules: Rules) -> _Values:
    def parts(cell: str) -> tuple[float, ...] | str:
        ways = readings([*column.written, cell])
        if len(ways) != 1:
            return f"{cell!r} is no date as in training, such as {column.written[0]!r}"
        moment = ways[0][-1]
        return tuple(float(PARTS[part](moment)) for part in column.parts) or tuple(ordinal([moment]).tolist())

    cells = file.written(column.name)
    values, missing, odd = _each_cell(column, cells, rules, parts, len(column.parts) or 1)
    return _with_missing(column, values, missing, odd)


def _each_cell(
    column: ColumnForm, cells: Cells, rules: Rules, read: Callable[[str], tuple[float, ...] | str], width: int
) -> tuple[np.ndarray, np.ndarray, list[_Odd]]:
    """Inputs ``(N, width)``, which cells are missing, and what is odd; each different cell is read once.

    Args:
        column: What is read.
        cells: Of it.
        rules: Which cells are missing.
        read: Gives the inputs of a cell, or what is wrong with it.
        width: Inputs of a cell.
    """
    of_level = np.full((len(cells.levels), width), np.nan)
    missing = np.zeros(len(cells.levels), dtype=bool)
    wrong: dict[int, str] = {}
    is_unknown = column.kind == "category"  # none of the levels, so that its inputs are 0
    for place, cell in enumerate(cells.levels):
        if rules.is_missing(cell, numbers=column.kind != "category"):
            missing[place] = True
            continue
        values = read(cell)
        if isinstance(values, str):
            of_level[place] = 0.0 if is_unknown else np.nan
            wrong[place] = values
        else:
            of_level[place] = values
    rows = np.flatnonzero(np.isin(cells.codes, list(wrong)))
    places = cells.codes[rows].tolist()
    odd = [
        _Odd(np.array([row]), f"{column.name}: {wrong[place]}", is_readable=is_unknown)
        for row, place in zip(rows.tolist(), places, strict=True)
    ]
    return of_level[cells.codes], missing[cells.codes], odd


def _with_missing(column: ColumnForm, values: np.ndarray, missing: np.ndarray, odd: list[_Odd]) -> _Values:
    """Says of missing cells what becomes of them."""
    rows = np.flatnonzero(missing)
    if len(rows) and column.fill:
        rule = column.fill.replace("_", " ")
        odd.append(_Odd(rows, f"{column.name}: missing, filled in ({rule} of the training part)"))
    elif len(rows):
        what = f"{column.name}: missing, and nothing was learned to fill it in (dataset.missing)"
        odd.append(_Odd(rows, what, is_readable=False))
    return _indicated(column, values, missing, odd)


def _indicated(column: ColumnForm, values: np.ndarray, missing: np.ndarray, odd: Sequence[_Odd]) -> _Values:
    inputs = np.concatenate([values, missing[:, None]], 1) if column.has_indicator else values
    return _Values(inputs, tuple(odd))


def _targets(column: NumberColumn | CategoryColumn, file: TableFile, rules: Rules) -> _Values:
    """What is true, as a number or as that of a class: -1 where it is missing or no class that is known."""
    cells = file.written(column.name)
    if isinstance(column, CategoryColumn):
        places = _places(column)
        known = [places(cell) for cell in cells.levels]
        unknown = [
            _Odd(np.flatnonzero(cells.codes == code), f"{column.name}: {cell!r} is no class that was trained")
            for code, (cell, place) in enumerate(zip(cells.levels, known, strict=True))
            if place is None and not rules.is_marker(cell)
        ]
        numbers = np.array([-1.0 if place is None else place for place in known])
        return _Values(numbers[cells.codes][:, None], tuple(unknown))
    form = NumberForm(column.decimal, column.thousands, column.before, column.after, (), column.around)
    values, _, odd = _each_cell(column, cells, rules, lambda cell: _number(form, cell), 1)
    return _Values(values, tuple(replace(one, is_readable=True) for one in odd))


def _by_row(every: Sequence[_Odd], num_rows: int) -> tuple[tuple[str, ...], ...]:
    notes: list[list[str]] = [[] for _ in range(num_rows)]
    for odd, row in _pairs(every):
        notes[row].append(odd.what)
    return tuple(map(tuple, notes))


def _pairs(every: Sequence[_Odd]) -> Iterator[tuple[_Odd, int]]:
    return ((odd, row) for odd in every for row in odd.rows.tolist())
