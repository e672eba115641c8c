"""A table as columns: numbers where a program wrote numbers, else the text of the cells; and which line each row is on.

pandas does the reading. Lines are counted again only for a message.
"""

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlpexp.config.words import did_you_mean
from mlpexp.data.tables.cells import Cells, Column, cells_of
from mlpexp.data.tables.header import ROW_NAMES, Asked
from mlpexp.data.tables.layout import Layout, layout_of
from mlpexp.data.tables.number_forms import MISSING, is_plain_number
from mlpexp.data.tables.rows import Row, counted_cells, lines_of, named, rows_in
from mlpexp.data.tables.sheets import text_of_sheet
from mlpexp.data.tables.text_file import FileText, data_error, read_bytes, text_of
from mlpexp.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

LARGE_BYTES = 20_000_000  # a file that is read while somebody waits
SAMPLE_ROWS = 50
NUMBERS = object()  # a column of numbers, some of which are missing
MARKERS = [  # of missing cells, in all ways of writing them
    "".join(letters) for word in MISSING for letters in product(*({letter, letter.upper()} for letter in word))
]
WIDE = 200  # columns
FIRST_ROWS = 1000  # that are looked at more closely
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Reading:
    """What the config says of how a file is read."""

    layout: Asked
    """Delimiter and names."""
    encoding: str | None = None
    """Of the letters; None: found out."""


@dataclass(frozen=True)
class TableFile:
    """All cells of a file."""

    path: Path
    """As the user wrote it."""
    columns: Mapping[str, Column]
    """By name, in the order of the file."""
    num_rows: int
    """N."""
    header_line: int
    """Where the names stand."""
    notes: tuple[str, ...]
    """What had to be found out of the file, in words."""
    scan: Callable[[], Iterator[Row]]
    """Reads the rows once more, with their lines."""
    again: Callable[[str], Cells]
    """Reads a column once more, as text."""
    is_sheet: bool = False
    """Whether it holds numbers and dates, not the text of them, as Excel and Parquet files do."""

    second: "TableFile | None" = None
    """The file whose rows stand behind those of the first one."""

    def error(self, what: str, column: str, row: int | None = None) -> DataError:
        """The error to raise for a cell, or for a whole column (at its header)."""
        if self.second is not None and row is not None and row >= self.num_first:
            return self.second.error(what, column, row - self.num_first)
        return data_error(self.path, what, self.header_line if row is None else self.line(row), column)

    @property
    def num_first(self) -> int:
        """Rows of the first file."""
        return self.num_rows - (self.second.num_rows if self.second else 0)

    def line(self, row: int) -> int:
        """The line where a row begins, which is not its number where cells span several lines."""
        is_behind = self.second is not None and row >= self.num_first
        return self.second.line(row - self.num_first) if self.second and is_behind else self.lines[row]

    @cached_property
    def lines(self) -> list[int]:
        """The line where each row begins."""
        return [row.line for row in self.scan()]

    @cached_property
    def first_cells(self) -> dict[str, list[str]]:
        """Of each column the first cells as they are written."""
        rows = list(islice(self.scan(), FIRST_ROWS))
        return {name: [row.cells[place] for row in rows] for place, name in enumerate(self.columns)}

    def cell(self, row: int, column: str) -> str:
        """A cell as it is written."""
        values = self.columns[column]
        if isinstance(values, Cells):
            return values.levels[values.codes[row]]
        text = self.again(column)
        return text.levels[text.codes[row]]

    def written(self, column: str) -> Cells:
        """The text of a column, also where it was read as numbers."""
        values = self.columns[column]
        return values if isinstance(values, Cells) else self.again(column)


def _silent(sentence: str) -> None:
    """Says nothing."""


def read_file(path: Path, reading: Reading, tell: Callable[[str], None] = _silent) -> TableFile:
    """Reads all cells of a file: text, packed or not, Excel or Parquet.

    Args:
        path: As the user wrote it, without ``~``.
        reading: What the config says.
        tell: Is given a sentence about what takes time.

    Raises:
        DataError: One sentence ``path:line:column: what`` about the first problem.
        InputError: The delimiter cannot be one.
    """
    return table_in(path, read_bytes(path), reading, tell)


def table_in(path: Path, content: bytes, reading: Reading, tell: Callable[[str], None] = _silent) -> TableFile:
    """``read_file`` for bytes that have been read; the path is for messages."""
    if len(content) > LARGE_BYTES:
        tell(f"reading {path} ({len(content) / MEGABYTE:,.0f} MB)")
    else:
        tell = _silent
    text = text_of_sheet(path, content) or text_of(path, content, reading.encoding)
    del content
    return _of_text(path, text, reading, tell)


