"""How flattered the best of many arms is by having been chosen."""

import math
from dataclasses import dataclass

import numpy as np

from mlpexp.statistics.best_arm import best_arm, first_highest


@dataclass(frozen=True)
class Optimism:
    """The best arm's mean, and what to expect of an arm chosen this way on a seed that did not choose it."""

    arm: int
    """The best arm."""
    mean: float
    """Its mean over seeds."""
    corrected: float
    """The mean less the optimism; NaN if it cannot be estimated."""
    optimism: float
    """By how much the mean is too good, >= 0 but for chance; NaN if it cannot be estimated."""
    num_readings: int
    """Number of seeds that were left out and read."""


def optimism(values: np.ndarray, higher_is_better: bool) -> Optimism | None:
    """Leave one seed out: choose the best arm of ``(arms, seeds)`` on the other seeds, read it on the one left out.

    The reading took no part in the choice, so that it is not flattered: with arms that are all equal the corrected mean
    is unbiased, whatever the arms share on a seed. With unequal arms it is that of a choice by one seed less.
    The arms are those with the fewest missing trials, as in ``best_arm``; a seed on which the best arm or the one chosen
    without it is missing is not read. None if nothing is finite.

    Raises:
        ValueError: The values are not of shape ``(arms, seeds)``.

    References:
        Tibshirani and Tibshirani (2009), "A bias correction for the minimum error rate in cross-validation", section 2;
        leaving out: Stone (1974), "Cross-validatory choice and assessment of statistical predictions".
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"values of shape {values.shape}: expected (arms, seeds)")
    arm = best_arm(values, higher_is_better)
    if arm is None:
        return None
    finite = np.isfinite(values)
    mean = float(values[arm, finite[arm]].mean())
    chosen = _chosen_without(np.where(finite, values, 0.0), finite, higher_is_better)
    readings = values[chosen, np.arange(values.shape[1])]
    read = (chosen >= 0) & np.isfinite(readings) & finite[arm]
    if not read.any():
        return Optimism(arm, mean, math.nan, math.nan, 0)
    # Of the same seeds, so that what the arms share on a seed cancels.
    excess = float((values[arm, read] - readings[read]).mean())
    return Optimism(arm, mean, mean - excess, excess if higher_is_better else -excess, int(read.sum()))


def _chosen_without(values: np.ndarray, finite: np.ndarray, higher_is_better: bool) -> np.ndarray:
    """The best arm without each seed, ``(seeds,)``, -1 where no other seed is finite; missing ``(arms, seeds)`` are 0."""
    counts = finite.sum(axis=1)
    others = counts[:, None] - finite
    means = (values.sum(axis=1, keepdims=True) - values) / np.maximum(others, 1)
    candidates = (counts == counts.max())[:, None] & (others > 0)
    chosen = first_highest(np.where(candidates, means if higher_is_better else -means, -np.inf))
    return np.where(candidates.any(axis=0), chosen, -1)
