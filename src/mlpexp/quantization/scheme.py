"""How real numbers stand as int8: activations by scale and zero point, weights by a scale alone.

References:
    Jacob et al. (2018), "Quantization and training of neural networks for efficient integer-arithmetic-only inference",
    equation 1 and section 2.
"""

from dataclasses import dataclass

import numpy as np

LOWEST, HIGHEST = -128, 127  # of int8
LARGEST_WEIGHT = 127  # on both sides, so that 0 is in the middle
SUM_LIMIT = 2.0**30  # of sums before rounding: the other half of int32 is for what rounding adds


@dataclass(frozen=True)
class Scheme:
    """What becomes int8, and how many scales a layer has."""

    activations: bool
    """Whether what flows through the network does, too, and all is computed with whole numbers."""
    per_channel: bool
    """Whether each output unit (channel of an image) of a layer has a scale of its own; else its weights share one."""

    @property
    def name(self) -> str:
        """As in names of files: ``int8_per_channel``."""
        return f"{'int8' if self.activations else 'weights'}_per_{'channel' if self.per_channel else 'tensor'}"

    @property
    def label(self) -> str:
        """In words."""
        what = "weights and activations" if self.activations else "weights"
        return f"int8 {what}, per {'channel' if self.per_channel else 'tensor'}"


SCHEMES = (Scheme(False, False), Scheme(False, True), Scheme(True, False), Scheme(True, True))


@dataclass(frozen=True)
class Levels:
    """The 256 numbers ``scale * (level - zero)`` that int8 stands for; 0 is one of them, so that padding is exact."""

    scale: float
    """Distance of two levels, a float32."""
    zero: int
    """The level that stands for 0."""

    @classmethod
    def of(cls, low: float, high: float) -> "Levels":
        """Levels from ``low`` to ``high``, which are made to hold 0."""
        low, high = min(low, 0.0), max(high, 0.0)
        scale = float(np.float32((high - low) / (HIGHEST - LOWEST))) or 1.0
        return cls(scale, min(max(int(np.floor(LOWEST - low / scale + 0.5)), LOWEST), HIGHEST))

    @property
    def low(self) -> float:
        """The smallest number."""
        return self.scale * (LOWEST - self.zero)

    @property
    def high(self) -> float:
        """The largest number."""
        return self.scale * (HIGHEST - self.zero)

    @property
    def numbers(self) -> np.ndarray:
        """All 256, ascending, float64."""
        return self.scale * (np.arange(LOWEST, HIGHEST + 1) - self.zero)

    def nearest(self, numbers: np.ndarray) -> np.ndarray:
        """The level of each number, int8; numbers between two levels go to the nearer, in the middle to the upper one."""
        levels = np.floor(np.asarray(numbers, np.float64) / self.scale + 0.5) + self.zero
        return np.clip(levels, LOWEST, HIGHEST).astype(np.int8)


def weight_scales(
    weight: np.ndarray, bias: np.ndarray, *, per_channel: bool, input_scale: float | None = None
) -> np.ndarray:
    """The scales of weights ``(U, ...)``: ``(U,)`` float32, or ``(1,)`` where all share one.

    The largest weight gets 127. Where what is computed is int32, a scale is larger where the sums, or a bias among tiny
    weights, would leave it: ``255 * sum of |w| / scale + |b| / (scale * input scale)`` stays below 2^30.

    Args:
        weight: Of a layer.
        bias: Of it, ``(U,)``.
        per_channel: Whether each unit has a scale of its own.
        input_scale: Of the levels of its inputs; None: sums are floating-point numbers.
    """
    rows = np.abs(weight.reshape(len(weight), -1))
    least = rows.max(1) / LARGEST_WEIGHT
    if input_scale is not None:
        sums = (HIGHEST - LOWEST) * rows.sum(1) + np.abs(bias) / input_scale
        least = np.maximum(least, sums / SUM_LIMIT)
    scales = (least if per_channel else least.max(keepdims=True)).astype(np.float32)
    return np.where(scales > 0, scales, np.float32(1.0))


def whole_weights(weight: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Weights ``(U, ...)`` in units of their scales, int8 from -127 to 127."""
    units = np.floor(weight / by_channel(scales, weight.ndim) + 0.5)
    return np.clip(units, -LARGEST_WEIGHT, LARGEST_WEIGHT).astype(np.int8)


def by_channel(numbers: np.ndarray, dimensions: int) -> np.ndarray:
    """``(U,)`` as float64 ``(U, 1, ...)``, to go with weights of so many dimensions."""
    return numbers.astype(np.float64).reshape(-1, *[1] * (dimensions - 1))
