"""What quantizing makes of networks: a row per scheme, and a row per seed and scheme for a file."""

from math import isnan
from typing import TYPE_CHECKING, Any

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import cell_interval, cell_number

if TYPE_CHECKING:
    from mlpexp.quantization.measured import Measured, Quantization, Row

COLUMNS = (
    "name",
    "score",
    "difference",
    "low",
    "high",
    "largest_difference",
    "bound",
    "bytes",
    "formula_bytes",
    "formula",
)


def quantization_table(quantization: "Quantization") -> TextTable:
    """Score, difference with its interval, largest difference and its bound, bytes and their formula."""
    label = f"test {quantization.score.label}"
    largest = f"largest difference of {'a logit' if quantization.is_classes else 'an output'}"
    columns = [
        "network",
        label,
        "difference",
        "95 % interval",
        largest,
        "bound",
        "bytes",
        "formula",
    ]
    rows = [_cells(row, is_first=place == 0) for place, row in enumerate(quantization.rows)]
    prose = frozenset(("network", "formula"))
    return TextTable(columns, rows, frozenset(columns) - prose, prose=prose, droppable=("formula", "bound", largest))


def records(quantization: "Quantization") -> list[dict[str, Any]]:
    """A row per scheme with plain values; None where there is none."""
    return [_record(row) for row in quantization.rows]


def by_seed(quantization: "Quantization") -> list[dict[str, Any]]:
    """A row per seed and scheme."""
    return [_of_seed(measured, quantization.score.name) for measured in quantization.every]


def _cells(row: "Row", *, is_first: bool) -> list[str]:
    interval = row.difference
    no_interval = is_first or isnan(interval.low)
    return [
        row.label,
        cell_number(row.score.mean),
        "-" if is_first else cell_number(interval.mean, sign=True),
        "-" if no_interval else cell_interval(interval.low, interval.high, sign=True),
        "-" if is_first else f"{row.largest:.3g}",
        "-" if is_first else f"{row.bound:.3g}",
        f"{row.bytes:,}",
        f"{row.formula} = {row.formula_bytes:,}",
    ]


def _record(row: "Row") -> dict[str, Any]:
    numbers = row.score.mean, row.difference.mean, row.difference.low, row.difference.high
    told = [None if isnan(number) else number for number in numbers]
    return dict(
        zip(
            COLUMNS,
            [row.name, *told, row.largest, row.bound, row.bytes, row.formula_bytes, row.formula],
            strict=True,
        )
    )


def _of_seed(measured: "Measured", score: str) -> dict[str, Any]:
    file = measured.file
    return {
        "seed": measured.seed,
        "name": measured.name,
        score: measured.score,
        "largest_difference": measured.largest,
        "bound": measured.bound,
        "bytes": len(file.content),
        "formula_bytes": file.formula_bytes,
    }
