"""Optimizers and schedules that tests give as parts of one's own."""

import math
from collections.abc import MutableMapping
from typing import Any

from torch import Tensor

State = MutableMapping[str, Tensor]


def own_sgd(parameter: Tensor, gradient: Tensor, state: State, rates: Any) -> Tensor:
    """As sgd."""
    return parameter - rates.learning_rate * gradient


def own_momentum(parameter: Tensor, gradient: Tensor, state: State, rates: Any, *, momentum: float = 0.9) -> Tensor:
    """As sgd with momentum."""
    state["velocity"] = momentum * state["velocity"] + gradient
    return parameter - rates.learning_rate * state["velocity"]


def own_adam(
    parameter: Tensor, gradient: Tensor, state: State, rates: Any, *, beta1: float = 0.9, beta2: float = 0.999
) -> Tensor:
    """As adam."""
    state["m"] = beta1 * state["m"] + (1 - beta1) * gradient
    state["v"] = beta2 * state["v"] + (1 - beta2) * gradient**2
    mean, squares = state["m"] / (1 - beta1**rates.step), state["v"] / (1 - beta2**rates.step)
    return parameter - rates.learning_rate * mean / (squares.sqrt() + 1e-8)


def lion(
    parameter: Tensor, gradient: Tensor, state: State, rates: Any, *, beta1: float = 0.9, beta2: float = 0.99
) -> Tensor:
    """The sign of a mean of gradients (Chen et al. 2023)."""
    direction = (beta1 * state["mean"] + (1 - beta1) * gradient).sign()
    state["mean"] = beta2 * state["mean"] + (1 - beta2) * gradient
    return parameter - rates.learning_rate * direction


def own_cosine(step: int, steps: int) -> float:
    """As cosine."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))
