"""The numbers in which members of a stack may differ, as arrays with one entry per member.

Axis letters: M members, L dropout layers, T steps.
"""

from collections.abc import Sequence

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
    """Per-member numbers of a stack, and what an optimizer makes of them for given steps."""

    def __init__(self, members: Sequence[Experiment]) -> None:
        self.members = list(members)
        options = [member.optimizer for member in members]
        numeric = [name for name, value in options[0] if isinstance(value, float)]
        self.arrays = {name: np.array([getattr(o, name) for o in options], dtype=np.float64) for name in numeric}
        self.clip = np.array([member.training.gradient_clip or np.inf for member in members])
        self.averaging = np.array([member.training.weight_averaging or 0.0 for member in members])

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer; SGD is split by what it must remember."""
        kind = self.members[0].optimizer
        if not isinstance(kind, Sgd):
            return OPTIMIZERS[kind.name]
        if kind.nesterov:
            return OPTIMIZERS["nesterov"]
        return OPTIMIZERS["momentum" if self.arrays["momentum"].any() else "sgd"]

    def rates(self, steps: np.ndarray, steps_per_epoch: int) -> np.ndarray:
        """Learning rates ``(T, M)`` of the steps with numbers ``steps`` (from 0)."""
        columns = [
            member.optimizer.learning_rate
            * factor(member.schedule, steps / steps_per_epoch, member.training.epochs, steps_per_epoch)
            for member in self.members
        ]
        return np.stack(columns, axis=1)

    def coefficients(
        self, first_step: int, num_steps: int, steps_per_epoch: int, like: Tensor
    ) -> list[StepCoefficients]:
        """For each of ``num_steps`` steps everything that multiplies a tensor, rounded once, from float64."""
        steps = np.arange(first_step, first_step + num_steps)
        rates = self.rates(steps, steps_per_epoch)
        number = steps[:, None] + 1.0
        own = self.optimizer.coefficients(self.arrays, rates, number)
        shrink = 1 - rates * self.arrays["weight_decay"]
        follow = 1 - np.minimum(self.averaging, (1 + number) / (10 + number))  # a young average forgets its start soon
        stacked = np.stack([np.broadcast_to(array, rates.shape) for array in (shrink, follow, *own)], axis=1)
        tensors = torch.from_numpy(stacked).to(like.device, like.dtype).unsqueeze(-1)
        return [
            StepCoefficients(row[0], row[1], list(row[2:])) for row in (step.unbind(0) for step in tensors.unbind(0))
        ]


class CoefficientCache:
    """Coefficients by step number, computed for many steps at a time: an epoch of a small data set has few."""

    CHUNK = 256

    def __init__(self, hyper: HyperParameters, steps_per_epoch: int, like: Tensor) -> None:
        self.hyper, self.steps_per_epoch, self.like = hyper, steps_per_epoch, like
        self.first = 0
        self.known: list[StepCoefficients] = []

    def of(self, first: int, num_steps: int) -> list[StepCoefficients]:
        """The coefficients of steps ``first`` (from 0) to ``first + num_steps - 1``."""
        start = first - self.first
        if start < 0 or start + num_steps > len(self.known):
            count = max(num_steps, self.CHUNK)
            self.first, self.known = first, self.hyper.coefficients(first, count, self.steps_per_epoch, self.like)
            start = 0
        return self.known[start : start + num_steps]


def dropout_rates(members: Sequence[Experiment], architecture: Architecture) -> np.ndarray:
    """Rates ``(L, M)``; an architecture has them in its layers, and members of a stack may differ in them."""
    rates = [layer.spec.rate for layer in architecture.layers if isinstance(layer.spec, Dropout)]
    own = [
        [member.model.dropout] * len(rates) if hasattr(member.model, "dropout") else rates  # a `cnn` lists its rates
        for member in members
    ]
    return np.array(own, dtype=np.float64).T.reshape(len(rates), len(members))
