"""One operation per layer, on all members of a stack at once: its value, and its derivative by hand.

``forward`` returns the output and what ``backward`` will need; it consists of differentiable torch functions, so that
autograd can be used on it as well (and vouches for ``backward`` in the tests). Training uses ``backward``: the
bookkeeping of autograd costs several times as much as the arithmetic of a small network (``benchmarks/LOG.md``).

Axis letters: M members, B batch, F features, U units, C channels, O output channels, H height, W width, K kernel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import (
    Activation,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Pool2d,
    SelfOrganizingMap,
)
from mlpexp.config.networks import Elu, LeakyRelu, Maxout, PlainActivation, Prelu
from mlpexp.nn.activations import Elementwise, elementwise, maxout, maxout_backward, prelu
from mlpexp.nn.batch_norm import BatchNormOperation
from mlpexp.nn.distances import DistanceOperation
from mlpexp.nn.memory_format import channels_last, typed
from mlpexp.nn.mode import Mode
from mlpexp.nn.products import product

aten = torch.ops.aten
MONOTONE = frozenset(("sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "relu", "leaky_relu", "elu", "selu", "softplus"))


class Operation(Protocol):
    """A layer at work."""

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        """The output for inputs ``(M, B, ...)``, and what ``backward`` needs."""

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        """From the gradient of the output those of the input (if needed) and of each parameter, in their order."""


def operation(layer: Layer, parameters: Mapping[str, Tensor], running: Tensor | None) -> Operation:
    """The operation of one layer.

    Args:
        layer: What to do.
        parameters: Its tensors by name, each ``(M, *shape)``.
        running: Mean and variance that batch normalization remembers, ``(M, 2, F)``.
    """
    match layer.spec:
        case Dense():
            return DenseOperation(parameters["weight"], parameters.get("bias"))
        case Conv2d() as spec:
            return ConvOperation(spec, parameters["weight"], parameters.get("bias"))
        case Pool2d(kind="max") as spec:
            return MaxPoolOperation(spec)
        case Pool2d() as spec:
            return AveragePoolOperation(spec)
        case Flatten():
            return FlattenOperation()
        case Activation(function=Prelu()):
            return PreluOperation(parameters["slope"])
        case Activation(function=Maxout(pieces=pieces)):
            return MaxoutOperation(pieces)
        case Activation(function=PlainActivation() | LeakyRelu() | Elu() as function):
            return ElementwiseOperation(elementwise(function))
        case Dropout():
            return DropoutOperation(layer.name)
        case BatchNorm():
            assert running is not None
            return BatchNormOperation(parameters["scale"], parameters["shift"], running)
        case SelfOrganizingMap():
            return DistanceOperation(parameters["weight"])
        case _:
            raise AssertionError(f"no operation for {layer.spec}")


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


@dataclass(frozen=True)
class DenseOperation:
    """``y = x W + b``; ``dx = dy W'``, ``dW = x' dy``, ``db = sum of dy over the batch``."""

    weight_MFU: Tensor
    bias_MU: Tensor | None

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        weight = typed(self.weight_MFU, x.dtype)
        bias = None if self.bias_MU is None else typed(self.bias_MU, x.dtype)
        return product(x, weight, bias), (x, weight)

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        x, weight = saved
        dx = product(dy, weight.mT) if need_dx else None
        d_weight = product(x.mT, dy)
        return dx, (d_weight,) if self.bias_MU is None else (d_weight, dy.sum(1))


@dataclass(frozen=True)
class ConvOperation:
    """Convolution; one member is a plain one, several are one grouped convolution with a group per member."""

    spec: Conv2d
    weight_MOCKK: Tensor
    bias_MO: Tensor | None

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
        wanted = [need_dx, True, sizes is not None]
        dx, d_weight, d_bias = aten.convolution_backward(
            _side_by_side(dy), x, weight, sizes, stride, padding, [1, 1], False, [0, 0], members, wanted
        )
        own = (d_weight.unflatten(0, (members, -1)),)
        gradients = own if sizes is None else (*own, d_bias.view(members, -1))
        return _apart(dx, members) if need_dx else None, gradients


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


@dataclass(frozen=True)
class FlattenOperation:
    """``(M, B, C, H, W)`` to ``(M, B, C * H * W)``."""

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        return x.flatten(2), x.shape

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        return dy.view(saved), ()


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


def _side_by_side(x_MBCHW: Tensor) -> Tensor:
    """``(B, M * C, H, W)``; for one member without copying (and without [0], whose gradient would be a copy)."""
    return x_MBCHW.squeeze(0) if len(x_MBCHW) == 1 else x_MBCHW.transpose(0, 1).flatten(1, 2)


def _apart(x: Tensor, members: int) -> Tensor:
    """``(B, M * C, H, W)`` to ``(M, B, C, H, W)``."""
    return x.unsqueeze(0) if members == 1 else x.unflatten(1, (members, -1)).transpose(0, 1)
