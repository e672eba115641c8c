"""Activation functions and their derivatives in NumPy, each beside its formula: nothing here is shared with the engine.

Everything keeps the precision of its argument.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import e, pi, sqrt
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, erfc

from mlpexp.config.activations import Elu, LeakyRelu, PlainActivation

Array = NDArray[Any]  # float32 or float64


@dataclass(frozen=True)
class Function:
    """A function of one value."""

    value: Callable[[Array], Array]
    """``f(z)``."""
    derivative: Callable[[Array, Array], Array]
    """``f'(z)`` from z and ``a = f(z)``."""


def sigmoid(z: Array) -> Array:
    """``1 / (1 + exp(-z))``; where exp overflows the value is 0, as it should be."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def table_sigmoid(z: Array) -> Array:
    """The logistic function at the nearest sixteenth, at -8 or 8 beyond these: 257 values in all."""
    table = sigmoid(np.arange(-128, 129) / 16).astype(z.dtype)
    with np.errstate(invalid="ignore"):
        place = np.clip(np.rint(16 * z), -128, 128)
    return np.where(np.isnan(z), z, table[np.nan_to_num(place).astype(np.int64) + 128])


def silu_derivative(z: Array, a: Array) -> Array:
    """``s + z s (1 - s)`` with ``s = sigmoid(z)``."""
    s = sigmoid(z)
    return s + a * (1 - s)


def normal_distribution(z: Array) -> Array:
    """``Phi(z)``, the probability that a standard normal number is below z."""
    return (1 + erf(z / sqrt(2))) / 2


def normal_density(z: Array) -> Array:
    """``phi(z) = exp(-z^2/2) / sqrt(2 pi)``."""
    return np.exp(-z * z / 2) / sqrt(2 * pi)


def elu(alpha: float, scale: float = 1.0) -> Function:
    """``scale z`` where positive, ``scale alpha (exp(z) - 1)`` elsewhere."""
    return Function(
        lambda z: scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        lambda z, a: scale * np.where(z > 0, np.ones_like(z), alpha * np.exp(np.minimum(z, 0))),
    )


def leaky_relu(slope: float) -> Function:
    """``z`` where positive, ``slope z`` elsewhere."""
    return Function(
        lambda z: np.where(z > 0, z, slope * z),
        lambda z, a: np.where(z > 0, np.ones_like(z), np.full_like(z, slope)),
    )


def selu_constants() -> tuple[float, float]:
    """``alpha`` and ``scale`` that keep mean 0 and variance 1 from layer to layer.

    References:
        Klambauer, Unterthiner, Mayr and Hochreiter (2017), "Self-normalizing neural networks", equation 14.
    """
    q, p = float(erfc(1 / sqrt(2))), float(erfc(sqrt(2)))
    alpha = -sqrt(2 / pi) / (q * sqrt(e) - 1)
    scale = (1 - q * sqrt(e)) * sqrt(2 * pi) / sqrt(2 * p * e**2 + pi * q**2 * e - 2 * (2 + pi) * q * sqrt(e) + pi + 2)
    return alpha, scale


PLAIN: dict[str, Function] = {
    "identity": Function(lambda z: z, lambda z, a: np.ones_like(z)),
    "sigmoid": Function(sigmoid, lambda z, a: a * (1 - a)),
    "scaled_sigmoid": Function(lambda z: 4 * sigmoid(z) - 2, lambda z, a: 1 - a * a / 4),
    "table_sigmoid": Function(table_sigmoid, lambda z, a: a * (1 - a)),
    "tanh": Function(np.tanh, lambda z, a: 1 - a * a),
    "hard_sigmoid": Function(lambda z: np.clip(z / 4 + 0.5, 0, 1), lambda z, a: (np.abs(z) < 2) * np.ones_like(z) / 4),
    "hard_tanh": Function(lambda z: np.clip(z, -1, 1), lambda z, a: (np.abs(z) < 1) * np.ones_like(z)),
    "relu": Function(lambda z: np.maximum(z, 0), lambda z, a: (z > 0) * np.ones_like(z)),
    "softplus": Function(lambda z: np.logaddexp(0, z), lambda z, a: sigmoid(z)),
    "silu": Function(lambda z: z * sigmoid(z), silu_derivative),
    "gelu": Function(
        lambda z: z * normal_distribution(z), lambda z, a: normal_distribution(z) + z * normal_density(z)
    ),
    "selu": elu(*selu_constants()),
}  # fmt: skip


def function_of(config: PlainActivation | LeakyRelu | Elu) -> Function:
    """The function that a config names."""
    match config:
        case PlainActivation(name=name):
            return PLAIN[name]
        case LeakyRelu(negative_slope=slope):
            return leaky_relu(slope)
        case Elu(alpha=alpha):
            return elu(alpha)
        case _:
            assert_never(config)
