"""The grid of a self-organizing map: where its units lie, how far they are from each other, which are neighbours.

Unit number ``u`` is in row ``u // columns`` and column ``u % columns``. On a hexagonal grid odd rows are half a unit to the
right and rows ``sqrt(3) / 2`` apart, so that each unit has six neighbours at distance 1.

Axis letters: U units.
"""

import numpy as np

from mlpexp.architectures.layers import SelfOrganizingMap


def positions(grid: SelfOrganizingMap) -> np.ndarray:
    """To the right and downwards: x and y of each unit, ``(U, 2)``; neighbours in a row are at distance 1."""
    row, column = np.divmod(np.arange(grid.num_units), grid.columns)
    if grid.topology == "hexagonal":
        return np.stack([column + 0.5 * (row % 2), row * (np.sqrt(3) / 2)], 1)
    return np.stack([column, row], 1).astype(np.float64)


def fourfold_squares(grid: SelfOrganizingMap) -> np.ndarray:
    """Four times the squared distance of all pairs, ``(U, U)`` int64: whole numbers, exact on both kinds of grid."""
    row, column = np.divmod(np.arange(grid.num_units), grid.columns)
    down = row[:, None] - row
    if grid.topology == "hexagonal":
        half_columns = 2 * column + row % 2
        across = half_columns[:, None] - half_columns
        return np.asarray(across**2 + 3 * down**2, dtype=np.int64)
    across = column[:, None] - column
    return np.asarray(4 * (across**2 + down**2), dtype=np.int64)


def neighbours(grid: SelfOrganizingMap) -> np.ndarray:
    """Which units touch, ``(U, U)``: six around each on a hexagonal grid, eight (diagonal ones too) on a rectangular one."""
    squares = fourfold_squares(grid)
    nearest = 4 if grid.topology == "hexagonal" else 8
    return (squares > 0) & (squares <= nearest)
