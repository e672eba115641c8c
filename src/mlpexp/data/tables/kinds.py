"""What each column of a table is, by one rule that says why: numbers, categories, dates; and which cells are missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mlpexp.data.tables.cells import Cells, Column
from mlpexp.data.tables.dates import date_like
from mlpexp.data.tables.number_forms import (
    MISSING,
    PLAIN_FORM,
    NumberForm,
    decided_decimal,
    forms_of,
    forms_within,
    is_fraction,
    is_number_like,
    is_numbered,
    is_plain_number,
    quantities,
    strange_form,
    values_of,
)
from mlpexp.data.tables.table_file import TableFile
from mlpexp.errors import DataError

# Words and signs that stand for a missing cell among numbers and dates, but may be a category of its own elsewhere.
MISSING_NUMBER = ("none", "-", "--", ".", "..", "nil", "missing", "unknown")
LONGEST = max(map(len, (*MISSING, *MISSING_NUMBER)))  # letters
LARGEST_GROUPED = 1e12  # numbers with more digits than this are not looked at for marks between thousands
SOME = 1000  # rows that answer most questions at once
MOSTLY = 0.5  # a column with more numbers than this, but not only numbers, holds a mistake rather than categories

SEVERAL, FEW_WORDS = 5, 2  # different numbers beside so few different words: numbers, and words for missing ones

_CATEGORICAL = "list the column under categorical:"
Kind = Literal["number", "category", "date", "identifier", "constant", "left out"]


@dataclass(frozen=True)
class Rules:
    """What the config says of the columns."""

    target: str
    """What is predicted."""
    categorical: tuple[str, ...] = ()
    """Categories though they be numbers."""
    numeric: tuple[str, ...] = ()
    """Numbers, or an error."""
    dates: tuple[str, ...] = ()
    """Dates that become numbers."""
    decimal: str | None = None
    """The mark of fractions; None: found out."""
    thousands: str | None = None
    """The mark between groups of three digits; None: found out."""
    missing_values: tuple[str, ...] = ()
    """Cells that stand for a missing value, besides the usual ones."""

    def is_marker(self, cell: str) -> bool:
        """Whether a cell stands for a value that is not there, in any column."""
        if (len(cell) <= LONGEST and cell.lower() in MISSING) or cell in self.missing_values:
            return True
        return bool(self.missing_values) and is_plain_number(cell) and float(cell) in self.missing_numbers

    def is_missing(self, cell: str, *, numbers: bool) -> bool:
        """Whether a cell stands for a value that is not there, in a column of numbers or of words."""
        return self.is_marker(cell) or (numbers and len(cell) <= LONGEST and cell.lower() in MISSING_NUMBER)

    @property
    def missing_numbers(self) -> tuple[float, ...]:
        """The numbers among the missing values."""
        return tuple(float(cell) for cell in self.missing_values if is_plain_number(cell))


@dataclass(frozen=True)
class Judged:
    """A column and what it is."""

    name: str
    """Of the column."""
    kind: Kind
    """Number, category or date."""
    missing: np.ndarray
    """``(N,)`` bool: which cells are missing."""
    values: np.ndarray | None
    """``(N,)`` float64 of numbers, NaN where missing; else None."""
    cells: Cells
    """The text; of numbers that programs write it is empty."""
    note: str = ""
    """How it was understood, where that is not plain."""
    form: NumberForm = PLAIN_FORM
    """How numbers are written."""

    @property
    def numbers(self) -> np.ndarray:
        """Of a column of numbers."""
        assert self.values is not None
        return self.values


EMPTY = Cells((), np.zeros(0, np.int32))


def judged(file: TableFile, names: Sequence[str], rules: Rules) -> dict[str, Judged]:
    """What each of some columns is.

    Raises:
        DataError: At the first column that can be read in two ways, or in none that makes sense.
    """
    plain: dict[str, Judged] = {}
    candidates: dict[str, list[NumberForm]] = {}
    for name in names:
        column = _column(file, name, rules)
        if isinstance(column, Cells):
            candidates[name] = _forms(column, name, rules)
        else:
            plain[name] = _plain(name, column, rules)
    with_point = [name for name, column in plain.items() if _has_fractions(column)]
    is_open = rules.decimal is None and bool(with_point) and all(_may_be_thousands(file, plain[n]) for n in with_point)
    decimal = rules.decimal or decided_decimal(candidates.values())
    if rules.decimal is None and decimal == ",":
        for name in with_point:
            _refuse_thousands(file, name, plain[name])
    if rules.decimal is None and with_point and not is_open:
        decimal = "." if decimal in (None, ".") else None
    if is_open and decimal is None:
        plain |= {name: _with_guess(file, plain[name]) for name in with_point}
    of_text = {name: _from_text(file, name, rules, candidates[name], decimal) for name in candidates}
    return {name: plain[name] if name in plain else of_text[name] for name in names}


def as_category(file: TableFile, column: Judged) -> Judged:
    """A column by the text of its cells, also if they are numbers."""
    cells = file.written(column.name) if column.cells is EMPTY else column.cells
    return Judged(column.name, "category", column.missing, None, cells)


def in_order(levels: Sequence[str]) -> Callable[[str], tuple[float, str]]:
    """A key that sorts levels: numbers by value, so that 10 follows 9, else by their letters."""
    numeric = all(map(is_plain_number, levels))
    return lambda level: (float(level) if numeric else 0.0, level)


def _column(file: TableFile, name: str, rules: Rules) -> Column:
    as_written = name in rules.categorical or name in rules.dates or rules.decimal == "," or rules.thousands == "."
    return file.written(name) if as_written else file.columns[name]


def _plain(name: str, values: np.ndarray, rules: Rules) -> Judged:
    missing = np.isnan(values)
    if rules.missing_values:
        missing |= np.isin(values, rules.missing_numbers)
    numbers = np.where(missing, np.nan, values) if missing.any() else values
    return Judged(name, "number", missing, numbers, EMPTY)


def _has_fractions(column: Judged) -> bool:
    parts = (column.numbers[:SOME], column.numbers)
    return any(bool(np.any(np.isfinite(part) & (part != np.floor(part)))) for part in parts)


def _may_be_thousands(file: TableFile, column: Judged) -> bool:
    """Whether each point in the first cells may stand between thousands: 1.234, not 1.5."""
    numbers = column.numbers[:SOME]
    numbers = numbers[np.abs(numbers) < LARGEST_GROUPED]  # NaN aside; others have no digit behind the point
    thousandths = numbers * 1000
    if np.any(np.abs(thousandths - np.round(thousandths)) > 1e-6) or np.any((numbers != 0) & (np.abs(numbers) < 1)):
        return False
    return any(form.thousands for form in forms_of(cell for cell in file.first_cells[column.name] if "." in cell))


def _with_guess(file: TableFile, column: Judged) -> Judged:
    cell = next(cell for cell in file.first_cells[column.name] if "." in cell)
    note = f"{cell} is read as a decimal number; if its point stands between thousands, set thousands: '.'"
    return replace(column, note=note)


def _forms(column: Cells, name: str, rules: Rules) -> list[NumberForm]:
    if name in rules.categorical or name in rules.dates:
        return []
    present = _present(column, rules, numbers=True)
    forms = forms_of(present, rules.decimal, rules.thousands)
    return forms or (forms_within(present, rules.decimal, rules.thousands) if name in rules.numeric else [])


def _present(column: Cells, rules: Rules, *, numbers: bool) -> list[str]:
    return [cell for cell in column.levels if not rules.is_missing(cell, numbers=numbers)]


def _from_text(file: TableFile, name: str, rules: Rules, forms: Sequence[NumberForm], decimal: str | None) -> Judged:
    column = file.written(name)
    if name in rules.categorical:
        return _category(name, column, rules)
    present = _present(column, rules, numbers=True)
    missing = column.where(lambda cell: rules.is_missing(cell, numbers=True))
    if name in rules.dates or (name not in rules.numeric and date_like(present)):
        return Judged(name, "date", missing, None, column)
    if forms:
        form = _form(file, column, name, forms, decimal)
        return _numbers(name, column, missing, form, present)
    if not present:
        return Judged(name, "number", missing, np.full(len(column), np.nan), EMPTY)
    if name in rules.numeric:
        raise _no_number(file, column, name, rules, "")
    return _words(file, column, name, rules, present)


def _numbers(name: str, column: Cells, missing: np.ndarray, form: NumberForm, present: Sequence[str]) -> Judged:
    of_level = np.full(len(column.levels), np.nan)
    readable = set(present)
    places = [place for place, cell in enumerate(column.levels) if cell in readable]
    of_level[places] = values_of([column.levels[place] for place in places], form)
    example = max(present[:SOME], key=lambda cell: (form.shows(cell), len(cell)))
    note = "" if form.is_plain else f"read as {form.described(example)}"
    return Judged(name, "number", missing, of_level[column.codes], EMPTY, note, form)


def _words(file: TableFile, column: Cells, name: str, rules: Rules, present: Sequence[str]) -> Judged:
    """A category, if its cells do not look like numbers that are written wrongly or in several ways."""
    counts = dict(zip(column.levels, column.counts().tolist(), strict=True))
    total = sum(counts[cell] for cell in present)
    _refuse_odd_cell(file, column, name, rules, present)
    numbers = [cell for cell in present if is_plain_number(cell)]
    plain = sum(counts[cell] for cell in numbers)
    if plain > MOSTLY * total or (len(numbers) >= SEVERAL and len(present) - len(numbers) <= FEW_WORDS):
        raise _no_number(
            file, column, name, rules,
            f", but {plain} of the {total} values of the column are; correct it, name it under missing_values: if it stands "
            f"for a missing value, or {_as_words(name, rules)}",
        )  # fmt: skip
    if is_fraction(present):
        cell = next(cell for cell in present if not is_plain_number(cell))
        raise file.error(
            f"{cell!r} is a fraction; write it as a decimal number, or list the column under categorical:",
            name, _first(column, cell),
        )  # fmt: skip
    if sum(counts[cell] for cell in present if is_number_like(cell)) > MOSTLY * total:
        raise _several_ways(file, column, name, rules, present)
    if name != rules.target:
        _refuse_quantities(file, column, name, present)
    return _category(name, column, rules, _category_note(present))


def _refuse_odd_cell(file: TableFile, column: Cells, name: str, rules: Rules, present: Sequence[str]) -> None:
    """Refuses a cell that is no number where most are, and all those in one form."""
    numbers = [cell for cell in present if is_number_like(cell)]
    counts = dict(zip(column.levels, column.counts().tolist(), strict=True))
    number, total = (sum(counts[cell] for cell in cells) for cells in (numbers, present))
    if not MOSTLY * total < number < total:
        return
    forms = forms_of(numbers, rules.decimal, rules.thousands)
    if forms and not all(map(is_plain_number, numbers)):
        odd = next(cell for cell in present if not is_number_like(cell))
        example = next(cell for cell in numbers if not is_plain_number(cell))
        raise file.error(
            f"{odd!r} is not a number, but {number} of the {total} values of the column are, such as {example!r}; correct it, "
            f"name it under missing_values: if it stands for a missing value, or {_as_words(name, rules)}",
            name, _first(column, odd),
        )  # fmt: skip


def _as_words(name: str, rules: Rules) -> str:
    """How a column is taken for words."""
    return "set task: classification" if name == rules.target else _CATEGORICAL


def _refuse_quantities(file: TableFile, column: Cells, name: str, present: Sequence[str]) -> None:
    """Refuses words that may be quantities."""
    what, remedy = strange_form(present), ""
    if what is None:
        what, remedy = quantities(present), "list the column under numeric: if the numbers are meant, "
    if what is not None:
        raise file.error(
            f"{what}, such as {present[0]!r}; write the numbers alone, {remedy}or {_CATEGORICAL} if the words are",
            name, _first(column, present[0]),
        )  # fmt: skip


def _category_note(present: Sequence[str]) -> str:
    """What is said of a category whose cells have numbers."""
    if is_numbered(present):
        return f"a category, though its levels are numbered, such as {present[0]!r}; numeric: takes the numbers alone"
    if any(map(is_plain_number, present)):
        word = next((cell for cell in present if not is_plain_number(cell)), None)
        return f"a category, since some cells are numbers and others not, such as {word!r}" if word else ""
    return ""


def _several_ways(file: TableFile, column: Cells, name: str, rules: Rules, present: Sequence[str]) -> DataError:
    """The error to raise for cells that look like numbers but have no form in common."""
    if forms_of(present):
        cell = next(cell for cell in present if not forms_of([cell], rules.decimal, rules.thousands))
        what = f"{cell!r} is no number with the marks that decimal: and thousands: say; leave one of them out"
        return file.error(f"{what}, or {_as_words(name, rules)}", name, _first(column, cell))
    strange = next((cell for cell in present if is_number_like(cell) and not forms_of([cell])), None)
    if strange is not None:
        what = f"{strange!r} looks like a number, but is of no form that is known; write it with a decimal point alone"
        return file.error(f"{what}, or {_as_words(name, rules)}, or exclude:", name, _first(column, strange))
    several = _two_ways(present)
    return file.error(
        f"numbers written in several ways, such as {several[0]!r} and {several[1]!r}; write all in one way, "
        f"or {_as_words(name, rules)}",
        name, _first(column, several[1]),
    )  # fmt: skip


def _category(name: str, column: Cells, rules: Rules, note: str = "") -> Judged:
    return Judged(name, "category", column.where(rules.is_marker), None, column, note)


def _form(file: TableFile, column: Cells, name: str, forms: Sequence[NumberForm], decimal: str | None) -> NumberForm:
    """The one form of a column: plain if it can be, else by the mark of fractions that other columns have.

    Raises:
        DataError: Two readings fit.
    """
    fitting = [form for form in forms if decimal in (None, form.decimal)] or list(forms)
    plain = [form for form in fitting if not form.thousands and form.decimal == "."]
    if len(fitting) > 1 and plain:
        fitting = plain
    if len(fitting) == 1:
        return fitting[0]
    cell = next(
        cell for cell in column.levels if fitting[0].reads(cell) and fitting[0].value(cell) != fitting[1].value(cell)
    )
    readings = " or ".join(f"{form.value(cell):.10g}" for form in fitting)
    keys = ", ".join(f"{_key_of(form)} means {form.value(cell):.10g}" for form in fitting)
    raise file.error(f"{cell!r} can be {readings}; set decimal: or thousands: ({keys})", name, _first(column, cell))


def _key_of(form: NumberForm) -> str:
    """The key that says that numbers have a form."""
    return f'thousands: "{form.thousands}"' if form.thousands else f'decimal: "{form.decimal}"'


def _refuse_thousands(file: TableFile, name: str, column: Judged) -> None:
    """Refuses numbers such as 1.234 in a table whose other columns have a decimal comma."""
    if any(form.thousands for form in forms_of(file.written(name).levels)):
        row = int(np.flatnonzero(column.numbers != np.floor(column.numbers))[0])
        raise file.error(
            f"{file.cell(row, name)!r} can be a decimal number, or thousands, since other columns have a decimal comma; set "
            'decimal: "." or thousands: "."', name, row,
        )  # fmt: skip


def _no_number(file: TableFile, column: Cells, name: str, rules: Rules, what: str) -> DataError:
    wrong = next((c for c in column.levels if not rules.is_missing(c, numbers=True) and not is_plain_number(c)), None)
    if wrong is None:
        return file.error(f"no column of numbers{what}", name)
    return file.error(f"{wrong!r} is not a number{what}", name, _first(column, wrong))


def _two_ways(present: Sequence[str]) -> tuple[str, str]:
    first = next(cell for cell in present if is_number_like(cell))
    other = next((cell for cell in present if is_number_like(cell) and not forms_of([first, cell])), None)
    return first, other or next(cell for cell in present if cell != first)


def _first(column: Cells, cell: str) -> int:
    """The first row that has a cell."""
    return int(np.argmax(column.codes == column.levels.index(cell)))
