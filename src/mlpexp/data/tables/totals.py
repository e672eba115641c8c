"""Rows that are no samples but sums of others: a last one is refused, others are warned of by name."""

from collections.abc import Iterator, Mapping

import numpy as np

from mlpexp.data.tables.cells import Cells
from mlpexp.data.tables.inputs import Rows
from mlpexp.data.tables.kinds import Judged
from mlpexp.data.tables.table_file import TableFile

WORDS = frozenset((
    "total", "totals", "grand total", "subtotal", "sub total", "sub-total", "sum", "average", "mean", "median", "std", "count",
    "summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt", "mittelwert", "durchschnitt",
    "somme", "moyenne", "totaux", "total général", "total general", "sous-total", "totale", "suma", "media", "promedio",
    "合计", "总计", "小计", "平均", "合計", "総計", "小計", "합계", "평균", "итого", "всего", "сумма", "среднее",
))  # fmt: skip
FEW_ROWS, MANY_ROWS = 4, 10  # fewer can be a sum by chance, in several columns and in one
ROUNDED = 1e-5  # of the sum of all absolute values: what two sums may differ by


def refuse_total(rows: Rows, columns: Mapping[str, Judged]) -> None:
    """Refuses a last row, of each file, that holds sums or means of the rows above.

    Args:
        rows: Those that are used; all columns of words are looked at.
        columns: Those that are used.

    Raises:
        DataError: At the last row.
    """
    file = rows.file
    bounds = [(0, file.num_first), (file.num_first, file.num_rows)]
    for first, past in bounds if file.second is not None else bounds[:1]:
        if past - 1 in rows.keep:
            refuse_word(file, first, past)
            _refuse_sums(file, columns, first, past)


def refuse_word(file: TableFile, first: int, past: int) -> None:
    """Refuses the last row of a file if a word of it says that it sums up others.

    Args:
        file: The table.
        first: The first row of the file.
        past: The row behind its last one.

    Raises:
        DataError: At the row.
    """
    last = past - 1
    for name, cells in file.columns.items():
        if not isinstance(cells, Cells) or len(cells) < past or past - first < FEW_ROWS:
            continue
        word = cells.levels[cells.codes[last]]
        if is_total(word) and np.count_nonzero(cells.codes[first:past] == cells.codes[last]) == 1:
            raise file.error(
                    f"{word!r}: the last row holds no sample but a total of the others; remove it, or drop it with "
                    f"missing_values: [{word}] and missing: {{{name}: drop}}",
                    name, last,
                )  # fmt: skip


def _refuse_sums(file: TableFile, columns: Mapping[str, Judged], first: int, past: int) -> None:
    of_numbers = [column for column in columns.values() if column.kind == "number"]
    numbers = [column for column in of_numbers if not np.isnan(column.numbers[past - 1])]
    if numbers and all(_is_sum(column.numbers[first:past]) for column in numbers):
        few = MANY_ROWS if len(numbers) == 1 else FEW_ROWS
        if all(np.count_nonzero(np.nan_to_num(column.numbers[first:past])) > few for column in numbers):
            what = "the last row holds the sums of the rows above and is no sample; remove it"
            raise file.error(what, numbers[0].name, past - 1)


def totals(column: Judged) -> Iterator[str]:
    """A sentence about levels of a category that name totals."""
    counts = column.cells.counts()
    for level, count in zip(column.cells.levels, counts.tolist(), strict=True):
        if count and is_total(level):
            rows = f"{count} row{'s' * (count > 1)}"
            yield f"`{column.name}` is {level!r} in {rows}; if they hold sums of other rows, remove them"


def is_total(cell: str) -> bool:
    """Whether a cell says that its row sums up others."""
    return cell.casefold().strip(" :.*") in WORDS


def _is_sum(values: np.ndarray) -> bool:
    """Whether the last value is the sum of the others."""
    others = values[:-1][np.isfinite(values[:-1])]
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large for a sum is refused as an input
        total, size = others.sum(), np.abs(others).sum()
    return bool(np.isfinite([values[-1], size]).all() and abs(total - values[-1]) <= ROUNDED * size)
