"""The logistic function by table look-up, and how wrong it is.

Without an exponential a sigmoid can be had from a table of its values on a grid: the nearest entry, or the straight line
between two. On a grid of width h the former is wrong by at most ``h / 2 max|f'|``, the latter by ``h^2 / 8 max|f''|``.
"""

from math import exp, sqrt

import torch
from torch import Tensor

REACH = 16.0  # the grid ends at +-REACH; beyond, the last entry stands for the rest
STEEPEST = 1 / 4  # max |f'|, at 0
MOST_CURVED = 1 / (6 * sqrt(3))  # max |f''|, where f = (3 +- sqrt 3) / 6


class TableSigmoid:
    """``1 / (1 + exp(-x))`` from a table.

    Args:
        size: Number of entries, at least 2.
        interpolate: Straight lines between entries instead of the nearest entry.
        dtype: Of the table, and of the values.

    References:
        Burden and Faires (2010), "Numerical analysis", section 3.1 (error of linear interpolation).
    """

    def __init__(self, size: int, *, interpolate: bool, dtype: torch.dtype = torch.float64) -> None:
        self.size, self.interpolate = size, interpolate
        grid = torch.linspace(-REACH, REACH, size, dtype=torch.float64)
        self.table = torch.sigmoid(grid).to(dtype)
        self.rises = torch.cat([self.table.diff(), self.table.new_zeros(1)])
        self.per_unit = (size - 1) / (2 * REACH)

    @property
    def width(self) -> float:
        """Distance h of two entries."""
        return 1 / self.per_unit

    @property
    def bound(self) -> float:
        """No value is wrong by more, rounding aside: the grid's error, or the rest beyond its end if that is larger."""
        inside = self.width**2 / 8 * MOST_CURVED if self.interpolate else self.width / 2 * STEEPEST
        return max(inside, 1 / (1 + exp(REACH)))

    def __call__(self, x: Tensor) -> Tensor:
        """Values of any shape."""
        place = ((x + REACH) * self.per_unit).clamp(0, self.size - 1)
        if not self.interpolate:
            return self.table[place.round().to(torch.int64)]
        entry = place.to(torch.int64)
        return self.table[entry] + self.rises[entry] * (place - entry)


def centred(sigmoid: Tensor) -> Tensor:
    """``4 sigmoid(x) - 2``, which is ``2 tanh(x / 2)``: zero-centred, with slope 1 at 0, and values in (-2, 2)."""
    return 4 * sigmoid - 2


def largest_error(sigmoid: TableSigmoid) -> float:
    """Largest absolute error found on a fine grid that reaches beyond the table's."""
    x = torch.linspace(-1.25 * REACH, 1.25 * REACH, 400_001, dtype=torch.float64)
    return float((sigmoid(x).double() - torch.sigmoid(x)).abs().max())
