"""Optimizers of one's own: a function of parameter, gradient, state and rates gives the new parameter.

Axis letters: M members, P parameters of a member.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.own_parts import part_of
from mlpexp.config.own_steps import OwnOptimizer
from mlpexp.training.optimizers import Coefficients, Hyper, Optimizer, Slots


@dataclass(frozen=True)
class Rates:
    """What changes from step to step."""

    learning_rate: Tensor
    """With the schedule in it, ``(M, 1)``."""
    step: Tensor
    """The number of the step, from 1, ``(M, 1)``."""


class _Zeros(dict[str, Tensor]):
    """A state of which it is not known what it holds: each name begins at zeros."""

    def __init__(self, like: Tensor) -> None:
        super().__init__()
        self.like = like

    def __missing__(self, name: str) -> Tensor:
        return self.setdefault(name, torch.zeros_like(self.like))


def slots_of(config: OwnOptimizer) -> tuple[str, ...]:
    """The names of what an optimizer remembers, found by two steps with small tensors."""
    state = _Zeros(torch.zeros(1, 4))
    one = torch.ones(1, 1)
    numbers = {name: one * value for name, value in config.numbers.items()}
    for step in (1, 2):
        rates = Rates(one * config.learning_rate, one * step)
        part_of(config.name, "optimizer").function(torch.ones(1, 4), torch.ones(1, 4), state, rates, **numbers)
    return tuple(sorted(state))


def own_optimizer(config: OwnOptimizer) -> Optimizer:
    """The optimizer of a config that names a function.

    Raises:
        InputError: The function is not known in this process.
    """
    function, names = part_of(config.name, "optimizer").function, tuple(config.numbers)

    def coefficients(hyper: Hyper, rate: np.ndarray, step: np.ndarray) -> list[np.ndarray]:
        return [rate, step, *(hyper[name] for name in names)]

    return Optimizer(slots_of(config), coefficients, _update(function, names))


def _update(
    function: Callable[..., Tensor], names: Sequence[str]
) -> Callable[[Tensor, Tensor, Slots, Coefficients], None]:
    def update(parameters: Tensor, gradient: Tensor, slots: Slots, c: Coefficients) -> None:
        state = dict(slots)
        numbers = dict(zip(names, c[2:], strict=True))
        new = function(parameters, gradient, state, Rates(c[0], c[1]), **numbers)
        old = [*slots.values(), parameters]
        values = {name: _apart(state[name], slots[name], old) for name in slots}
        for name, value in values.items():
            if value is not slots[name]:
                slots[name].copy_(value)
        if new is not parameters:
            parameters.copy_(new)

    return update


def _apart(value: Tensor, own: Tensor, old: Sequence[Tensor]) -> Tensor:
    """A new value of the state, copied where it is a tensor that is about to be written."""
    return value.clone() if value is not own and any(value is other for other in old) else value
