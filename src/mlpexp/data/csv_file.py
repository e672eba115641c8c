"""Reading a CSV file as text in which every row knows its line, and sentences about what is wrong where."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.config.words import did_you_mean
from mlpexp.errors import DataError, InputError

if TYPE_CHECKING:
    import pandas as pd


DELIMITERS = ",;\t|"  # that are found out


@dataclass(frozen=True)
class CsvFile:
    """The text of a CSV file."""

    path: Path
    """As the user wrote it."""
    header_line: int
    """The line of the column names."""
    cells: "pd.DataFrame"
    """A str for each cell, without the space around it. The columns have the names of the header; the index is the line
    where the row begins, which is not its number where cells span several lines.
    """

    def error(self, what: str, column: str, line: int | None = None) -> DataError:
        """The error to raise for a cell, or for a whole column (at its header)."""
        return data_error(self.path, what, self.header_line if line is None else line, column)


def data_error(path: Path, what: str, line: int | None = None, column: str | None = None) -> DataError:
    """``path:line:column: what``, with as many of the places as there are."""
    places = [str(part) for part in (path, line, column) if part is not None]
    return DataError(f"{':'.join(places)}: {what}")


def read_csv(path: Path, delimiter: str) -> CsvFile:
    """Reads all rows.

    Raises:
        DataError: If the file is absent, empty, not text, or not a table with a header.
        InputError: If the delimiter cannot be one.
    """
    import pandas as pd

    if delimiter in '"\r\n':
        raise InputError(f"{delimiter!r} cannot separate columns; use ',' or ';' or a tab", key="dataset.delimiter")

    rows = _rows(path, _text(path), delimiter)
    header_line, header = next(rows, (1, []))
    if not header:
        raise data_error(path, "empty; the first line must hold the column names")
    _check_header(path, header_line, header, delimiter)
    lines: list[int] = []
    cells: list[list[str]] = []
    for line, row in rows:
        if len(row) != len(header):
            raise data_error(path, f"{_cells(len(row))}, but the header has {_cells(len(header))}", line)
        lines.append(line)
        cells.append(row)
    if not cells:
        raise data_error(path, "only a header; rows of values must follow", header_line)
    return CsvFile(path, header_line, pd.DataFrame(cells, columns=header, index=lines, dtype=object))


def columns_in(path: Path) -> tuple[str, list[str], int]:
    """The separator of a file, of ``,``, ``;``, tab and ``|`` the one that makes most columns, their names, and its lines.

    Raises:
        DataError: As ``read_csv``.
    """
    text = _text(path)
    headers = []
    for delimiter in DELIMITERS:
        try:
            _, names = next(_rows(path, text, delimiter), (1, []))
        except DataError:  # quotation marks that only fit another separator
            continue
        headers.append((delimiter, names))
    if not any(names for _, names in headers):
        raise data_error(path, "empty; the first line must hold the column names")
    return (*max(headers, key=lambda pair: len(pair[1])), text.count("\n"))


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise data_error(path, "is a folder, not a file")
        if not path.exists():
            neighbours = [file.name for file in path.parent.glob("*.csv")] if path.parent.is_dir() else []
            looked = "" if path.is_absolute() else f" in {Path.cwd()}"
            raise data_error(
                path, f"no such file{looked}" + (did_you_mean(path.name, neighbours) if neighbours else "")
            )
        if not path.is_file():
            raise data_error(path, "is no file that can be read more than once; save it as one first")
        content = path.read_bytes()
    except OSError as error:
        raise data_error(path, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL character
        raise data_error(path, f"cannot be read: {error}") from None
    if content.startswith(b"PK\x03\x04"):
        raise data_error(path, "is an Excel or zip file; save it as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, line = content[error.start], len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        raise data_error(path, f"not UTF-8 text (byte 0x{byte:02x}); save it with that encoding", line) from None


def _rows(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line where it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            what = "a quotation mark is not closed" if "unexpected end" in str(error) else str(error)
            raise data_error(path, f"not a CSV row ({what})", line) from None
        if row is None:
            return
        stripped = [cell.strip() for cell in row]
        if any(stripped) or len(row) > 1:
            yield line, stripped


def _check_header(path: Path, line: int, header: list[str], delimiter: str) -> None:
    if len(header) == 1:
        other = next((mark for mark in ";\t,|" if mark != delimiter and mark in header[0]), None)
        hint = f"; is the delimiter {other!r}?" if other else ""
        raise data_error(path, f"only one column, but a target and a feature are needed{hint}", line, header[0])
    for position, name in enumerate(header, start=1):
        if not name:
            raise data_error(
                path, f"column {position} has no name; name it, or remove it if it only counts the rows", line
            )
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        raise data_error(path, f"{Counter(header)[repeated[0]]} columns have this name", line, repeated[0])


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"
