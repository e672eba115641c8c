"""Which mean differences the sign-flip test does not rule out: an interval that agrees with the test at 0."""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from mlpexp.statistics.sign_flip import sign_flip_p, smallest_p

MOST_LISTED = 14  # pairs whose 2^n - 1 subsets are listed; of more the end is searched for
TOLERANCE = 1e-3  # of the standard error: to which an end is searched for


def sign_flip_interval(differences: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    """All shifts by which the differences ``(n,)`` may be off 0 so that the sign-flip test does not reject them.

    A shift t is inside if the p of ``differences - t`` is above ``1 - confidence``. So 0 is inside exactly where the p of the
    differences themselves is above it: interval and test never contradict each other. For a shift below the mean, a sign
    pattern reaches the observed sum if the mean of the differences that it flips is at most the shift. So the lower end is
    the k-th smallest mean of a subset of the differences, the upper end the k-th largest, k the number of patterns of one
    side that the level allows. Both ends are infinite where the pairs are too few: ``smallest_p(n) > 1 - confidence``.

    Exact up to 14 pairs; above, each end is found to about a thousandth of the standard error, and to the right side of 0.

    Raises:
        ValueError: The differences are not of shape ``(n,)`` or not finite, or the confidence is not between 0 and 1.

    References:
        Hartigan (1969), "Using subsample values as typical values", section 2; Maritz (1995), "Distribution-free
        statistical methods", section 2.4: the interval by inverting the test.
    """
    if differences.ndim != 1 or not np.isfinite(differences).all():
        raise ValueError(f"differences of shape {differences.shape}: expected finite ones, one per pair")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence:g}: expected a number between 0 and 1, such as 0.95")
    n, alpha = differences.size, 1 - confidence
    if smallest_p(n) > alpha:
        return -math.inf, math.inf
    p = float(sign_flip_p(differences[:, None])[0])
    if n <= MOST_LISTED:
        low, high = _typical_values(differences, math.floor(alpha / smallest_p(n) * (1 + 1e-12)))
    else:
        low, high = -_upper_end(-differences, alpha), _upper_end(differences, alpha)
    # What the test takes for ties are equal but for rounding: so are the end and 0 then.
    return (min(low, 0.0), max(high, 0.0)) if p > alpha else (low, high)


def _typical_values(differences: np.ndarray, place: int) -> tuple[float, float]:
    """Of the means of all subsets the one at a place from the smallest, and from the largest."""
    sums, counts = np.zeros(1), np.zeros(1)
    for difference in differences:
        sums, counts = np.concatenate([sums, sums + difference]), np.concatenate([counts, counts + 1])
    means = np.partition(sums[1:] / counts[1:], (place - 1, -place))
    return float(means[place - 1]), float(means[-place])


def _upper_end(differences: np.ndarray, alpha: float) -> float:
    """The largest shift that is not rejected, by false position (Illinois) in the normal quantile of p.

    That quantile is almost a straight line of the shift, so that the end is soon found.
    """
    mean, half = float(differences.mean()), float(differences.std()) / math.sqrt(differences.size)
    critical = NormalDist().inv_cdf(1 - alpha / 2)

    def excess(shift: float) -> float:
        """Above 0 where the shift is rejected."""
        p = float(sign_flip_p((differences - shift)[:, None])[0])
        return NormalDist().inv_cdf(1 - p / 2) - critical if p < 1 else -critical

    inside, below, outside = mean, -critical, mean + (critical + 0.25) * half
    while (above := excess(outside)) <= 0 and outside - inside > TOLERANCE * half:
        inside, below, outside = outside, above, outside + half
    if inside < 0 < outside:  # 0 is on its side of the end, whatever the precision
        at_zero = excess(0.0)
        inside, below, outside, above = (
            (0.0, at_zero, outside, above) if at_zero <= 0 else (inside, below, 0.0, at_zero)
        )
    return _crossing(excess, (inside, below), (outside, above), TOLERANCE * half)


def _crossing(
    excess: Callable[[float], float], left: tuple[float, float], right: tuple[float, float], width: float
) -> float:
    """Where a growing function passes 0 between two places, each given with its value there."""
    (inside, below), (outside, above) = left, right
    while (room := outside - inside) > width:
        place = inside - below * room / (above - below)
        value = excess(place := min(max(place, inside + width / 2), outside - width / 2))
        if value > 0:
            outside, above, below = place, value, below / 2
        else:
            inside, below, above = place, value, above / 2
        if outside - inside > room / 2:  # where p jumps, a straight line does not find the place
            value = excess(place := (inside + outside) / 2)
            inside, below, outside, above = (
                (inside, below, place, value) if value > 0 else (place, value, outside, above)
            )
    return inside
