"""The learning-rate range test: a few steps while the rate grows from tiny to absurd, and the loss after each.

Nothing but a trainer of its own is changed: no run, no file, no generator of random numbers.

Axis letters: M members, T steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.layers import Dropout
from mlpexp.config.experiment import Experiment
from mlpexp.config.optimization import ConstantSchedule
from mlpexp.data.dataset import Dataset
from mlpexp.execution.machine import computing
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.execution.tasks import starts_of
from mlpexp.nn.mode import Mode
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import places_together, threads_for
from mlpexp.training.hyper import CoefficientCache, HyperParameters
from mlpexp.training.trainer import Trainer

PROBE_SAMPLES = 512  # of the training set


@dataclass(frozen=True, eq=False)
class GivenRates(HyperParameters):
    """Hyper-parameters whose learning rate is not the config's but given step by step."""

    rates_T: np.ndarray
    """Of each step."""

    def rates(self, steps: np.ndarray, steps_per_epoch: int) -> np.ndarray:
        """Learning rates ``(T, M)``; after the last given one they stay."""
        known = self.rates_T[np.minimum(steps, len(self.rates_T) - 1)]
        return np.repeat(known[:, None], len(self.clip), axis=1)


def range_test(prepared: Prepared, dataset: Dataset, rates: np.ndarray) -> Iterator[np.ndarray]:
    """The losses of each stack of seeds, ``(M, T + 1)``, one stack after the other; see ``losses_at_rates``."""
    experiment, architecture = prepared.experiment, prepared.architecture
    with computing(experiment, threads_for(prepared, alone=True)):
        seeds = experiment.all_seeds
        for places in places_together(prepared, seeds, experiment.device):
            members = members_of(for_range_test(experiment, len(rates)), [seeds[place] for place in places])
            starts = starts_of((prepared, member.seed) for member in members)
            trainer = trainer_of(members, [architecture] * len(members), dataset, starts=starts)
            yield losses_at_rates(trainer, rates)


def geometric_rates(low: float, high: float, num_steps: int) -> np.ndarray:
    """Rates ``(T,)`` from low to high, each the same factor above the one before."""
    return low * (high / low) ** (np.arange(num_steps) / (num_steps - 1))


def for_range_test(experiment: Experiment, num_steps: int) -> Experiment:
    """The experiment without what would interfere: schedule, early stopping, averaging, the evaluations of epochs."""
    endless = num_steps + 2  # epochs, of which each has at least one step: the last is never reached
    changes = {
        "epochs": endless,
        "evaluate_every": endless,
        "train_metrics": "running",
        "early_stopping": None,
        "convergence": None,
        "weight_averaging": None,
    }
    training = experiment.training.model_copy(update=changes)
    schedule = ConstantSchedule(name="constant")
    changed = {"training": training, "schedule": schedule, "diagnostics": "off", "scores": ()}
    return experiment.model_copy(update=changed)


def losses_at_rates(trainer: Trainer, rates_T: np.ndarray) -> np.ndarray:
    """The loss of each member before the first step and after each, ``(M, T + 1)``.

    It is measured on the same training samples every time, up to ``PROBE_SAMPLES``, without dropout: the loss of a batch
    is the cheaper measure, but with small batches differs more from batch to batch than from rate to rate. From the
    first step after which it is not finite, a member's loss is infinite; the others keep theirs.

    Args:
        trainer: Before its first step, of members made by ``for_range_test``.
        rates_T: The learning rate of each step.

    References:
        Smith (2017), "Cyclical learning rates for training neural networks", section 3.3.
    """
    hyper = GivenRates(**vars(trainer.hyper), rates_T=rates_T)
    trainer.coefficients = CoefficientCache(hyper, trainer.steps_per_epoch, trainer.state.network.flat)
    trainer.block_values = 1  # the loss is measured after each step, not only after each block
    trainer.looks_between = False  # all stay, also those that diverge
    trainer.state.initial_recorded = True  # nobody asks for the loss on the whole training set
    count = min(PROBE_SAMPLES, trainer.samples.sizes.train)
    inputs, targets = (tensor.index_select(0, trainer.active_pairs) for tensor in trainer.samples.part(0, count))
    losses = [_probe(trainer, inputs, targets)]
    losses += [_probe(trainer, inputs, targets) for _ in islice(trainer.run(), len(rates_T))]
    sound = np.logical_and.accumulate(np.isfinite(losses), axis=0)
    return np.where(sound, losses, np.inf).T


@torch.no_grad()
def _probe(trainer: Trainer, inputs: Tensor, targets: Tensor) -> np.ndarray:
    """Mean loss of each member, ``(M,)``; batch normalization goes by these samples, as what it remembers lags behind."""
    dropping = [layer.name for layer in trainer.architecture.layers if isinstance(layer.spec, Dropout)]
    every = Mode(training=True, dropout=dict.fromkeys(dropping, torch.ones((), device=inputs.device)))
    outputs = trainer.state.network(inputs, every).to(trainer.state.network.flat.dtype)
    return trainer.head.loss.value(outputs, targets).double().mean(1).cpu().numpy()
