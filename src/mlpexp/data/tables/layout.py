"""How the text of a table is laid out: what separates cells, where the names are, and which lines are no rows."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.data.tables.number_forms import forms_of, is_plain_number
from mlpexp.data.tables.text_file import LINE_END, data_error
from mlpexp.errors import DataError, InputError

MARKS = (",", ";", "\t", "|")  # that are found out; blanks if none of them fits
BLANK = " "
HEAD_LINES = 200  # that the layout is found from
SAMPLE_ROWS = 50
COMMENT = "#"
TAIL = 100_000  # bytes that are looked at for a footer
FOOTER_LINES = 3  # at most
MOSTLY = 0.5  # of the header's cells: more numbers than this, and it is none
SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """What the config says of the layout."""

    delimiter: str | None = None
    """None: found out; a blank stands for any number of blanks and tabs."""
    header: bool | None = None
    """Whether the first row has the names; None: it has, and is refused if it looks like a sample."""
    names: tuple[str, ...] = ()
    """Of the columns, if the file has none, or others than these."""


@dataclass(frozen=True)
class Layout:
    """Where what stands in the bytes of a table."""

    delimiter: str
    """What separates cells."""
    columns: tuple[str, ...]
    """Their names."""
    header_line: int
    """Where the names stand; of a file without names the line of the first row."""
    start: int
    """Position of the first byte of the first row."""
    stop: int
    """Position behind the last byte of the last row."""
    first_line: int
    """Line of the first row."""
    has_trailing: bool
    """Whether an empty cell stands behind the last column of each row."""
    units: dict[str, str]
    """By column, what a line of units below the header says."""
    notes: tuple[str, ...]
    """What had to be found out, in words."""


@dataclass(frozen=True)
class Row:
    """A row of cells."""

    line: int
    """Where it begins."""
    next_line: int
    """Where the next one begins at the earliest."""
    cells: list[str]
    """Without the blanks around them."""


def layout_of(path: Path, content: bytes, asked: Asked) -> Layout:
    """The layout of a table, from its first lines and its last ones.

    Args:
        path: For messages.
        content: Of the file, in UTF-8.
        asked: What the config says.

    Raises:
        DataError: It is empty, no mark fits, or the names of the columns are none.
        InputError: The delimiter cannot be one.
    """
    if asked.delimiter is not None and asked.delimiter in '"\r\n':
        raise InputError(
            f"{asked.delimiter!r} cannot separate columns; use ',' or ';' or a tab", key="dataset.delimiter"
        )
    lines = _head(content)
    skipped, notes = _preamble(lines)
    delimiter = asked.delimiter
    separator = SEP_LINE.fullmatch(lines[skipped].rstrip("\r\n")) if skipped < len(lines) else None
    if separator is not None:
        delimiter, skipped = delimiter or separator[1], skipped + 1
        skipped += _blank_lines(lines[skipped:])
    head = lines[skipped:]
    if not any(line.strip() for line in head):
        raise data_error(path, "empty; the first line must hold the column names")
    if delimiter is None:
        delimiter = _found_delimiter(path, head)
        notes += [] if delimiter == "," else [f"columns are separated by {named(delimiter)}"]
    stop, footer = _footer(path, content, delimiter, head)
    notes += footer
    rows = _sample(path, head, delimiter, skipped + 1)
    has_trailing = _has_trailing(rows)
    if has_trailing:
        notes.append("the empty cells behind the last column are left out")
    columns, first, units, more = _names(path, rows, asked, len(rows[0].cells) - has_trailing)
    check_names(path, columns, rows[0].line, delimiter)
    start = sum(len(line.encode()) for line in lines[: first - 1])
    return Layout(delimiter, columns, rows[0].line, start, stop, first, has_trailing, units, (*notes, *more))


def named(delimiter: str) -> str:
    """A delimiter in words."""
    return {"\t": "tabs", BLANK: "blanks"}.get(delimiter, repr(delimiter))


def rows_in(path: Path, lines: Iterable[str], delimiter: str, first_line: int) -> Iterator[Row]:
    """The rows that are not blank.

    Args:
        path: For messages.
        lines: Of the text, with their ends.
        delimiter: What separates cells.
        first_line: The number of the first of the lines.

    Raises:
        DataError: At the first that is none.
    """
    if delimiter == BLANK:
        lines = (re.sub(r"[ \t]+", BLANK, line.strip()) + "\n" for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + first_line
        try:
            cells = next(reader, None)
        except csv.Error as error:
            what = "a quotation mark is not closed" if "unexpected end" in str(error) else str(error)
            raise data_error(path, f"not a row of cells ({what})", line) from None
        if cells is None:
            return
        cells = [cell.strip() for cell in cells]
        if any(cells) or len(cells) > 1:
            yield Row(line, reader.line_num + first_line, cells)


def lines_of(content: bytes, start: int, stop: int) -> Iterator[str]:
    """The lines of a piece of text, with their ends."""
    for end in LINE_END.finditer(content, start, stop):
        yield content[start : end.end()].decode()
        start = end.end()
    if start < stop:
        yield content[start:stop].decode()


def check_names(path: Path, columns: Sequence[str], line: int, delimiter: str | None) -> None:
    """Refuses names of columns that are empty or the same.

    Raises:
        DataError: At the line of the names.
    """
    if len(columns) == 1:
        other = next((mark for mark in ";\t,|" if mark != delimiter and mark in columns[0]), None)
        hint = f"; is the delimiter {other!r}?" if other else ""
        raise data_error(path, f"only one column, but a target and a feature are needed{hint}", line, columns[0])
    for position, name in enumerate(columns, start=1):
        if not name:
            raise data_error(
                path, f"column {position} has no name; name it, or remove it if it only counts the rows", line
            )
    repeated = [name for name, count in Counter(columns).items() if count > 1]
    if repeated:
        count = Counter(columns)[repeated[0]]
        raise data_error(
            path, f"{count} columns have this name; give each its own, or all with names:", line, repeated[0]
        )


def counted_cells(number: int) -> str:
    """``1 cell``, ``3 cells``."""
    return "1 cell" if number == 1 else f"{number} cells"


def _head(content: bytes) -> list[str]:
    lines: list[str] = []
    for line in lines_of(content, 0, len(content)):
        lines.append(line)
        if len(lines) == HEAD_LINES:
            break
    return lines


def _blank_lines(lines: Sequence[str]) -> int:
    return next((place for place, line in enumerate(lines) if line.strip()), len(lines))


def _preamble(lines: Sequence[str]) -> tuple[int, list[str]]:
    """How many lines at the top are blank or comments."""
    comments = 0
    for place, line in enumerate(lines):
        if line.strip() and not (line.startswith(COMMENT) and _is_comment(line, lines[place + 1 :])):
            return place, [f"{comments} line{'s' * (comments > 1)} of comments at the top"] if comments else []
        comments += bool(line.strip())
    return len(lines), []


def _is_comment(line: str, below: Sequence[str]) -> bool:
    """Whether a line that begins with # is none of names: it has another number of cells than the next other line."""
    other = next((line for line in below if line.strip() and not line.startswith(COMMENT)), "")
    return all(line.count(mark) != other.count(mark) or not other.count(mark) for mark in MARKS)


