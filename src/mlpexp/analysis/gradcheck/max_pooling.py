"""Max pooling by hand: a layer without parameters, whose derivative is a choice.

Axis letters: H height, W width of an image; windows are square and do not overlap.
"""

import numpy as np

from mlpexp.analysis.gradcheck.equations import Section, equation
from mlpexp.numpy_twin.activations import Array

IMAGE = np.array([[1.0, 3, 2, 0], [4, 2, 1, 5], [0, 1, 7, 6], [2, 3, 4, 5]])
POOL_SIZE = 2
POOL_GRADIENT = np.array([[0.1, 0.2], [0.3, 0.4]])


def max_pooling() -> Section:
    """Forward and backward pass of one image."""
    return Section(
        f"Max pooling {POOL_SIZE}x{POOL_SIZE}",
        "Only the largest value of a window decides its output, so it alone gets the gradient.",
        [
            equation("x", "x", IMAGE),
            equation("y = max of each window", r"y = \max \text{ of each window}", max_pool(IMAGE, POOL_SIZE)),
            equation("dE/dy, say", r"\frac{\partial E}{\partial y} \text{, say}", POOL_GRADIENT),
            equation("dE/dx", r"\frac{\partial E}{\partial x}", max_pool_gradient(IMAGE, POOL_SIZE, POOL_GRADIENT)),
        ],
    )


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
