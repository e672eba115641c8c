"""P values corrected for their number by steps, whatever they depend on."""

import numpy as np


def holm(p: np.ndarray, family: int) -> np.ndarray:
    """Adjusted p values: the smallest times the size of the family, the next times one less, none below the one before.

    Args:
        p: ``(tests,)``, NaN where there is no p, which stays NaN.
        family: Number of comparisons in question, at least the number of those here. Pairs of arms that are not
            shown are counted, too, as if their p were larger than all p here. No factor is smaller than it must be.

    Raises:
        ValueError: The family is smaller than the number of tests.

    References:
        Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
    """
    p = np.asarray(p, dtype=np.float64)
    ranked = [int(place) for place in np.argsort(p, kind="stable") if not np.isnan(p[place])]
    if family < len(ranked):
        raise ValueError(f"a family of {family} comparisons: expected at least the {len(ranked)} that have a p")
    adjusted, least = np.full(len(p), np.nan), 0.0
    for rank, place in enumerate(ranked):
        least = max(least, min(1.0, (family - rank) * float(p[place])))
        adjusted[place] = least
    return adjusted
