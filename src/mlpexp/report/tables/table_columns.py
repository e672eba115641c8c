"""What was understood of a table of the user's own, for ``mlpexp check``."""

from collections.abc import Mapping, Sequence

from mlpexp.report.tables.text_table import TextTable
from mlpexp.store.table import Cell

HEADINGS = ("column", "kind", "role", "levels", "missing", "examples", "becomes")


def columns_shown(rows: Sequence[Mapping[str, Cell]]) -> TextTable:
    """The rows of ``columns.csv`` that are of one table, but for why a column is what it is: sentences say that."""
    cells = [tuple(str(row[heading]) for heading in HEADINGS) for row in rows]
    return TextTable(
        HEADINGS,
        cells,
        frozenset({"levels", "missing"}),
        prose=frozenset({"examples"}),
        droppable=("examples",),
    )
