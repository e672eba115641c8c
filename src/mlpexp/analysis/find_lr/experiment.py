"""A learning-rate range test of one experiment, over several seeds at once."""

from collections.abc import Iterator

import numpy as np

from mlpexp.analysis.find_lr.range_test import for_range_test, losses_at_rates
from mlpexp.data.dataset import Dataset
from mlpexp.execution.driver import threads
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import threads_for, together


def range_test(prepared: Prepared, dataset: Dataset, rates: np.ndarray) -> Iterator[np.ndarray]:
    """The losses of each stack of seeds, ``(M, T + 1)``, one stack after the other; see ``losses_at_rates``."""
    experiment, architecture = prepared.experiment, prepared.architecture
    with threads(threads_for(prepared, alone=True)):
        for seeds in together(architecture, experiment.all_seeds):
            members = members_of(for_range_test(experiment, len(rates)), seeds)
            yield losses_at_rates(trainer_of(members, [architecture] * len(members), dataset), rates)