def _found_delimiter(path: Path, head: Sequence[str]) -> str:
    fitting = [mark for mark in MARKS if _width(path, head, mark) > 1]
    if len(fitting) > 1:
        marks = " or ".join(map(named, fitting))
        raise data_error(path, f"columns may be separated by {marks}; set delimiter: to one of them")
    if fitting:
        return fitting[0]
    first = head[_blank_lines(head)]
    return BLANK if _width(path, head, BLANK) > 1 else max(MARKS, key=first.count)


def _width(path: Path, head: Sequence[str], mark: str) -> int:
    """Cells of each of the first rows, if all have as many; else 0. The last lines of a short file may be a footer."""
    widths = []
    try:
        for row in rows_in(path, head, mark, 1):
            widths.append(len(row.cells))
            if len(widths) == SAMPLE_ROWS:
                break
    except DataError:  # quotation marks that only fit another mark
        return 0
    whole = widths[: max(2, len(widths) - FOOTER_LINES)] if len(head) < HEAD_LINES else widths
    return widths[0] if len(whole) > 1 and len(set(whole)) == 1 else 0


def _sample(path: Path, head: Sequence[str], delimiter: str, first_line: int) -> list[Row]:
    rows = []
    for row in rows_in(path, head, delimiter, first_line):
        rows.append(row)
        if len(rows) == SAMPLE_ROWS:
            break
    return rows


