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

    The statistic is ``|sum of d| / sqrt(sum of d^2)`` over the differences d of a pair. ``docs/statistics.md``, "many
    comparisons", shows the steps with numbers, why this statistic and not ``|t|``, and when the chance of a wrong find is
    at most alpha.

    NaN for the reference and without a common seed; 1 for differences that are all 0.

    References:
        Westfall and Young (1993), "Resampling-based multiple testing", sections 2.3 and 2.6; sign flips: Nichols and
        Holmes (2002), "Nonparametric permutation tests for functional neuroimaging"; stepping down: Romano and Wolf
        (2005), "Exact and approximate stepdown methods for multiple hypothesis testing"; the statistic: Efron (1969),
        "Student's t-test under symmetry conditions".
    """
    values = np.asarray(values, dtype=np.float64)
    adjusted = np.full(len(values), np.nan)
    pairs, statistics = _ascending(values, _pairs(values, reference, all_pairs), reference)
    places = np.flatnonzero((pairs == reference).any(axis=1))  # of the pairs to be tested, the smallest statistic first
    families = np.append(places, len(pairs))[1:]  # of each: so many pairs, all those before the next one to be tested
    shares = [
        (largest >= statistics[place] - TIE).mean()
        for place, largest in zip(places, _largest(values, pairs, families), strict=True)
    ]
    arms = pairs[places].sum(axis=1) - reference  # the other arm of each pair
    adjusted[arms] = np.maximum.accumulate(shares[::-1])[::-1] if shares else np.nan
    common = np.isfinite(values) & np.isfinite(values[reference])
    return np.where(common.any(axis=1), adjusted, np.nan)


def _ascending(values: np.ndarray, pairs: np.ndarray, reference: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs from the smallest statistic to the largest, and their statistics.

    Of equal statistics those with the reference come first, so that rounding does not decide which pairs their family has.
    """
    sums = [_scaled(values, part).sum(axis=1) for part in _parts(pairs, CHUNK)]
    statistics = np.abs(np.concatenate(sums)) if sums else np.zeros(0)
    without_reference = (pairs != reference).all(axis=1)
    order = np.lexsort((without_reference, np.round(statistics, 9)))
    return pairs[order], statistics[order]


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


def _largest(values: np.ndarray, pairs: np.ndarray, families: np.ndarray) -> Iterator[np.ndarray]:
    """For each family, the largest statistic under each pattern, ``(patterns,)``.

    Args:
        values: ``(arms, seeds)``.
        pairs: ``(pairs, 2)``.
        families: Ascending; each is so many of the first pairs.
    """
    num_seeds = values.shape[1]
    patterns = _half_of_the_patterns(num_seeds, _bits(num_seeds, len(pairs)))
    largest = np.zeros(len(patterns))
    size = max(64, CHUNK // len(patterns))
    rows = min(len(patterns), 2 ** max(0, int(math.log2(ONE_THREAD / (size * num_seeds)))))
    start = 0
    for part in _parts(pairs, size):
        products = patterns.reshape(-1, rows, num_seeds) @ _scaled(values, part).T
        statistics = np.abs(products, out=products).reshape(len(patterns), len(part))
        inside = families[(families > start) & (families <= start + len(part))] - start
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
