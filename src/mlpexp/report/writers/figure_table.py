"""The numbers of a figure as a table of its page: short enough to be read, the whole being in its CSV file."""

import re
from typing import Any

import pandas as pd

from mlpexp.report.drawing.style import Drawing
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import NONE

MOST_ROWS = 60
UNIT = re.compile(r"\([^()]+\)$")  # at the end of the name of an axis
MEANINGS = {
    "roughness": "roughness: how far a curve goes back and forth, in its own unit; 0 if it only falls or only rises.",
    "seed_in_front": "seed_in_front: the seed that is drawn in front of a mean that hides how rough training is.",
}
MOST_OF_EPOCHS = 240  # rows: of two epochs whose parts, values and layers each have one


def figure_table(numbers: pd.DataFrame, name: str) -> TextTable:
    """The numbers, or of very many those of some epochs, or the first; which, says the title.

    Args:
        numbers: That a figure shows.
        name: Of its file in ``plots/``.
    """
    shown, which = _some(numbers)
    title = f"The numbers of {name}"
    if len(shown) < len(numbers):
        title += f", {which}: {len(shown):,} of {len(numbers):,} rows; mlpexp plot writes all into {name}.csv"
    columns = [str(column) for column in shown.columns]
    numeric = frozenset(str(column) for column in shown.columns if pd.api.types.is_numeric_dtype(shown[column]))
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False, name=None)]
    return TextTable(columns, rows, numeric, title=title)


def about_numbers(drawing: Drawing) -> list[str]:
    """Sentences beneath the table: the units of the figure, in which its numbers are, and columns that no axis names."""
    labels = [text for axes in drawing.figure.axes for text in (axes.get_xlabel(), axes.get_ylabel())]
    units = [label for label in dict.fromkeys(labels) if UNIT.search(label)]
    said = [f"Units are those of the figure: {', '.join(units)}."] if units else []
    return said + [meaning for column, meaning in MEANINGS.items() if column in drawing.numbers]


def _some(numbers: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Rows that can be read, and which they are: evenly spread epochs with the first and the last, or the last alone."""
    if len(numbers) <= MOST_ROWS:
        return numbers, ""
    if "epoch" not in numbers.columns:
        return numbers.head(MOST_ROWS), "the first ones"
    epochs = sorted(numbers["epoch"].unique())
    count = min(len(epochs), max(2, int(MOST_ROWS * len(epochs) / len(numbers))))
    places = {round(place * (len(epochs) - 1) / max(count - 1, 1)) for place in range(count)}
    shown = numbers[numbers["epoch"].isin([epochs[place] for place in places])]
    if len(shown) <= MOST_OF_EPOCHS:
        return shown, "of some epochs"
    last = numbers[numbers["epoch"] == epochs[-1]]
    first = "" if len(last) <= MOST_OF_EPOCHS else ", the first ones"
    return last.head(MOST_OF_EPOCHS), f"of epoch {epochs[-1]}{first}"


def _cell(value: Any) -> str:
    if pd.isna(value):
        return NONE
    return f"{value:.4g}" if isinstance(value, float) else str(value)
