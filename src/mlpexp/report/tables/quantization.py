"""What quantizing makes of networks: a row per scheme, and a row per seed and scheme for a file."""

from math import isnan
from typing import TYPE_CHECKING, Any

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import ALL_EQUAL, NONE, cell_number, one_form, same_ends

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
    """What is int8, score, difference with its interval, largest difference and its bound, bytes and their formula."""
    label = f"test {quantization.score.label}"
    largest = f"largest difference of {'a logit' if quantization.is_classes else 'an output'}"
    columns = [
        "int8",
        "scale per",
        label,
        "difference",
        "95 % interval",
        largest,
        "bound",
        "bytes",
        "header",
        "formula",
    ]
    form = one_form(end for row in quantization.rows for end in (row.difference.mean, *_interval(row)))
    rows = [_cells(row, form) for row in quantization.rows]
    numeric = frozenset(columns) - {"int8", "scale per", "formula"}
    droppable = ("formula", "bound", largest, "header")
    return TextTable(columns, rows, numeric, prose=frozenset(("formula",)), droppable=droppable)


def records(quantization: "Quantization") -> list[dict[str, Any]]:
    """A row per scheme with plain values; None where there is none."""
    return [_record(row) for row in quantization.rows]


def by_seed(quantization: "Quantization") -> list[dict[str, Any]]:
    """A row per seed and scheme."""
    return [_of_seed(measured, quantization.score.name) for measured in quantization.every]


def _cells(row: "Row", form: str) -> list[str]:
    """Of one scheme; ``form`` is how differences are written."""
    ends = [f"{end:+z{form}}" for end in _interval(row)]
    interval = ALL_EQUAL if ends and same_ends(*_interval(row)) else " .. ".join(ends) or NONE
    sizes = [f"{row.bytes:,}", f"{row.header_bytes:,}", f"{row.formula} = {row.formula_bytes:,}"]
    score = cell_number(row.score.mean)
    if row.scheme is None:
        return ["nothing", NONE, score, NONE, NONE, NONE, NONE, *sizes]
    what, per = "all" if row.scheme.activations else "weights", "channel" if row.scheme.per_channel else "tensor"
    difference = f"{row.difference.mean:+z{form}}"
    return [what, per, score, difference, interval, _three_digits(row.largest), _three_digits(row.bound), *sizes]


def _interval(row: "Row") -> tuple[float, ...]:
    """Its ends; none of one seed, or of the trained network."""
    interval = row.difference
    return () if row.scheme is None or isnan(interval.low) else (interval.low, interval.high)


def _three_digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 1000 else f"{value:.3g}"


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
