"""Which arm of a sweep is best."""

import numpy as np


def best_arm(values: np.ndarray, higher_is_better: bool) -> int | None:
    """The arm with the best mean of ``(arms, seeds)`` among those with the fewest missing trials (values not finite).

    An arm that fails on hard seeds has a mean over the easy ones: it is best only if no arm did without such failures.
    Of arms with equal means the first is best. None if nothing is finite.
    """
    values = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(values)
    counts = finite.sum(axis=1)
    if not counts.any():
        return None
    means = np.where(finite, values, 0.0).sum(axis=1) / np.maximum(counts, 1)
    scores = means if higher_is_better else -means
    return int(first_highest(np.where(counts == counts.max(), scores, -np.inf)))


def first_highest(scores: np.ndarray) -> np.ndarray:
    """Position of the highest score along axis 0, the first of those equal but for rounding; -inf is out of the race."""
    highest = scores.max(axis=0)
    return np.argmax(scores >= highest - 1e-12 * np.abs(highest), axis=0)