def _names(
    path: Path, rows: Sequence[Row], asked: Asked, width: int
) -> tuple[tuple[str, ...], int, dict[str, str], list[str]]:
    """Names of the columns, the line of the first row, units, and what was found out."""
    first = rows[0]
    notes: list[str] = []
    if asked.names and len(asked.names) != width:
        raise data_error(path, f"names: {len(asked.names)} names for {width} columns", first.line)
    if asked.header is False:
        columns = asked.names or tuple(f"column_{place}" for place in range(1, width + 1))
        return columns, first.line, {}, notes
    names = first.cells[:width]
    if asked.header is None and _is_sample(names):
        some = ", ".join(names[:4])
        raise data_error(
            path,
            f"the first line has numbers in place of names ({some}); is there a header? if not, set header: false, "
            "or write them under names:; if these are names, set header: true",
            first.line,
        )
    has_units = _is_units(names, rows[1:])
    if has_units:
        notes.append(f"line {rows[1].line} holds units and no sample")
    units = {name: unit for name, unit in zip(names, rows[1].cells, strict=False) if unit} if has_units else {}
    return asked.names or tuple(names), rows[has_units].next_line, units, notes


def _has_trailing(rows: Sequence[Row]) -> bool:
    width = len(rows[0].cells)
    return width > 2 and all(len(row.cells) == width and not row.cells[-1] for row in rows)


def _is_sample(header: Sequence[str]) -> bool:
    """Whether the cells of a header are all or mostly numbers."""
    return sum(map(is_plain_number, header)) > MOSTLY * len(header)


def _is_units(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether the first row has no number where all others have."""
    if len(rows) < 3 or len(rows[0].cells) < len(names) or any(map(is_plain_number, rows[0].cells)):
        return False
    others = [row.cells for row in rows[1:]]
    numeric = [
        place
        for place in range(len(names))
        if (cells := [row[place] for row in others if len(row) > place and row[place]]) and forms_of(cells)
    ]
    return bool(numeric) and any(rows[0].cells[place] and not forms_of([rows[0].cells[place]]) for place in numeric)


def _footer(path: Path, content: bytes, delimiter: str, head: Sequence[str]) -> tuple[int, list[str]]:
    """Where the rows stop before last lines of a single cell, such as a source; and a note of each."""
    stop = len(content)
    notes: list[str] = []
    header = head[_blank_lines(head)]
    if delimiter not in header:
        return stop, notes
    for _ in range(FOOTER_LINES):
        text = content[max(0, stop - TAIL) : stop].rstrip()
        begin = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        line, start = text[begin:].decode(errors="replace"), max(0, stop - TAIL) + begin
        if not begin or start <= len(header.encode()) or '"' in line or not _is_remark(path, line, delimiter):
            break
        stop = start
        notes.insert(0, f"the last line {line!r} is no sample and left out")
    return stop, notes


def _is_remark(path: Path, line: str, delimiter: str) -> bool:
    """Whether a last line says something in words: its cells are empty but for the first, which is no number."""
    if delimiter == BLANK or not line.strip():
        return False
    first, *others = next(iter(rows_in(path, [line], delimiter, 1))).cells
    return bool(first) and not any(others) and not forms_of([first]) and (not others or BLANK in first)
