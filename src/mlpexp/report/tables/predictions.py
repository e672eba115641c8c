"""Predictions as a table: a row for each row that was asked about."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import of_a_sample

if TYPE_CHECKING:
    from mlpexp.results.predictions import Predictions

Record = dict[str, Any]
NUMERIC = frozenset((
    "row", "predicted", "probability", "probability_sd", "class_output", "class_output_sd", "agreement", "predicted_sd",
    "predicted_low", "predicted_high", "true", "error",
))  # fmt: skip


def records(
    predictions: "Predictions", *, file_column: bool = False, row_column: bool = True, all_classes: bool = False
) -> list[Record]:
    """A record for each row, with plain values; None where there is none.

    Args:
        predictions: Of a table, or of a picture.
        file_column: Whether the file is named.
        row_column: Whether the row is numbered.
        all_classes: Whether the probability of each class is told.
    """
    result = []
    for row, known in enumerate(predictions.is_predicted.tolist()):
        record: Record = {"file": str(predictions.path)} if file_column else {}
        record |= {"row": row + 1} if row_column else {}
        told = _of_class if predictions.class_names else _of_number
        record |= told(predictions, row)
        if all_classes:
            word = "p" if predictions.is_probability else "output"
            names = [f"{word}({name})" for name in predictions.class_names]
            record |= dict(zip(names, predictions.probabilities[row].tolist(), strict=True))
        if not known:
            record |= dict.fromkeys((key for key in record if key not in ("file", "row")), None)
        if predictions.targets is not None:
            record |= _judged(predictions, row)
        record["notes"] = "; ".join(predictions.notes[row])
        result.append(record)
    return result


def table_of(rows: Sequence[Record], *, exact: bool = False) -> TextTable:
    """The records as a table.

    Args:
        rows: Of all files; a column that only some have is empty in the others.
        exact: Whether numbers have all their digits, and notes their column also where there are none.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    columns.sort(key="notes".__eq__)
    if not exact and not any(row["notes"] for row in rows):
        columns.remove("notes")
    cells = [[_cell(row.get(name), exact=exact) for name in columns] for row in rows]
    numeric = {name for name in columns if all(not isinstance(row.get(name), str) for row in rows)}
    return TextTable(columns, cells, numeric=NUMERIC & numeric, prose=frozenset(("notes",)))


def meaning(predictions: "Predictions") -> str:
    """What the columns of several seeds are, in one sentence; empty of one seed."""
    if predictions.num_seeds == 1:
        return ""
    seeds = f"{predictions.num_seeds} seeds"
    if predictions.class_names:
        word = _word(predictions)
        return f"{word}: mean over {seeds}; {word}_sd: standard deviation over them; agreement: share of seeds with this class"
    return f"predicted: mean over {seeds}; predicted_sd: standard deviation over them; low, high: their range"


def _word(predictions: "Predictions") -> str:
    """What the output of a class is called."""
    return "probability" if predictions.is_probability else "class_output"


def _of_class(predictions: "Predictions", row: int) -> Record:
    if not predictions.is_predicted[row]:
        number, probability = 0, 0.0
    else:
        number = int(predictions.predicted[row])
        probability = float(predictions.probabilities[row, number])
    record: Record = {"predicted": predictions.class_names[number], _word(predictions): probability}
    if predictions.num_seeds > 1:
        record[f"{_word(predictions)}_sd"] = float(predictions.deviation[row])
        record["agreement"] = float(predictions.agreement[row])
    return record


def _of_number(predictions: "Predictions", row: int) -> Record:
    record: Record = {"predicted": float(predictions.predicted[row])}
    if predictions.num_seeds > 1:
        record["predicted_sd"] = float(predictions.deviation[row])
        record["predicted_low"] = float(predictions.lowest[row])
        record["predicted_high"] = float(predictions.highest[row])
    return record


def _judged(predictions: "Predictions", row: int) -> Record:
    """What is true, and whether the prediction is right or how far it is off."""
    assert predictions.targets is not None
    true = float(predictions.targets[row])
    if predictions.class_names:
        name = None if np.isnan(true) else predictions.class_names[int(true)]
        right = bool(predictions.predicted[row] == true) if predictions.can_be_judged[row] else None
        return {"true": name, "right": right}
    error = float(predictions.predicted[row] - true) if predictions.can_be_judged[row] else None
    return {"true": None if np.isnan(true) else true, "error": error}


def _cell(value: object, *, exact: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value) if exact else of_a_sample(value)
    return str(value)
