"""Activations as layers; the functions themselves are in ``nn/activations.py``.

Axis letters: M members, B batch, F features (channels of an image).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Activation
from mlpexp.config.activations import Maxout, Prelu
from mlpexp.nn.activations import Elementwise, elementwise, maxout, maxout_backward, prelu
from mlpexp.nn.layers.kind import Operation, Tensors, filled
from mlpexp.nn.mode import Mode, typed


def operation(layer: Layer, tensors: Tensors) -> Operation:
    """The layer on a stack."""
    assert isinstance(layer.spec, Activation)
    match layer.spec.function:
        case Prelu():
            return PreluOperation(tensors["slope"])
        case Maxout(pieces=pieces):
            return MaxoutOperation(pieces)
        case function:
            return ElementwiseOperation(elementwise(function))


@dataclass(frozen=True)
class ElementwiseOperation:
    """An activation without parameters."""

    function: Elementwise

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        y = self.function.value(x)
        return y, (x, y)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        return self.function.backward(dy, *saved), ()


@dataclass(frozen=True)
class PreluOperation:
    """Leaky ReLU with one learned slope per feature."""

    slope_MF: Tensor

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        slope = typed(self.slope_MF, x.dtype)[:, None, :, *[None] * (x.ndim - 3)]
        return prelu(x, slope), (x, slope)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        x, slope = saved
        negative = x <= 0
        d_slope = (dy * x * negative).sum([1, *range(3, x.ndim)])
        return torch.where(negative, slope * dy, dy), (d_slope,)


@dataclass(frozen=True)
class MaxoutOperation:
    """Largest of groups of neighbouring features."""

    pieces: int

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        return maxout(x, self.pieces)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        return maxout_backward(dy, saved, self.pieces), ()


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member."""
    assert isinstance(layer.spec, Activation)
    match layer.spec.function:
        case Prelu():
            return filled(nn.PReLU(layer.input_shape[0]), {"weight": tensors["slope"]})
        case Maxout(pieces=pieces):
            return MaxoutModule(pieces)
        case function:
            return elementwise(function).module()


class MaxoutModule(nn.Module):
    """Largest of each group of ``pieces`` neighbouring features of ``(B, F * pieces, ...)``."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        """``(B, F * pieces, ...)`` to ``(B, F, ...)``."""
        return maxout(x, self.pieces, axis=1)[0]
