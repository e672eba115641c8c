"""``columns.csv``: what was understood of the tables that a plan learns from."""

from dataclasses import asdict, dataclass

from mlpexp.config.datasets import Csv, DatasetConfig
from mlpexp.data.catalogue import understood
from mlpexp.data.tables.understanding import Understanding
from mlpexp.planning.plan import Plan
from mlpexp.store.table import Cell, as_csv

COLUMNS = ("arm", "column", "kind", "role", "levels", "missing", "examples", "becomes", "why")


def tables_of(plan: Plan) -> dict[int, Understanding]:
    """What was understood of each table, or of each way to read it, by the first arm that learns from it."""
    tables: dict[int, Understanding] = {}
    for arm in plan.arms:
        dataset = arm.experiment.dataset
        if isinstance(dataset, Csv) and (understanding := understood(dataset)) not in tables.values():
            tables[arm.number] = understanding
    return tables


@dataclass(frozen=True)
class DroppedRows:
    """Rows of a table that are not used, because they lack cells."""

    number: int
    """How many."""
    of: int
    """Rows of the table."""
    lacking: tuple[tuple[str, int], ...]
    """The columns, and how many cells each lacks; a row may lack several."""


def dropped_rows(dataset: DatasetConfig) -> DroppedRows | None:
    """The rows of a table that are dropped, none perhaps; None: the data are no table."""
    if not isinstance(dataset, Csv):
        return None
    table = understood(dataset)
    return DroppedRows(table.rows - table.used, table.rows, table.lost)


def columns_table(plan: Plan) -> str | None:
    """A row for each column of each table; None: the data are no table."""
    rows = [{"arm": arm, **row} for arm, table in tables_of(plan).items() for row in rows_of(table)]
    return as_csv(list(COLUMNS), rows) if rows else None


def rows_of(table: Understanding) -> list[dict[str, Cell]]:
    """A row for each column."""
    return [{key: "" if value is None else value for key, value in asdict(column).items()} for column in table.columns]
