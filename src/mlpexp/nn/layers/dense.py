"""A dense layer.

Axis letters: M members, F features, U units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Dense
from mlpexp.nn.layers.kind import Tensors, filled
from mlpexp.nn.mode import Mode, typed
from mlpexp.nn.products import product


def operation(layer: Layer, tensors: Tensors) -> "DenseOperation":
    """The layer on a stack."""
    return DenseOperation(tensors["weight"], tensors.get("bias"))


@dataclass(frozen=True)
class DenseOperation:
    """``y = x W + b``; ``dx = dy W'``, ``dW = x' dy``, ``db = sum of dy over the batch``."""

    weight_MFU: Tensor
    """W."""
    bias_MU: Tensor | None
    """b; None: there is none."""

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        weight = typed(self.weight_MFU, x.dtype)
        bias = None if self.bias_MU is None else typed(self.bias_MU, x.dtype)
        return product(x, weight, bias), (x, weight)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        x, weight = saved
        dx = product(dy, weight.mT) if need_dx else None
        d_weight = product(x.mT, dy)
        return dx, (d_weight,) if self.bias_MU is None else (d_weight, dy.sum(1))


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member; torch keeps the transpose of W."""
    assert isinstance(layer.spec, Dense)
    linear = nn.Linear(layer.input_shape[0], layer.spec.units, layer.spec.bias)
    return filled(linear, {"weight": tensors["weight"].T, "bias": tensors.get("bias")})
