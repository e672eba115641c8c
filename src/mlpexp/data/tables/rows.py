"""Rows of cells in the text of a table, and the lines they stand on."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mlpexp.data.tables.text_file import LINE_END, data_error, without_blanks

BLANK = " "  # as a delimiter: any number of blanks and tabs


@dataclass(frozen=True)
class Row:
    """A row of cells."""

    line: int
    """Where it begins."""
    next_line: int
    """Where the next one begins at the earliest."""
    cells: list[str]
    """Without the blanks around them."""


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
            is_open = any(
                words in str(error) for words in ("unexpected end", "field larger")
            )  # to the end, or very long
            what = "a quotation mark is not closed" if is_open else str(error)
            raise data_error(path, f"not a row of cells ({what})", line) from None
        if cells is None:
            return
        cells = [without_blanks(cell) for cell in cells]
        if any(cells) or len(cells) > 1:
            yield Row(line, reader.line_num + first_line, cells)


def lines_of(content: bytes, start: int, stop: int) -> Iterator[str]:
    """The lines of a piece of text, with their ends."""
    for end in LINE_END.finditer(content, start, stop):
        yield content[start : end.end()].decode()
        start = end.end()
    if start < stop:
        yield content[start:stop].decode()


def named(delimiter: str) -> str:
    """A delimiter in words."""
    return {"\t": "tabs", BLANK: "blanks"}.get(delimiter, repr(delimiter))


def counted_cells(number: int) -> str:
    """``1 cell``, ``3 cells``."""
    return "1 cell" if number == 1 else f"{number} cells"
