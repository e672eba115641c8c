"""Specifications of layers: what each does to the shape of one sample, and which parameters it has.

Shapes are those of one sample: ``(F,)`` features or ``(C, H, W)`` images.
"""

from dataclasses import dataclass
from math import prod
from typing import assert_never

from mlpexp.config.networks import ActivationConfig, InitConfig
from mlpexp.config.som import Topology
from mlpexp.errors import ArchitectureError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Dense:
    """``y = x W + b`` with W of shape ``(in, units)``."""

    units: int
    bias: bool
    init: InitConfig
    gain: float  # recommended for the activation that follows


@dataclass(frozen=True)
class Conv2d:
    """Cross-correlation with square filters, W of shape ``(channels, in, k, k)``."""

    channels: int
    kernel_size: int
    stride: int
    padding: int
    bias: bool
    init: InitConfig
    gain: float


@dataclass(frozen=True)
class Pool2d:
    """Largest or mean value of square windows; windows that do not fit are left out."""

    kind: str  # "max" or "average"
    kernel_size: int
    stride: int


@dataclass(frozen=True)
class Flatten:
    """An image as a vector, channels first."""


@dataclass(frozen=True)
class Activation:
    """A nonlinearity; ``prelu`` has one parameter per unit, ``maxout`` divides the units by its number of pieces."""

    function: ActivationConfig


@dataclass(frozen=True)
class Dropout:
    """Each value is zero with probability ``rate`` in training, the others are scaled by ``1 / (1 - rate)``."""

    rate: float


@dataclass(frozen=True)
class BatchNorm:
    """Zero mean and unit variance per feature (per channel of an image) over the batch, then scale and shift."""


@dataclass(frozen=True)
class SelfOrganizingMap:
    """Squared distance from the weight vector of each unit of a grid; W of shape ``(in, units)``, row by row of the grid."""

    rows: int
    columns: int
    topology: Topology

    @property
    def num_units(self) -> int:
        """Rows times columns."""
        return self.rows * self.columns


LayerSpec = Dense | Conv2d | Pool2d | Flatten | Activation | Dropout | BatchNorm | SelfOrganizingMap


@dataclass(frozen=True)
class Parameter:
    """One parameter tensor of a layer."""

    name: str
    """``weight``, ``bias``, ``slope``, ``scale`` or ``shift``."""
    shape: Shape
    """Shape for one member."""
    penalized: bool = False
    """Whether the L2 penalty and weight decay act on it (weights only)."""

    @property
    def count(self) -> int:
        """Number of values."""
        return prod(self.shape)


def output_size(size: int, kernel_size: int, stride: int, padding: int = 0) -> int:
    """``floor((n + 2p - k) / s) + 1``, the positions of a window along one axis.

    References:
        Dumoulin and Visin (2016), "A guide to convolution arithmetic for deep learning", relationship 6.
    """
    return (size + 2 * padding - kernel_size) // stride + 1


def output_shape(spec: LayerSpec, shape: Shape) -> Shape:
    """Shape of a layer's output for one sample.

    Raises:
        ArchitectureError: The layer cannot take this shape.
    """
    match spec:
        case Dense(units=units):
            return (units,)
        case Conv2d(channels=channels):
            return (channels, *_windows(spec.kernel_size, spec.stride, spec.padding, shape, "filter"))
        case Pool2d():
            return (shape[0], *_windows(spec.kernel_size, spec.stride, 0, shape, "pooling window"))
        case Flatten():
            return (prod(shape),)
        case Activation(function=function):
            return (shape[0] // function.pieces, *shape[1:]) if function.name == "maxout" else shape
        case Dropout() | BatchNorm():
            return shape
        case SelfOrganizingMap():
            return (spec.num_units,)
        case _:
            assert_never(spec)


def _windows(kernel_size: int, stride: int, padding: int, shape: Shape, what: str) -> Shape:
    if len(shape) != 3:
        raise ArchitectureError(f"a {what} needs images, but its input has {shape[0]} features")
    height, width = (output_size(size, kernel_size, stride, padding) for size in shape[1:])
    if height < 1 or width < 1:
        size = "x".join(map(str, shape[1:]))
        raise ArchitectureError(f"a {what} of {kernel_size}x{kernel_size} does not fit into its input of {size}")
    return height, width


def parameters(spec: LayerSpec, shape: Shape) -> tuple[Parameter, ...]:
    """The parameters of a layer whose input has the given shape."""
    match spec:
        case Dense(units=units, bias=bias):
            weight = Parameter("weight", (shape[0], units), penalized=True)
            return (weight, Parameter("bias", (units,))) if bias else (weight,)
        case Conv2d(channels=channels, kernel_size=k, bias=bias):
            weight = Parameter("weight", (channels, shape[0], k, k), penalized=True)
            return (weight, Parameter("bias", (channels,))) if bias else (weight,)
        case Activation(function=function):
            return (Parameter("slope", (shape[0],)),) if function.name == "prelu" else ()
        case BatchNorm():
            return Parameter("scale", (shape[0],)), Parameter("shift", (shape[0],))
        case SelfOrganizingMap():
            return (Parameter("weight", (shape[0], spec.num_units)),)
        case Pool2d() | Flatten() | Dropout():
            return ()
        case _:
            assert_never(spec)
