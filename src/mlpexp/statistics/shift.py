"""How far the values of other samples lie from those that were learned from, and what two means that are apart say.

Axis letters: N new samples, n samples that were learned from, L levels.
"""

import math

import numpy as np

FIVE_PER_CENT = 1.3581  # of Kolmogorov's distribution: chance exceeds it in one case of twenty

DRAWS = 4_000  # of a quantile, which is then right to a few hundredths of itself


def standardized_difference(new: np.ndarray, learned: np.ndarray) -> float:
    """Difference of the means divided by the root of the mean of both variances, each of them with n - 1.

    It is NaN where neither has a spread, and where a spread is that of one value.

    Args:
        new: Values ``(N,)``, finite.
        learned: Values ``(n,)``, finite.

    References:
        Austin (2009), "Balance diagnostics for comparing the distribution of baseline covariates between treatment
        groups in propensity-score matched samples", section 2.
    """
    if not len(new) or not len(learned):
        return math.nan
    if np.ptp(new) == np.ptp(learned) == 0:  # what rounding leaves of the variance is no spread
        return 0.0 if new[0] == learned[0] else math.nan
    if min(len(new), len(learned)) == 1:
        return math.nan
    variance = (float(np.var(new, ddof=1)) + float(np.var(learned, ddof=1))) / 2
    return (float(np.mean(new)) - float(np.mean(learned))) / math.sqrt(variance)


def kolmogorov_smirnov(new: np.ndarray, learned: np.ndarray) -> float:
    """The largest distance of the two shares of values up to x, over all x: 0 of equal ones, 1 of values apart.

    Args:
        new: Values ``(N,)``, finite.
        learned: Values ``(n,)``, finite.

    References:
        Smirnov (1948), "Table for estimating the goodness of fit of empirical distributions".
    """
    if not len(new) or not len(learned):
        return math.nan
    first, second = np.sort(new), np.sort(learned)
    every = np.concatenate([first, second])
    shares = (np.searchsorted(values, every, side="right") / len(values) for values in (first, second))
    return float(np.abs(np.subtract(*shares)).max())


def largest_by_chance(num_new: int, num_learned: int) -> float:
    """The distance of Kolmogorov and Smirnov that two samples of one source exceed in at most one case of twenty.

    It is exact for many different values; for few of them, and for equal ones, it is rather too large.

    References:
        Smirnov (1948), see ``kolmogorov_smirnov``.
    """
    return min(1.0, FIVE_PER_CENT * math.sqrt(1 / num_new + 1 / num_learned)) if num_new and num_learned else math.nan


def total_variation(new: np.ndarray, learned: np.ndarray) -> float:
    """Half the sum of the distances of the shares of each level: the share of samples that would have to change theirs.

    Args:
        new: Counts ``(L,)`` of each level.
        learned: Likewise.
    """
    if not new.sum() or not learned.sum():
        return math.nan
    return float(np.abs(new / new.sum() - learned / learned.sum()).sum() / 2)


def largest_variation_by_chance(new: np.ndarray, learned: np.ndarray) -> float:
    """The total variation that two samples of one source exceed in one case of twenty, by drawing from both together.

    Args:
        new: Counts ``(L,)`` of each level.
        learned: Likewise.
    """
    num_new, num_learned = int(new.sum()), int(learned.sum())
    if not num_new or not num_learned:
        return math.nan
    shares, draw = (new + learned) / (num_new + num_learned), np.random.default_rng(0)
    first, second = (draw.multinomial(count, shares, DRAWS) / count for count in (num_new, num_learned))
    return float(np.quantile(np.abs(first - second).sum(1) / 2, 0.95))


def difference_of_means(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Mean, low and high end of a difference, of the mean and interval of each of two means of different samples.

    Where the means depend on each other in one sense, as over the same seeds, the interval is rather too wide.

    References:
        Newcombe (1998), "Interval estimation for the difference between independent proportions", method 10;
        Zou and Donner (2008), "Construction of confidence limits about effect measures", equation (2).
    """
    (mean, low, high), (other, other_low, other_high) = first, second
    difference = mean - other
    return (
        difference,
        difference - math.hypot(mean - low, other_high - other),
        difference + math.hypot(high - mean, other - other_low),
    )
