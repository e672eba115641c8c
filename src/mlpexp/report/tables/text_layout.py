"""A table in lines of text of a given width: what is whole, what breaks between words, what is left out.

Names and numbers are never broken. Where the line is too narrow, the columns that matter least go first; where that is not
enough, the name of a row stands on a line of its own, and the rest of the row below it; at last each cell has a line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rich.cells import cell_len

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.shown_words import shown

GAP = 3  # blanks between two columns
INDENT = 2  # before the first column
DEEPER = 6  # before what stands below a name
LEAST_PROSE = 20  # characters of a sentence beside its heading
FEWEST_BESIDE = 2  # columns; a row of less is not worth a line of its own
MOST_NAMED = 8  # of the columns that are not shown
WORD = re.compile(r"\S+(?: \.\. \S+)*")  # an interval, 0.93 .. 0.98, is one word


@dataclass(frozen=True)
class Line:
    """One line of a table."""

    text: str
    """As it is printed."""
    of: Literal["title", "heading", "rule", "body"] = "body"
    """The part of the table."""


@dataclass(frozen=True)
class Layout:
    """The lines of a table, and the headings of the columns that are left out."""

    lines: tuple[Line, ...]
    """From the title to the last row."""
    hidden: tuple[str, ...] = ()
    """Headings."""

    def note(self) -> str:
        """Which columns are left out, and how to see them; empty if none is."""
        if not self.hidden:
            return ""
        more = len(self.hidden) - MOST_NAMED
        named = ", ".join(self.hidden[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"not shown: {named}; --wide shows all"


def laid_out(table: TextTable, width: int | None = None) -> Layout:
    """The lines of a table without those around it.

    Args:
        table: Whose cells are text.
        width: Characters in a line; None: as many as there are, so that each row has one line.
    """
    table = _cleaned(table)
    title = tuple(Line(line, "title") for line in wrapped(table.title, width))
    every = list(range(len(table.columns)))
    if width is None or not table.rows:
        return Layout((*title, *_grid(table, every, width)))
    beside, below = _fitting(table, every, width - INDENT - 1), _fitting(table, every[1:], width - DEEPER - 1)
    if beside and (len(beside) >= min(FEWEST_BESIDE, len(every)) or len(beside) > len(below)):
        lines, shown = _grid(table, beside, width), beside
    elif below:
        lines, shown = _below_names(table, below, width), [0, *below]
    else:
        lines, shown = _one_by_one(table, width), every
    return Layout((*title, *lines), tuple(table.columns[i] for i in every if i not in shown))


def as_text(table: TextTable) -> str:
    """All of a table as plain text, each row in a line."""
    return "".join(f"{line.text.rstrip()}\n" for line in laid_out(table).lines)


def wrapped(text: str, width: int | None) -> list[str]:
    """A text in lines that break between words; a word that is longer than a line stays whole."""
    if width is None or cell_len(text) <= width:
        return [text] if text else []
    lines = [""]
    for word in WORD.findall(text):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cleaned(table: TextTable) -> TextTable:
    """The table with what is seen of its texts: a name is no command to the terminal."""
    rows = [[shown(cell) for cell in row] for row in table.rows]
    footer = None if table.footer is None else [shown(cell) for cell in table.footer]
    columns, title = [shown(column) for column in table.columns], shown(table.title)
    return replace(table, columns=columns, rows=rows, footer=footer, title=title)


def _cells(table: TextTable, i: int) -> list[str]:
    return [row[i] for row in (*table.rows, *([table.footer] if table.footer else []))]


def _least(table: TextTable, i: int) -> int:
    """The width below which a column cannot go."""
    cells, heading = _cells(table, i), table.columns[i]
    words = [heading] if table.named_columns else WORD.findall(heading)
    whole = max(map(cell_len, cells), default=0)
    if heading in table.prose:
        words += [word for cell in cells for word in WORD.findall(cell)]
        whole = min(whole, table.least_prose)
    return max([whole, *map(cell_len, words)])


def _natural(table: TextTable, i: int) -> int:
    """The width at which nothing of a column is broken."""
    return max(map(cell_len, [table.columns[i], *_cells(table, i)]))


def _fitting(table: TextTable, places: Sequence[int], room: int) -> list[int]:
    """The columns that are left when as many are dropped as must be; none if even the others do not fit."""
    kept, going = list(places), [column for column in table.droppable if column in table.columns]
    least = {i: _least(table, i) for i in kept}
    while kept and sum(least[i] + GAP for i in kept) - GAP > room:
        column = next((column for column in going if table.columns.index(column) in kept), None)
        if column is None:
            return []
        kept.remove(table.columns.index(column))
    return kept


def _widths(table: TextTable, places: Sequence[int], room: int | None) -> dict[int, int]:
    """Widths that fill the room as far as there is use for it: columns that need little have what they need first."""
    natural = {i: _natural(table, i) for i in places}
    if room is None:
        return natural
    widths = {i: _least(table, i) for i in places}
    spare = room - sum(widths.values()) - GAP * (len(places) - 1)
    in_need = sorted(places, key=lambda i: natural[i] - widths[i])
    for count, i in enumerate(in_need):
        more = min(natural[i] - widths[i], max(spare, 0) // (len(in_need) - count))
        widths[i] += more
        spare -= more
    return widths


def _grid(table: TextTable, places: Sequence[int], width: int | None, indent: int = INDENT) -> list[Line]:
    """Headings, a rule, rows, and the footer after an empty line."""
    widths = _widths(table, places, None if width is None else width - indent - 1)
    lines = _heading(table, places, widths, indent)
    for row in table.rows:
        lines += _row(table, row, widths, indent)
    if table.footer:
        lines += [Line(""), *_row(table, table.footer, widths, indent)]
    return lines


def _below_names(table: TextTable, places: Sequence[int], width: int) -> list[Line]:
    """As a grid, but the first cell of a row stands above the others."""
    widths = _widths(table, places, width - DEEPER - 1)
    lines = [Line(" " * INDENT + table.columns[0], "heading"), *_heading(table, places, widths, DEEPER)]
    for row in table.rows:
        lines += [*_name(row[0], width), *_row(table, row, widths, DEEPER)]
    if table.footer:
        lines += [Line(""), *_name(table.footer[0], width), *_row(table, table.footer, widths, DEEPER)]
    return lines


def _one_by_one(table: TextTable, width: int) -> list[Line]:
    """The first cell of a row, and below it each other cell that is not empty, beside its heading or below that."""
    beside = max(map(cell_len, table.columns[1:]), default=0)
    lines = [
        *(Line(line.text, "heading") for line in _name(table.columns[0], width)),
        Line(f" {'─' * (width - 2)}", "rule"),
    ]
    for row in [*table.rows, *([table.footer] if table.footer else [])]:
        lines += _name(row[0], width)
        for heading, cell in zip(table.columns[1:], row[1:], strict=True):
            start = " " * DEEPER + heading + " " * (beside - cell_len(heading) + GAP)
            rest = wrapped(cell, max(width - cell_len(start), LEAST_PROSE) if heading in table.prose else None)
            if cell and max(cell_len(start + line) for line in rest) <= width:
                lines += [Line((start if i == 0 else " " * cell_len(start)) + line) for i, line in enumerate(rest)]
            elif cell:
                lines += [Line(" " * DEEPER + line) for line in wrapped(heading, width - DEEPER)]
                lines += [Line(" " * (DEEPER + GAP) + line) for line in wrapped(cell, width - DEEPER - GAP)]
    return lines


def _name(name: str, width: int) -> list[Line]:
    lines = wrapped(name, width - INDENT)
    if len(lines) > 1:
        lines = wrapped(name, width - DEEPER)
    first, *others = lines or [""]
    return [Line(" " * INDENT + first), *(Line(" " * DEEPER + line) for line in others)]


def _heading(table: TextTable, places: Sequence[int], widths: dict[int, int], indent: int) -> list[Line]:
    lines = _row(table, table.columns, widths, indent, at_bottom=True)
    rule = " " * (indent - 1) + "─" * (sum(widths[i] + GAP for i in places) - GAP + 2)
    return [*(Line(line.text, "heading") for line in lines), Line(rule, "rule")]


def _row(
    table: TextTable, cells: Sequence[str], widths: dict[int, int], indent: int, *, at_bottom: bool = False
) -> list[Line]:
    """The cells of a row side by side, each in as many lines as it needs."""
    texts = {i: wrapped(cells[i], width) for i, width in widths.items()}
    height = max(map(len, texts.values()), default=0) or 1
    lines = []
    for k in range(height):
        parts = []
        for i, width in widths.items():
            place = k - (height - len(texts[i])) if at_bottom else k
            text = texts[i][place] if 0 <= place < len(texts[i]) else ""
            blanks = " " * (width - cell_len(text))
            parts.append(blanks + text if table.columns[i] in table.numeric else text + blanks)
        lines.append(Line((" " * indent + (" " * GAP).join(parts)).rstrip()))
    return lines
