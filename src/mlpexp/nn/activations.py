"""Activation functions with their derivatives, on tensors of any shape; PReLU and maxout act along the feature axis.

Axis letters: M members, B batch, F features (channels of an image), ... further axes of an image.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, assert_never

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mlpexp.config.activations import TABLE_END, TABLE_STEPS, Elu, LeakyRelu, PlainActivation
from mlpexp.config.own_parts import is_own
from mlpexp.nn.own_activations import OwnActivation, derivative_of, own_function

aten = torch.ops.aten
FEATURE_AXIS = 2
VECTOR_LANES = 32  # float32 values that the widest CPU loop handles at once (two AVX-512 registers)
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. (2017), equation 14


@dataclass(frozen=True)
class Elementwise:
    """A function of one value."""

    value: Callable[[Tensor], Tensor]
    """``f(x)``."""
    backward: Callable[[Tensor, Tensor, Tensor], Tensor]
    """``dy * f'(x)`` from dy, x and ``y = f(x)``."""
    module: Callable[[], nn.Module]
    """The same for users who take a trained member elsewhere."""


def whole_vectors(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Makes an element-wise function round each value the same, wherever it lies in memory.

    On CPU the last values of a tensor, those that fill no vector register, go through other code than the rest, and exp,
    expm1, log1p and (in float64) erf differ there in the last bit. Which values are last depends on how many members are
    stacked. So the values of each member ``(M, B, F)`` are padded to whole vectors. (tanh and arithmetic do not differ.)
    """

    def apply(*tensors: Tensor) -> Tensor:
        x = tensors[0]
        count = x[0].numel()
        if x.ndim != 3 or count % VECTOR_LANES == 0 or not x.is_cpu:
            return function(*tensors)
        padded = (F.pad(tensor.flatten(1), (0, -count % VECTOR_LANES)) for tensor in tensors)
        return function(*padded)[:, :count].view(x.shape)

    return apply


def hard_sigmoid(x: Tensor) -> Tensor:
    """``max(min(0.25 x + 0.5, 1), 0)``: the tangent of the logistic function at 0, cut off at 0 and 1.

    The slope is 1/4, not the 1/6 of ``torch.nn.Hardsigmoid``.

    References:
        Gulcehre, Moczulski, Denil and Bengio (2016), "Noisy activation functions", section 2.
    """
    return torch.clamp(0.25 * x + 0.5, 0.0, 1.0)


class HardSigmoid(nn.Module):
    """``max(min(0.25 x + 0.5, 1), 0)``."""

    def forward(self, x: Tensor) -> Tensor:
        """Applies the function to each value."""
        return hard_sigmoid(x)


def scaled_sigmoid(x: Tensor) -> Tensor:
    """``4 sigmoid(x) - 2``, which is ``2 tanh(x / 2)``: around zero, with slope 1 there.

    References:
        LeCun, Bottou, Orr and Mueller (1998), "Efficient backprop", section 4.4 (why sigmoids should be around zero).
    """
    return 4 * _sigmoid(x) - 2


class ScaledSigmoid(nn.Module):
    """``4 sigmoid(x) - 2``."""

    def forward(self, x: Tensor) -> Tensor:
        """Applies the function to each value."""
        return 4 * torch.sigmoid(x) - 2


@cache
def sigmoid_table(device: torch.device, dtype: torch.dtype) -> Tensor:
    """Values of the logistic function from ``-TABLE_END`` to ``TABLE_END``, ``TABLE_STEPS`` per unit."""
    count = TABLE_END * TABLE_STEPS
    grid = torch.arange(-count, count + 1, dtype=torch.float64) / TABLE_STEPS
    return torch.sigmoid(grid).to(device, dtype)


class LookUp(torch.autograd.Function):
    """The nearest entry of ``sigmoid_table``; its derivative is *defined* as ``y (1 - y)``, for a step function has none."""

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        """Looks values up; NaN stays NaN."""
        count = TABLE_END * TABLE_STEPS
        place = (x * TABLE_STEPS).round().clamp(-count, count).nan_to_num(0.0).to(torch.int64) + count
        return torch.where(x.isnan(), x, sigmoid_table(x.device, x.dtype)[place])

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        """Remembers the values, for both modes."""
        ctx.save_for_backward(output)
        ctx.save_for_forward(output)

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> Tensor:
        """Reverse mode."""
        (y,) = ctx.saved_tensors
        return dy * y * (1 - y)

    @staticmethod
    def jvp(ctx: Any, dx: Tensor) -> Tensor:
        """Forward mode."""
        (y,) = ctx.saved_tensors
        return dx * y * (1 - y)


def table_sigmoid(x: Tensor) -> Tensor:
    """The logistic function by table look-up: the nearest of 257 values, the last one beyond ``+-TABLE_END``."""
    result: Tensor = LookUp.apply(x)
    return result


class SigmoidByTable(nn.Module):
    """The logistic function by table look-up."""

    def forward(self, x: Tensor) -> Tensor:
        """Applies the function to each value."""
        return table_sigmoid(x)


_sigmoid = whole_vectors(torch.sigmoid)
_silu_backward = whole_vectors(aten.silu_backward)
_gelu_backward = whole_vectors(aten.gelu_backward)
_softplus_backward = whole_vectors(lambda dy, x: aten.softplus_backward(dy, x, 1.0, 20.0))

PLAIN: dict[str, Elementwise] = {
    "identity": Elementwise(lambda x: x, lambda dy, x, y: dy, nn.Identity),
    "sigmoid": Elementwise(_sigmoid, lambda dy, x, y: aten.sigmoid_backward(dy, y), nn.Sigmoid),
    "scaled_sigmoid": Elementwise(scaled_sigmoid, lambda dy, x, y: aten.tanh_backward(dy, y / 2), ScaledSigmoid),
    "table_sigmoid": Elementwise(table_sigmoid, lambda dy, x, y: aten.sigmoid_backward(dy, y), SigmoidByTable),
    "tanh": Elementwise(torch.tanh, lambda dy, x, y: aten.tanh_backward(dy, y), nn.Tanh),
    "hard_sigmoid": Elementwise(
        hard_sigmoid, lambda dy, x, y: aten.hardtanh_backward(0.25 * dy, x, -2.0, 2.0), HardSigmoid
    ),
    "hard_tanh": Elementwise(F.hardtanh, lambda dy, x, y: aten.hardtanh_backward(dy, x, -1.0, 1.0), nn.Hardtanh),
    "relu": Elementwise(torch.relu, lambda dy, x, y: aten.threshold_backward(dy, y, 0), nn.ReLU),
    "softplus": Elementwise(whole_vectors(F.softplus), lambda dy, x, y: _softplus_backward(dy, x), nn.Softplus),
    "silu": Elementwise(whole_vectors(F.silu), lambda dy, x, y: _silu_backward(dy, x), nn.SiLU),
    "gelu": Elementwise(whole_vectors(F.gelu), lambda dy, x, y: _gelu_backward(dy, x), nn.GELU),
    "selu": Elementwise(
        whole_vectors(F.selu), lambda dy, x, y: aten.elu_backward(dy, SELU_ALPHA, SELU_SCALE, 1.0, True, y), nn.SELU
    ),
}


def elementwise(config: PlainActivation | LeakyRelu | Elu) -> Elementwise:
    """The element-wise function that a config names."""
    match config:
        case PlainActivation(name=name) if is_own(name):
            function = own_function(name)
            derivative = whole_vectors(derivative_of(function))
            return Elementwise(
                whole_vectors(function), lambda dy, x, y: derivative(dy, x), partial(OwnActivation, name)
            )
        case PlainActivation(name=name):
            return PLAIN[name]
        case LeakyRelu(negative_slope=slope):
            return Elementwise(
                lambda x: F.leaky_relu(x, slope),
                lambda dy, x, y: aten.leaky_relu_backward(dy, x, slope, False),
                partial(nn.LeakyReLU, slope),
            )
        case Elu(alpha=alpha):
            value = whole_vectors(lambda x: F.elu(x, alpha))
            return Elementwise(
                value, lambda dy, x, y: aten.elu_backward(dy, alpha, 1.0, 1.0, True, y), partial(nn.ELU, alpha)
            )
        case _:
            assert_never(config)


def maxout(x: Tensor, pieces: int, axis: int = FEATURE_AXIS) -> tuple[Tensor, Tensor]:
    """Largest of each group of ``pieces`` neighbouring features, and which of them it is.

    ``(M, B, F * pieces, ...)`` to twice ``(M, B, F, ...)``.

    References:
        Goodfellow, Warde-Farley, Mirza, Courville and Bengio (2013), "Maxout networks", section 3.
    """
    largest = x.unflatten(axis, (-1, pieces)).max(axis + 1)
    return largest.values, largest.indices


def maxout_backward(dy: Tensor, which: Tensor, pieces: int) -> Tensor:
    """The gradient goes to the piece that was the largest."""
    dx = dy.new_zeros(*dy.shape[: FEATURE_AXIS + 1], pieces, *dy.shape[FEATURE_AXIS + 1 :])
    axis = FEATURE_AXIS + 1
    return dx.scatter_(axis, which.unsqueeze(axis), dy.unsqueeze(axis)).flatten(FEATURE_AXIS, axis)


def prelu(x: Tensor, slope: Tensor) -> Tensor:
    """``x`` where positive, ``slope x`` elsewhere; the slope has the shape of ``x`` or broadcasts to it.

    References:
        He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", equation 1.
    """
    return torch.where(x > 0, x, slope * x)
