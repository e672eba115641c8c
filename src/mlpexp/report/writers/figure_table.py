"""The numbers of a figure as a table of its page: short enough to be read, the whole being in its CSV file."""

from math import isnan

import pandas as pd

from mlpexp.report.tables.text_table import TextTable

MOST_ROWS = 60


def figure_table(numbers: pd.DataFrame, name: str) -> TextTable:
    """The numbers, or of very many those of some epochs, or the first; which, says the title.

    Args:
        numbers: That a figure shows.
        name: Of its file in ``plots/``.
    """
    shown = _some(numbers)
    title = f"The numbers of {name}"
    if len(shown) < len(numbers):
        which = "of some epochs" if "epoch" in numbers.columns else "the first ones"
        title += f", {which}: {len(shown):,} of {len(numbers):,} rows; mlpexp plot writes all into {name}.csv"
    columns = [str(column) for column in shown.columns]
    numeric = frozenset(str(column) for column in shown.columns if pd.api.types.is_numeric_dtype(shown[column]))
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False, name=None)]
    return TextTable(columns, rows, numeric, title=title)


def _some(numbers: pd.DataFrame) -> pd.DataFrame:
    if len(numbers) <= MOST_ROWS:
        return numbers
    if "epoch" not in numbers.columns:
        return numbers.head(MOST_ROWS)
    epochs = sorted(numbers["epoch"].unique())
    per_epoch = len(numbers) / len(epochs)
    count = max(2, int(MOST_ROWS / per_epoch))
    places = {round(place * (len(epochs) - 1) / (count - 1)) for place in range(count)}
    return numbers[numbers["epoch"].isin([epochs[place] for place in places])].head(4 * MOST_ROWS)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "-" if isnan(value) else f"{value:.4g}"
    return str(value)
