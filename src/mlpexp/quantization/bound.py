"""How far the logits of a quantized network can be from those of the trained one, sample by sample: a proven bound.

Beside the numbers x of the trained network a bound e goes along: how far what the quantized one has is from x, once x is
moved to the nearest end of the levels if it is beyond them. ``docs/quantize.md`` derives each line.

Axis letters: B batch, F features, U units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.activations import TABLE_STEPS, Elu, LeakyRelu, Prelu
from mlpexp.quantization.integers import MULTIPLIER_BITS, IntegerProduct, Table
from mlpexp.quantization.lowering import Function, Largest, Pool, Product, Step, Vector, along_features, padded, product
from mlpexp.quantization.networks import QuantizedNetwork, ScaledProduct, weights_again
from mlpexp.quantization.scheme import Levels

# The largest |f'| there is, rounded up; of silu and gelu found numerically, at x = 2.3994 and x = sqrt(2).
SLOPES: Mapping[str, float] = {
    "sigmoid": 0.25, "scaled_sigmoid": 1.0, "table_sigmoid": 0.25, "tanh": 1.0, "hard_sigmoid": 0.25, "hard_tanh": 1.0,
    "relu": 1.0, "selu": 1.7581, "softplus": 1.0, "silu": 1.09984, "gelu": 1.12891,
}  # fmt: skip
JUMPS: Mapping[str, float] = {"table_sigmoid": 1 / TABLE_STEPS}  # x is rounded to the nearest of these first


@dataclass(frozen=True)
class Tracked:
    """What is known after a step."""

    x: Tensor
    """Of the trained network, ``(B, ...)``."""
    e: Tensor
    """``|quantized - within(x)|`` is no more; the same shape."""
    levels: Levels | None
    """What the quantized network has; None: float numbers."""

    @property
    def within(self) -> Tensor:
        """The numbers, those beyond the levels moved to their end."""
        return self.x if self.levels is None else self.x.clamp(self.levels.low, self.levels.high)

    @property
    def whole(self) -> Tensor:
        """A bound of ``|quantized - x|``."""
        return self.e + (self.within - self.x).abs()


def bound_of(network: QuantizedNetwork, steps: Sequence[Step], inputs: Tensor) -> Tensor:
    """A bound of ``|quantized logit - logit|``, ``(B, U)``, but for the rounding of its own arithmetic.

    Args:
        network: The quantized one.
        steps: Of the trained one.
        inputs: ``(B, *shape)``; in their type it is computed.
    """
    made = {step.name: step for step in network.steps}
    x = inputs
    half = 0.0 if network.inputs is None else network.inputs.scale / 2
    state = Tracked(x, torch.full_like(x, half), network.inputs)
    for step in steps:
        state = _after(step, made.get(step.name), state)
    return state.whole


def _after(step: Step, own: object, before: Tracked) -> Tracked:
    """What is known after a step of the trained network, and the one of the quantized network in its place."""
    match step:
        case Product():
            assert isinstance(own, (ScaledProduct, IntegerProduct))
            return _after_product(step, own, before)
        case Function():
            levels = own.outputs if isinstance(own, Table) else before.levels
            x = step.value(before.x)
            moved = (step.value(before.within) - x).abs()
            rounded = 0.0 if levels is None else levels.scale / 2
            return Tracked(x, slope_of(step, x) * (before.e + jump_of(step)) + moved + rounded, levels)
        case Pool(largest=False):
            rounded = 0.0 if before.levels is None else before.levels.scale / 2
            return Tracked(step.value(before.x), step.value(before.whole) + rounded, before.levels)
        case Pool() | Largest() | Vector():
            return Tracked(step.value(before.x), step.value(before.e), before.levels)


def _after_product(step: Product, own: ScaledProduct | IntegerProduct, before: Tracked) -> Tracked:
    """``|W^| e`` of the inputs, ``|W^ - W| |x|`` of the weights, that of the biases, and half a level of the sum."""
    weight = weights_again(own)

    def spread(numbers: Tensor, factors: np.ndarray) -> Tensor:
        return product(padded(numbers, step.padding), np.abs(factors), step.stride)

    x = step.value(before.x)
    bias = own.bias * own.sum_scale if isinstance(own, IntegerProduct) else own.bias.astype(np.float64)
    e = spread(before.whole, weight) + spread(before.x.abs(), weight - step.weight)
    e = e + along_features(np.abs(bias - step.bias), x.ndim).to(x.dtype)
    if isinstance(own, ScaledProduct) or own.outputs is None:
        return Tracked(x, e, None)
    return Tracked(x, e + own.outputs.scale / 2 + (x.abs() + e) * 2.0**-MULTIPLIER_BITS, own.outputs)


def slope_of(step: Function, x: Tensor) -> float | Tensor:
    """The largest slope that an activation has anywhere; of each feature of x."""
    match step.config:
        case LeakyRelu(negative_slope=slope) | Elu(alpha=slope):
            return max(slope, 1.0)
        case Prelu():
            assert step.slopes is not None
            return along_features(np.maximum(np.abs(step.slopes), 1.0), x.ndim).to(x.dtype)
        case config:
            return SLOPES[config.name]


def jump_of(step: Function) -> float:
    """How much farther apart than two numbers what is looked up for them can be."""
    return JUMPS.get(step.config.name, 0.0)
