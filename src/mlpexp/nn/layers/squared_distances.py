"""Squared distances of samples from the weight vectors of a map.

Axis letters: M members, B batch, F features, U units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.nn.layers.kind import Tensors, filled
from mlpexp.nn.mode import Mode
from mlpexp.nn.products import product


def operation(layer: Layer, tensors: Tensors) -> "DistanceOperation":
    """The layer on a stack."""
    return DistanceOperation(tensors["weight"])


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


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member; the module has a row per unit."""
    return filled(SquaredDistances(layer.input_shape[0], layer.output_shape[0]), {"weight": tensors["weight"].T})


class SquaredDistances(nn.Module):
    """Squared distance of ``(B, F)`` samples from each of U weight vectors, ``(B, U)``."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(units, features))

    def forward(self, x: Tensor) -> Tensor:
        """``(B, F)`` to ``(B, U)``."""
        return torch.cdist(x, self.weight, compute_mode="donot_use_mm_for_euclid_dist").square()
