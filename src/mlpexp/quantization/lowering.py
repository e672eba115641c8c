"""A trained network as a list of plain steps with float64 numbers: dropout is gone, batch normalization is part of the weights.

Axis letters: B batch, F features (channels of an image), U units (output channels).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.architectures.layers import Activation, BatchNorm, Conv2d, Dense, Dropout, Flatten, LayerSpec, Pool2d
from mlpexp.config.activations import ActivationConfig, Maxout, PlainActivation, Prelu
from mlpexp.nn.activations import elementwise, maxout, prelu
from mlpexp.nn.layers.batch_norm import EPSILON
from mlpexp.nn.network import StackedNetwork


@dataclass(frozen=True, eq=False)
class Product:
    """A dense layer or a convolution, with its bias."""

    name: str
    """Of the layer."""
    weight: np.ndarray
    """``(U, F)``, or ``(U, F, K, K)`` of a convolution; float64."""
    bias: np.ndarray
    """``(U,)``; 0 where the layer has none."""
    stride: int = 1
    """Of a convolution."""
    padding: int = 0
    """Likewise: zeros on each side."""

    def value(self, x: Tensor) -> Tensor:
        """``(B, F, ...)`` to ``(B, U, ...)``."""
        return product(padded(x, self.padding), self.weight, self.stride) + along_features(self.bias, x.ndim).to(
            x.dtype
        )


@dataclass(frozen=True, eq=False)
class Function:
    """An activation."""

    name: str
    """Of the layer."""
    config: ActivationConfig
    """Which one."""
    slopes: np.ndarray | None = None
    """Those of prelu, ``(F,)``."""

    def value(self, x: Tensor) -> Tensor:
        """Of each number of ``(B, F, ...)``."""
        match self.config:
            case Maxout():
                raise AssertionError("maxout is a step of its own")
            case Prelu():
                assert self.slopes is not None
                return prelu(x, along_features(self.slopes, x.ndim).to(x.dtype))
            case config:
                return elementwise(config).value(x)


@dataclass(frozen=True)
class Largest:
    """Maxout: the largest of groups of neighbouring features."""

    name: str
    """Of the layer."""
    pieces: int
    """In a group."""

    def value(self, x: Tensor) -> Tensor:
        """``(B, F * pieces, ...)`` to ``(B, F, ...)``; of numbers or of levels."""
        return maxout(x, self.pieces, axis=1)[0]


@dataclass(frozen=True)
class Pool:
    """Largest or mean value of windows."""

    name: str
    """Of the layer."""
    largest: bool
    """Else the mean."""
    size: int
    """Side of a window."""
    stride: int
    """Step of the window."""

    def value(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` to a smaller image."""
        return F.max_pool2d(x, self.size, self.stride) if self.largest else F.avg_pool2d(x, self.size, self.stride)


@dataclass(frozen=True)
class Vector:
    """An image as a vector, channels first."""

    name: str
    """Of the layer."""

    def value(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` to ``(B, C * H * W)``."""
        return x.flatten(1)


Step = Product | Function | Largest | Pool | Vector


def product(x: Tensor, weight: np.ndarray, stride: int = 1) -> Tensor:
    """``x W'`` of weights ``(U, F)``, or a convolution of weights ``(U, F, K, K)``, in the type of ``x``."""
    w = torch.from_numpy(weight).to(x.dtype)
    return x @ w.T if weight.ndim == 2 else F.conv2d(x, w, None, stride)


def padded(x: Tensor, zeros: int) -> Tensor:
    """``(B, C, H, W)`` with so many zeros on each side; anything with none."""
    return F.pad(x, [zeros] * 4) if zeros else x


def along_features(numbers: np.ndarray, dimensions: int) -> Tensor:
    """``(F,)`` as ``(F, 1, ...)``, to go with ``(B, F, ...)`` of so many dimensions."""
    return torch.from_numpy(numbers).reshape(-1, *[1] * (dimensions - 2))


def steps_of(network: StackedNetwork, member: int = 0) -> list[Step]:
    """The steps of one member, from inputs to logits."""
    solo = network.select([member])
    tensors = {name: tensor[0].cpu().double().numpy() for name, tensor in solo.parameters.items()}
    running = {name: tensor[0].cpu().double().numpy() for name, tensor in solo.running.items()}
    steps: list[Step] = []
    for layer in network.architecture.layers:
        if isinstance(layer.spec, BatchNorm):
            before = steps.pop()
            assert isinstance(before, Product), "batch normalization is between a layer and its activation"
            scale, shift = (tensors[f"{layer.name}.{name}"] for name in ("scale", "shift"))
            steps.append(folded(before, scale, shift, *running[layer.name]))
        else:
            own = {p.name: tensors[f"{layer.name}.{p.name}"] for p in layer.parameters}
            steps += _steps(layer.name, layer.spec, own)
    return steps


def folded(step: Product, scale: np.ndarray, shift: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> Product:
    """A product and the batch normalization of its units as one product; all ``(U,)``.

    References:
        Jacob et al. (2018), section 3.2.
    """
    factor = scale / np.sqrt(variance + EPSILON)
    weight = step.weight * factor.reshape(-1, *[1] * (step.weight.ndim - 1))
    return replace(step, weight=weight, bias=(step.bias - mean) * factor + shift)


def _steps(name: str, spec: LayerSpec, tensors: dict[str, np.ndarray]) -> Sequence[Step]:
    """Those of a layer: one, or none."""
    match spec:
        case Dense(units=units):
            return [Product(name, np.ascontiguousarray(tensors["weight"].T), tensors.get("bias", np.zeros(units)))]
        case Conv2d(channels=channels, stride=stride, padding=padding):
            return [Product(name, tensors["weight"], tensors.get("bias", np.zeros(channels)), stride, padding)]
        case Activation(function=Maxout(pieces=pieces)):
            return [Largest(name, pieces)]
        case Activation(function=PlainActivation(name="identity")) | Dropout():
            return []
        case Activation(function=config):
            return [Function(name, config, tensors.get("slope"))]
        case Pool2d(largest=largest, kernel_size=size, stride=stride):
            return [Pool(name, largest, size, stride)]
        case Flatten():
            return [Vector(name)]
        case _:
            raise AssertionError(f"{spec.kind} is no layer of a network with outputs")


def value(steps: Sequence[Step], inputs: Tensor) -> Tensor:
    """Logits ``(B, U)`` of inputs ``(B, *shape)``, in the type of the inputs."""
    x = inputs
    for step in steps:
        x = step.value(x)
    return x
