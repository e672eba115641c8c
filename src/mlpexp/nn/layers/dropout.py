"""Dropout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Dropout
from mlpexp.nn.layers.kind import Tensors
from mlpexp.nn.mode import Mode, typed


def operation(layer: Layer, tensors: Tensors) -> "DropoutOperation":
    """The layer on a stack."""
    return DropoutOperation(layer.name)


@dataclass(frozen=True)
class DropoutOperation:
    """Multiplies by the factors that the mode brings for this layer, in training."""

    layer: str

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        if not mode.training:
            return x, None
        factor = typed(mode.dropout[self.layer], x.dtype)
        return x * factor, factor

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        return dy if saved is None else dy * saved, ()


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member."""
    assert isinstance(layer.spec, Dropout)
    return nn.Dropout(layer.spec.rate)
