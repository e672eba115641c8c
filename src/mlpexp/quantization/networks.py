"""Quantized networks: made of a trained one, and what each scheme stores of it.

Axis letters: B batch, F features, U units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np
import torch
from torch import Tensor

from mlpexp.quantization.calibration import INPUT, levels_of, ranges_of
from mlpexp.quantization.integers import IntegerProduct, IntegerStep, MeanPool, Table
from mlpexp.quantization.lowering import (
    Function,
    Largest,
    Pool,
    Product,
    Step,
    Vector,
    along_features,
    padded,
    product,
)
from mlpexp.quantization.scheme import Levels, Scheme, by_channel, weight_scales, whole_weights


@dataclass(frozen=True, eq=False)
class ScaledProduct:
    """A dense layer or a convolution with int8 weights and float inputs: ``scale * (x W') + b``."""

    name: str
    """Of the layer."""
    weight: np.ndarray
    """``(U, F)``, or ``(U, F, K, K)``, int8 from -127 to 127."""
    scale: np.ndarray
    """``(U,)`` or ``(1,)`` float32."""
    bias: np.ndarray
    """``(U,)`` float32."""
    stride: int = 1
    """Of a convolution."""
    padding: int = 0
    """Likewise: zeros on each side."""

    def value(self, x: Tensor) -> Tensor:
        """``(B, F, ...)`` to ``(B, U, ...)``, in the type of ``x``."""
        sums = product(padded(x, self.padding), self.weight, self.stride)
        scale, bias = (along_features(numbers, x.ndim).to(x.dtype) for numbers in (self.scale, self.bias))
        return sums * scale + bias


QuantizedStep = ScaledProduct | Function | IntegerStep


@dataclass(frozen=True, eq=False)
class QuantizedNetwork:
    """A network of one seed whose weights are int8."""

    scheme: Scheme
    """What of it is int8."""
    inputs: Levels | None
    """What inputs become first; None: they stay float numbers."""
    steps: tuple[QuantizedStep, ...]
    """From inputs to logits. An activation that would change no level is left out."""

    def value(self, inputs: Tensor) -> Tensor:
        """Logits ``(B, U)`` of inputs ``(B, *shape)`` as the trained network takes them.

        In float64 where activations are int8, else in the type of the inputs.
        """
        x = inputs if self.inputs is None else torch.from_numpy(self.inputs.nearest(inputs.double().numpy()))
        for step in self.steps:
            x = step.value(x)
        return x


def quantized(steps: Sequence[Step], scheme: Scheme, batches: Iterable[Tensor]) -> QuantizedNetwork:
    """A network by a scheme.

    Args:
        steps: Of the trained one.
        scheme: What becomes int8.
        batches: Inputs ``(B, *shape)`` of training samples; only looked at where activations become int8.
    """
    if not scheme.activations:
        return QuantizedNetwork(scheme, None, tuple(_scaled(step, scheme) for step in steps))
    levels = levels_of(steps, ranges_of(steps, batches))
    before, made = levels[INPUT], []
    for place, step in enumerate(steps):
        after = levels.get(step.name, before)
        is_last = place == len(steps) - 1
        made.append(_integer(step, scheme, before, None if is_last else after))
        before = after
    return QuantizedNetwork(scheme, levels[INPUT], tuple(step for step in made if step is not None))


def _scaled(step: Step, scheme: Scheme) -> QuantizedStep:
    """A step with int8 weights, if it has any."""
    if not isinstance(step, Product):
        return step
    scale = weight_scales(step.weight, step.bias, per_channel=scheme.per_channel)
    weight = whole_weights(step.weight, scale)
    return ScaledProduct(step.name, weight, scale, step.bias.astype(np.float32), step.stride, step.padding)


def _integer(step: Step, scheme: Scheme, before: Levels, after: Levels | None) -> IntegerStep | None:
    """A step on levels; None of an activation that changes none."""
    match step:
        case Product():
            return _integer_product(step, scheme, before, after)
        case Function():
            assert after is not None, "a network ends in a product"
            table = table_of(step, before, after)
            return None if after == before and (table == IDENTITY).all() else Table(step.name, table, after)
        case Pool(name=name, largest=False, size=size, stride=stride):
            return MeanPool(name, size, stride)
        case Largest() | Pool() | Vector():
            return step
        case _:
            assert_never(step)


def _integer_product(step: Product, scheme: Scheme, before: Levels, after: Levels | None) -> IntegerProduct:
    scale = weight_scales(step.weight, step.bias, per_channel=scheme.per_channel, input_scale=before.scale)
    weight = whole_weights(step.weight, scale)
    bias = np.floor(step.bias / (before.scale * scale.astype(np.float64)) + 0.5).astype(np.int32)
    return IntegerProduct(step.name, weight, scale, bias, before, after, step.stride, step.padding)


IDENTITY = np.arange(-128, 128, dtype=np.int8)


def table_of(step: Function, before: Levels, after: Levels) -> np.ndarray:
    """What an activation makes of all levels, ``(1, 256)``, or ``(F, 256)`` of prelu; int8."""
    features = 1 if step.slopes is None else len(step.slopes)
    numbers = torch.from_numpy(before.numbers).repeat(features, 1)  # (F, 256)
    return after.nearest(step.value(numbers.T).T.numpy())


def weights_again(step: ScaledProduct | IntegerProduct) -> np.ndarray:
    """The weights that int8 weights stand for, float64."""
    return step.weight * by_channel(step.scale, step.weight.ndim)
