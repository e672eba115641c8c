"""Images as vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.nn.layers.kind import Tensors
from mlpexp.nn.mode import Mode


def operation(layer: Layer, tensors: Tensors) -> "FlattenOperation":
    """The layer on a stack."""
    return FlattenOperation()


@dataclass(frozen=True)
class FlattenOperation:
    """``(M, B, C, H, W)`` to ``(M, B, C * H * W)``."""

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        return x.flatten(2), x.shape

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        return dy.view(saved), ()


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member."""
    return nn.Flatten()
