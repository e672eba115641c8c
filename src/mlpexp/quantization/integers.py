"""The steps of a network that computes with whole numbers: int8 times int8, added in int32, brought back to int8.

Axis letters: B batch, F features (channels of an image), U units (output channels).

References:
    Jacob et al. (2018), sections 2.2 to 2.4.
"""

from dataclasses import dataclass
from functools import cached_property
from math import frexp

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.quantization.lowering import Largest, Pool, Vector, along_features, padded, product
from mlpexp.quantization.scheme import HIGHEST, LOWEST, Levels

MULTIPLIER_BITS = 22  # times a sum of int32 at most 53 bits: the same in int64 and in the double of any language
MOST_SHIFT = 62
EXACT_FLOAT32 = 2**24  # whole numbers below it, and their sums, are exact


@dataclass(frozen=True)
class Multipliers:
    """Factors ``integers / 2^shifts`` by which sums become levels, without floating-point numbers."""

    integers: np.ndarray
    """``(U,)`` or ``(1,)`` int64, 22 bits each."""
    shifts: np.ndarray
    """The same shape, int64, 1 to 62."""

    @classmethod
    def of(cls, factors: np.ndarray) -> "Multipliers":
        """The nearest to positive factors."""
        parts = [frexp(float(factor)) for factor in factors]
        integers = np.array([round(mantissa * 2**MULTIPLIER_BITS) for mantissa, _ in parts], np.int64)
        shifts = np.array([MULTIPLIER_BITS - exponent for _, exponent in parts], np.int64)
        integers = np.where(shifts > MOST_SHIFT, 0, integers)  # what is so small is 0
        return cls(integers, np.clip(shifts, 1, MOST_SHIFT))  # what is so large is beyond all levels, still

    def applied(self, sums: Tensor) -> Tensor:
        """``floor(sums * factor + 1/2)`` of int64 sums ``(B, U, ...)``."""
        integers, shifts = (along_features(numbers, sums.ndim) for numbers in (self.integers, self.shifts))
        half = torch.ones_like(shifts) << (shifts - 1)
        return (sums * integers + half) >> shifts


@dataclass(frozen=True, eq=False)
class IntegerProduct:
    """A dense layer or a convolution of levels."""

    name: str
    """Of the layer."""
    weight: np.ndarray
    """``(U, F)``, or ``(U, F, K, K)``, int8 from -127 to 127; its zero point is 0."""
    scale: np.ndarray
    """Of the weights, ``(U,)`` or ``(1,)`` float32."""
    bias: np.ndarray
    """``(U,)`` int32, in units of scale times that of the inputs."""
    inputs: Levels
    """What it takes."""
    outputs: Levels | None
    """What it gives; None of the last one, whose sums become float numbers."""
    stride: int = 1
    """Of a convolution."""
    padding: int = 0
    """Likewise: levels that stand for 0 on each side."""

    @property
    def sum_scale(self) -> np.ndarray:
        """What 1 of a sum stands for, ``(U,)`` or ``(1,)`` float64."""
        return self.inputs.scale * self.scale.astype(np.float64)

    @property
    def multipliers(self) -> Multipliers:
        """From sums to the levels that are given."""
        assert self.outputs is not None, "the last product gives no levels"
        return Multipliers.of(self.sum_scale / self.outputs.scale)

    def sums(self, levels: Tensor) -> Tensor:
        """``sum of w (q - zero) + b``, int32 ``(B, U, ...)``, of levels ``(B, F, ...)`` int8.

        It is computed by routines for floating-point numbers, which are faster, in a type that has every sum of whole
        numbers exactly: float32 below 2^24, else float64. A test compares it with additions in int32.
        """
        centred = padded(levels.to(self._exact) - self.inputs.zero, self.padding)
        return product(centred, self.weight, self.stride).to(torch.int32) + along_features(self.bias, levels.ndim)

    @cached_property
    def _exact(self) -> torch.dtype:
        """The type that no sum is too large for."""
        largest = np.abs(self.weight.astype(np.int64)).reshape(len(self.weight), -1).sum(1).max() * (HIGHEST - LOWEST)
        return torch.float32 if largest < EXACT_FLOAT32 else torch.float64

    def value(self, levels: Tensor) -> Tensor:
        """Levels ``(B, U, ...)`` int8; of the last product logits, float64."""
        sums = self.sums(levels)
        if self.outputs is None:
            return sums.double() * along_features(self.sum_scale, sums.ndim)
        return saturated(self.multipliers.applied(sums.long()) + self.outputs.zero)


@dataclass(frozen=True, eq=False)
class Table:
    """An activation of levels: 256 levels for the 256 there are."""

    name: str
    """Of the layer."""
    table: np.ndarray
    """``(1, 256)``, or ``(F, 256)`` where features differ (prelu): int8, for the levels -128 to 127."""
    outputs: Levels
    """What it gives."""

    def value(self, levels: Tensor) -> Tensor:
        """Of each level ``(B, F, ...)``."""
        place = levels.long() - LOWEST
        row = along_features(np.arange(len(self.table)) * self.table.shape[1], levels.ndim)
        return torch.from_numpy(self.table.reshape(-1))[place + row]


@dataclass(frozen=True)
class MeanPool:
    """The mean of windows of levels, rounded to the nearest one."""

    name: str
    """Of the layer."""
    size: int
    """Side of a window."""
    stride: int
    """Step of the window."""

    def value(self, levels: Tensor) -> Tensor:
        """``(B, C, H, W)`` to a smaller image of the same levels: ``floor((2 * sum + n) / 2n)`` of n levels."""
        count = self.size**2
        sums = F.avg_pool2d(levels.float(), self.size, self.stride, divisor_override=1).long()
        return saturated(torch.div(2 * sums + count, 2 * count, rounding_mode="floor"))


IntegerStep = IntegerProduct | Table | MeanPool | Largest | Pool | Vector


def saturated(levels: Tensor) -> Tensor:
    """As int8: what is beyond the last level becomes that."""
    return levels.clamp(LOWEST, HIGHEST).to(torch.int8)
