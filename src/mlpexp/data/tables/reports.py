"""A line about each column of a table: what it is, and what became of it."""

from collections.abc import Iterator

import numpy as np

from mlpexp.data.tables.doubts import counts_rows
from mlpexp.data.tables.inputs import Inputs
from mlpexp.data.tables.kinds import Judged, Kind
from mlpexp.data.tables.table_file import Cells, TableFile, plain
from mlpexp.data.tables.targets import Targets
from mlpexp.data.tables.understanding import ColumnReport, shown

EXAMPLE_ROWS = 1000  # that examples are taken from


def reports(
    file: TableFile,
    columns: dict[str, Judged],
    pieces: dict[str, Inputs],
    targets: Targets,
    target: str,
    split_column: str | None,
) -> Iterator[ColumnReport]:
    """What each column of a file is and what became of it.

    Args:
        file: The table.
        columns: Those that are used.
        pieces: What the inputs give.
        targets: What is predicted.
        target: The column of it.
        split_column: The column that the split goes by, if there is one.
    """
    for name, read in file.columns.items():
        cells: Cells | np.ndarray = read
        column = columns.get(name)
        if column is not None and column.values is None:
            cells = column.cells
        examples = _examples(cells)
        if column is None:
            yield ColumnReport(name, "left out", "", None, 0, examples, "", "")
            continue
        missing = int(column.missing.sum())
        levels = _levels(cells, column)
        if name == target:
            becomes = f"{len(targets.class_names)} classes" if targets.class_names else "a number"
            of_target: Kind = "category" if targets.class_names else "number"
            yield ColumnReport(name, of_target, "target", levels, missing, examples, becomes, column.note)
            continue
        if name not in pieces:
            yield ColumnReport(name, column.kind, "split", levels, missing, examples, "", "")
            continue
        piece = pieces[name]
        kind = _kind(cells, column)
        becomes = f"{len(piece.names)} input{'s' * (len(piece.names) > 1)}"
        why = piece.note or ("the same in all rows, so nothing can be learned from it" if kind == "constant" else "")
        if missing and piece.fill:
            why = (
                f"{why}; " * bool(why)
                + f"{missing} missing cells are filled in ({piece.fill.replace('_', ' ')} of the training part)"
            )
        yield ColumnReport(name, kind, "input", levels, missing, examples, becomes, why)


def _kind(cells: Cells | np.ndarray, column: Judged) -> Kind:
    if _is_constant(cells, column):
        return "constant"
    return "identifier" if column.kind == "number" and counts_rows(column.numbers) else column.kind


def _levels(cells: Cells | np.ndarray, column: Judged) -> int | None:
    """Different cells that are not missing; of numbers they are not counted."""
    if not isinstance(cells, Cells):
        return None
    return len(cells.levels) - len(np.unique(cells.codes[column.missing]))


def _is_constant(cells: Cells | np.ndarray, column: Judged) -> bool:
    if isinstance(cells, Cells):
        return (_levels(cells, column) or 0) < 2
    return bool(np.nanmin(column.numbers) == np.nanmax(column.numbers)) if not column.missing.all() else True


def _examples(cells: Cells | np.ndarray) -> str:
    if isinstance(cells, Cells):
        return shown([level for level in cells.levels if level][:4], most=3)
    return shown(
        [plain(value) for value in dict.fromkeys(cells[:EXAMPLE_ROWS].tolist()) if not np.isnan(value)][:4], most=3
    )
