"""Another table of the same columns, read as the one was that a network has learned from; what is odd is said row by row.

Axis letters: N rows, F inputs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_never
from unicodedata import normalize

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, ColumnForm, DateColumn, NumberColumn, TableForm
from mlpexp.config.words import nearly
from mlpexp.data.tables.cells import Cells, plain
from mlpexp.data.tables.dates import ISO, PARTS, forms_of_days, ordinal, readings
from mlpexp.data.tables.header import ROW_NAMES
from mlpexp.data.tables.inputs import is_code
from mlpexp.data.tables.kinds import Rules
from mlpexp.data.tables.number_forms import PLAIN_FORM, NumberForm, is_plain_number
from mlpexp.data.tables.other_file import other_file
from mlpexp.data.tables.table_file import TableFile

NO_NAME = "the first column, which has no name"
TRUTH = frozenset(("true", "false"))
MOST_LETTERS = 40  # of a cell in a message
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
    file = other_file(form, path, content)
    rules = Rules(form.target.name, missing_values=form.missing_values)
    columns = [_of_column(column, file, rules) for column in form.columns]
    is_readable = np.ones(file.num_rows, dtype=bool)
    for odd in (odd for column in columns for odd in column.odd if not odd.is_readable):
        is_readable[odd.rows] = False
    known = {*(column.name for column in form.columns), form.target.name}
    targets = _targets(form.target, file, rules) if form.target.name in file.columns else None
    every = [*(odd for column in columns for odd in column.odd), *(targets.odd if targets else ())]
    values = None if targets is None else targets.inputs[:, 0]
    return OtherTable(
        inputs=np.concatenate([column.inputs for column in columns], 1),
        is_readable=is_readable,
        targets=values.astype(np.int64) if values is not None and form.target.kind == "category" else values,
        notes=_by_row(every, file.num_rows),
        lines=tuple(file.lines) if every else (),
        ignored=tuple(name.replace(ROW_NAMES, NO_NAME) for name in file.columns if name not in known),
        said=file.notes,
    )


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
    forms = _number_forms(column, file)
    cells = file.columns[column.name]
    odd: list[_Odd] = []
    if isinstance(cells, Cells) or PLAIN_FORM not in forms:
        cells = file.written(column.name)
        values, missing, odd = _each_cell(column, cells, rules, lambda cell: _number(forms, cell), 1)
        numbers = values[:, 0]
    else:
        missing = np.isnan(cells) | np.isin(cells, rules.missing_numbers)
        numbers = np.where(missing, np.nan, cells)
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        odd.append(_Odd(infinite, f"{column.name}: is not a finite number", is_readable=False))
        numbers = np.where(np.isinf(numbers), np.nan, numbers)
    odd += _far(column.name, numbers, column.lowest, column.highest, _plain)
    return _with_missing(column, numbers[:, None], missing, odd)


def _number_forms(column: NumberColumn, file: TableFile) -> list[NumberForm]:
    """How the numbers of a column may be written: as in training, or as numbers that are no text."""
    form = NumberForm(column.decimal, column.thousands, column.before, column.after, (), column.around)
    has_marks_around = any((column.before, column.after, *column.around))  # 51 % of a sheet may be 0.51
    return [form, *[PLAIN_FORM] * (file.is_sheet and not has_marks_around and not form.is_plain)]


def _number(forms: Sequence[NumberForm], cell: str) -> tuple[float, ...] | str:
    if PLAIN_FORM in forms and is_plain_number(cell):
        return (float(cell),)
    form = forms[0]
    if form.takes(cell):
        return (form.value(cell),)
    return f"{_short(cell)} is no number as in training ({', '.join(form.marks) or 'decimal point'})"


def _far(
    name: str, values: np.ndarray, lowest: float, highest: float, written: Callable[[float], str]
) -> Iterator[_Odd]:
    """What lies outside of a range by more than a share of its width."""
    width = FAR * (highest - lowest)
    far = np.flatnonzero((values < lowest - width) | (values > highest + width))
    seen = f"{written(lowest)} to {written(highest)}" if width else f"always {written(lowest)}"
    for row, value in zip(far.tolist(), values[far].tolist(), strict=True):
        yield _Odd(np.array([row]), f"{name}: {written(value)} is far outside of what training has seen ({seen})")


def _plain(value: float) -> str:
    return f"{value:.10g}"


def _as_date(days: float) -> str:
    """A day by its number from the beginning of 1970."""
    return (datetime(1970, 1, 1) + timedelta(days=days)).date().isoformat()


def _short(cell: str) -> str:
    """A cell in a message."""
    return repr(cell if len(cell) <= MOST_LETTERS else f"{cell[:MOST_LETTERS]}...")


def _category(column: CategoryColumn, file: TableFile, rules: Rules) -> _Values:
    places, alike = _places(column), {_alike(level): level for level in column.levels}

    def level(cell: str) -> tuple[float, ...] | str:
        place = places(cell)
        if place is not None:
            return tuple(float(place == other) for other in range(len(column.levels)))
        hint = f"; did you mean {alike[_alike(cell)]!r}?" if _alike(cell) in alike else ""
        return f"{_short(cell)} is a level that training has not seen; all inputs of the column are 0{hint}"

    values, missing, odd = _each_cell(column, file.written(column.name), rules, level, len(column.levels))
    if not column.level_of_missing:
        return _with_missing(column, values, missing, odd)
    values = np.concatenate([np.where(missing[:, None], 0.0, values), missing[:, None]], 1)
    rows = np.flatnonzero(missing)
    if len(rows):
        odd.append(_Odd(rows, f"{column.name}: missing, the level {column.level_of_missing!r}"))
    return _indicated(column, values, missing, odd)


def _places(column: CategoryColumn) -> Callable[[str], int | None]:
    """Which level a cell is, however programs write it: 1 and 1.0, unless some are codes, true and TRUE, ü and u¨."""
    numeric = all(map(is_plain_number, column.levels)) and not any(map(is_code, column.levels))
    is_truth = {level.lower() for level in column.levels} <= TRUTH

    def written(cell: str) -> str:
        if numeric and is_plain_number(cell):
            return plain(float(cell))
        return cell.lower() if is_truth else normalize("NFC", cell)

    places = {written(level): place for place, level in enumerate(column.levels)}
    exact = {level: place for place, level in enumerate(column.levels)}
    return lambda cell: exact.get(cell, places.get(written(cell)))


def _alike(level: str) -> str:
    """A level without what slips change: case and blanks."""
    return "".join(level.split()).casefold()


def _dates(column: DateColumn, file: TableFile, rules: Rules) -> _Values:
    forms = (*forms_of_days(column.written), *[ISO] * file.is_sheet)

    def parts(cell: str) -> tuple[float, ...] | str:
        ways = readings([cell], forms)
        if len(ways) != 1:
            why = "can be read in two ways" if ways else f"is no date as in training, such as {column.written[0]!r}"
            return f"{_short(cell)} {why}"
        moment = ways[0][0]
        return tuple(float(PARTS[part](moment)) for part in column.parts) or tuple(ordinal([moment]).tolist())

    cells = file.written(column.name)
    values, missing, odd = _each_cell(column, cells, rules, parts, len(column.parts) or 1)
    for place, (lowest, highest) in enumerate(zip(column.lowest, column.highest, strict=True)):
        written = _plain if column.parts else _as_date
        odd += _far(column.inputs[place], values[:, place], lowest, highest, written)
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


def _unknown(cell: str, classes: Sequence[str]) -> str:
    return f"{_short(cell)} is no class that was trained{nearly(cell, classes)}"


def _targets(column: NumberColumn | CategoryColumn, file: TableFile, rules: Rules) -> _Values:
    """What is true, as a number or as that of a class: -1 where it is missing or no class that is known."""
    cells = file.written(column.name)
    if isinstance(column, CategoryColumn):
        places = _places(column)
        known = [places(cell) for cell in cells.levels]
        unknown = [
            _Odd(np.flatnonzero(cells.codes == code), f"{column.name}: {_unknown(cell, column.levels)}")
            for code, (cell, place) in enumerate(zip(cells.levels, known, strict=True))
            if place is None and not rules.is_marker(cell)
        ]
        numbers = np.array([-1.0 if place is None else place for place in known])
        return _Values(numbers[cells.codes][:, None], tuple(unknown))
    forms = _number_forms(column, file)
    values, _, odd = _each_cell(column, cells, rules, lambda cell: _number(forms, cell), 1)
    return _Values(np.where(np.isinf(values), np.nan, values), tuple(replace(cell, is_readable=True) for cell in odd))


def _by_row(every: Sequence[_Odd], num_rows: int) -> tuple[tuple[str, ...], ...]:
    notes: list[list[str]] = [[] for _ in range(num_rows)]
    for odd, row in _pairs(every):
        notes[row].append(odd.what)
    return tuple(map(tuple, notes))


def _pairs(every: Sequence[_Odd]) -> Iterator[tuple[_Odd, int]]:
    return ((odd, row) for odd in every for row in odd.rows.tolist())
