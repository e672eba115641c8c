"""The numbers in which members of a stack may differ, as arrays with one entry per member.

Axis letters: M members, L dropout layers, T steps.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Dropout
from mlpexp.config.experiment import Experiment
from mlpexp.config.optimization import OptimizerConfig, ScheduleConfig, Sgd
from mlpexp.config.own_steps import OwnOptimizer, OwnSchedule
from mlpexp.training.losses import Loss, weighted
from mlpexp.training.optimizers import OPTIMIZERS, Optimizer
from mlpexp.training.own_optimizers import own_optimizer
from mlpexp.training.schedules import factor
from mlpexp.training.transfer import on_device


class StepCoefficients:
    """One step's numbers, each ``(M, 1)``: factor of weight decay, speed of the weight average, the optimizer's own."""

    __slots__ = ("follow", "own", "shrink")

    def __init__(self, shrink: Tensor, follow: Tensor, own: list[Tensor]) -> None:
        self.shrink, self.follow, self.own = shrink, follow, own


@dataclass(frozen=True, eq=False)
class HyperParameters:
    """Per-member numbers of a stack, and what an optimizer makes of them for given steps."""

    kind: OptimizerConfig | OwnOptimizer
    """An optimizer config of the members' kind."""
    arrays: Mapping[str, np.ndarray]
    """The optimizer's numbers by name, ``(M,)``."""
    clip: np.ndarray
    """Largest norm of the gradient, ``(M,)``; infinity where it is not limited."""
    averaging: np.ndarray
    """Decay of the weight average, ``(M,)``; 0 where there is none."""
    patience: np.ndarray
    """Of early stopping, in epochs, ``(M,)``; infinity where there is none."""
    min_delta: np.ndarray
    """What counts as progress for early stopping, ``(M,)``."""
    tolerance: np.ndarray
    """What counts as progress of the training loss, ``(M,)``."""
    convergence_patience: np.ndarray
    """Epochs without it before a member has converged, ``(M,)``; infinity where none is to stop for that."""
    num_train: int
    """Training samples, which a schedule may count."""
    schedules: Sequence[tuple[ScheduleConfig | OwnSchedule, int]]
    """Each distinct schedule with its number of epochs."""
    schedule_of_member: np.ndarray
    """Which of these is a member's, ``(M,)``."""
    class_weights: np.ndarray | None
    """How much samples of each class count, ``(M, K)``; None: all the same."""

    @classmethod
    def of(
        cls, members: Sequence[Experiment], class_weights: np.ndarray | None = None, *, num_train: int
    ) -> "HyperParameters":
        """Those of the members of a stack, whose optimizers are of one kind; the others depend on the data, too."""
        settings = [member.training for member in members]
        stopping = [training.early_stopping for training in settings]
        converging = [training.convergence for training in settings]
        schedules = [(member.schedule, member.training.epochs) for member in members]
        places = {schedule: place for place, schedule in enumerate(dict.fromkeys(schedules))}
        return cls(
            kind=members[0].optimizer,
            arrays=_numbers_of([member.optimizer for member in members]),
            clip=np.array([training.gradient_clip or np.inf for training in settings]),
            averaging=np.array([training.weight_averaging or 0.0 for training in settings]),
            patience=np.array([early.patience if early else np.inf for early in stopping]),
            min_delta=np.array([early.min_delta if early else 0.0 for early in stopping]),
            tolerance=np.array([rule.tolerance if rule else 0.0 for rule in converging]),
            convergence_patience=np.array([rule.patience if rule else np.inf for rule in converging]),
            num_train=num_train,
            schedules=list(places),
            schedule_of_member=np.array([places[schedule] for schedule in schedules]),
            class_weights=class_weights,
        )

    def select(self, members: np.ndarray) -> "HyperParameters":
        """Those of some members."""
        return replace(
            self,
            arrays={name: array[members] for name, array in self.arrays.items()},
            class_weights=None if self.class_weights is None else self.class_weights[members],
            **{name: getattr(self, name)[members] for name in BY_MEMBER},
        )

    def objective(self, loss: Loss, like: Tensor) -> Loss:
        """What a step lowers: the loss, weighted by class where the members are.

        Args:
            loss: Of each sample.
            like: A tensor of the device and precision of the weights.
        """
        if self.class_weights is None:
            return loss
        return weighted(loss, torch.from_numpy(self.class_weights).to(like.device, like.dtype))

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer; SGD is split by what it must remember."""
        if isinstance(self.kind, OwnOptimizer):
            return own_optimizer(self.kind)
        if not isinstance(self.kind, Sgd):
            return OPTIMIZERS[self.kind.name]
        if self.kind.nesterov:
            return OPTIMIZERS["nesterov"]
        return OPTIMIZERS["momentum" if self.arrays["momentum"].any() else "sgd"]

    def rates(self, steps: np.ndarray, steps_per_epoch: int) -> np.ndarray:
        """Learning rates ``(T, M)`` of the steps with numbers ``steps`` (from 0)."""
        time = steps / steps_per_epoch
        factors = [
            factor(schedule, time, epochs, steps_per_epoch, self.num_train) for schedule, epochs in self.schedules
        ]
        return np.stack(factors, axis=1)[:, self.schedule_of_member] * self.arrays["learning_rate"]

    def coefficients(self, first_step: int, num_steps: int, steps_per_epoch: int, like: Tensor) -> Tensor:
        """For each of ``num_steps`` steps everything that multiplies a tensor, rounded once, from float64.

        ``(T, n, M, 1)``: the factor of weight decay, the speed of the weight average, and the optimizer's own.
        """
        steps = np.arange(first_step, first_step + num_steps)
        rates = self.rates(steps, steps_per_epoch)
        number = steps[:, None] + 1.0
        own = self.optimizer.coefficients(self.arrays, rates, number)
        shrink = 1 - rates * self.arrays["weight_decay"]
        follow = 1 - np.minimum(self.averaging, (1 + number) / (10 + number))  # a young average forgets its start soon
        stacked = np.stack([np.broadcast_to(array, rates.shape) for array in (shrink, follow, *own)], axis=1)
        return on_device(stacked, like.device, like.dtype).unsqueeze(-1)


BY_MEMBER = (
    "clip", "averaging", "patience", "min_delta", "tolerance", "convergence_patience", "schedule_of_member",
)  # fmt: skip


def _numbers_of(options: Sequence[OptimizerConfig | OwnOptimizer]) -> dict[str, np.ndarray]:
    """The numbers of the optimizers by name, ``(M,)`` each."""
    names = [name for name, value in options[0] if isinstance(value, float)]
    return {name: np.array([getattr(option, name) for option in options], dtype=np.float64) for name in names}


class CoefficientCache:
    """Coefficients by step number, computed for many steps at a time: an epoch of a small data set has few."""

    STEPS = 256
    VALUES = 500_000  # steps times members

    def __init__(self, hyper: HyperParameters, steps_per_epoch: int, like: Tensor) -> None:
        self.hyper, self.steps_per_epoch, self.like = hyper, steps_per_epoch, like
        self.steps = max(1, min(self.STEPS, self.VALUES // len(hyper.clip)))
        self.first = 0
        self.known: Tensor | None = None

    def of(self, first: int, num_steps: int) -> list[StepCoefficients]:
        """The coefficients of steps ``first`` (from 0) to ``first + num_steps - 1``."""
        return by_step(self.rows(first, num_steps))

    def rows(self, first: int, num_steps: int) -> Tensor:
        """The same as one tensor ``(T, n, M, 1)``, as ``HyperParameters.coefficients`` has it."""
        start = first - self.first
        if self.known is None or start < 0 or start + num_steps > len(self.known):
            count = max(num_steps, self.steps)
            self.first, self.known = first, self.hyper.coefficients(first, count, self.steps_per_epoch, self.like)
            start = 0
        return self.known[start : start + num_steps]

    def select(self, members: np.ndarray) -> "CoefficientCache":
        """The same for some members, without computing anything again."""
        chosen = copy(self)
        chosen.hyper = self.hyper.select(members)
        if self.known is not None:
            chosen.known = self.known[:, :, on_device(members, self.known.device)]
        return chosen


def by_step(coefficients: Tensor) -> list[StepCoefficients]:
    """What the optimizer is given in each step, of coefficients ``(T, n, M, 1)``."""
    rows = (step.unbind(0) for step in coefficients.unbind(0))
    return [StepCoefficients(row[0], row[1], list(row[2:])) for row in rows]


def dropout_rates(architectures: Sequence[Architecture]) -> np.ndarray:
    """Rates ``(L, M)`` of the dropout layers of each member's architecture."""
    rates = {
        id(one): [layer.spec.rate for layer in one.layers if isinstance(layer.spec, Dropout)] for one in architectures
    }
    columns = np.array([rates[id(one)] for one in architectures], dtype=np.float64)
    return columns.reshape(len(architectures), -1).T
