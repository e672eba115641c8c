"""Tables that are no text, Excel and Parquet, as text: then one reader finds names, units and footers in all of them.

Each needs a library that is installed on request.
"""

import csv
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, time
from importlib import import_module
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from mlpexp.data.room import check_room
from mlpexp.data.tables.text_file import FileText, data_error

MARKS = {"parquet": b"PAR1", "workbook": b"PK\x03\x04", "old workbook": b"\xd0\xcf\x11\xe0"}
INSIDE = b"xl/workbook.xml"  # what tells a workbook from other archives
MIDNIGHT = time(0)
CELL_COPIES = 4  # what cells take as objects, for the bytes of their text
VALUE_BYTES = 8  # the least that a value of a Parquet file takes once it is read, however well it is packed


def text_of_sheet(path: Path, content: bytes) -> FileText | None:
    """The rows of an Excel or Parquet file as comma-separated text, a line for each row; None: it is neither.

    Raises:
        DataError: It cannot be read, or the library is not installed.
    """
    kind = next((kind for kind, mark in MARKS.items() if content.startswith(mark)), None)
    if kind is None or (kind == "workbook" and INSIDE not in content):
        return None
    return READERS[kind](path, content)


def _from_workbook(path: Path, content: bytes) -> FileText:
    """The first sheet, with the values that its formulas had when it was saved."""
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError:
        raise data_error(path, _needed("an Excel file", "excel")) from None
    with suppress(BadZipFile), ZipFile(io.BytesIO(content)) as archive:  # what is damaged is said below
        check_room(path, CELL_COPIES * sum(info.file_size for info in archive.infolist()), "unpacks to tables of")
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # whatever it says of a damaged file
        raise data_error(path, f"is a damaged Excel file: {_first_line(error)}") from None
    width = max((place for row in rows for place, cell in enumerate(row, start=1) if cell), default=0)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(row[:width] if any(row) else [] for row in rows)
    sheets = len(book.worksheets)
    notes = (f"sheet {sheet.title!r}, the first of {sheets}",) if sheets > 1 else ()
    return FileText(text.getvalue().encode(), notes, is_sheet=True)


def _refused(path: Path, content: bytes) -> FileText:
    raise data_error(path, "is an Excel file of before 2007; save it as .xlsx or CSV")


def _from_parquet(path: Path, content: bytes) -> FileText:
    import pandas as pd

    try:
        about = import_module("pyarrow.parquet").read_metadata(io.BytesIO(content))
    except ImportError:
        raise data_error(path, _needed("a Parquet file", "parquet")) from None
    except Exception as error:  # whatever it says of a damaged file
        raise data_error(path, f"is a damaged Parquet file: {_first_line(error)}") from None
    check_room(path, VALUE_BYTES * about.num_rows * about.num_columns, "unpacks to")
    try:
        frame = pd.read_parquet(io.BytesIO(content), engine="pyarrow")
    except Exception as error:  # whatever it says of a damaged file
        raise data_error(path, f"is a damaged Parquet file: {_first_line(error)}") from None
    return FileText(frame.to_csv(index=bool(frame.index.name), lineterminator="\n").encode(), is_sheet=True)


READERS: Mapping[str, Callable[[Path, bytes], FileText]] = {
    "workbook": _from_workbook, "old workbook": _refused, "parquet": _from_parquet,
}  # fmt: skip


def _needed(what: str, extra: str) -> str:
    return f"{what} needs a library: `pip install 'mlpexp[{extra}]'`, or save the table as CSV"


def _cell(value: object) -> str:
    """A cell as it would be written in text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(sep=" ")
    return " ".join(str(value).split())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
