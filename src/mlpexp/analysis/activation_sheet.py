"""Activations as they are computed here: curves, means, and what they cost; and the logistic function by table look-up.

Without an exponential a sigmoid can be had from a table of its values on a grid: the nearest entry, or the straight line
between two. On a grid of width h the former is wrong by at most ``h / 2 max|f'|``, the latter by ``h^2 / 8 max|f''|``.

Axis letters: M members, B samples, F features, N values.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import exp, sqrt
from time import perf_counter

import numpy as np
import torch
from scipy.integrate import trapezoid
from torch import Tensor

from mlpexp.architectures.architecture import chain
from mlpexp.architectures.layers import Activation
from mlpexp.config.activations import ActivationConfig, Maxout
from mlpexp.nn.layers.activation import MaxoutOperation, operation
from mlpexp.nn.layers.kind import Operation
from mlpexp.nn.mode import Mode

BATCH, FEATURES = 64, 1024  # a layer whose values fit into the cache of a core
PASSES, ROUNDS = 10, 15
PIECES = (1.0, -0.5)  # slopes of the two pieces of the maxout that is drawn

REACH = 16.0  # of the table: its grid ends at +-REACH; beyond, the last entry stands for the rest
STEEPEST = 1 / 4  # max |f'|, at 0
MOST_CURVED = 1 / (6 * sqrt(3))  # max |f''|, where f = (3 +- sqrt 3) / 6


def operation_of(config: ActivationConfig, features: int) -> Operation:
    """The layer's operation, as in a network of one member before its first step."""
    (layer,) = chain("activation", (features,), [(config.name, Activation(config))]).layers
    tensors = {p.name: torch.full((1, *p.shape), p.initial) for p in layer.parameters if isinstance(p.initial, float)}
    return operation(layer, tensors)


def curve(config: ActivationConfig, x_N: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values f and slopes f' at each x, ``(N,)`` float64 each; of a maxout with the two pieces ``x`` and ``-x / 2``."""
    x = torch.from_numpy(x_N).view(1, -1, 1)
    if not isinstance(config, Maxout):
        return _value_and_slope(operation_of(config, 1), x)
    slopes = torch.tensor(PIECES, dtype=torch.float64)
    maxout = MaxoutOperation(len(PIECES))
    y, saved = maxout.forward(x * slopes, Mode(training=True))
    dx, _ = maxout.backward(torch.ones_like(y), saved, need_dx=True)
    assert dx is not None
    return y.flatten().numpy(), (dx * slopes).sum(2).flatten().numpy()


def _value_and_slope(activation: Operation, x: Tensor) -> tuple[np.ndarray, np.ndarray]:
    y, saved = activation.forward(x, Mode(training=True))
    dx, _ = activation.backward(torch.ones_like(y), saved, need_dx=True)
    assert dx is not None
    return y.flatten().numpy(), dx.flatten().numpy()


def mean_output(config: ActivationConfig) -> float:
    """Mean of f(x) for normally distributed x with mean 0 and variance 1, by the trapezoidal rule; of maxout as drawn."""
    x = np.linspace(-10, 10, 20_001)
    values, _ = curve(config, x)
    return float(trapezoid(values * np.exp(-(x**2) / 2), x) / np.sqrt(2 * np.pi))


def time_in_turns(calls: Sequence[Callable[[], object]], values: int) -> list[np.ndarray]:
    """Nanoseconds per value of each call, an entry per round: each round times every call, so that all see the same machine.

    One thread computes; the number of threads is put back afterwards.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        nanoseconds = np.array([[_seconds(call) * 1e9 / values for call in calls] for _ in range(ROUNDS)])
    finally:
        torch.set_num_threads(threads)
    return list(nanoseconds.T)


def _seconds(call: Callable[[], object]) -> float:
    call()  # what the call before it left in the cache is gone
    started = perf_counter()
    for _ in range(PASSES):
        call()
    return (perf_counter() - started) / PASSES


def costs(configs: Sequence[ActivationConfig]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Forward and backward time of each activation, per output value, in float32."""
    generator = torch.Generator().manual_seed(0)
    calls: list[Callable[[], object]] = []
    for config in configs:
        pieces = config.pieces if isinstance(config, Maxout) else 1
        x = torch.randn(1, BATCH, FEATURES * pieces, generator=generator)
        activation = operation_of(config, FEATURES)
        y, saved = activation.forward(x, Mode(training=True))
        dy = torch.randn(y.shape, generator=generator)
        calls += [partial(activation.forward, x, Mode(training=True))]
        calls += [partial(activation.backward, dy, saved, need_dx=True)]
    timings = time_in_turns(calls, BATCH * FEATURES)
    return list(zip(timings[::2], timings[1::2], strict=True))


class TableSigmoid:
    """``1 / (1 + exp(-x))`` from a table.

    Args:
        size: Number of entries, at least 2.
        interpolate: Straight lines between entries instead of the nearest entry.
        dtype: Of the table, and of the values.

    References:
        Burden and Faires (2010), "Numerical analysis", section 3.1 (error of linear interpolation).
    """

    def __init__(self, size: int, *, interpolate: bool, dtype: torch.dtype = torch.float64) -> None:
        self.size, self.interpolate = size, interpolate
        grid = torch.linspace(-REACH, REACH, size, dtype=torch.float64)
        self.table = torch.sigmoid(grid).to(dtype)
        self.rises = torch.cat([self.table.diff(), self.table.new_zeros(1)])
        self.per_unit = (size - 1) / (2 * REACH)

    @property
    def width(self) -> float:
        """Distance h of two entries."""
        return 1 / self.per_unit

    @property
    def bound(self) -> float:
        """No value is wrong by more, rounding aside: the grid's error, or the rest beyond its end if that is larger."""
        inside = self.width**2 / 8 * MOST_CURVED if self.interpolate else self.width / 2 * STEEPEST
        return max(inside, 1 / (1 + exp(REACH)))

    def __call__(self, x: Tensor) -> Tensor:
        """Values of any shape."""
        place = ((x + REACH) * self.per_unit).clamp(0, self.size - 1)
        if not self.interpolate:
            return self.table[place.round().to(torch.int64)]
        entry = place.to(torch.int64)
        return self.table[entry] + self.rises[entry] * (place - entry)


def centred(sigmoid: Tensor) -> Tensor:
    """``4 sigmoid(x) - 2``, which is ``2 tanh(x / 2)``: zero-centred, with slope 1 at 0, and values in (-2, 2)."""
    return 4 * sigmoid - 2


def largest_error(sigmoid: TableSigmoid) -> float:
    """Largest absolute error found on a fine grid that reaches beyond the table's."""
    x = torch.linspace(-1.25 * REACH, 1.25 * REACH, 400_001, dtype=torch.float64)
    return float((sigmoid(x).double() - torch.sigmoid(x)).abs().max())
