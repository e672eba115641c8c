"""What was understood of a table of the user's own, for ``mlpexp check``."""

from mlpexp.data.tables.understanding import Understanding
from mlpexp.report.tables.text_table import TextTable

HEADINGS = ("column", "kind", "role", "levels", "missing", "examples", "becomes", "why")


def columns_shown(table: Understanding) -> TextTable:
    """A row for each column."""
    rows = [
        (
            column.column, column.kind, column.role or "not used", "" if column.levels is None else str(column.levels),
            str(column.missing) if column.role else "", column.examples, column.becomes, column.why,
        )
        for column in table.columns
    ]  # fmt: skip
    return TextTable(
        HEADINGS,
        rows,
        frozenset({"levels", "missing"}),
        prose=frozenset({"examples", "why"}),
        droppable=("why", "examples"),
    )
