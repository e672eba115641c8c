"""Activations as they are computed here: curves, means, and what they cost.

Axis letters: M members, B samples, F features, N values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np
import torch
from scipy.integrate import trapezoid
from torch import Tensor

from mlpexp.config.networks import ActivationConfig, Elu, LeakyRelu, Maxout, PlainActivation, Prelu
from mlpexp.nn.activations import elementwise
from mlpexp.nn.mode import Mode
from mlpexp.nn.operations import ElementwiseOperation, MaxoutOperation, Operation, PreluOperation

BATCH, FEATURES = 64, 1024  # a layer whose values fit into the cache of a core
PASSES, ROUNDS = 10, 15
PIECES = (1.0, -0.5)  # slopes of the two pieces of the maxout that is drawn


def operation_of(config: ActivationConfig, features: int) -> Operation:
    """The layer's operation, as in a network of one member."""
    match config:
        case PlainActivation() | LeakyRelu() | Elu():
            return ElementwiseOperation(elementwise(config))
        case Prelu(initial_slope=slope):
            return PreluOperation(torch.full((1, features), slope))
        case Maxout(pieces=pieces):
            return MaxoutOperation(pieces)


def curve(config: ActivationConfig, x_N: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values f and slopes f' at each x, ``(N,)`` float64 each; of a maxout with the two pieces ``x`` and ``-x / 2``."""
    x = torch.from_numpy(x_N).view(1, -1, 1)
    if not isinstance(config, Maxout):
        return _value_and_slope(operation_of(config, 1), x)
    slopes = torch.tensor(PIECES, dtype=torch.float64)
    operation = MaxoutOperation(len(PIECES))
    y, saved = operation.forward(x * slopes, Mode(training=True))
    dx, _ = operation.backward(torch.ones_like(y), saved, need_dx=True)
    assert dx is not None
    return y.flatten().numpy(), (dx * slopes).sum(2).flatten().numpy()


def _value_and_slope(operation: Operation, x: Tensor) -> tuple[np.ndarray, np.ndarray]:
    y, saved = operation.forward(x, Mode(training=True))
    dx, _ = operation.backward(torch.ones_like(y), saved, need_dx=True)
    assert dx is not None
    return y.flatten().numpy(), dx.flatten().numpy()


def mean_output(config: ActivationConfig) -> float:
    """Mean of f(x) for normally distributed x with mean 0 and variance 1, by the trapezoidal rule; of maxout as drawn."""
    x = np.linspace(-10, 10, 20_001)
    values, _ = curve(config, x)
    return float(trapezoid(values * np.exp(-(x**2) / 2), x) / np.sqrt(2 * np.pi))


@dataclass(frozen=True)
class Timing:
    """Nanoseconds per value, one entry per round."""

    rounds: np.ndarray

    @property
    def median(self) -> float:
        """Of the rounds."""
        return float(np.median(self.rounds))

    @property
    def quartiles(self) -> tuple[float, float]:
        """Of the rounds."""
        low, high = np.quantile(self.rounds, (0.25, 0.75))
        return float(low), float(high)


def time_in_turns(calls: Sequence[Callable[[], object]], values: int) -> list[Timing]:
    """Times of calls per value: each round times every call, so that all see the same machine.

    One thread computes; the number of threads is put back afterwards.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        nanoseconds = np.array([[_seconds(call) * 1e9 / values for call in calls] for _ in range(ROUNDS)])
    finally:
        torch.set_num_threads(threads)
    return [Timing(column) for column in nanoseconds.T]


def _seconds(call: Callable[[], object]) -> float:
    call()  # what the call before it left in the cache is gone
    started = perf_counter()
    for _ in range(PASSES):
        call()
    return (perf_counter() - started) / PASSES


def costs(configs: Sequence[ActivationConfig]) -> list[tuple[Timing, Timing]]:
    """Forward and backward time of each activation, per output value, in float32."""
    generator = torch.Generator().manual_seed(0)
    calls: list[Callable[[], object]] = []
    for config in configs:
        pieces = config.pieces if isinstance(config, Maxout) else 1
        x = torch.randn(1, BATCH, FEATURES * pieces, generator=generator)
        operation = operation_of(config, FEATURES)
        y, saved = operation.forward(x, Mode(training=True))
        dy = torch.randn(y.shape, generator=generator)
        calls += [partial(operation.forward, x, Mode(training=True))]
        calls += [partial(operation.backward, dy, saved, need_dx=True)]
    timings = time_in_turns(calls, BATCH * FEATURES)
    return list(zip(timings[::2], timings[1::2], strict=True))
