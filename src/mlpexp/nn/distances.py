"""Squared distances of samples from the weight vectors of a map.

Axis letters: M members, B batch, F features, U units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from mlpexp.nn.mode import Mode
from mlpexp.nn.products import product


@dataclass(frozen=True)
class DistanceOperation:
    """``y_u = |x - w_u|^2``, as one matrix product; ``dx = 2 sum_u dy_u (x - w_u)``, ``dw_u = 2 sum_b dy_u (w_u - x)``.

    ``|x|^2 - 2 x w + |w|^2`` loses the digits that all terms have in common: samples and weights are therefore taken
    relative to the mean weight.
    """

    weight_MFU: Tensor

    def forward(self, x_MBF: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        """As every operation."""
        centre_MF = self.weight_MFU.mean(2)
        weight, x = self.weight_MFU - centre_MF.unsqueeze(2), x_MBF - centre_MF.unsqueeze(1)
        norms_MBU = weight.square().sum(1).unsqueeze(1) + x.square().sum(2, keepdim=True)
        return norms_MBU.sub(product(x, weight), alpha=2), x_MBF

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        """As every operation."""
        x, weight = saved, self.weight_MFU
        dx = (x * dy.sum(2, keepdim=True) - product(dy, weight.mT)) * 2 if need_dx else None
        d_weight = (weight * dy.sum(1).unsqueeze(1) - product(x.mT, dy)) * 2
        return dx, (d_weight,)
