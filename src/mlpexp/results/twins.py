"""Which new samples are samples that were learned from, to the last bit.

Axis letters: N samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from mlpexp.config.experiment import Experiment
from mlpexp.data.catalogue import dataset_of_seed
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of


@dataclass(frozen=True)
class Twins:
    """How many of the new samples are samples of the data that were trained on."""

    of_seeds: tuple[int, ...]
    """Of each seed, how many are in its training part."""
    anywhere: int
    """How many are in any part."""


Part = tuple[Dataset, np.ndarray]
"""Data, and the rows of the training part."""


def twins(new: tuple[np.ndarray, np.ndarray], parts: Sequence[Part]) -> Twins:
    """Counts new samples that were learned from.

    Args:
        new: Inputs and targets.
        parts: Of each seed.
    """
    keys = _keys(*new)
    wanted = set(keys)
    known: dict[int, tuple[np.ndarray, list[bytes]]] = {}  # of data sets, which many seeds may share
    of_seeds, anywhere = [], set[bytes]()
    for dataset, rows in parts:
        if id(dataset) not in known:
            every = _keys(dataset.inputs, dataset.targets)
            known[id(dataset)] = np.array([key in wanted for key in every], dtype=bool), every
            anywhere |= wanted.intersection(every)
        is_wanted, every = known[id(dataset)]
        learned = {every[row] for row in rows[is_wanted[rows]].tolist()}
        of_seeds.append(sum(key in learned for key in keys) if learned else 0)
    return Twins(tuple(of_seeds), sum(key in anywhere for key in keys))


def training_parts(experiment: Experiment, dataset: Dataset, seeds: Sequence[int]) -> list[Part]:
    """What each seed learned from."""
    config, parts = experiment.dataset, list[Part]()
    for seed in seeds:
        purposes = experiment.model_copy(update={"seed": seed, "seeds": 1}).seeds_by_purpose
        drawn = dataset_of_seed(config, dataset, purposes.data)
        parts.append((drawn, parts_of(drawn, config, purposes.split).train))
    return parts


def _keys(inputs: np.ndarray, targets: np.ndarray) -> list[bytes]:
    """Of each sample what equal ones have in common."""
    if inputs.dtype != np.uint8:
        inputs = np.where(np.isnan(inputs), np.nan, inputs) + 0.0  # one NaN, and no -0
    first = np.ascontiguousarray(inputs.reshape(len(inputs), -1))
    second = np.ascontiguousarray(targets.reshape(len(targets), -1) + 0)
    return [blake2b(a.tobytes() + b.tobytes(), digest_size=16).digest() for a, b in zip(first, second, strict=True)]
