"""Sharing a number of samples among classes in fair proportion."""

import numpy as np


def allocate(total: int, counts: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Shares ``total`` among K classes in proportion to ``counts``: the method of the largest remainder.

    Each class gets its exact share rounded down; what is left goes, one each, to the largest remainders, the earlier
    class first among equals. Nothing is drawn at random, so the shares are the same for every seed. A class never gets
    more than its capacity; what it cannot take goes to the others.

    Args:
        total: The number to share, at most the sum of ``capacity``.
        counts: Sizes of the classes, ``(K,)`` int.
        capacity: The most that each class may give, ``(K,)`` int.

    Returns:
        Shares that sum to ``total``, ``(K,)`` int64. Where no capacity binds, each is within one of the exact share.

    References:
        Balinski and Young (1982), "Fair Representation", chapter 3 (the method of Hamilton).
    """
    assert 0 <= total <= capacity.sum(), (total, capacity)
    whole = int(counts.sum())
    exact_times_whole = total * counts.astype(np.int64)  # integers, so that equal remainders are exactly equal
    shares: np.ndarray = np.minimum(exact_times_whole // max(whole, 1), capacity).astype(np.int64)
    while (rest := total - int(shares.sum())) > 0:
        is_open = shares < capacity
        remainder = np.where(is_open, exact_times_whole - shares * whole, np.iinfo(np.int64).min)
        winners = np.argsort(-remainder.astype(np.float64), kind="stable")[: min(rest, int(is_open.sum()))]
        shares[winners] += 1
    return shares
