"""The members of a stack, the data as their seeds see them, and their trainer."""

from collections.abc import Callable, Sequence
from time import perf_counter

import torch

from mlpexp.architectures.architecture import Architecture
from mlpexp.config.datasets import DatasetConfig, scaling_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.som import Som
from mlpexp.data.catalogue import dataset_of_seed
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.data.split import Split
from mlpexp.data.standardize import fit_targets, standardizer_of
from mlpexp.execution.machine import choose_device
from mlpexp.som.method import self_organizing_map
from mlpexp.training.method import BACKPROPAGATION, Method
from mlpexp.training.samples import Samples, pair_of
from mlpexp.training.starts import Begun
from mlpexp.training.trainer import Trainer

INPUT_DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16, "tf32": torch.float32}

Parts = Callable[[Dataset, DatasetConfig, int], Split]
"""From data, their section and the seed of a split to the parts."""


def members_of(experiment: Experiment, seeds: Sequence[int]) -> list[Experiment]:
    """One experiment per seed; a purpose whose seed the config sets keeps that one."""
    return [experiment.model_copy(update={"seed": seed, "seeds": 1}) for seed in seeds]


def trainer_of(
    members: Sequence[Experiment],
    architectures: Sequence[Architecture],
    dataset: Dataset,
    clock: Callable[[], float] = perf_counter,
    starts: Sequence[Begun] = (),
    parts: Parts = parts_of,
) -> Trainer:
    """The trainer of a stack, before its first step.

    Args:
        members: Of the stack.
        architectures: One each.
        dataset: The data.
        clock: Says the seconds that training takes.
        starts: What each begins with, as ``Trainer`` has it.
        parts: Draws the parts of a data set.
    """
    samples, method = samples_of(members, dataset, parts), method_of(members[0])
    return Trainer(members, architectures, dataset, samples, method, clock, starts)


def method_of(experiment: Experiment) -> Method:
    """How an experiment is trained."""
    if isinstance(experiment.model, Som):
        return self_organizing_map()
    if experiment.training.engine == "numpy":
        from mlpexp.numpy_twin.method import NUMPY

        return NUMPY
    return BACKPROPAGATION


def samples_of(members: Sequence[Experiment], dataset: Dataset, parts: Parts = parts_of) -> Samples:
    """The data as the members see them: the split of each seed, and the standardization fitted on its training part.

    Where each seed has data of its own, they are drawn here; ``dataset`` stands for their source.
    """
    experiment, config = members[0], members[0].dataset
    pairs = list(dict.fromkeys(map(pair_of, members)))
    seeds = list(dict.fromkeys(seeds for seeds, _ in pairs))
    drawn = {seed: dataset_of_seed(config, dataset, seed) for seed in dict.fromkeys(seed for _, seed in seeds)}
    splits = {(split, data): parts(drawn[data], config, split) for split, data in seeds}
    standardizers = {
        (split, data): standardizer_of(drawn[data], rows.train, scaling_of(config))
        for (split, data), rows in splits.items()
    }
    datasets = [drawn[data] for (_, data), _ in pairs]
    return Samples(
        datasets,
        pairs,
        [splits[seeds] for seeds, _ in pairs],
        [standardizers[seeds] for seeds, _ in pairs],
        [
            fit_targets(config, data.targets[splits[seeds].train])
            for data, (seeds, _) in zip(datasets, pairs, strict=True)
        ],
        dtype=INPUT_DTYPES[experiment.training.precision],
        device=choose_device(experiment),
        augmentation=getattr(config, "augmentation", None),
    )
