"""Tables that a run or sweep has written, as far as they are complete: it may have been killed at any moment."""

from collections.abc import Collection
from io import StringIO
from pathlib import Path

import pandas as pd


class Absent(Exception):
    """What a figure is drawn from is not there, or has no complete row yet."""


def complete_table(path: Path, text_columns: Collection[str] = ()) -> pd.DataFrame:
    """A CSV file without its last line, if a crash has cut that short.

    Args:
        path: The file.
        text_columns: Columns whose cells stay as they are written, even ``null`` or ``0.10``.

    Raises:
        Absent: There is no such file, or it has no complete row.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Absent from None
    complete = text[: text.rfind("\n") + 1]
    if complete.count("\n") < 2:
        raise Absent
    if not text_columns:
        return pd.read_csv(StringIO(complete))
    others = [column for column in pd.read_csv(StringIO(complete), nrows=0).columns if column not in text_columns]
    return pd.read_csv(
        StringIO(complete), dtype=dict.fromkeys(text_columns, str), keep_default_na=False,
        na_values={column: ["", "nan", "NaN"] for column in others},
    )  # fmt: skip
