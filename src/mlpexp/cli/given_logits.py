"""Logits and what is true of them, as they are typed or as they stand in a file.

Axis letters: N rows, U logits of a row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.errors import InputError
from mlpexp.report.words import counted

if TYPE_CHECKING:
    from mlpexp.data.tables.table_file import TableFile

LABEL, TARGET, LOGIT = "label", "target", "logit"  # columns of a file; of several target_0, target_1, and so on


@dataclass(frozen=True, eq=False)
class GivenLogits:
    """Rows of logits, with labels or with numbers."""

    logits: np.ndarray
    """``(N, U)`` float64."""
    labels: np.ndarray | None = None
    """Class numbers, ``(N,)`` int64; None: not given."""
    targets: np.ndarray | None = None
    """``(N, T)`` float64; None: not given."""
    path: Path | None = None
    """The file that they stand in; None: they were typed."""
    notes: tuple[str, ...] = ()
    """How a file was read."""

    @property
    def truth(self) -> np.ndarray | None:
        """Labels or targets."""
        return self.targets if self.labels is None else self.labels

    def place(self, option: str) -> str:
        """Where a problem is: in the file, else in an option."""
        return option if self.path is None else str(self.path)


def typed_rows(option: str, text: str) -> np.ndarray:
    """``2 1 0.1; 0 3 1`` as ``(N, U)``: rows end with a semicolon or a line, numbers with a blank or a comma.

    Lists of Python and arrays of NumPy are read as well: ``[2, 1, 0.1]``, ``[[2, 1, 0.1], [0, 3, 1]]``.

    Raises:
        InputError: Something is no number, or rows have different lengths.
    """
    rows = [_row(option, row.strip()) for row in re.split(r"[;\n]", _without_brackets(text)) if row.strip()]
    if not rows:
        raise InputError(f"{option}: no number; expected rows of numbers, such as '2 1 0.1; 0 3 1'")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise InputError(f"{option}: row {number} has {counted(len(row), 'number')}, but row 1 has {len(rows[0])}")
    return np.array(rows, dtype=np.float64)


def typed_labels(text: str) -> np.ndarray:
    """``0,2`` as ``(N,)`` int64.

    Raises:
        InputError: Something is no class number.
    """
    words = re.split(r"[,;\s]+", _without_brackets(text).strip(" ,;\n"))
    for word in words:
        if not re.fullmatch(r"[0-9]{1,6}", word):
            raise InputError(f"--labels: {word!r} is not a class; classes are whole numbers from 0, such as 0,2")
    return np.array(words, dtype=np.int64)


def read_logits(path: Path) -> GivenLogits:
    """Those of a file: a column for each logit, and one with labels or some with targets.

    Raises:
        DataError: It is no such table.
    """
    from mlpexp.data.tables.header import ROW_NAMES, Asked
    from mlpexp.data.tables.number_forms import is_plain_number
    from mlpexp.data.tables.table_file import Reading, read_file
    from mlpexp.data.tables.text_file import data_error

    file = read_file(path.expanduser(), Reading(Asked(header=True, fewest=1)))
    columns = [name for name in file.columns if name != ROW_NAMES]
    if all(map(is_plain_number, columns)):
        what = f"the first line has only numbers; it must name the columns, such as {LABEL} for the class"
        raise data_error(path, what, file.header_line)
    targets, logits = _named(columns, TARGET), _named(columns, LOGIT)
    logits = logits or _by_number([name for name in columns if name != LABEL and name not in targets])
    if {_ending(name) for name in targets} == {_ending(name) for name in logits}:
        targets = sorted(targets, key=lambda name: [_ending(logit) for logit in logits].index(_ending(name)))
    if not logits:
        raise data_error(path, "no column of logits; each unit or class needs one", file.header_line)
    if targets and LABEL in columns:
        raise data_error(path, f"columns {LABEL} and {targets[0]}: which of them is true? keep one", file.header_line)
    said = {"logits": logits, "labels": [LABEL] * (LABEL in columns), "targets": targets}
    used = [name for names in said.values() for name in names]
    said["not looked at"] = [name for name in columns if name not in used]
    note = "; ".join(f"{what}: {', '.join(names)}" for what, names in said.items() if names)
    return GivenLogits(
        logits=np.stack([_numbers(file, name) for name in logits], 1),
        labels=_labels(file, logits) if LABEL in columns else None,
        targets=np.stack([_numbers(file, name) for name in targets], 1) if targets else None,
        path=path,
        notes=tuple(f"{path.name}: {each}" for each in (*file.notes, note)),
    )


def _named(columns: Sequence[str], word: str) -> list[str]:
    """``target``, or ``target_0`` and so on, by their numbers."""
    return _by_number([name for name in columns if name == word or name.startswith(f"{word}_")])


def _by_number(names: Sequence[str]) -> list[str]:
    """Names in the order of the numbers that they are or end in; as they stand where one has none."""
    endings = [_ending(name) for name in names]
    return sorted(names, key=lambda name: int(_ending(name))) if all(map(_is_class, endings)) else list(names)


def _ending(name: str) -> str:
    """Of ``logit_cat`` or ``target_cat`` the name of the class."""
    return re.sub(rf"^({LOGIT}|{TARGET})_", "", name)


def _is_class(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,6}", text) is not None


def _without_brackets(text: str) -> str:
    """``[[2, 1], [0, 3]]`` as ``2, 1;0, 3``; brackets that are no pairs stay, to be refused."""
    rows = re.sub(r"\]\s*[,;]?\s*\[", ";", text.strip())
    whole = re.fullmatch(r"(\[\s*){1,2}([^\[\]]*)(\s*\]){1,2}", rows)
    if whole is None or text.count("[") != text.count("]"):
        return text
    return re.sub(r"\s+", " ", whole[2])


def _row(option: str, text: str) -> list[float]:
    words = re.split(r"\s*,\s*", text.strip(",")) if "," in text else text.split()
    return [_number(option, word) for word in words]


def _number(option: str, word: str) -> float:
    from mlpexp.data.tables.number_forms import is_plain_number

    if not is_plain_number(word):
        rule = "between numbers is a blank or a comma, between rows a semicolon"
        if "[" in word or "]" in word:
            rule = "rows in brackets are such as [[2, 1], [0, 3]]"
        raise InputError(f"{option}: {word!r} is not a number; {rule}")
    if not np.isfinite(float(word)):
        raise InputError(f"{option}: {word} is not finite")
    return float(word)


def _numbers(file: "TableFile", name: str) -> np.ndarray:
    from mlpexp.data.tables.cells import Cells
    from mlpexp.data.tables.number_forms import is_plain_number

    values = file.columns[name]
    if isinstance(values, Cells):
        row = int(np.argmax(values.where(lambda cell: not is_plain_number(cell))))
        more = "; with a decimal point" * ("," in file.cell(row, name))
        raise file.error(f"{file.cell(row, name)!r} is not a number such as 0.5{more}", name, row)
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        cell = file.cell(row, name)
        raise file.error(f"{cell!r} is not a finite number" if cell else "the cell is empty", name, row)
    return values


def _labels(file: "TableFile", logits: Sequence[str]) -> np.ndarray:
    """Class numbers from 0, or names of the columns of logits; where these are numbers, a label is a name."""
    cells = file.written(LABEL)
    names = {form: number for number, name in enumerate(logits) for form in (name, _ending(name))}
    numbered = not any(map(_is_class, names))
    numbers = []
    for level in cells.levels:
        if level not in names and not (numbered and _is_class(level)):
            row = int(np.argmax(cells.codes == cells.levels.index(level)))
            number = "a whole number from 0, or " if numbered else ""
            what = f"{level!r} is not a class; a label is {number}the name of a column of logits"
            raise file.error(what, LABEL, row)
        numbers.append(names[level] if level in names else int(level))
    return np.array(numbers, dtype=np.int64)[cells.codes]
