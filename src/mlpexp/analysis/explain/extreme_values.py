"""Numbers of a table that lie so far from all others that they are mistakes, or deserve a look."""

from collections.abc import Sequence

import numpy as np

from mlpexp.analysis.rehearsal.training_rows import training_rows
from mlpexp.config.datasets import Csv
from mlpexp.data.catalogue import shared_dataset
from mlpexp.planning.prepare import Prepared

FAR = 100.0  # distances between the quartiles, from the median
MOST = 5  # of a column: more are no exceptions


def extreme_values(prepared: Prepared, seeds: Sequence[int]) -> dict[str, list[float]]:
    """The few values of each column of numbers that are far from all others; nothing of other data than tables.

    Args:
        prepared: The experiment.
        seeds: Whose training parts are looked at; never a test part alone.

    Raises:
        InputError: The table is not there.
    """
    config = prepared.experiment.dataset
    if not isinstance(config, Csv):
        return {}
    dataset = shared_dataset(config, None)
    rows = np.unique(training_rows(prepared, dataset, seeds))
    found = {}
    for name, column in zip(dataset.feature_names, dataset.inputs[rows].T, strict=False):
        low, middle, high = np.nanquantile(column, (0.25, 0.5, 0.75))
        far = np.unique(column[np.abs(column - middle) > FAR * (high - low)]) if high > low else np.zeros(0)
        if 0 < len(far) <= MOST:
            found[name] = far.tolist()
    return found
