"""How the text of a table is laid out: what separates cells, where the names are, and which lines are no rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.data.tables.header import Asked, check_names, names_of
from mlpexp.data.tables.number_forms import forms_of, is_plain_number
from mlpexp.data.tables.rows import BLANK, Row, lines_of, named, rows_in
from mlpexp.data.tables.text_file import data_error, without_blanks
from mlpexp.errors import DataError, InputError

MARKS = (",", ";", "\t", "|")  # that are found out; blanks if none of them fits
HEAD_LINES = 200  # that the layout is found from
SAMPLE_ROWS = 50
COMMENT = "#"
TAIL = 100_000  # bytes that are looked at for a footer
FOOTER_LINES = 3  # at most
MOST_TITLES = 10
SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)


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
    titles = _titles(path, head, MARKS if delimiter is None else (delimiter,))
    if titles:
        notes.append(f"{titles} line{'s' * (titles > 1)} above the names left out, such as {without_blanks(head[0])!r}")
        skipped, head = skipped + titles, head[titles:]
    if delimiter is None:
        delimiter = _found_delimiter(path, head)
        notes += [] if delimiter == "," else [f"columns are separated by {named(delimiter)}"]
    stop, footer = _footer(path, content, delimiter, head)
    notes += footer
    rows = _sample(path, head, delimiter, skipped + 1)
    has_trailing = _has_trailing(rows)
    if has_trailing:
        notes.append("the empty cells behind the last column are left out")
    columns, first, units, more = names_of(path, rows, asked, _num_columns(rows) - has_trailing)
    check_names(path, columns, rows[0].line, delimiter, asked.fewest)
    start = sum(len(line.encode()) for line in lines[: first - 1])
    return Layout(delimiter, columns, rows[0].line, start, stop, first, has_trailing, units, (*notes, *more))


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


def _titles(path: Path, head: Sequence[str], marks: Sequence[str]) -> int:
    """How many lines at the top have words in their first cell alone, or nothing, above a line of several names."""
    for mark in marks:
        above = 0
        while above < min(MOST_TITLES, len(head) - 1) and _is_title(head[above], mark):
            above += 1
        names = [without_blanks(name) for name in head[above].split(mark)]
        if above and len(names) > 1 and all(names) and _width(path, head[above:], mark) > 1:
            return above
    return 0


def _is_title(line: str, mark: str) -> bool:
    """Whether a line has words in its first cell alone, or nothing."""
    others = (*MARKS, '"')
    return mark not in line.rstrip(mark + " \r\n") and not any(other in line for other in others if other != mark)


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
    """Cells of the first line, if the next rows have as many, or all one more; else 0. The last lines of a short file may
    be a footer.
    """
    widths = []
    try:
        for row in rows_in(path, head, mark, 1):
            widths.append(len(row.cells))
            if len(widths) == SAMPLE_ROWS:
                break
    except DataError:  # quotation marks that only fit another mark
        return 0
    whole = widths[: max(2, len(widths) - FOOTER_LINES)] if len(head) < HEAD_LINES else widths
    is_even = len(whole) > 1 and len(set(whole[1:])) == 1 and whole[1] - whole[0] in (0, 1)
    return widths[0] if is_even else 0


def _sample(path: Path, head: Sequence[str], delimiter: str, first_line: int) -> list[Row]:
    rows = []
    for row in rows_in(path, head, delimiter, first_line):
        rows.append(row)
        if len(rows) == SAMPLE_ROWS:
            break
    return rows


def _num_columns(rows: Sequence[Row]) -> int:
    """Cells of the rows below the first line, which may have one less."""
    widths = {len(row.cells) for row in rows[1:]}
    width = len(rows[0].cells)
    return width + 1 if widths == {width + 1} else width


def _has_trailing(rows: Sequence[Row]) -> bool:
    """Whether all rows end in an empty cell; the first line may do without it."""
    width = _num_columns(rows)
    first, others = rows[0].cells, rows[1:]
    is_named = len(first) == width and bool(first[-1])
    return width > 2 and not is_named and all(len(row.cells) == width and not row.cells[-1] for row in others)


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
    row = next(iter(rows_in(path, [line], delimiter, 1)), None)
    if row is None:  # a mark of the encoding alone
        return False
    first, *others = row.cells
    is_number = bool(forms_of([first])) if others else is_plain_number(first)
    return bool(first) and not any(others) and not is_number and (not others or BLANK in first)
