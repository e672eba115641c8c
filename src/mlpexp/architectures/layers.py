"""Specifications of layers, each with its own arithmetic: what it does to the shape of one sample, which parameters it has,
and what it costs.

A layer that is added gets its config in ``config/networks.py``, its specification here, and its row in
``nn/layers/catalogue.py``, which computes it. Shapes are those of one sample: ``(F,)`` features or ``(C, H, W)`` images.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from mlpexp.config.activations import ActivationConfig, Maxout, Prelu
from mlpexp.config.layers import DropoutLayer
from mlpexp.config.networks import InitConfig
from mlpexp.config.som import Topology
from mlpexp.errors import ArchitectureError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Drawn:
    """Initial values at random."""

    init: InitConfig
    """The distribution."""
    gain: float
    """Recommended for the activation that follows."""
    fans: tuple[int, int]
    """Inputs to and outputs from one unit of the layer, which the spread may depend on."""


@dataclass(frozen=True)
class Parameter:
    """One parameter tensor of a layer."""

    name: str
    """``weight``, ``bias``, ``slope``, ``scale`` or ``shift``."""
    shape: Shape
    """Shape for one member."""
    initial: float | Drawn
    """All initial values, or how they are drawn."""
    penalized: bool = False
    """Whether the L2 penalty and weight decay act on it (weights only)."""

    @property
    def count(self) -> int:
        """Number of values."""
        return prod(self.shape)


class LayerSpec:
    """What every layer can be asked; the answers here are those of a layer that has no parameters and keeps the shape."""

    @property
    def works_in_place(self) -> bool:
        """Whether it needs neither parameters nor memory of its own, and so no row in a table of costs."""
        return False

    @property
    def kind(self) -> str:
        """In words, for example ``conv 5x5/1``."""
        return type(self).__name__.lower()

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the output for one sample of the given shape.

        Raises:
            ArchitectureError: The layer cannot take this shape.
        """
        return shape

    def size_formula(self, shape: Shape) -> str:
        """How the output size comes about; empty where the layer keeps it."""
        return ""

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        """The parameters, for inputs of the given shape."""
        return ()

    def formula(self, shape: Shape) -> str:
        """How the number of parameters comes about; empty where there are none."""
        return ""

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates of one sample: each weight is used once per output position."""
        return 0


@dataclass(frozen=True)
class Dense(LayerSpec):
    """``y = x W + b`` with W of shape ``(in, units)``."""

    units: int
    """Outputs."""
    bias: bool
    """Whether it has a bias."""
    init: InitConfig
    """How its weights are drawn."""
    bias_init: InitConfig | None
    """How its biases are drawn; None: they begin at 0."""
    gain: float
    """Recommended for the activation that follows."""

    def output_shape(self, shape: Shape) -> Shape:
        return (self.units,)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return _weight_and_bias((shape[0], self.units), (shape[0], self.units), self)

    def formula(self, shape: Shape) -> str:
        return _affine(str(shape[0]), self.units, self.parameters(shape))

    def macs(self, shape: Shape) -> int:
        return shape[0] * self.units


@dataclass(frozen=True)
class Conv2d(LayerSpec):
    """Cross-correlation with square filters, W of shape ``(channels, in, k, k)``."""

    channels: int
    """Number of filters."""
    kernel_size: int
    """Side of a filter."""
    stride: int
    """Step of the filter."""
    padding: int
    """Zeros on each side."""
    bias: bool
    """Whether it has a bias."""
    init: InitConfig
    """How its weights are drawn."""
    bias_init: InitConfig | None
    """How its biases are drawn; None: they begin at 0."""
    gain: float
    """Recommended for the activation that follows."""

    @property
    def kind(self) -> str:
        size = f"conv {self.kernel_size}x{self.kernel_size}/{self.stride}"
        return f"{size}, padding {self.padding}" if self.padding else size

    def output_shape(self, shape: Shape) -> Shape:
        return (self.channels, *_windows(self.kernel_size, self.stride, self.padding, shape, "filter"))

    def size_formula(self, shape: Shape) -> str:
        return _window_formula(f" + 2*{self.padding}", self.kernel_size, self.stride, shape, self.output_shape(shape))

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        filters = (self.channels, shape[0], self.kernel_size, self.kernel_size)
        window = self.kernel_size**2
        return _weight_and_bias(filters, (shape[0] * window, self.channels * window), self)

    def formula(self, shape: Shape) -> str:
        inputs = f"{self.kernel_size}*{self.kernel_size}*{shape[0]}"
        return _affine(inputs, self.channels, self.parameters(shape))

    def macs(self, shape: Shape) -> int:
        return self.parameters(shape)[0].count * prod(self.output_shape(shape)[1:])


@dataclass(frozen=True)
class Pool2d(LayerSpec):
    """Largest or mean value of square windows; windows that do not fit are left out."""

    largest: bool
    """The largest value of a window, else its mean."""
    kernel_size: int
    """Side of a window."""
    stride: int
    """Step of the window."""

    @property
    def kind(self) -> str:
        return f"{'max' if self.largest else 'average'} pool {self.kernel_size}x{self.kernel_size}/{self.stride}"

    def output_shape(self, shape: Shape) -> Shape:
        return (shape[0], *_windows(self.kernel_size, self.stride, 0, shape, "pooling window"))

    def size_formula(self, shape: Shape) -> str:
        return _window_formula("", self.kernel_size, self.stride, shape, self.output_shape(shape))


@dataclass(frozen=True)
class Flatten(LayerSpec):
    """An image as a vector, channels first."""

    @property
    def works_in_place(self) -> bool:
        return True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


@dataclass(frozen=True)
class Activation(LayerSpec):
    """A nonlinearity; ``prelu`` has one parameter per unit, ``maxout`` divides the units by its number of pieces."""

    function: ActivationConfig

    @property
    def works_in_place(self) -> bool:
        return not isinstance(self.function, (Prelu, Maxout))

    @property
    def kind(self) -> str:
        return self.function.name

    def output_shape(self, shape: Shape) -> Shape:
        return (shape[0] // self.function.pieces, *shape[1:]) if isinstance(self.function, Maxout) else shape

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        if not isinstance(self.function, Prelu):
            return ()
        return (Parameter("slope", (shape[0],), self.function.initial_slope),)

    def formula(self, shape: Shape) -> str:
        return f"{shape[0]} slopes = {shape[0]:,}" if self.parameters(shape) else ""


@dataclass(frozen=True)
class Dropout(LayerSpec):
    """Each value is zero with probability ``rate`` in training, the others are scaled by ``1 / (1 - rate)``."""

    rate: float

    @property
    def works_in_place(self) -> bool:
        return True


@dataclass(frozen=True)
class BatchNorm(LayerSpec):
    """Zero mean and unit variance per feature (per channel of an image) over the batch, then scale and shift."""

    @property
    def kind(self) -> str:
        return "batch norm"

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return Parameter("scale", (shape[0],), 1.0), Parameter("shift", (shape[0],), 0.0)

    def formula(self, shape: Shape) -> str:
        return f"2*{shape[0]} = {2 * shape[0]:,}"


@dataclass(frozen=True)
class SelfOrganizingMap(LayerSpec):
    """Squared distance from the weight vector of each unit of a grid; W of shape ``(in, units)``, row by row of the grid."""

    rows: int
    """Units from top to bottom."""
    columns: int
    """Units from left to right."""
    topology: Topology
    """Where units lie, and so which are neighbours."""

    @property
    def num_units(self) -> int:
        """Rows times columns."""
        return self.rows * self.columns

    @property
    def kind(self) -> str:
        return f"{self.topology} map {self.rows}x{self.columns}"

    def output_shape(self, shape: Shape) -> Shape:
        return (self.num_units,)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return (Parameter("weight", (shape[0], self.num_units), 0.0),)  # ``som/start.py`` decides, by the samples

    def formula(self, shape: Shape) -> str:
        return f"{shape[0]}*{self.rows}*{self.columns} = {shape[0] * self.num_units:,}"

    def macs(self, shape: Shape) -> int:
        return shape[0] * self.num_units


# What a list of layers in a config may name besides convolutions, poolings and dense layers, which the network completes.
LISTED: Mapping[type[Any], Callable[[Any], LayerSpec]] = {
    DropoutLayer: lambda layer: Dropout(layer.rate),
}


def output_size(size: int, kernel_size: int, stride: int, padding: int = 0) -> int:
    """``floor((n + 2p - k) / s) + 1``, the positions of a window along one axis.

    References:
        Dumoulin and Visin (2016), "A guide to convolution arithmetic for deep learning", relationship 6.
    """
    return (size + 2 * padding - kernel_size) // stride + 1


def _windows(kernel_size: int, stride: int, padding: int, shape: Shape, what: str) -> Shape:
    if len(shape) != 3:
        raise ArchitectureError(f"a {what} needs images, but its input has {shape[0]} features")
    height, width = (output_size(size, kernel_size, stride, padding) for size in shape[1:])
    if height < 1 or width < 1:
        size = "x".join(map(str, shape[1:]))
        raise ArchitectureError(f"a {what} of {kernel_size}x{kernel_size} does not fit into its input of {size}")
    return height, width


def _window_formula(padding: str, kernel_size: int, stride: int, shape: Shape, after: Shape) -> str:
    sizes = [
        f"floor(({n}{padding} - {kernel_size})/{stride}) + 1 = {out}"
        for n, out in zip(shape[1:], after[1:], strict=True)
    ]
    return sizes[0] if shape[1] == shape[2] else ", ".join(sizes)


def _weight_and_bias(weights: Shape, fans: tuple[int, int], spec: Dense | Conv2d) -> tuple[Parameter, ...]:
    """The parameters of an affine layer, from the shape of its weights and the inputs to and outputs from one unit."""
    weight = Parameter("weight", weights, Drawn(spec.init, spec.gain, fans), penalized=True)
    if not spec.bias:
        return (weight,)
    units = spec.units if isinstance(spec, Dense) else spec.channels
    return weight, Parameter("bias", (units,), Drawn(spec.bias_init, spec.gain, fans) if spec.bias_init else 0.0)


def _affine(inputs: str, outputs: int, parameters: tuple[Parameter, ...]) -> str:
    total = sum(parameter.count for parameter in parameters)
    return f"({inputs} + 1)*{outputs} = {total:,}" if len(parameters) > 1 else f"{inputs}*{outputs} = {total:,}"
