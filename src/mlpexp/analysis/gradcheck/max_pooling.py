"""Max pooling of one image by hand: only the largest value of a window gets the gradient.

Axis letters: H height, W width of an image; windows are square and do not overlap.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def max_pool(x_HW: Array, size: int) -> Array:
    """``y_ij = max`` of the window in row i and column j; what fills no window is left out."""
    return _windows(x_HW, size).max((1, 3))


def max_pool_gradient(x_HW: Array, size: int, dy: Array) -> Array:
    """``dE/dx``: that of a window's output where its largest value lies (of equal ones the first), 0 elsewhere."""
    dx_HW = np.zeros_like(x_HW)
    for i, j in np.ndindex(dy.shape):
        window = x_HW[i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx_HW[i * size + row, j * size + column] = dy[i, j]
    return dx_HW


def _windows(x_HW: Array, size: int) -> Array:
    """``(rows, size, columns, size)``."""
    rows, columns = (side // size for side in x_HW.shape)
    return x_HW[: rows * size, : columns * size].reshape(rows, size, columns, size)
