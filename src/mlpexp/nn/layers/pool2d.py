"""Max and average pooling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Pool2d
from mlpexp.nn.layers.kind import Tensors
from mlpexp.nn.mode import Mode

aten = torch.ops.aten


def operation(layer: Layer, tensors: Tensors) -> "MaxPoolOperation | AveragePoolOperation":
    """The layer on a stack."""
    assert isinstance(layer.spec, Pool2d)
    return MaxPoolOperation(layer.spec) if layer.spec.largest else AveragePoolOperation(layer.spec)


@dataclass(frozen=True)
class MaxPoolOperation:
    """Largest value of each window; the gradient goes to its position alone."""

    spec: Pool2d

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        images, size, stride = x.flatten(0, 1), [self.spec.kernel_size] * 2, [self.spec.stride] * 2
        y, where = F.max_pool2d_with_indices(images, size, stride)
        return y.unflatten(0, x.shape[:2]), (images, where)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        images, where = saved
        size, stride = [self.spec.kernel_size] * 2, [self.spec.stride] * 2
        d_images = aten.max_pool2d_with_indices_backward(
            dy.flatten(0, 1), images, size, stride, [0, 0], [1, 1], False, where
        )
        return d_images.unflatten(0, dy.shape[:2]), ()


@dataclass(frozen=True)
class AveragePoolOperation:
    """Mean of each window; the gradient is shared among its values."""

    spec: Pool2d

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        images = x.flatten(0, 1)
        return F.avg_pool2d(images, self.spec.kernel_size, self.spec.stride).unflatten(0, x.shape[:2]), images

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        size, stride = [self.spec.kernel_size] * 2, [self.spec.stride] * 2
        d_images = aten.avg_pool2d_backward(dy.flatten(0, 1), saved, size, stride, [0, 0], False, True, None)
        return d_images.unflatten(0, dy.shape[:2]), ()


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member."""
    spec = layer.spec
    assert isinstance(spec, Pool2d)
    return (nn.MaxPool2d if spec.largest else nn.AvgPool2d)(spec.kernel_size, spec.stride)
