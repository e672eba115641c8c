"""A learning-rate range test of one experiment, over several seeds at once."""

from collections.abc import Iterator

import numpy as np
import torch

from mlpexp.analysis.range_test import for_range_test, losses_at_rates
from mlpexp.data.dataset import Dataset
from mlpexp.execution.machine import num_threads, stacks
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.planning.prepare import Prepared


def range_test(prepared: Prepared, dataset: Dataset, rates: np.ndarray) -> Iterator[np.ndarray]:
    """The losses of each stack of seeds, ``(M, T + 1)``, one stack after the other; see ``losses_at_rates``."""
    experiment, architecture = prepared.experiment, prepared.architecture
    torch.set_num_threads(num_threads(experiment, architecture, prepared.sizes.train))
    for seeds in stacks(architecture, experiment.all_seeds):
        members = members_of(for_range_test(experiment, len(rates)), seeds)
        yield losses_at_rates(trainer_of(members, [architecture] * len(members), dataset), rates)