class _Told(io.BytesIO):
    """Bytes of which it is told how many have been read, at each quarter.

    Args:
        content: All of them.
        tell: Is given the sentences.
    """

    def __init__(self, content: bytes, tell: Callable[[str], None]) -> None:
        super().__init__(content)
        self._size, self._tell, self._quarters = len(content), tell, 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        piece = super().read(size)
        quarters = 4 * self.tell() // self._size if self._size else 4
        if self._quarters < quarters < 4:
            self._tell(f"{25 * quarters} % has been read")
        self._quarters = quarters
        return piece

    def read1(self, size: int | None = -1, /) -> bytes:
        """As ``read``; what pandas before 3.1 calls."""
        return self.read(size)


def columns_in(path: Path, reading: Reading) -> tuple[list[str], int]:
    """The names of the columns of a file, and the number of its lines.

    Args:
        path: As the user wrote it, without ``~``.
        reading: What is known of how it is read.

    Raises:
        DataError: As ``read_file``.
    """
    content = read_bytes(path)
    text = (text_of_sheet(path, content) or text_of(path, content, reading.encoding)).content
    columns = [name for name in layout_of(path, text, reading.layout).columns if name != ROW_NAMES]
    return columns, text.count(b"\n")


def joined(first: TableFile, second: TableFile, names: Sequence[str]) -> TableFile:
    """The rows of two files, those of the second behind the others; of the columns that are used.

    Raises:
        DataError: The second file lacks a column.
    """
    for name in names:
        if name not in second.columns:
            hint = did_you_mean(name, list(second.columns))
            what = f"there is no column {name}, which {first.path.name} has{hint}"
            raise data_error(second.path, what, second.header_line)

    def again(column: str) -> Cells:
        return _behind(first.written(column), second.written(column))

    columns: dict[str, Column] = {}
    for name in first.columns:
        one, other = first.columns[name], second.columns.get(name)
        if name not in names or other is None:
            columns[name] = one
        elif isinstance(one, Cells) or isinstance(other, Cells):
            columns[name] = again(name)
        else:
            columns[name] = np.concatenate([one, other])
    num_rows = first.num_rows + second.num_rows
    notes = (*first.notes, *(f"{second.path.name}: {note}" for note in second.notes))
    return replace(first, columns=columns, num_rows=num_rows, notes=notes, again=again, second=second)


def _behind(first: Cells, second: Cells) -> Cells:
    levels = tuple(dict.fromkeys([*first.levels, *second.levels]))
    places = np.array([levels.index(level) for level in second.levels], dtype=np.int32)
    return Cells(levels, np.concatenate([first.codes, places[second.codes]]))


def columns_of(frame: "pd.DataFrame", names: Sequence[str]) -> dict[str, Column]:
    """The columns of a frame of numbers and texts, each freed when it has been converted, unless there are very many."""
    columns: dict[str, Column] = {}
    is_wide = len(names) > WIDE  # then freeing takes much longer than converting
    for place, name in enumerate(names):
        values = frame.iloc[:, place if is_wide else 0]
        if not is_wide:
            del frame[frame.columns[0]]
        kind = values.dtype.kind
        columns[name] = values.to_numpy(np.float64) if kind in "iuf" else cells_of(values)
    return columns


def _of_text(path: Path, text: FileText, reading: Reading, tell: Callable[[str], None]) -> TableFile:
    if b"\0" in text.content:
        line = text.content.count(b"\n", 0, text.content.index(b"\0")) + 1
        raise data_error(path, "holds a NUL byte, which no text has; save it as text again", line)
    layout = layout_of(path, text.content, reading.layout)

    def scan() -> Iterator[Row]:
        return _scan(path, text.content, layout)

    try:
        columns = _parsed(text.content, layout, tell)
    except _Uneven as error:
        _refuse_uneven(path, layout, scan())
        raise data_error(path, f"not a table: {error}") from None

    def again(column: str) -> Cells:
        place = layout.columns.index(column)
        return cells_of(_frame(text.content, layout, {place: str}, usecols=[place])[place])

    _refuse_names_again(path, columns, scan)
    num_rows = len(next(iter(columns.values())))
    if not num_rows:
        raise data_error(path, "only a header; rows of values must follow", layout.header_line)
    notes = (*text.notes, *layout.notes)
    return TableFile(path, columns, num_rows, layout.header_line, notes, scan, again, text.is_sheet)


def _refuse_names_again(path: Path, columns: Mapping[str, Column], scan: Callable[[], Iterator[Row]]) -> None:
    """Refuses a row that has the names of all columns, as in files that were put one behind the other."""
    if all(isinstance(cells, Cells) and name in cells.levels for name, cells in columns.items()):
        row = next((row for row in scan() if row.cells[: len(columns)] == list(columns)), None)
        if row is not None:
            raise data_error(path, "the names of the columns stand here again; remove the line", row.line)


class _Uneven(Exception):
    """Some row has another number of cells than there are columns, or a quotation mark is not closed."""


