"""How many seeds a question needs, and how small a difference a number of seeds can show."""

import math
from bisect import bisect_left
from statistics import NormalDist

from mlpexp.statistics.sign_flip import MAX_BITS, smallest_p

MAX_SEEDS = 100_000  # more than anyone trains; asked for by differences that do not matter


def detection_power(std: float, difference: float, n: int, alpha: float, family: int = 1) -> float:
    """Chance that n pairs show a true mean difference at level alpha, for normal differences of that std.

    It is the power of the two-sided paired t test at the largest level <= alpha that the sign-flip test can attain with n
    pairs, a multiple of ``smallest_p(n)``; the two tests are close for normal differences. 0 when it can attain none.
    With a family of comparisons it is the power of the t test at that level / family (Bonferroni). The joint sign-flip
    test attains the same levels for any family (see ``max_t_p``), and its power is no smaller but for chance: the more
    so, the more the comparisons depend on each other.

    Raises:
        ValueError: The std or the difference is negative or not finite, alpha is not between 0 and 1, or the family is
            empty.

    References:
        Noncentral t: Johnson, Kotz and Balakrishnan (1995), "Continuous univariate distributions 2", chapter 31.
    """
    from scipy.special import chdtr, nctdtr, stdtrit

    _check(std, difference, alpha, 0.5, family)
    level = math.floor(alpha / smallest_p(n)) * smallest_p(n) / family
    if level == 0 or difference == 0:
        return level
    shift = math.sqrt(n) * difference / std if std > 0 else math.inf
    critical = -stdtrit(n - 1, level / 2)
    if shift > 30:  # far out SciPy's noncentral t overflows; the noise of the std is all that is left
        return float(chdtr(n - 1, (n - 1) * min(shift / critical, 1e6) ** 2))
    other_tail = float(nctdtr(n - 1, shift, -critical))  # SciPy gives NaN for some below 1e-15
    return float(1 - nctdtr(n - 1, shift, critical)) + (0.0 if math.isnan(other_tail) else other_tail)


def seeds_needed(std: float, difference: float, alpha: float, power: float = 0.8, family: int = 1) -> int | None:
    """The smallest number of pairs that shows a true mean difference at level alpha with that power.

    With a family of comparisons: as one of them, corrected for their number (see ``detection_power``).

    The test can attain alpha with them at all: ``smallest_p(n) <= alpha``. None if 100,000 pairs are not enough, because
    the difference is 0 or very small, or because alpha is below the smallest p of any number of pairs, 2 / 2^24.

    Raises:
        ValueError: The std or the difference is negative or not finite, alpha or power is not between 0 and 1, or the
            family is empty.

    References:
        Cohen (1988), "Statistical power analysis for the behavioral sciences", chapter 2.
    """
    _check(std, difference, alpha, power, family)
    if difference == 0 or alpha < smallest_p(MAX_BITS):
        return None
    # Power grows with n: so do the attainable level, as floor(2x) >= 2 floor(x), and the power of t at a fixed level.
    counts = range(2, MAX_SEEDS + 1)
    start, stop = _bracket(counts, std, difference, alpha, power, family)
    found = bisect_left(counts, power, start, stop, key=lambda n: detection_power(std, difference, n, alpha, family))
    return counts[found] if found < len(counts) else None


def _bracket(counts: range, std: float, difference: float, alpha: float, power: float, family: int) -> tuple[int, int]:
    """Positions around the smallest count with that power, found in doubling steps from that of the normal distribution."""
    normal = NormalDist()
    root = (normal.inv_cdf(power) - normal.inv_cdf(alpha / family / 2)) * std / difference
    start = stop = int(max(min(root, math.sqrt(len(counts))), 0.0) ** 2)
    step = 1
    while stop < len(counts) and detection_power(std, difference, counts[stop], alpha, family) < power:
        stop, step = min(stop + step, len(counts)), 2 * step
    return (0, stop) if stop == start else (start, stop)


def detectable_difference(std: float, n: int, alpha: float, power: float = 0.8) -> float:
    """The smallest true mean difference that n pairs show at level alpha with that power; infinite if they can show none.

    The inverse of ``seeds_needed``, in the unit of the std.

    Raises:
        ValueError: The std is negative or not finite, or alpha or power is not between 0 and 1.

    References:
        Cohen (1988), "Statistical power analysis for the behavioral sciences", chapter 2.
    """
    _check(std, 0.0, alpha, power)
    if smallest_p(n) > alpha:
        return math.inf
    if detection_power(1.0, 0.0, n, alpha) >= power:
        return 0.0
    low, high = 0.0, 1.0  # in units of the std
    while detection_power(1.0, high, n, alpha) < power:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high and high - low > 1e-12 * high:
        low, high = (middle, high) if detection_power(1.0, middle, n, alpha) < power else (low, middle)
    return std * high


def _check(std: float, difference: float, alpha: float, power: float, family: int = 1) -> None:
    if not (0 <= std < math.inf and 0 <= difference < math.inf):
        raise ValueError(f"std {std:g} and difference {difference:g}: expected finite numbers of 0 or more")
    if not (0 < alpha < 1 and 0 < power < 1):
        raise ValueError(f"alpha {alpha:g} and power {power:g}: expected numbers between 0 and 1, such as 0.05 and 0.8")
    if family < 1:
        raise ValueError(f"a family of {family} comparisons: expected one or more")
