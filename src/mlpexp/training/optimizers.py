"""Optimizers as element-wise functions on all parameters of a stack, with hyper-parameters per member.

An optimizer is a pair of functions. ``coefficients`` computes, in float64 on the host and for many steps at once, the
numbers that multiply tensors (learning rate, bias corrections, ...); ``update`` changes the parameters in place.

Axis letters: M members, P parameters of a member, T steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

Hyper = Mapping[str, np.ndarray]  # by name, (M,)
Slots = dict[str, Tensor]  # by name, (M, P)
Coefficients = list[Tensor]  # each (M, 1)


@dataclass(frozen=True)
class Optimizer:
    """One way to use gradients."""

    slots: tuple[str, ...]
    """Names of the tensors ``(M, P)`` that it remembers; they start at zero."""
    coefficients: Callable[[Hyper, np.ndarray, np.ndarray], list[np.ndarray]]
    """From hyper-parameters ``(M,)``, rates ``(T, M)`` and step numbers ``(T, 1)`` (from 1) to a list of arrays that
    broadcast to ``(T, M)``.
    """
    update: Callable[[Tensor, Tensor, Slots, Coefficients], None]
    """Changes parameters ``(M, P)`` and slots in place, given gradients and one step's coefficients."""


def _sgd_coefficients(hyper: Hyper, rate: np.ndarray, step: np.ndarray) -> list[np.ndarray]:
    return [-rate]


def _sgd(parameters: Tensor, gradient: Tensor, slots: Slots, c: Coefficients) -> None:
    """``w -= rate g``."""
    parameters.addcmul_(gradient, c[0])


def _momentum_coefficients(hyper: Hyper, rate: np.ndarray, step: np.ndarray) -> list[np.ndarray]:
    return [-rate, hyper["momentum"]]


def _momentum(parameters: Tensor, gradient: Tensor, slots: Slots, c: Coefficients) -> None:
    """``v = momentum v + g; w -= rate v``.

    References:
        Sutskever, Martens, Dahl and Hinton (2013), equations 1 and 2, with the rate outside of v as in ``torch.optim.SGD``.
    """
    velocity = slots["velocity"].mul_(c[1]).add_(gradient)
    parameters.addcmul_(velocity, c[0])


def _nesterov(parameters: Tensor, gradient: Tensor, slots: Slots, c: Coefficients) -> None:
    """``v = momentum v + g; w -= rate (g + momentum v)``.

    References:
        Sutskever, Martens, Dahl and Hinton (2013), "On the importance of initialization and momentum", equations 3 and 4.
    """
    velocity = slots["velocity"].mul_(c[1]).add_(gradient)
    parameters.addcmul_(torch.addcmul(gradient, velocity, c[1]), c[0])


def _adagrad_coefficients(hyper: Hyper, rate: np.ndarray, step: np.ndarray) -> list[np.ndarray]:
    return [-rate, hyper["epsilon"]]


def _adagrad(parameters: Tensor, gradient: Tensor, slots: Slots, c: Coefficients) -> None:
    """``s += g^2; w -= rate g / (sqrt(s) + epsilon)``.

    References:
        Duchi, Hazan and Singer (2011), "Adaptive subgradient methods", algorithm 1 (diagonal).
    """
    squares = slots["squares"].addcmul_(gradient, gradient)
    parameters.addcdiv_(gradient * c[0], squares.sqrt().add_(c[1]))


def _rmsprop_coefficients(hyper: Hyper, rate: np.ndarray, step: np.ndarray) -> list[np.ndarray]:
    return [-rate, hyper["epsilon"], hyper["alpha"], 1 - hyper["alpha"]]


def _rmsprop(parameters: Tensor, gradient: Tensor, slots: Slots, c: Coefficients) -> None:
    """``s = alpha s + (1 - alpha) g^2; w -= rate g / (sqrt(s) + epsilon)``.

    References:
        Tieleman and Hinton (2012), "Neural networks for machine learning", lecture 6.5.
    """
    squares = slots["squares"].mul_(c[2]).addcmul_(gradient, gradient * c[3])
    parameters.addcdiv_(gradient * c[0], squares.sqrt().add_(c[1]))


def _adam_coefficients(hyper: Hyper, rate: np.ndarray, step: np.ndarray) -> list[np.ndarray]:
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    first = -rate / (1 - beta1**step)
    second = 1 / np.sqrt(1 - beta2**step)
    return [first, hyper["epsilon"], beta1, 1 - beta1, beta2, 1 - beta2, second]


def _adam(parameters: Tensor, gradient: Tensor, slots: Slots, c: Coefficients) -> None:
    """``m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= rate m' / (sqrt(v') + epsilon)``, primes: bias-corrected.

    References:
        Kingma and Ba (2015), "Adam: a method for stochastic optimization", algorithm 1.
    """
    mean = slots["mean"].mul_(c[2]).addcmul_(gradient, c[3])
    squares = slots["squares"].mul_(c[4]).addcmul_(gradient, gradient * c[5])
    parameters.addcdiv_(mean * c[0], squares.sqrt().mul_(c[6]).add_(c[1]))


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer((), _sgd_coefficients, _sgd),
    "momentum": Optimizer(("velocity",), _momentum_coefficients, _momentum),
    "nesterov": Optimizer(("velocity",), _momentum_coefficients, _nesterov),
    "adagrad": Optimizer(("squares",), _adagrad_coefficients, _adagrad),
    "rmsprop": Optimizer(("squares",), _rmsprop_coefficients, _rmsprop),
    "adam": Optimizer(("mean", "squares"), _adam_coefficients, _adam),
    "adamw": Optimizer(("mean", "squares"), _adam_coefficients, _adam),  # the decay is every optimizer's, see step.py
}
