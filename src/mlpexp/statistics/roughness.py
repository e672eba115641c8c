"""How rough a learning curve is: how far it turns back from one evaluated epoch to the next.

Axis letters: E evaluated epochs, S seeds.
"""

import numpy as np


def roughness(curves_ES: np.ndarray) -> np.ndarray:
    """The roughness of each curve ``(E, S)``, in the unit of its values, ``(S,)``; NaN for fewer than three values.

    Of three successive values, what is undone is the shorter of two steps in opposite directions, and nothing if they go
    one way: half of (total variation - net change). The roughness is the mean of that over all such triples. A curve that
    only falls, or only rises, has 0; a saw-tooth of height a has a. One that falls for long and then rises, as a test
    loss does that overfits, has almost 0: only its turn counts. Steps go from one evaluated epoch to the next, so that
    noise gives the same number however often is evaluated. Values that are not finite are left out.

    References:
        The total variation is that of Jordan (1881), "Sur la serie de Fourier". Its use on windows of three values is ours.
    """
    return np.array([_of_one(curve[np.isfinite(curve)]) for curve in np.asarray(curves_ES, dtype=float).T])


def _of_one(values: np.ndarray) -> float:
    if len(values) < 3:
        return np.nan
    steps = np.diff(values)
    undone = np.minimum(np.abs(steps[:-1]), np.abs(steps[1:]))
    turns = np.sign(steps[:-1]) * np.sign(steps[1:]) < 0
    return float(np.mean(np.where(turns, undone, 0.0)))
