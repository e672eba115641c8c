"""Activation functions, element-wise on tensors of any shape; PReLU and maxout act along the feature axis.

Axis letters: M members, B batch, F features (channels of an image), ... further axes of an image.
"""

from collections.abc import Callable
from typing import assert_never

import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.config.networks import ActivationConfig, Elu, LeakyRelu, Maxout, PlainActivation, Prelu

FEATURE_AXIS = 2


def hard_sigmoid(x: Tensor) -> Tensor:
    """``max(min(0.25 x + 0.5, 1), 0)``: the tangent of the logistic function at 0, cut off at 0 and 1.

    The slope is 1/4, not the 1/6 of ``torch.nn.Hardsigmoid``.

    References:
        Gulcehre, Moczulski, Denil and Bengio (2016), "Noisy activation functions", section 2.
    """
    return torch.clamp(0.25 * x + 0.5, 0.0, 1.0)


def maxout(x: Tensor, pieces: int, axis: int = FEATURE_AXIS) -> Tensor:
    """Largest of each group of ``pieces`` neighbouring features: ``(M, B, F * pieces, ...)`` to ``(M, B, F, ...)``.

    References:
        Goodfellow, Warde-Farley, Mirza, Courville and Bengio (2013), "Maxout networks", section 3.
    """
    return x.unflatten(axis, (-1, pieces)).amax(axis + 1)


def prelu(x: Tensor, slope_MF: Tensor) -> Tensor:
    """``x`` where positive, ``slope x`` elsewhere, one learned slope per feature.

    References:
        He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", equation 1.
    """
    slope = slope_MF.view(slope_MF.shape[0], 1, slope_MF.shape[1], *[1] * (x.ndim - 3))
    return torch.where(x > 0, x, slope * x)


VECTOR_LANES = 32  # float32 values that the widest CPU loop handles at once (two AVX-512 registers)


def whole_vectors(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Makes an element-wise function round each value the same, wherever it lies in memory.

    On CPU the last values of a tensor, those that fill no vector register, go through other code than the rest, and exp,
    expm1 and log1p differ there in the last bit. Which values are last depends on how many members are stacked. So the
    values of each member ``(M, B, F)`` are padded to whole vectors. (tanh, exp alone, GELU and arithmetic do not differ.)
    """

    def apply(x: Tensor) -> Tensor:
        count = x[0].numel()
        if x.ndim != 3 or count % VECTOR_LANES == 0 or not x.is_cpu:
            return function(x)
        padded = F.pad(x.flatten(1), (0, -count % VECTOR_LANES))
        return function(padded)[:, :count].view(x.shape)

    return apply


def _identity(x: Tensor) -> Tensor:
    return x


PLAIN: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": _identity,
    "sigmoid": whole_vectors(torch.sigmoid),
    "tanh": torch.tanh,
    "hard_sigmoid": hard_sigmoid,
    "hard_tanh": F.hardtanh,
    "relu": torch.relu,
    "softplus": whole_vectors(F.softplus),
    "silu": whole_vectors(F.silu),
    "gelu": F.gelu,
    "selu": whole_vectors(F.selu),
}


def activation(config: ActivationConfig, slope_MF: Tensor | None = None) -> Callable[[Tensor], Tensor]:
    """The function that a config names; ``slope_MF`` are the learned slopes of PReLU."""
    match config:
        case PlainActivation(name=name):
            return PLAIN[name]
        case LeakyRelu(negative_slope=slope):
            return lambda x: F.leaky_relu(x, slope)
        case Prelu():
            assert slope_MF is not None
            return lambda x: prelu(x, slope_MF)
        case Elu(alpha=alpha):
            return whole_vectors(lambda x: F.elu(x, alpha))
        case Maxout(pieces=pieces):
            return lambda x: maxout(x, pieces)
        case _:
            assert_never(config)
