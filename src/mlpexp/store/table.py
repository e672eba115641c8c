"""Tables as CSV text, and their rows."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from mlpexp.errors import RunError
from mlpexp.store.as_written import content_of
from mlpexp.store.formulas import neutral, original

Cell = str | int | float


def cell_text(value: Cell) -> str:
    """A number with the digits that give its double back, ``inf`` and ``nan`` in words."""
    return repr(float(value)) if isinstance(value, float) else str(value)


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Cell]]) -> str:
    """A whole table as CSV text."""
    return csv_lines([columns, *([cell_text(row[column]) for column in columns] for row in rows)])


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows of text as CSV, with headings as the first of them; no cell is a formula."""
    safe = [list(map(neutral, row)) for row in rows]
    text = _csv(safe, csv.QUOTE_MINIMAL)
    return _csv(safe, csv.QUOTE_ALL) if "\r" in text else text  # a lone one ends a line for readers, but has no quotes


def _csv(rows: Iterable[Sequence[str]], quotes: Literal[0, 1]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quotes).writerows(rows)
    return text.getvalue()


def read_rows(path: Path) -> list[dict[str, str]]:
    """All complete rows of a CSV file; a last line that a crash cut short is left out.

    Raises:
        RunError: It cannot be read, or is no table.
    """
    try:
        text = content_of(path).decode("utf-8")
        rows = list(csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1], newline="")))
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error):
        raise RunError(f"{path}: damaged: not a table") from None
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise RunError(f"{path}: damaged: row {number} has not as many cells as the header")
    return [{original(column): original(cell) for column, cell in row.items()} for row in rows]
