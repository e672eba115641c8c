"""What was understood of a table, to be said before training and kept with the result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.config.table_paths import as_told
from mlpexp.data.tables.kinds import Kind

MOST_NOTES = 12  # lines before training; `mlpexp check` and columns.csv have them all


@dataclass(frozen=True)
class ColumnReport:
    """What a column is and what became of it: a row of ``columns.csv``."""

    column: str
    """Its name."""
    kind: Kind
    """What it is."""
    role: str
    """``input``, ``target``, ``split``, or empty: it is not used."""
    levels: int | None
    """Different cells, missing ones aside; None: not counted, of numbers."""
    missing: int
    """Cells without a value."""
    examples: str
    """Some cells, as they are written."""
    becomes: str
    """What the network gets: ``1 input``, ``3 classes``."""
    why: str
    """In words; empty: it is as it seems."""


@dataclass(frozen=True)
class Understanding:
    """What was understood of a table."""

    path: str
    """The file, as the user wrote it."""
    columns: tuple[ColumnReport, ...]
    """In the order of the file."""
    rows: int
    """Rows of the file."""
    lost: tuple[tuple[str, int], ...]
    """Columns whose missing cells cost rows, and how many each; a row may lack several."""
    used: int
    """Rows that are used."""
    of_second: int
    """How many of these are of the second file."""
    notes: tuple[str, ...]
    """What had to be found out of the file, in words."""
    warnings: tuple[str, ...]
    """What may be wrong with it, in words."""

    @property
    def inputs(self) -> str:
        """``7 numbers, 1 category with 3 levels: 10 inputs``."""
        inputs = [column for column in self.columns if column.role == "input"]
        numbers = sum(column.levels is None and column.kind != "date" for column in inputs)
        dates = sum(column.kind == "date" for column in inputs)
        categories = [column for column in inputs if column.levels is not None]
        parts = [counted(numbers, "number", "numbers")] * bool(numbers) + [counted(dates, "date", "dates")] * bool(
            dates
        )
        if categories:
            levels = " and ".join(str(column.levels) for column in categories[:3]) + " ..." * (len(categories) > 3)
            parts.append(f"{counted(len(categories), 'category', 'categories')} with {levels} levels")
        total = sum(int(column.becomes.split()[0]) for column in inputs)
        return f"{', '.join(parts)}: {counted(total, 'input', 'inputs')}"

    def sentences(self, most: int = MOST_NOTES) -> Iterator[str]:
        """What is said before training: one line if all is plain, and no more than ``most`` about columns."""
        target = next(column for column in self.columns if column.role == "target")
        path = as_told(self.path, "", Path.cwd())
        second = f", {self.of_second:,} of them in the second file" if self.of_second else ""
        rows = f"{self.used:,} rows{second}"
        yield f"table: {path}: {rows}; {self.inputs}; target `{target.column}` ({target.becomes})"
        yield from self.rows_lost()
        yield from (f"table: {note}" for note in self.notes)
        special = [column for column in self.columns if column.why]
        for column in special[:most]:
            yield f"table: {column.column}: {column.why}" if column.column else f"table: {column.why}"
        if len(special) > most:
            yield f"table: {len(special) - most} more columns are described in columns.csv"
        yield from (f"warning: {warning}" for warning in self.warnings)

    def rows_lost(self) -> Iterator[str]:
        """``709 of 891 rows dropped, 688 for `deck```."""
        if self.lost:
            costs = ", ".join(f"{number} for `{name}`" for name, number in self.lost[:3])
            more = ", ..." if len(self.lost) > 3 else ""
            yield f"table: {self.rows - self.used} of {self.rows} rows dropped, {costs}{more}"


def shown(texts: Sequence[str], most: int = 12, between: str = ", ") -> str:
    """Some texts in a row, with dots for those that are too many."""
    return between.join([*texts[:most], *["..."] * (len(texts) > most)])


def counted(number: int, one: str, several: str) -> str:
    """``1 input``, ``3 inputs``."""
    return f"{number:,} {one if number == 1 else several}"
