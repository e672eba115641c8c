"""``mlpexp find-lr``: losses by learning rate as a table."""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlpexp.report.numbers.over_seeds import seed_columns
from mlpexp.report.tables.text_table import TextTable

if TYPE_CHECKING:
    from mlpexp.planning.prepare import Prepared

ROWS_PER_DECADE = 2


def rates_table(prepared: "Prepared", numbers: pd.DataFrame) -> TextTable:
    """Before the first step, then about two rates per decade: median loss, middle half of the seeds, how many diverged.

    Args:
        prepared: What was trained.
        numbers: Of ``range_test_numbers``.
    """
    columns = ("learning rate", "median loss", "middle half of the seeds", "diverged")
    experiment, seeds = prepared.experiment, seed_columns(numbers)
    rows = [
        (
            f"{row['learning_rate']:.2g}" if row["learning_rate"] else "none yet",
            f"{row['median']:.4g}",
            f"{row['lower_quartile']:.4g} .. {row['upper_quartile']:.4g}",
            f"{sum(math.isinf(row[seed]) for seed in seeds)} of {len(seeds)}",
        )
        for _, row in numbers.iloc[_places(numbers["learning_rate"].to_numpy())].iterrows()
    ]
    title = f"{experiment.dataset.name}, {prepared.architecture.name}, {experiment.optimizer.name}: {experiment.loss}"
    return TextTable(columns, rows, frozenset(columns), title=title, droppable=columns[2:3])


def configured(prepared: "Prepared") -> str:
    """The rate of the config."""
    experiment = prepared.experiment
    aside = "; its schedule is left aside" if experiment.schedule.name != "constant" else ""
    return f"the config has {experiment.optimizer.learning_rate:g}{aside}"


def _places(rates: np.ndarray) -> list[int]:
    """Of the rows that are shown, both ends included."""
    count = max(2, round(ROWS_PER_DECADE * math.log10(rates[-1] / rates[1])) + 1)
    return [0, *sorted({1 + round(place) for place in np.linspace(0, len(rates) - 2, count)})]
