"""A line about each column of a table: what it is, and what became of it."""

from collections.abc import Iterator

import numpy as np

from mlpexp.data.tables.cells import Cells, plain
from mlpexp.data.tables.doubts import counts_rows
from mlpexp.data.tables.header import ROW_NAMES
from mlpexp.data.tables.inputs import Inputs, OneHot
from mlpexp.data.tables.kinds import Judged, Kind
from mlpexp.data.tables.table_file import TableFile
from mlpexp.data.tables.targets import Targets
from mlpexp.data.tables.understanding import ColumnReport, counted, shown

NAMES_ROWS = "the first column has no name and only names the rows: left out"
CONSTANT = "the same in all rows, so nothing can be learned from it"
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
        if name == ROW_NAMES:
            yield ColumnReport("", "left out", "", None, 0, _examples(read), "", NAMES_ROWS)
            continue
        column = columns.get(name)
        if column is not None and column.values is None:
            cells = column.cells
        examples = _examples(cells)
        if column is None:
            yield ColumnReport(name, "left out", "", None, 0, examples, "", "")
            continue
        missing = int(column.missing.sum())
        if name == target:
            of_target: Kind = "category" if targets.class_names else "number"
            becomes = f"{len(targets.class_names)} classes" if targets.class_names else "a number"
            levels = len(targets.class_names) or None
            yield ColumnReport(name, of_target, "target", levels, missing, examples, becomes, column.note)
        elif name in pieces:
            yield _input(column, pieces[name], missing, examples)
        else:
            yield ColumnReport(name, column.kind, "split", None, missing, examples, "", "")


def _input(column: Judged, piece: Inputs, missing: int, examples: str) -> ColumnReport:
    kind, first = _kind(column, piece), piece.values[0]
    cells = counted(missing, "missing cell is", "missing cells are")
    notes = [piece.note or CONSTANT * (kind == "constant")]
    if piece.fill:
        notes.append(f"{cells} filled in ({piece.fill.replace('_', ' ')} of the training part)")
    if piece.level_of_missing:
        notes.append(f"{cells} a level, {piece.level_of_missing!r}")
    if piece.has_indicator:
        notes.append("one more input says where a value is missing")
    return ColumnReport(
        column.name, kind, "input", first.count if isinstance(first, OneHot) else None, missing, examples,
        counted(len(piece.names), "input", "inputs"), "; ".join(filter(None, notes)),
    )  # fmt: skip


def _kind(column: Judged, piece: Inputs) -> Kind:
    first = piece.values[0]
    if isinstance(first, OneHot):
        return "constant" if first.count == 1 else "category"
    if np.fmin.reduce(first) == np.fmax.reduce(first) or np.isnan(first).all():
        return "constant"
    return "identifier" if column.kind == "number" and counts_rows(first) else column.kind


def _examples(cells: Cells | np.ndarray) -> str:
    if isinstance(cells, Cells):
        return shown([level for level in cells.levels if level], most=3, between="; ")
    numbers = dict.fromkeys(value for value in cells[:EXAMPLE_ROWS].tolist() if not np.isnan(value))
    return shown([plain(value) for value in numbers], most=3, between="; ")
