"""Many comparisons at once: p values adjusted so that a single false find among them stays as rare as alpha."""

import numpy as np


def holm(p: np.ndarray, family: int | None = None) -> np.ndarray:
    """Holm's adjusted p values ``(m,)``: an adjusted p of at most alpha is a find; any false find has chance <= alpha.

    NaN is a comparison that could not be made; it stays NaN and does not count. ``family`` is the number of comparisons
    that could have been asked for, when it is larger than those given: what is not given counts as p = 1. The adjusted
    values can then only be larger than with all p known, never smaller. (Let a p not given hold rank j among all. The
    next given p is no smaller and has rank r <= j among the given; its product (family - r + 1) p covers that of rank j.)

    Raises:
        ValueError: A p is not within [0, 1], or the family is smaller than the number of p that are not NaN.

    References:
        Holm (1979), "A simple sequentially rejective multiple test procedure".
    """
    p = np.asarray(p, dtype=np.float64)
    given = ~np.isnan(p)
    count = int(given.sum())
    if p.ndim != 1 or not ((p[given] >= 0) & (p[given] <= 1)).all():
        raise ValueError("p values: expected one row of numbers between 0 and 1, or NaN")
    if family is not None and family < count:
        raise ValueError(f"a family of {family} comparisons: {count} p values are given")
    order = np.argsort(p, kind="stable")[:count]  # NaN sorts last
    factors = (count if family is None else family) - np.arange(count)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p[order]), 1.0)
    return adjusted
