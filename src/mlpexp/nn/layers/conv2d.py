"""A convolution.

Axis letters: M members, B batch, C channels, O output channels, H height, W width, K kernel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Conv2d
from mlpexp.nn.layers.kind import Tensors, filled
from mlpexp.nn.mode import Mode, channels_last, typed

aten = torch.ops.aten


def operation(layer: Layer, tensors: Tensors) -> "ConvOperation":
    """The layer on a stack."""
    assert isinstance(layer.spec, Conv2d)
    return ConvOperation(layer.spec, tensors["weight"], tensors.get("bias"))


@dataclass(frozen=True)
class ConvOperation:
    """Convolution; one member is a plain one, several are one grouped convolution with a group per member."""

    spec: Conv2d
    """Stride and padding."""
    weight_MOCKK: Tensor
    """O output channels, C input channels, a kernel of K x K."""
    bias_MO: Tensor | None
    """None: there is none."""

    def forward(self, x_MBCHW: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        members = len(self.weight_MOCKK)
        x = channels_last(_side_by_side(x_MBCHW))
        weight = channels_last(typed(self.weight_MOCKK.flatten(0, 1), x.dtype))
        bias = None if self.bias_MO is None else typed(self.bias_MO.flatten(), x.dtype)
        y = F.conv2d(x, weight, bias, self.spec.stride, self.spec.padding, groups=members)
        return _apart(y, members), (x, weight)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        x, weight = saved
        members, sizes = len(self.weight_MOCKK), None if self.bias_MO is None else [len(weight)]
        stride, padding = [self.spec.stride] * 2, [self.spec.padding] * 2
        gradients_of = [need_dx, True, sizes is not None]
        dx, d_weight, d_bias = aten.convolution_backward(
            _side_by_side(dy), x, weight, sizes, stride, padding, [1, 1], False, [0, 0], members, gradients_of
        )
        d_weights = d_weight.unflatten(0, (members, -1))
        gradients = (d_weights,) if sizes is None else (d_weights, d_bias.view(members, -1))
        return _apart(dx, members) if need_dx else None, gradients


def _side_by_side(x_MBCHW: Tensor) -> Tensor:
    """``(B, M * C, H, W)``; for one member without copying (and without [0], whose gradient would be a copy)."""
    return x_MBCHW.squeeze(0) if len(x_MBCHW) == 1 else x_MBCHW.transpose(0, 1).flatten(1, 2)


def _apart(x: Tensor, members: int) -> Tensor:
    """``(B, M * C, H, W)`` to ``(M, B, C, H, W)``."""
    return x.unsqueeze(0) if members == 1 else x.unflatten(1, (members, -1)).transpose(0, 1)


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member."""
    spec = layer.spec
    assert isinstance(spec, Conv2d)
    sizes = (layer.input_shape[0], spec.channels, spec.kernel_size, spec.stride, spec.padding)
    return filled(nn.Conv2d(*sizes, bias=spec.bias), tensors)
