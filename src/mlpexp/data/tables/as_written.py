"""The rows of a table that samples are, as they are written in its file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlpexp.config.datasets import Csv
from mlpexp.config.splits import FileSplit
from mlpexp.data.tables.read import read_table, reading_of
from mlpexp.data.tables.table_file import TableFile, read_file


@dataclass(frozen=True)
class WrittenRow:
    """A row of a file."""

    file: str
    """Its name."""
    number: int
    """From 1, below the header."""
    line: int
    """Where it begins."""
    cells: Mapping[str, str]
    """By column, without the blanks around them; of pictures without their pixels."""


def rows_as_written(config: Csv, samples: Iterable[int]) -> dict[int, WrittenRow]:
    """The row of each of some samples.

    Args:
        config: The ``dataset:`` section.
        samples: Their numbers, as in ``predictions.csv``.

    Raises:
        DataError: The file cannot be read.
    """
    table = read_table(config)
    rows = {sample: int(table.rows[sample]) for sample in samples}
    left_out = frozenset(column.name for column in table.form.columns if config.shape is not None)
    files = [read_file(Path(config.path).expanduser(), reading_of(config))]
    if isinstance(config.split, FileSplit):
        files.append(read_file(Path(config.split.path).expanduser(), reading_of(config)))
    found: dict[int, WrittenRow] = {}
    start = 0
    for file in files:
        of_file = {row - start for row in rows.values() if start <= row < start + file.num_rows}
        found |= {start + row: written for row, written in _written(file, of_file, left_out).items()}
        start += file.num_rows
    return {sample: found[row] for sample, row in rows.items()}


def _written(file: TableFile, wanted: set[int], left_out: frozenset[str]) -> dict[int, WrittenRow]:
    """Rows of a file by their number from 0."""
    places = [(place, name) for place, name in enumerate(file.columns) if name not in left_out]
    return {
        number: WrittenRow(file.path.name, number + 1, row.line, {name: row.cells[place] for place, name in places})
        for number, row in enumerate(file.scan())
        if number in wanted
    }
