"""How sure a mean over seeds or a share of test samples is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlpexp.statistics.student import t_quantile

ROUNDING = 4 * np.finfo(np.float64).eps  # of a value: differences of equal sizes may be off by so much


@dataclass(frozen=True)
class MeanInterval:
    """The mean of n values with a confidence interval."""

    n: int
    """Number of values."""
    mean: float
    """Their mean."""
    std: float
    """Their standard deviation with n - 1 in the denominator; NaN for one value."""
    low: float
    """Lower end of the interval; NaN for one value."""
    high: float
    """Upper end of the interval; NaN for one value."""

    def within(self, lowest: float, highest: float) -> "MeanInterval":
        """Without what the mean cannot be: intervals know no limits, an accuracy ends at 0 and 1."""
        low, high = ends_within(self.low, self.high, lowest, highest)
        return replace(self, low=low, high=high)


def ends_within(low: float, high: float, lowest: float, highest: float) -> tuple[float, float]:
    """The ends of an interval within the lowest and the highest value there is; NaN stays."""
    return min(max(low, lowest), highest), min(max(high, lowest), highest)  # no comparison with NaN holds


def mean_interval(values: Sequence[float] | np.ndarray, confidence: float = 0.95) -> MeanInterval:
    """Mean and Student's t interval ``mean +- t std / sqrt(n)`` of independent values, such as one metric over seeds.

    The interval is in the unit of the values and may leave their range (an accuracy above 1), as t knows no bounds: see
    ``MeanInterval.within``. One value says nothing about its spread: its interval is NaN. Equal values have no spread, and
    their interval is a point; it is no proof that other values are equal, too. A value that is not finite makes all but n
    NaN.

    Raises:
        ValueError: There are no values, or the confidence is not between 0 and 1.

    References:
        Student (1908), "The probable error of a mean", sections IV-VI.
    """
    _check_confidence(confidence)
    array = np.asarray(values, dtype=np.float64).ravel()
    n = array.size
    if n == 0:
        raise ValueError("the mean of no values is not defined")
    if not np.isfinite(array).all():
        with np.errstate(invalid="ignore"):  # inf - inf
            return MeanInterval(n, float(array.mean()), math.nan, math.nan, math.nan)
    mean = float(array.mean())
    if n == 1:
        return MeanInterval(1, mean, math.nan, math.nan, math.nan)
    if array.max() == array.min():  # the mean of equal values may be off by rounding, and so give a spread
        return MeanInterval(n, mean, 0.0, mean, mean)
    with np.errstate(over="ignore"):  # the squares of losses that are about to diverge
        std = float(array.std(ddof=1))
    half = t_quantile((1 + confidence) / 2, n - 1) * std / math.sqrt(n)
    return MeanInterval(n, mean, std, mean - half, mean + half)


def largest_share_unseen(n: int, confidence: float = 0.95) -> float:
    """The largest share of values that may be exceptions where n values have none: ``1 - (1 - confidence)^(1/n)``.

    About 3 / n at 95 %, the "rule of three": 26 % of 10 seeds, 14 % of 20. So equal values are no proof of equality.

    Raises:
        ValueError: n is not positive, or the confidence is not between 0 and 1.

    References:
        Hanley and Lippman-Hand (1983), "If nothing goes wrong, is everything all right?".
    """
    _check_confidence(confidence)
    if n < 1:
        raise ValueError(f"{n} values: expected one or more")
    return float(1 - (1 - confidence) ** (1 / n))


def wilson_interval(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, such as an accuracy on n test samples.

    Unlike ``p +- z sqrt(p (1 - p) / n)`` it stays within [0, 1] and is not empty at 0 of n or n of n.

    Args:
        successes: Number of correct samples; may be fractional, as when computed from an accuracy.
        n: Number of samples; may be fractional, as an effective number is.
        confidence: Share of such intervals that contain the true share.

    Raises:
        ValueError: n is not positive, the successes are not within 0..n, or the confidence is not between 0 and 1.

    References:
        Wilson (1927), "Probable inference, the law of succession, and statistical inference", equation (4).
    """
    _check_confidence(confidence)
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes:g} successes of {n} samples: expected 0 <= successes <= n and n >= 1")
    return score_interval(successes, n, _normal_quantile((1 + confidence) / 2))


def score_interval(successes: float, n: float, quantile: float) -> tuple[float, float]:
    """The shares p for which the share seen is at most ``quantile`` standard errors ``sqrt(p (1 - p) / n)`` away.

    Args:
        successes: Number of correct samples, from 0 to n.
        n: Number of samples; positive, may be below 1 as an effective number is.
        quantile: Of the normal distribution for Wilson's interval; of Student's where the error is itself an estimate.

    References:
        Wilson (1927), see ``wilson_interval``.
    """
    z2 = quantile**2
    center = (successes + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * (successes * (n - successes) / n + z2 / 4)) / (n + z2)
    # The formula gives exactly 0 and 1 at the ends, but for rounding.
    low = 0.0 if successes == 0 else max(0.0, center - half)
    high = 1.0 if successes == n else min(1.0, center + half)
    return low, high


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence:g}: expected a number between 0 and 1, such as 0.95")


def _normal_quantile(probability: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)


def paired_difference(a: np.ndarray, b: np.ndarray, confidence: float = 0.95) -> MeanInterval:
    """Mean of ``a - b`` over seeds, ``(seeds,)`` each, with Student's t interval; pairs with a value not finite are left out.

    What all arms share on a seed (an easy split, a lucky draw) cancels, so that the interval is much shorter than those of
    the two means suggest. No pairs: all but n are NaN. One pair: a mean without interval. Differences equal but for
    the rounding of the values: a point.

    Student's t rather than a bootstrap: over 3,000 simulated comparisons with 5, 10 and 20 seeds the 95 % interval covered the
    true difference of normal values in 0.957, 0.947, 0.954 (BCa bootstrap with 1,000 draws: 0.852, 0.890, 0.930), that of
    accuracies on 45 test samples, true ones 0.96 and 0.92, in 0.953, 0.951, 0.953 (BCa 0.857, 0.903, 0.931). Where t is
    weak, at very skewed differences (exponential: 0.884, 0.898, 0.920), BCa is no better (0.796, 0.869, 0.918).

    Raises:
        ValueError: The two have different shapes, or the confidence is not between 0 and 1.

    References:
        Student (1908), "The probable error of a mean", illustration I: hours of sleep under two drugs.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(
            f"values of shapes {a.shape} and {b.shape}: expected one value per seed, the same seeds in both"
        )
    differences = common_differences(a, b)
    if not differences.size:
        return MeanInterval(0, math.nan, math.nan, math.nan, math.nan)
    return mean_interval(differences, confidence)


def common_differences(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a - b`` where both are finite; all of one value if they differ by no more than the rounding of ``a`` and ``b``.

    So values have no spread exactly where the largest is the smallest, differences too.
    """
    common = np.isfinite(a) & np.isfinite(b)
    differences = a[common] - b[common]
    if not differences.size:
        return differences
    rounding = ROUNDING * max(np.abs(a[common]).max(), np.abs(b[common]).max())
    is_equal = differences.max() - differences.min() <= rounding
    return np.full_like(differences, differences.mean()) if is_equal else differences
