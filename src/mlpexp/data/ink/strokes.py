"""How wide strokes are, and those of a thin pen made as wide as the networks know them.

Axis letters: h height, w width of the box of a figure.
"""

import numpy as np
from scipy import ndimage

from mlpexp.data.ink.paper import EDGE

THIN = 0.06  # of the longer side of a figure: thinner strokes fade when they are scaled down
USUAL = 0.11  # likewise: the width that they get, which is usual in MNIST
MEASURABLE = 40  # pixels, of the longer side; in smaller figures the width cannot be measured


def stroke_width(amount: np.ndarray) -> float:
    """The mean width of strokes in pixels: in a band the mean distance to its edge is a quarter of its width.

    Args:
        amount: ``(h, w)``: the ink in the box of a figure, 0..1.
    """
    stroke = np.pad(amount >= EDGE, 1)
    return 4 * float(ndimage.distance_transform_edt(stroke)[stroke].mean() - 0.5) if stroke.any() else 0.0


def thickened(amount: np.ndarray) -> np.ndarray | None:
    """The figure with strokes of usual width, ``(h + 2 r, w + 2 r)``; None: they are wide enough."""
    side, width = max(amount.shape), stroke_width(amount)
    if side < MEASURABLE or width >= THIN * side:
        return None
    reach = (USUAL * side - width) / 2
    room = np.pad(amount, int(np.ceil(reach)))
    distance = ndimage.distance_transform_edt(room < EDGE)
    return np.maximum(room, np.clip(reach + 1 - distance, 0, 1))
