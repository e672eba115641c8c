"""How common each class is among the samples that an experiment trains on."""

from collections.abc import Sequence

import numpy as np

from mlpexp.analysis.rehearsal.rehearse import split_seeds_of
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.planning.prepare import Prepared


def class_shares(prepared: Prepared, dataset: Dataset, run_seeds: Sequence[int]) -> np.ndarray:
    """Shares of the classes, by number, ``(num_classes,)``, among the training parts of the splits of these seeds.

    Neither validation nor test parts are looked at.

    Args:
        prepared: The experiment, of a classification.
        dataset: Its data.
        run_seeds: Whose splits are drawn.
    """
    seeds = split_seeds_of(prepared, run_seeds)
    rows = np.concatenate([parts_of(dataset, prepared.experiment.dataset, seed).train for seed in seeds])
    return np.bincount(dataset.targets[rows], minlength=dataset.facts.num_outputs) / len(rows)