def _parsed(content: bytes, layout: Layout, tell: Callable[[str], None]) -> dict[str, Column]:
    """The columns, by pandas.

    Raises:
        _Uneven: Some row has another number of cells than there are columns.
    """
    width = len(layout.columns)
    sample = list(islice(_scan(Path(), content, layout), SAMPLE_ROWS))
    if any(len(row.cells) != width + layout.has_trailing for row in sample):
        raise _Uneven("a row has another number of cells than there are columns")
    expected = _expected([[row.cells[place] for row in sample] for place in range(width)])
    frame = _frame(content, layout, expected, tell)
    if layout.has_trailing:
        behind = frame[width]
        if behind.dtype.kind in "biuf" or (behind != "").any():
            raise _Uneven("a row has more cells than there are columns")
    if len(frame) and _is_short(content, layout, frame):
        raise _Uneven("a row has fewer cells than there are columns")
    for kind in (NUMBERS, str):  # those with a missing cell far down, then those with other words there
        odd = [place for place in range(width) if not _is_as_written(frame[place])]
        if odd:
            again = _frame(content, layout, dict.fromkeys(odd, kind), usecols=odd)
            for place in odd:
                frame[place] = again[place]
    return columns_of(frame, layout.columns)


def _expected(columns: Sequence[Sequence[str]]) -> dict[int, Any]:
    """How pandas is to read columns, by their first cells: numbers, some of them missing, or words; not there: numbers."""
    types: dict[int, Any] = {}
    for place, cells in enumerate(columns):
        present = [cell for cell in cells if cell.lower() not in MISSING]
        if not present or not all(map(is_plain_number, present)):
            types[place] = (
                "category" if len(set(cells)) <= len(cells) / 2 else str
            )  # categories are sorted, which takes long
        elif len(present) < len(cells):
            types[place] = NUMBERS
    return types


def _frame(
    content: bytes, layout: Layout, types: Mapping[int, Any], tell: Callable[[str], None] = _silent, **more: Any
) -> "pd.DataFrame":
    import pandas as pd
    from pandas.errors import DtypeWarning, EmptyDataError, ParserError

    body = _Told(content if layout.stop == len(content) else content[: layout.stop], tell)
    body.seek(layout.start)
    names = range(len(layout.columns) + layout.has_trailing)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DtypeWarning)
        gaps = [place for place, kind in types.items() if kind is NUMBERS]
        if gaps:
            more = {**more, "na_filter": True, "keep_default_na": False, "na_values": dict.fromkeys(gaps, MARKERS)}
        if not _is_exact(pd.__version__):
            more = {**more, "float_precision": "round_trip"}
        try:
            return pd.read_csv(
                body, sep=r"\s+" if layout.delimiter == " " else layout.delimiter, header=None, names=names,
                dtype={place: kind for place, kind in types.items() if kind is not NUMBERS},
                skipinitialspace=True, encoding="utf-8", **{"na_filter": False, **more},
            )  # fmt: skip
        except EmptyDataError:
            return pd.DataFrame({name: [] for name in names}, dtype=object)
        except ParserError as error:
            raise _Uneven(str(error).splitlines()[0]) from None


def _is_exact(version: str) -> bool:
    """Whether numbers get all their digits without being asked: from pandas 3.1 on."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return (major, minor) >= (3, 1)


def _is_as_written(values: "pd.Series") -> bool:
    """Whether values are numbers or the text of the cells: pandas also makes of TRUE and true one word, and of 01 and 1."""
    if values.dtype == "category":
        values = values.cat.categories.to_series()
        return values.dtype.kind not in "biuf" and all(isinstance(value, str) for value in values)
    return values.dtype.kind in "iuf" or (values.dtype.kind != "b" and all(isinstance(value, str) for value in values))


def _is_short(content: bytes, layout: Layout, frame: "pd.DataFrame") -> bool:
    """Whether some row ends too early: pandas takes the cells that are not there for empty ones."""
    last = frame[len(layout.columns) - 1]
    is_whole = last.notna().all() if last.dtype.kind in "biuf" else not (last == "").any()
    if is_whole:
        return False
    if layout.delimiter != " " and content.find(b'"', layout.start, layout.stop) < 0:
        marks = content.count(layout.delimiter.encode(), layout.start, layout.stop)
        return marks != (len(layout.columns) + layout.has_trailing - 1) * len(frame)
    return any(len(row.cells) < len(layout.columns) for row in _scan(Path(), content, layout))


def _scan(path: Path, content: bytes, layout: Layout) -> Iterator[Row]:
    lines = lines_of(content, layout.start, layout.stop)
    return rows_in(path, lines, layout.delimiter, layout.first_line)


def _refuse_uneven(path: Path, layout: Layout, rows: Iterator[Row]) -> None:
    """Raises at the first row that has another number of cells than there are columns."""
    width = len(layout.columns)
    for row in rows:
        if len(row.cells) != width:
            hint = ""
            if len(row.cells) == 1 or layout.delimiter == " ":
                hint = f" (separated by {named(layout.delimiter)}; another one is set by delimiter:)"
            what = f"{counted_cells(len(row.cells))}, but the header has {counted_cells(width)}{hint}"
            raise data_error(path, what, row.line)
