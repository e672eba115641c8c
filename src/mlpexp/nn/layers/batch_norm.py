"""Batch normalization, each member by its own statistics.

Axis letters: M members, B batch, F features (channels of an image).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.nn.layers.kind import RUNNING, Tensors, filled
from mlpexp.nn.mode import Mode

MOMENTUM = 0.1
EPSILON = 1e-5


def operation(layer: Layer, tensors: Tensors) -> "BatchNormOperation":
    """The layer on a stack."""
    return BatchNormOperation(tensors["scale"], tensors["shift"], tensors[RUNNING], layer.frozen)


@dataclass(frozen=True)
class BatchNormOperation:
    """Zero mean and unit variance over the batch (and the image), then scale and shift.

    References:
        Ioffe and Szegedy (2015), "Batch normalization", algorithm 1, and the gradients in section 3.
    """

    scale_MF: Tensor
    """gamma."""
    shift_MF: Tensor
    """beta."""
    running_M2F: Tensor
    """Mean and variance that are remembered; changed in training."""
    frozen: bool = False
    """Whether training, too, normalizes by them, and leaves them."""

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        """Normalizes by the statistics of the batch in training, by the remembered ones otherwise, and if it is frozen."""
        training = mode.training and not self.frozen
        wide = x.to(self.scale_MF.dtype)  # statistics of a bfloat16 batch need more digits than it has
        shape = (x.shape[0], 1, x.shape[2], *[1] * (x.ndim - 3))
        if training:
            axes = [1, *range(3, x.ndim)]
            mean = wide.mean(axes)
            centred = wide - mean.view(shape)
            variance = centred.square().mean(axes)  # wide.var() of a single feature rounds otherwise in a stack
            self._remember(mean, variance, count=x[0, :, 0].numel())
        else:
            mean, variance = self.running_M2F.unbind(1)
            centred = wide - mean.view(shape)
        inverse = torch.rsqrt(variance.view(shape) + EPSILON)
        normal = centred * inverse
        y = normal * self.scale_MF.view(shape) + self.shift_MF.view(shape)
        return y.to(x.dtype), (normal, inverse * self.scale_MF.view(shape), training)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        """``dx = scale / std * (dy - mean(dy) - normal * mean(dy * normal))``, in evaluation ``scale / std * dy``."""
        normal, factor, training = saved
        axes = [1, *range(3, dy.ndim)]
        wide = dy.to(normal.dtype)
        d_shift, d_scale = wide.sum(axes), (wide * normal).sum(axes)
        if training:
            count = dy[0, :, 0].numel()
            mean, slope = (d.view(factor.shape) / count for d in (d_shift, d_scale))
            wide = wide - mean - normal * slope
        return (factor * wide).to(dy.dtype), (d_scale, d_shift)

    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        with torch.no_grad():
            seen = torch.stack((mean, variance * (count / max(count - 1, 1))), 1)  # unbiased, as in torch
            self.running_M2F.lerp_(seen, MOMENTUM)


def module(layer: Layer, tensors: Tensors) -> nn.Module:
    """The layer of one member."""
    kind = nn.BatchNorm2d if len(layer.input_shape) == 3 else nn.BatchNorm1d
    mean, variance = tensors[RUNNING]
    values = {"weight": tensors["scale"], "bias": tensors["shift"], "running_mean": mean, "running_var": variance}
    return filled(kind(layer.input_shape[0], eps=EPSILON, momentum=MOMENTUM), values)
