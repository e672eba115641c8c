"""Is a mean paired difference zero? The sign-flip test, exact for every number of pairs."""

from functools import lru_cache

import numpy as np

# Flips of one half of the pairs are listed up to 2^12; the two halves together make 2^24 flips.
MAX_HALF_BITS = 12
MAX_BITS = 2 * MAX_HALF_BITS
RELATIVE_TIE = 1e-9  # of the sum of |differences|: sums that differ by rounding only are ties


def sign_flip_p(differences: np.ndarray) -> np.ndarray:
    """Two-sided p of the hypothesis that differences are symmetric about 0, one test per column of ``(n, k)`` -> ``(k,)``.

    p is the share of sign patterns under which the mean is at least as far from 0 as the mean that was seen. Up to 24
    pairs all 2^n patterns count. Above, those of a fixed subgroup of 2^24 patterns that contains its negatives: a test
    over a subgroup is exact too, needs no random draw, and its smallest p is ``smallest_p(n)`` as well.

    NaN is a missing pair and is left out of its column. No pairs give NaN, one pair 1, differences that are all 0 give 1.

    Raises:
        ValueError: The differences are not of shape ``(n, k)`` or one is infinite.

    References:
        Fisher (1935), "The design of experiments", section 21. Subgroups: Koning and Hemerik (2024), "More efficient
        exact group invariance testing: using a representative subgroup".
    """
    differences = np.asarray(differences, dtype=np.float64)
    if differences.ndim != 2:
        raise ValueError(f"differences of shape {differences.shape}: expected (pairs, comparisons)")
    if np.isinf(differences).any():
        raise ValueError("an infinite difference has no mean; mark its pair as missing with NaN")
    return np.array([_column_p(column[~np.isnan(column)]) for column in differences.T], dtype=np.float64)


def smallest_p(n: int) -> float:
    """The smallest two-sided p that n pairs can give, 2 / 2^n: all differences of one sign. 2 / 2^24 above 24 pairs."""
    return 1.0 if n < 1 else 2.0 ** (1 - min(n, MAX_BITS))


def _column_p(differences: np.ndarray) -> float:
    """The p of n differences ``(n,)``, by meeting in the middle: 2^(n/2) sums of either half instead of 2^n sums.

    Every sum is one of the first half plus one of the second. With the second sorted, a binary search for each of the
    first counts the sums that reach the observed one.
    """
    n = differences.size
    if n == 0:
        return float("nan")
    threshold = abs(differences.sum()) - RELATIVE_TIE * np.abs(differences).sum()
    if threshold <= 0:
        return 1.0
    half = n // 2
    first = np.sort(_sign_patterns(half) @ differences[:half])
    second = np.sort(_sign_patterns(n - half) @ differences[half:])
    reaching = first.size * second.size - int(np.searchsorted(second, threshold - first).sum())
    return 2 * reaching / (first.size * second.size)  # as many sums below -threshold, since negatives are patterns too


@lru_cache(maxsize=64)
def _sign_patterns(n: int) -> np.ndarray:
    """The patterns of one half of the pairs, ``(2^min(n, 12), n)``."""
    return sign_patterns(n, MAX_HALF_BITS)


def sign_patterns(n: int, max_bits: int) -> np.ndarray:
    """A group of sign patterns ``(2^min(n, max_bits), n)`` that contains the negative of each, all of them if it can.

    A pattern is a linear code word of ``bits`` message bits, 0 for + and 1 for -; each sign is the parity of some bits.
    The first signs are the bits themselves; every other pattern, from the first, has + as the first of all.
    """
    bits = min(n, max_bits)
    words = 2 ** np.arange(n) if n == bits else _parity_words(bits)
    signs = words[np.arange(n) % len(words)]
    patterns = np.ones((1, n))
    for bit in range(bits):
        patterns = np.concatenate([patterns, patterns * (1 - 2 * (signs >> bit & 1))])
    return patterns


@lru_cache(maxsize=8)
def _parity_words(bits: int) -> np.ndarray:
    """Which of the message bits a sign is the parity of, ``(2^(bits - 1),)`` words, the single bits first.

    All words have an odd number of bits, so that the message of only ones flips every sign; any three signs are
    independent over the group. The first words (37 of 12 bits) are chosen one by one so that none is the sum of three
    others: any five of their signs are independent, as they are over all patterns, and a sum of up to twice 37 flipped
    differences in two halves has the mean, variance, skewness and kurtosis of all flips.
    """
    words = [word for word in range(2**bits) if word.bit_count() % 2 == 1]
    shuffled = np.random.Generator(np.random.Philox(0)).permutation(words)
    candidates = [2**bit for bit in range(bits)] + [int(word) for word in shuffled if word.bit_count() > 1]
    chosen: list[int] = []
    is_sum = np.zeros(2**bits, dtype=bool)  # of one or three of the chosen
    for word in candidates:
        if not is_sum[word]:
            chosen.append(word)
            is_sum[np.bitwise_xor.outer(chosen, chosen) ^ word] = True
    rest = set(chosen)
    return np.array(chosen + [word for word in candidates if word not in rest])
