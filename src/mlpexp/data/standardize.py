"""Shifting and scaling inputs and targets by numbers that are fitted on the training part only.

Axis letters: N samples, F features, T target values, C channels, H height, W width.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlpexp.config.datasets import Csv, DatasetConfig
from mlpexp.config.scaling import Scaling
from mlpexp.data.dataset import Dataset
from mlpexp.data.filling import filled, filling

PIXELS_AT_ONCE = 3_000_000  # of images that are counted together: bincount needs 8 bytes for each


@dataclass(frozen=True)
class Standardizer:
    """The map ``(x - shift) / scale``."""

    shift: np.ndarray
    """``(F,)`` for features, ``(C, 1, 1)`` for images; float64."""
    scale: np.ndarray
    """The same shape; never 0."""
    fill: np.ndarray | None = None
    """``(F,)``: what is put in place of missing values beforehand; None: none is missing."""

    def apply(self, inputs: np.ndarray, dtype: type[np.float32] | type[np.float64] = np.float32) -> np.ndarray:
        """``(inputs - shift) / scale`` for ``(N, F)`` features or ``(N, C, H, W)`` images.

        Features are computed in float64 and rounded once. Images are computed in ``dtype``: 60,000 of them in float64
        would need 376 MB, and 0..255 are exact in float32.
        """
        if inputs.dtype != np.uint8:
            return np.asarray((filled(inputs, self.fill) - self.shift) / self.scale, dtype=dtype)
        result: np.ndarray = np.subtract(inputs, self.shift.astype(dtype), dtype=dtype)
        result /= self.scale.astype(dtype)
        return result


@dataclass(frozen=True)
class TargetScale:
    """What is learned of the numbers of a table: ``(f(y) - shift) / scale``, f the logarithm or nothing."""

    shift: np.ndarray
    """``(T,)`` float64."""
    scale: np.ndarray
    """``(T,)`` float64; never 0."""
    log: bool
    """Whether f is the logarithm."""


def fit_targets(config: DatasetConfig, targets: np.ndarray) -> TargetScale | None:
    """What is learned of numbers, by those of the training part, ``(N, T)``; None where they are learned as they are."""
    if not isinstance(config, Csv) or not (config.target.standardize or config.target.transform == "log"):
        return None
    log = config.target.transform == "log"
    shown = np.log(targets) if log else targets
    fitted = fit(shown) if config.target.standardize else neutral(shown)
    return TargetScale(fitted.shift, fitted.scale, log)


def standardizer_of(dataset: Dataset, train: np.ndarray, scaling: Scaling) -> Standardizer:
    """What is done to the inputs of a data set, by its training part: missing values are filled in, then all are scaled.

    Args:
        dataset: All samples.
        train: Rows of the training part.
        scaling: To mean 0 and variance 1, to the range 0..1, or not.

    Raises:
        DataError: A feature has no value in the training part.
    """
    if scaling == "none" and not dataset.fills:
        return neutral(dataset.inputs)
    values = filling(dataset, train)
    inputs = filled(dataset.inputs[train], values)
    return replace(FITTED[scaling](inputs), fill=values)


def fit(inputs: np.ndarray) -> Standardizer:
    """Mean and standard deviation (division by N) of the training part.

    Args:
        inputs: ``(N, F)`` float features: one mean and deviation for each feature. ``(N, C, H, W)`` uint8 images: one
            for each channel, over all its pixels.

    Returns:
        The standardizer; what is constant over all samples gets scale 1, hence becomes 0.
    """
    assert len(inputs) > 0, "nothing to fit on"
    return _fit_images(inputs) if inputs.ndim == 4 else _fit_features(inputs)


def neutral(inputs: np.ndarray) -> Standardizer:
    """The map for ``scale: none``: features as they are, pixels 0..255 to the range 0..1."""
    if inputs.ndim == 4:
        shape = (inputs.shape[1], 1, 1)
        return Standardizer(np.zeros(shape), np.full(shape, 255.0))
    return Standardizer(np.zeros(inputs.shape[1]), np.ones(inputs.shape[1]))


def fit_range(inputs: np.ndarray) -> Standardizer:
    """Least and greatest value of the training part become 0 and 1; of images those of each channel.

    Args:
        inputs: As of ``fit``.

    Returns:
        What is constant over all samples gets scale 1, hence becomes 0. Other samples may lie outside 0..1.
    """
    assert len(inputs) > 0, "nothing to fit on"
    axes = (0, *range(2, inputs.ndim))
    shape = (-1, *[1] * (inputs.ndim - 2))
    lowest, highest = (np.asarray(bound(axis=axes), np.float64).reshape(shape) for bound in (inputs.min, inputs.max))
    is_constant = highest - lowest < np.finfo(np.float64).tiny
    return Standardizer(lowest, np.where(is_constant, 1.0, highest - lowest))


def _fit_features(inputs: np.ndarray) -> Standardizer:
    # A feature is constant if its minimum is its maximum; its computed deviation may be 1e-17 instead of 0. Ranges that
    # only subnormal numbers can express are no more than that.
    lowest, highest = inputs.min(axis=0), inputs.max(axis=0)
    is_constant = highest - lowest < np.finfo(np.float64).tiny
    mean = np.where(is_constant, lowest, inputs.mean(axis=0))
    # Squares of very large or small values leave the range of float64, so they are taken of values within -1..1.
    span = np.where(is_constant, 1.0, np.maximum(highest - mean, mean - lowest))
    deviation = span * np.sqrt(np.mean(((inputs - mean) / span) ** 2, axis=0))
    return Standardizer(mean, np.where(is_constant, 1.0, deviation))


def _fit_images(inputs: np.ndarray) -> Standardizer:
    statistics = [_mean_and_deviation(_pixel_counts(inputs[:, channel])) for channel in range(inputs.shape[1])]
    shift, scale = np.array(statistics).T
    return Standardizer(shift.reshape(-1, 1, 1), scale.reshape(-1, 1, 1))


def _pixel_counts(pixels: np.ndarray) -> np.ndarray[Any, np.dtype[np.int64]]:
    """How often each of the values 0..255 occurs: ``(256,)``, exact."""
    counts = np.zeros(256, dtype=np.int64)
    at_once = max(1, PIXELS_AT_ONCE // max(1, pixels[0].size))
    for start in range(0, len(pixels), at_once):
        counts += np.bincount(pixels[start : start + at_once].ravel(), minlength=256)
    return counts


def _mean_and_deviation(counts: np.ndarray) -> tuple[float, float]:
    values, total = np.arange(256), counts.sum()
    mean = float(values @ counts / total)
    deviation = float(np.sqrt((values - mean) ** 2 @ counts / total))
    return (mean, deviation) if np.count_nonzero(counts) > 1 else (mean, 1.0)


FITTED: Mapping[Scaling, Callable[[np.ndarray], Standardizer]] = {
    "standard": fit,
    "minmax": fit_range,
    "none": neutral,
}
