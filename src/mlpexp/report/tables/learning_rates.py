"""What ``mlpexp find-lr`` says: the loss at some of the rates, and the rate that the config has."""

import math

import numpy as np
import pandas as pd

from mlpexp.config.experiment import Experiment
from mlpexp.planning.prepare import Prepared
from mlpexp.report.numbers.over_seeds import seed_columns
from mlpexp.report.tables.text_table import TextTable

ROWS_PER_DECADE = 2


def rates_table(prepared: Prepared, numbers: pd.DataFrame) -> TextTable:
    """The loss over seeds at about two rates per decade.

    Args:
        prepared: What was tried.
        numbers: Of ``range_test_numbers``.
    """
    columns = ("learning rate", "median loss", "middle half of the seeds", "diverged")
    seeds = seed_columns(numbers)
    rows = [
        (
            f"{row['learning_rate']:.2g}" if row["learning_rate"] else "none yet",
            f"{row['median']:.4g}",
            f"{row['lower_quartile']:.4g} .. {row['upper_quartile']:.4g}",
            f"{sum(math.isinf(row[seed]) for seed in seeds)} of {len(seeds)}",
        )
        for _, row in numbers.iloc[_places(numbers["learning_rate"].to_numpy())].iterrows()
    ]
    experiment = prepared.experiment
    title = f"{experiment.dataset.name}, {prepared.architecture.name}, {experiment.optimizer.name}: {experiment.loss}"
    return TextTable(columns, rows, frozenset(columns), title=title, droppable=columns[2:3])


def configured_sentence(experiment: Experiment) -> str:
    """The learning rate of the config, to be compared."""
    aside = "; its schedule is left aside" if experiment.schedule.name != "constant" else ""
    return f"the config has {experiment.optimizer.learning_rate:g}{aside}"


def _places(rates: np.ndarray) -> list[int]:
    """The rows of the table: before the first step, then about two per decade, both ends included."""
    count = max(2, round(ROWS_PER_DECADE * math.log10(rates[-1] / rates[1])) + 1)
    return [0, *sorted({1 + round(place) for place in np.linspace(0, len(rates) - 2, count)})]
