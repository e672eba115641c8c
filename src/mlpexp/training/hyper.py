"""The numbers in which members of a stack may differ, as arrays with one entry per member.

Axis letters: M members, L dropout layers, T steps.
"""

from collections.abc import Sequence
from copy import copy

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Dropout
from mlpexp.config.experiment import Experiment
from mlpexp.config.optimization import Sgd
from mlpexp.training.optimizers import OPTIMIZERS, Optimizer
from mlpexp.training.schedules import factor


class StepCoefficients:
    """One step's numbers, each ``(M, 1)``: factor of weight decay, speed of the weight average, the optimizer's own."""

    __slots__ = ("follow", "own", "shrink")

    def __init__(self, shrink: Tensor, follow: Tensor, own: list[Tensor]) -> None:
        self.shrink, self.follow, self.own = shrink, follow, own


class HyperParameters:
    """Per-member numbers of a stack, and what an optimizer makes of them for given steps.

    Attributes:
        kind: An optimizer config of the members' kind.
        arrays: The optimizer's numbers by name, ``(M,)``.
        clip: Largest norm of the gradient; infinity where it is not limited.
        averaging: Decay of the weight average.
        patience, min_delta: Of early stopping; an infinite patience where there is none.
        schedules: Each distinct schedule with its number of epochs.
        schedule_of_member: Which of these is a member's.
    """

    def __init__(self, members: Sequence[Experiment]) -> None:
        options = [member.optimizer for member in members]
        settings = [member.training for member in members]
        stopping = [training.early_stopping for training in settings]
        self.kind = options[0]
        numeric = [name for name, value in self.kind if isinstance(value, float)]
        self.arrays = {name: np.array([getattr(o, name) for o in options], dtype=np.float64) for name in numeric}
        self.clip = np.array([training.gradient_clip or np.inf for training in settings])
        self.averaging = np.array([training.weight_averaging or 0.0 for training in settings])
        self.patience = np.array([option.patience if option else np.inf for option in stopping])
        self.min_delta = np.array([option.min_delta if option else 0.0 for option in stopping])
        shapes = [(member.schedule, member.training.epochs) for member in members]
        places = {shape: place for place, shape in enumerate(dict.fromkeys(shapes))}
        self.schedules = list(places)
        self.schedule_of_member = np.array([places[shape] for shape in shapes])

    def select(self, members: np.ndarray) -> "HyperParameters":
        """Those of some members."""
        chosen = copy(self)
        chosen.arrays = {name: array[members] for name, array in self.arrays.items()}
        for name in ("clip", "averaging", "patience", "min_delta", "schedule_of_member"):
            setattr(chosen, name, getattr(self, name)[members])
        return chosen

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer; SGD is split by what it must remember."""
        if not isinstance(self.kind, Sgd):
            return OPTIMIZERS[self.kind.name]
        if self.kind.nesterov:
            return OPTIMIZERS["nesterov"]
        return OPTIMIZERS["momentum" if self.arrays["momentum"].any() else "sgd"]

    def rates(self, steps: np.ndarray, steps_per_epoch: int) -> np.ndarray:
        """Learning rates ``(T, M)`` of the steps with numbers ``steps`` (from 0)."""
        time = steps / steps_per_epoch
        factors = [factor(schedule, time, epochs, steps_per_epoch) for schedule, epochs in self.schedules]
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
        return torch.from_numpy(stacked).to(like.device, like.dtype).unsqueeze(-1)


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
        start = first - self.first
        if self.known is None or start < 0 or start + num_steps > len(self.known):
            count = max(num_steps, self.steps)
            self.first, self.known = first, self.hyper.coefficients(first, count, self.steps_per_epoch, self.like)
            start = 0
        rows = (step.unbind(0) for step in self.known[start : start + num_steps].unbind(0))
        return [StepCoefficients(row[0], row[1], list(row[2:])) for row in rows]

    def select(self, members: np.ndarray) -> "CoefficientCache":
        """The same for some members, without computing anything again."""
        chosen = copy(self)
        chosen.hyper = self.hyper.select(members)
        if self.known is not None:
            chosen.known = self.known[:, :, torch.from_numpy(members).to(self.known.device)]
        return chosen


def dropout_rates(architectures: Sequence[Architecture]) -> np.ndarray:
    """Rates ``(L, M)`` of the dropout layers of each member's architecture."""
    rates = {
        id(one): [layer.spec.rate for layer in one.layers if isinstance(layer.spec, Dropout)] for one in architectures
    }
    columns = np.array([rates[id(one)] for one in architectures], dtype=np.float64)
    return columns.reshape(len(architectures), -1).T
