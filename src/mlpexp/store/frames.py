"""Tables as data frames, as far as they are complete: whoever wrote them may have been killed at any moment."""

from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.errors import RunError
from mlpexp.store.as_written import content_of
from mlpexp.store.formulas import neutral, original

if TYPE_CHECKING:
    import pandas as pd


class DamagedTable(RunError, ValueError):
    """A file is no table; whoever can do without it catches it as any other wrong value."""


class Absent(Exception):
    """What is asked for is not there, or has no complete row yet."""


def complete_table(path: Path, text_columns: Collection[str] = ()) -> "pd.DataFrame":
    """A CSV file without its last line, if a crash has cut that short.

    Args:
        path: The file.
        text_columns: Columns whose cells stay as they are written, even ``null`` or ``0.10``.

    Raises:
        Absent: There is no such file, or it has no complete row.
        DamagedTable: It is no table.
    """
    try:
        text = content_of(path).decode("utf-8")
    except FileNotFoundError:
        raise Absent from None
    except OSError as error:
        raise DamagedTable(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DamagedTable(f"{path}: damaged: not UTF-8") from None
    complete = text[: text.rfind("\n") + 1]
    if complete.count("\n") < 2:
        raise Absent
    try:
        return _as_before(_parsed(complete, text_columns), complete)
    except ValueError:  # of pandas, too
        raise DamagedTable(f"{path}: damaged: not a table") from None


def _parsed(complete: str, text_columns: Collection[str]) -> "pd.DataFrame":
    import pandas as pd  # half a second that those do not pay who read summaries alone

    if not text_columns:
        return pd.read_csv(StringIO(complete), **to_the_last_bit())
    others = [name for name in pd.read_csv(StringIO(complete), nrows=0).columns if original(name) not in text_columns]
    return pd.read_csv(
        StringIO(complete),
        dtype={neutral(name): str for name in text_columns},
        keep_default_na=False,
        na_values={column: ["", "nan", "NaN"] for column in others},
        **to_the_last_bit(),
    )


def _as_before(table: "pd.DataFrame", complete: str) -> "pd.DataFrame":
    """With names as they were before they were written as CSV."""
    if "'" in complete:
        table = table.rename(columns=original)
        for name, kind in table.dtypes.items():
            if kind.kind not in "biufc":
                table[name] = table[name].map(original, na_action="ignore")
    return table


def without_formulas(table: "pd.DataFrame") -> "pd.DataFrame":
    """A table as it is to be written: no name in it is a formula."""
    safe = table.rename(columns=lambda name: neutral(str(name)))
    for name, kind in safe.dtypes.items():
        if kind.kind not in "biufc":
            safe[name] = safe[name].map(lambda cell: neutral(cell) if isinstance(cell, str) else cell)
    return safe


def to_the_last_bit() -> dict[str, Any]:
    """What ``pandas.read_csv`` must be told to give doubles back exactly: from version 3.1 on nothing."""
    import pandas as pd

    version = tuple(int(number) for number in pd.__version__.split(".")[:2])
    return {"float_precision": "round_trip"} if version < (3, 1) else {}
