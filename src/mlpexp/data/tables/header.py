"""The first lines of a table: names of columns, samples that are taken for names, units."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.data.tables.number_forms import MISSING, forms_of, is_plain_number
from mlpexp.data.tables.rows import BLANK, Row
from mlpexp.data.tables.text_file import data_error

ROW_NAMES = " row"  # a first column without a name is called so; no name of a file begins with a blank
MOSTLY = 0.5  # of the header's cells: more numbers than this, or words that stand below, and it is none


@dataclass(frozen=True)
class Asked:
    """What the config says of the layout."""

    delimiter: str | None = None
    """None: found out; a blank stands for any number of blanks and tabs."""
    header: bool | None = None
    """Whether the first row has the names; None: it has, and is refused if it looks like a sample."""
    names: tuple[str, ...] = ()
    """Of the columns, if the file has none, or others than these."""
    fewest: int = 2
    """Columns that the table must have: to learn from it, a target and a feature."""
    row_names: bool = True
    """Whether rows may have one cell more than there are names, in front of the others."""


def names_of(
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
    names = [named_plainly(cell) for cell in first.cells[:width]]
    if asked.header is None:
        _refuse_sample(path, first, rows[1:], asked.names, width)
        notes += [f"the names in line {first.line} are replaced with those of names:"] * bool(asked.names)
    if not asked.names and ROW_NAMES not in names:
        if names[0] == "" and all(names[1:]):
            names[0] = ROW_NAMES
        elif len(names) == width - 1 and asked.row_names:  # as R writes them
            names = [ROW_NAMES, *names]
    if len(names) < width and not asked.names:
        raise data_error(
            path, f"rows have {width} cells, but this line has {len(names)}; name all columns with names:", first.line
        )
    has_units = _is_units(asked.names or names, rows[1:])
    if has_units:
        notes.append(f"line {rows[1].line} holds units and no sample")
    units = (
        {name: unit for name, unit in zip(asked.names or names, rows[1].cells, strict=False) if unit}
        if has_units
        else {}
    )
    return asked.names or tuple(names), rows[has_units].next_line, units, notes


def check_names(path: Path, columns: Sequence[str], line: int, delimiter: str | None, fewest: int = 2) -> None:
    """Refuses names of columns that are empty or the same.

    Raises:
        DataError: At the line of the names.
    """
    if len(columns) < fewest:
        other = next((mark for mark in ";\t,|" if mark != delimiter and mark in columns[0]), None)
        hint = f"; is the delimiter {other!r}?" if other else "; what separates columns is set with delimiter:"
        raise data_error(path, f"only one column, but a target and a feature are needed{hint}", line, columns[0])
    for position, name in enumerate(columns, start=1):
        if not name:
            raise data_error(
                path, f"column {position} has no name; name all columns with names: [{_named_all(columns)}]", line
            )
    repeated = [name for name, count in Counter(columns).items() if count > 1]
    if repeated:
        count = Counter(columns)[repeated[0]]
        raise data_error(
            path, f"{count} columns have this name; give each its own, or all with names:", line, repeated[0]
        )


def named_plainly(cell: str) -> str:
    """A name without what cannot be typed: breaks and other blanks become one, a leading ``# `` is left out."""
    return re.sub(r"[^\S ]+", BLANK, cell).removeprefix("# ").strip()


def _refuse_sample(path: Path, first: Row, rows: Sequence[Row], given: Sequence[str], width: int) -> None:
    """Refuses a first line of which it is not clear that it has names.

    Raises:
        DataError: At the line.
    """
    names = first.cells[:width]
    some = ", ".join(names[:4])
    if given and (any(map(is_plain_number, names)) or not _differ(names, rows)):
        raise data_error(
            path,
            f"does the first line ({some}) hold other names, or a sample? set header: true or header: false",
            first.line,
        )
    if _is_sample(names) or _recur(names, rows):
        what = "numbers in place of names" if _is_sample(names) else "words that stand below it, too,"
        raise data_error(
            path,
            f"the first line has {what} ({some}); is there a header? if not, set header: false, "
            "and write them under names:; if these are names, set header: true",
            first.line,
        )


def _differ(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether some cell of a first line is a word above numbers, as names are."""
    below = [[row.cells[place] for row in rows if len(row.cells) > place] for place in range(len(names))]
    return any(
        cells and not is_plain_number(name) and any(map(is_plain_number, cells))
        for name, cells in zip(names, below, strict=True)
    )


def _recur(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether most words of a first line stand in their columns again, as values do."""
    others = [row.cells for row in rows if row.cells[: len(names)] != list(names)]
    words = [place for place, name in enumerate(names) if name and not is_plain_number(name)]
    again = [place for place in words if any(len(row) > place and row[place] == names[place] for row in others)]
    return bool(again) and len(again) > MOSTLY * len(words)


def _is_sample(header: Sequence[str]) -> bool:
    """Whether the cells of a header are all or mostly numbers."""
    return sum(map(is_plain_number, header)) > MOSTLY * len(header)


def _is_units(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether the first row has no number where all others have, and no word that stands below it, too."""
    first, others = (rows[0].cells, [row.cells for row in rows[1:]]) if rows else ([], [])
    if len(others) < 2 or len(first) < len(names) or any(map(is_plain_number, first)):
        return False
    words: list[tuple[str, list[str]]] = []
    units: list[tuple[str, list[str]]] = []
    for place, cell in enumerate(first[: len(names)]):
        below = [row[place] for row in others if len(row) > place and row[place]]
        if cell and cell.lower() not in MISSING:
            (units if below and forms_of(below) else words).append((cell, below))
    return any(not forms_of([cell]) for cell, _ in units) and not any(cell in below for cell, below in words)


def _named_all(columns: Sequence[str]) -> str:
    names = [name or ("row" if place == 0 else f"column_{place + 1}") for place, name in enumerate(columns)]
    return ", ".join(names[:6]) + ", ..." * (len(names) > 6)
