"""Which rows of a data set a run trains on, with all its seeds; imports no torch."""

from collections.abc import Sequence

import numpy as np

from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.planning.prepare import Prepared


def training_rows(prepared: Prepared, dataset: Dataset, run_seeds: Sequence[int]) -> np.ndarray:
    """The rows of the training parts of all splits, one part behind the other: validation and test parts are left alone.

    Args:
        prepared: The experiment.
        dataset: Its data.
        run_seeds: Whose splits are drawn.
    """
    section = prepared.experiment.dataset
    return np.concatenate([parts_of(dataset, section, seed).train for seed in prepared.split_seeds(run_seeds)])


def class_shares(prepared: Prepared, dataset: Dataset, run_seeds: Sequence[int]) -> np.ndarray:
    """Shares of the classes among these rows, by number, ``(num_classes,)``."""
    rows = training_rows(prepared, dataset, run_seeds)
    return np.bincount(dataset.targets[rows], minlength=dataset.facts.num_outputs) / len(rows)
