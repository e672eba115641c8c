"""A layer as a plain ``torch.nn`` module, for users who take a trained member elsewhere."""

from collections.abc import Mapping
from typing import assert_never

import torch
from torch import Tensor, nn

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
from mlpexp.config.networks import ActivationConfig
from mlpexp.nn.activations import hard_sigmoid, maxout
from mlpexp.nn.batch_norm import EPSILON, MOMENTUM


class HardSigmoid(nn.Module):
    """``max(min(0.25 x + 0.5, 1), 0)``."""

    def forward(self, x: Tensor) -> Tensor:
        """Applies the function to each value."""
        return hard_sigmoid(x)


class MaxoutModule(nn.Module):
    """Largest of each group of ``pieces`` neighbouring features of ``(B, F * pieces, ...)``."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        """``(B, F * pieces, ...)`` to ``(B, F, ...)``."""
        return maxout(x, self.pieces, axis=1)[0]


class SquaredDistances(nn.Module):
    """Squared distance of ``(B, F)`` samples from each of U weight vectors, ``(B, U)``."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(units, features))

    def forward(self, x: Tensor) -> Tensor:
        """``(B, F)`` to ``(B, U)``."""
        return torch.cdist(x, self.weight, compute_mode="donot_use_mm_for_euclid_dist").square()


PLAIN_MODULES: dict[str, type[nn.Module]] = {
    "identity": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "hard_sigmoid": HardSigmoid,
    "hard_tanh": nn.Hardtanh,
    "relu": nn.ReLU,
    "softplus": nn.Softplus,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "selu": nn.SELU,
}


def as_module(layer: Layer, parameters: Mapping[str, Tensor], running_2F: Tensor | None) -> nn.Module:
    """The module that computes what a layer computes, with its parameters copied."""
    match layer.spec:
        case Dense(units=units, bias=bias):
            module: nn.Module = nn.Linear(layer.input_shape[0], units, bias)
            return _filled(module, {"weight": parameters["weight"].T, "bias": parameters.get("bias")})
        case Conv2d(channels=channels, kernel_size=k, stride=s, padding=p, bias=bias):
            module = nn.Conv2d(layer.input_shape[0], channels, k, s, p, bias=bias)
            return _filled(module, parameters)
        case Pool2d(kind=kind, kernel_size=k, stride=s):
            return nn.MaxPool2d(k, s) if kind == "max" else nn.AvgPool2d(k, s)
        case Flatten():
            return nn.Flatten()
        case Activation(function=function):
            return _activation_module(function, parameters.get("slope"))
        case Dropout(rate=rate):
            return nn.Dropout(rate)
        case SelfOrganizingMap():
            module = SquaredDistances(layer.input_shape[0], layer.spec.num_units)
            return _filled(module, {"weight": parameters["weight"].T})
        case BatchNorm():
            assert running_2F is not None
            kind_of = nn.BatchNorm2d if len(layer.input_shape) == 3 else nn.BatchNorm1d
            module = kind_of(layer.input_shape[0], eps=EPSILON, momentum=MOMENTUM)
            names = {"weight": parameters["scale"], "bias": parameters["shift"]}
            return _filled(module, names | {"running_mean": running_2F[0], "running_var": running_2F[1]})
        case spec:
            assert_never(spec)


def _activation_module(function: ActivationConfig, slope_F: Tensor | None) -> nn.Module:
    match function.name:
        case "leaky_relu":
            return nn.LeakyReLU(function.negative_slope)
        case "prelu":
            assert slope_F is not None
            return _filled(nn.PReLU(slope_F.numel()), {"weight": slope_F})
        case "elu":
            return nn.ELU(function.alpha)
        case "maxout":
            return MaxoutModule(function.pieces)
        case name:
            return PLAIN_MODULES[name]()


def _filled(module: nn.Module, tensors: Mapping[str, Tensor | None]) -> nn.Module:
    given = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    module.to(next(iter(given.values())).dtype)
    with torch.no_grad():
        for name, tensor in given.items():
            getattr(module, name).copy_(tensor)
    return module
