"""Parts of a photo that are lit each in its own way: a sheet of paper on a table, or the two sides of a shadow's edge.

Axis letters: H height, W width.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

MOST_SIDE = 250  # pixels, of a smaller picture in which parts are looked for
LEAST, MOST = 0.1, 0.97  # of the picture, that a part takes
CONVEX = 0.85  # of its convex hull, that it fills: sheets and shadows have straight edges
MARGIN = 0.02  # of the picture's longer side, by which a part is made smaller: edges are blurred


def sheets_on(grey: np.ndarray) -> list[np.ndarray]:
    """The largest bright part and the largest dark part, ``(H, W)`` bool, if their shape is that of a sheet.

    Args:
        grey: ``(H, W)``, values 0..255.
    """
    step = -(-max(grey.shape) // MOST_SIDE)
    small = ndimage.gaussian_filter(grey[::step, ::step], 1.0)
    is_bright = small > dividing_grey(small)
    sheets = []
    for is_part in (is_bright, ~is_bright):
        labels, number = ndimage.label(is_part)
        if number:
            part = ndimage.binary_fill_holes(labels == 1 + np.argmax(np.bincount(labels[is_part])[1:]))
            hull = _hull(part)
            if hull is not None and LEAST <= part.mean() <= MOST and part.sum() >= CONVEX * hull.sum():
                inner = ndimage.binary_erosion(hull, iterations=max(1, round(MARGIN * max(hull.shape))), border_value=1)
                sheets.append(inner.repeat(step, 0).repeat(step, 1)[: grey.shape[0], : grey.shape[1]])
    return sheets


def dividing_grey(grey: np.ndarray) -> float:
    """The grey that parts bright pixels from dark ones, so that the variance between both is largest.

    References:
        Otsu (1979), "A threshold selection method from gray-level histograms", IEEE Transactions on Systems, Man, and
        Cybernetics 9(1), equation 18.
    """
    counts = np.bincount(np.clip(np.rint(grey), 0, 255).astype(int).ravel(), minlength=256)
    share = np.cumsum(counts) / counts.sum()
    mean = np.cumsum(counts * np.arange(256)) / counts.sum()
    both = share * (1 - share)
    variance = np.divide((mean[-1] * share - mean) ** 2, both, out=np.zeros(256), where=both > 0)
    return float(np.argmax(variance)) + 0.5


def _hull(part: np.ndarray) -> np.ndarray | None:
    """The convex hull of a part, ``(H, W)`` bool; None: it is a line or a point."""
    points = np.argwhere(part)
    try:
        corners = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):
        return None
    image = Image.new("1", (part.shape[1], part.shape[0]))
    ImageDraw.Draw(image).polygon([(int(x), int(y)) for y, x in corners], fill=1)
    return np.asarray(image)
