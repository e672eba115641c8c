"""Mistakes as a table: what each sample is called, what is true and predicted, and what the sample holds."""

from typing import TYPE_CHECKING, Any

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import of_a_sample

if TYPE_CHECKING:
    from mlpexp.results.mistakes import Mistakes
    from mlpexp.results.named_samples import NamedSamples

Record = dict[str, Any]
ROW_NAMES = " row"  # what a first column without a name is called where tables are read
NUMERIC = frozenset((
    "rank", "index", "row", "line", "official_index", "probability", "class_output", "wrong", "seeds", "share", "error",
    "error_in_rmse",
))  # fmt: skip
LEAST_NEEDED = (
    "line",
    "share",
    "index",
)  # go where the line of a terminal is too narrow, behind the cells of the sample


def mistake_records(mistakes: "Mistakes", named: "NamedSamples") -> list[Record]:
    """A record for each sample, the worst first, with plain values.

    Args:
        mistakes: Ranked.
        named: What they are called.
    """
    told = _of_class if mistakes.classification else _of_number
    ranked: list[Any] = mistakes.ranked.to_dict("records")
    records = []
    for rank, (row, name, cells) in enumerate(zip(ranked, named.names, named.columns, strict=True), start=1):
        record: Record = {"rank": rank, **name, "index": int(row["index"]), **told(mistakes, row)}
        records.append(record | {_heading(column, record): cell for column, cell in cells.items()})
    return records


def about(mistakes: "Mistakes") -> Record:
    """Of what the mistakes are."""
    arm = mistakes.arm
    names: Record = {"result": arm.result.path.resolve().name, "arm": arm.number, "label": arm.label}
    return {**names, "seeds": list(mistakes.seeds), "part": mistakes.part, "samples": mistakes.num_samples}


def table_of_mistakes(records: list[Record], *, exact: bool = False) -> TextTable:
    """The records as a table; with all digits if it is to be exact."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    ours = [name for name in columns if name in NUMERIC or name in ("file", "official_part", "true", "predicted")]
    cells = [[_cell(record.get(name, ""), exact=exact) for name in columns] for record in records]
    numeric = {name for name in columns if name in ours and all(not isinstance(r.get(name), str) for r in records)}
    theirs = [name for name in reversed(columns) if name not in ours]
    return TextTable(columns, cells, numeric=frozenset(numeric), droppable=[*theirs, *LEAST_NEEDED])


def _of_class(mistakes: "Mistakes", row: Record) -> Record:
    return {
        "true": mistakes.class_name(int(row["target"])),
        "predicted": mistakes.class_name(int(row["predicted"])),
        "probability" if mistakes.is_probability else "class_output": float(row["confidence"]),
        "wrong": int(row["wrong"]),
        "seeds": int(row["seeds"]),
        "share": float(row["share"]),
    }


def _of_number(mistakes: "Mistakes", row: Record) -> Record:
    return {
        "true": float(row["target"]),
        "predicted": float(row["predicted"]),
        "error": float(row["error"]),
        "error_in_rmse": float(row["times"]),
        "seeds": int(row["seeds"]),
    }


def _heading(column: str, record: Record) -> str:
    """The name of a column of the table, told apart from ours."""
    name = "row name" if column == ROW_NAMES else column
    return f"{name} (table)" if name in record else name


def _cell(value: object, *, exact: bool) -> str:
    if not isinstance(value, float):
        return str(value)
    return repr(value) if exact else of_a_sample(value)
