"""Many paired comparisons at once: sign-flip p values adjusted for their number by the largest of their statistics."""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np

from mlpexp.statistics.sign_flip import sign_patterns, smallest_p

MAX_BITS = 16  # 32,768 patterns and their negatives
MIN_BITS = 8
TIE = 1e-9  # statistics are about 1, so that those closer than this differ by rounding only
MAX_STATISTICS = 2**28  # patterns times pairs, about a second: all 512 patterns of 10 seeds for 1,000 arms
CHUNK = 2**18  # statistics at a time, 2 MiB
ONE_THREAD = 2**18  # multiplications of a matrix product that OpenBLAS leaves to one thread; more wait for each other


def max_t_p(values: np.ndarray, reference: int, *, all_pairs: bool) -> np.ndarray:
    """Adjusted p ``(arms,)`` of the mean difference of every arm to one of ``values`` ``(arms, seeds)``, NaN where missing.

    One sign per seed flips the differences of all pairs of the family at once: those with the reference, or all pairs of
    arms, as when the reference was chosen after looking. The adjusted p of a pair is the share of sign patterns under
    which the largest statistic of the family reaches that of the pair. Its smallest value is that of a single test,
    ``2 / 2^n``, whatever the size of the family. The test steps down: pairs with the reference from the largest statistic
    to the smallest, the family of each without the pairs whose statistic is at least that of the one before it.

    The statistic is ``|sum of d| / sqrt(sum of d^2)`` over the differences d of a pair, which is |t| but for a monotone
    function of the number of pairs n: flips leave the denominator as it is. Unlike |t| it compares pairs with unequal
    numbers of seeds: over the flips it has variance 1 for each, and it is at most sqrt(n), where |t| of two equal
    differences is infinite under half of all flips and would leave nothing to find for the complete pairs.

    The chance of one or more wrong finds is at most alpha, exactly, if flipping all true-null pairs on a seed at once
    changes no distribution (joint symmetry), whatever the other pairs are, the spreads and what arms share on a seed.
    Normal noise has it. Exchangeable but skewed noise has it for one pair, not for three arms; over 2,000 simulated sweeps
    of 6 or 20 equal arms with 10 seeds wrong finds stayed as rare (accuracies near 1, exponential noise, rare failures:
    0.02 to 0.05). Arms with equal means but unequal shapes do not even have it for one pair: a steady arm against one that
    is a little better but fails in one seed of twenty is called different in more than half of sweeps with 10 seeds.

    NaN for the reference and without a common seed; 1 for differences that are all 0.

    References:
        Westfall and Young (1993), "Resampling-based multiple testing", sections 2.3 and 2.6; sign flips: Nichols and
        Holmes (2002), "Nonparametric permutation tests for functional neuroimaging"; stepping down: Romano and Wolf
        (2005), "Exact and approximate stepdown methods for multiple hypothesis testing"; the statistic: Efron (1969),
        "Student's t-test under symmetry conditions".
    """
    values = np.asarray(values, dtype=np.float64)
    pairs = _pairs(values, reference, all_pairs)
    other = np.where(pairs[:, 0] == reference, pairs[:, 1], pairs[:, 0])
    shown = (pairs == reference).any(axis=1)
    if not shown.any():
        return np.full(len(values), np.nan)
    statistics = np.concatenate([abs(_scaled(values, part).sum(axis=1)) for part in _parts(pairs, CHUNK)])
    # Of equal statistics those shown come first, so that rounding does not decide which pairs their family has.
    order = np.lexsort((~shown, np.round(statistics, 9)))
    places = np.flatnonzero(shown[order])
    ends = np.append(places[1:], len(pairs))
    adjusted = np.full(len(values), np.nan)
    for place, largest in zip(places, _largest(values, pairs[order], ends), strict=True):
        pair = order[place]
        adjusted[other[pair]] = (largest >= statistics[pair] - TIE).mean()
    found = other[order[places]][::-1]
    adjusted[found] = np.maximum.accumulate(adjusted[found])
    common = np.isfinite(values) & np.isfinite(values[reference])
    return np.where(common.any(axis=1), adjusted, np.nan)


def smallest_max_t_p(num_seeds: int, family: int) -> float:
    """The smallest adjusted p that so many common seeds can give: ``2 / 2^n``, more if there are too many flips to try."""
    return smallest_p(min(num_seeds, _bits(num_seeds, family)))


def _bits(num_seeds: int, family: int) -> int:
    affordable = int(math.log2(MAX_STATISTICS / max(family, 1))) + 1  # half of the patterns are the negatives of others
    return min(num_seeds, MAX_BITS, max(affordable, MIN_BITS))


def _pairs(values: np.ndarray, reference: int, all_pairs: bool) -> np.ndarray:
    """The family, ``(pairs, 2)``: of arms with a value."""
    alive = np.flatnonzero(np.isfinite(values).any(axis=1))
    if all_pairs:
        return alive[np.stack(np.triu_indices(len(alive), 1), axis=1)]
    others = alive[alive != reference]
    return np.stack([others, np.full(len(others), reference)], axis=1)


def _largest(values: np.ndarray, pairs: np.ndarray, ends: np.ndarray) -> Iterator[np.ndarray]:
    """For each of the ascending ends, the largest statistic of all pairs before it by pattern, ``(patterns,)``."""
    num_seeds = values.shape[1]
    patterns = _half_of_the_patterns(num_seeds, _bits(num_seeds, len(pairs)))
    largest = np.zeros(len(patterns))
    size = max(64, CHUNK // len(patterns))
    rows = min(len(patterns), 2 ** max(0, int(math.log2(ONE_THREAD / (size * num_seeds)))))
    start = 0
    for part in _parts(pairs, size):
        products = patterns.reshape(-1, rows, num_seeds) @ _scaled(values, part).T
        statistics = np.abs(products, out=products).reshape(len(patterns), len(part))
        inside = ends[(ends > start) & (ends <= start + len(part))] - start
        for begin, end in pairwise([0, *np.union1d(inside, len(part))]):
            np.maximum(largest, statistics[:, begin:end].max(axis=1), out=largest)
            if end in inside:
                yield largest
        start += len(part)


def _scaled(values: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Differences of pairs, scaled to a sum of squares of 1, ``(pairs, seeds)``; 0 where missing or all are 0."""
    differences = values[pairs[:, 0]] - values[pairs[:, 1]]
    differences[~np.isfinite(differences)] = 0.0
    largest = abs(differences).max(axis=1, keepdims=True)
    differences /= np.where(largest > 0, largest, 1.0)  # the squares of small numbers would be 0
    norms = np.sqrt((differences**2).sum(axis=1, keepdims=True))
    return differences / np.where(norms > 0, norms, 1.0)


def _parts(pairs: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (pairs[start : start + size] for start in range(0, len(pairs), size))


@lru_cache(maxsize=4)
def _half_of_the_patterns(num_seeds: int, bits: int) -> np.ndarray:
    """One of each pattern and its negative, which have the same statistics, ``(2^(bits - 1), seeds)``."""
    return np.ascontiguousarray(sign_patterns(num_seeds, bits)[::2])
