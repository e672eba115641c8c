"""CSV files that grow row by row, and can be cut back to what a checkpoint knows."""

import csv
import io
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from mlpexp.errors import RunError
from mlpexp.store.files import write_errors, write_text

Cell = str | int | float


def cell_text(value: Cell) -> str:
    """A number with nine significant digits (what a float32 needs), ``inf`` and ``nan`` in words."""
    if isinstance(value, float):
        return f"{value:.9g}" if math.isfinite(value) else ("nan" if math.isnan(value) else f"{value}")
    return str(value)


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Cell]]) -> str:
    """A whole table as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell_text(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def read_rows(path: Path) -> list[dict[str, str]]:
    """All complete rows of a CSV file; a last line that a crash cut short is left out.

    Raises:
        RunError: It cannot be read, or is no table.
    """
    try:
        text = path.read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1])))
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error):
        raise RunError(f"{path}: damaged: not a table") from None
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise RunError(f"{path}: damaged: row {number} has not as many cells as the header")
    return rows


class GrowingTable:
    """An open CSV file to which rows are added."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path, self.columns = path, list(columns)
        if not path.exists():
            write_text(path, as_csv(self.columns, []))
        with write_errors(path):
            self._stream = path.open("a", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream, lineterminator="\n")

    def append(self, rows: Sequence[Mapping[str, Cell]]) -> None:
        """Adds rows; they reach the file at the next ``flush`` at the latest.

        Raises:
            RunError: The disk is full, say.
        """
        with write_errors(self.path):
            self._writer.writerows([cell_text(row[column]) for column in self.columns] for row in rows)

    def append_lines(self, lines: Iterable[str]) -> None:
        """Adds rows that are CSV text already, for tables with very many.

        Raises:
            RunError: As ``append``.
        """
        with write_errors(self.path):
            self._stream.writelines(lines)

    def flush(self, *, permanent: bool = False) -> None:
        """Hands all rows to the operating system, and to the disk if ``permanent``."""
        with write_errors(self.path):
            self._stream.flush()
            if permanent:
                os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Flushes and closes."""
        with write_errors(self.path):
            self._stream.close()


def cut_back(path: Path, columns: Sequence[str], keep: Callable[[dict[str, str]], bool]) -> None:
    """Rewrites a table with the rows to keep, if it exists.

    Raises:
        RunError: It is damaged, or cannot be written.
    """
    if not path.exists():
        return
    try:
        text = as_csv(columns, [row for row in read_rows(path) if keep(row)])
    except (KeyError, ValueError) as error:
        raise RunError(f"{path}: damaged: unexpected cell or header: {error}") from None
    write_text(path, text)
