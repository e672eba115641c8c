"""One operation per layer, on all members of a stack at once.

Axis letters: M members, B batch, F features, C channels, H height, W width, K kernel.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import assert_never

import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Activation, BatchNorm, Conv2d, Dense, Dropout, Flatten, Pool2d
from mlpexp.nn.activations import activation

BATCH_NORM_MOMENTUM = 0.1
BATCH_NORM_EPSILON = 1e-5


@dataclass(frozen=True)
class Mode:
    """How a forward pass is meant.

    Attributes:
        training: Whether batch normalization uses (and remembers) the statistics of the batch.
        dropout: By layer name, the factor on each value: 0 or ``1 / (1 - rate)``, of shape ``(M, B, ...)``.
    """

    training: bool = False
    dropout: Mapping[str, Tensor] = field(default_factory=dict)


EVALUATION = Mode()
MONOTONE = frozenset(("sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "relu", "leaky_relu", "elu", "selu", "softplus"))
Operation = Callable[[Tensor, Mode], Tensor]


def operation(layer: Layer, parameters: Mapping[str, Tensor], running: Tensor | None) -> Operation:
    """The operation of one layer.

    Args:
        layer: What to do.
        parameters: Its tensors by name, each ``(M, *shape)``.
        running: Mean and variance that batch normalization remembers, ``(M, 2, F)``.
    """
    match layer.spec:
        case Dense():
            return _dense(parameters["weight"], parameters.get("bias"))
        case Conv2d() as spec:
            return _conv2d(spec, parameters["weight"], parameters.get("bias"))
        case Pool2d() as spec:
            return _pool2d(spec)
        case Flatten():
            return lambda x, mode: x.flatten(2)
        case Activation(function=function):
            apply = activation(function, parameters.get("slope"))
            return lambda x, mode: apply(x)
        case Dropout():
            return lambda x, mode: x * mode.dropout[layer.name] if mode.training else x
        case BatchNorm():
            assert running is not None
            return _batch_norm(parameters["scale"], parameters["shift"], running)
        case spec:
            assert_never(spec)


def _dense(weight_MFU: Tensor, bias_MU: Tensor | None) -> Operation:
    if bias_MU is None:
        return lambda x_MBF, mode: torch.bmm(x_MBF, weight_MFU)
    return lambda x_MBF, mode: torch.baddbmm(bias_MU.unsqueeze(1), x_MBF, weight_MFU)


def _conv2d(spec: Conv2d, weight_MOCKK: Tensor, bias_MO: Tensor | None) -> Operation:
    """Convolution; one member is a plain one, several are one grouped convolution with a group per member."""
    num_members = weight_MOCKK.shape[0]

    def single(x_1BCHW: Tensor, mode: Mode) -> Tensor:
        # squeeze, not [0]: the gradient of indexing is a tensor of zeros with a copy in it, that of squeeze is a view
        bias = None if bias_MO is None else bias_MO.squeeze(0)
        x, weight = channels_last(x_1BCHW.squeeze(0)), channels_last(weight_MOCKK.squeeze(0))
        return F.conv2d(x, weight, bias, spec.stride, spec.padding).unsqueeze(0)

    def grouped(x_MBCHW: Tensor, mode: Mode) -> Tensor:
        x = x_MBCHW.transpose(0, 1).flatten(1, 2)
        bias = None if bias_MO is None else bias_MO.flatten()
        y = F.conv2d(x, weight_MOCKK.flatten(0, 1), bias, spec.stride, spec.padding, groups=num_members)
        return y.unflatten(1, (num_members, -1)).transpose(0, 1)

    return single if num_members == 1 else grouped


def channels_last(x: Tensor) -> Tensor:
    """``(B, C, H, W)`` with the channels of a pixel side by side, in which CPU convolutions are up to twice as fast."""
    if not x.is_cpu or not x.is_contiguous():
        return x
    if x.shape[1] > 1:
        return x.contiguous(memory_format=torch.channels_last)
    batch, _, height, width = x.shape  # one channel lies the same in both formats: only the strides tell them apart
    return x.as_strided(x.shape, (height * width, 1, width, 1)) if batch > 1 and not x.requires_grad else x


def execution_order(layers: Sequence[Layer]) -> list[int]:
    """The order in which to run layers: a max pooling before a monotone activation that precedes it.

    The largest of ``f(x)`` is ``f`` of the largest ``x``, and gradients agree too, but ``f`` and its derivative are then
    computed for a quarter of the values: a third of the time of a small convolutional network.
    """
    order = list(range(len(layers)))
    for i, (layer, following) in enumerate(pairwise(layers)):
        pools = isinstance(following.spec, Pool2d) and following.spec.kind == "max"
        if pools and isinstance(layer.spec, Activation) and layer.spec.function.name in MONOTONE:
            order[i], order[i + 1] = i + 1, i
    return order


def _pool2d(spec: Pool2d) -> Operation:
    pool = F.max_pool2d if spec.kind == "max" else F.avg_pool2d
    return lambda x, mode: pool(x.flatten(0, 1), spec.kernel_size, spec.stride).unflatten(0, x.shape[:2])


def _batch_norm(scale_MF: Tensor, shift_MF: Tensor, running_M2F: Tensor) -> Operation:
    """Batch normalization, each member by its own statistics.

    References:
        Ioffe and Szegedy (2015), "Batch normalization", algorithm 1.
    """

    def apply(x: Tensor, mode: Mode) -> Tensor:
        shape = (x.shape[0], 1, x.shape[2], *[1] * (x.ndim - 3))
        if mode.training:
            axes = [1, *range(3, x.ndim)]
            mean, variance = x.mean(axes), x.var(axes, correction=0)
            count = x[0, :, 0].numel()
            with torch.no_grad():
                seen = torch.stack((mean, variance * (count / max(count - 1, 1))), 1)
                running_M2F.lerp_(seen.to(running_M2F.dtype), BATCH_NORM_MOMENTUM)
        else:
            mean, variance = running_M2F.unbind(1)
        normal = (x - mean.view(shape)) * torch.rsqrt(variance.view(shape) + BATCH_NORM_EPSILON)
        return normal * scale_MF.view(shape) + shift_MF.view(shape)

    return apply
