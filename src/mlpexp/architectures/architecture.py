"""An architecture: an input shape and a chain of named layers, and what follows from them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np

from mlpexp.architectures.layers import Activation, LayerSpec, Parameter, Shape
from mlpexp.config.networks import OutputActivation
from mlpexp.errors import ArchitectureError


@dataclass(frozen=True)
class Layer:
    """A layer in its place."""

    name: str
    """Unique in the network, for example ``conv1`` or ``dense2_relu``."""
    spec: LayerSpec
    """What it does."""
    input_shape: Shape
    """Shape of one sample before it."""
    output_shape: Shape
    """Shape of one sample after it."""
    parameters: tuple[Parameter, ...]
    """Its parameters."""
    frozen: bool = False
    """Whether training leaves it as it begins."""

    @property
    def num_parameters(self) -> int:
        """Number of parameter values."""
        return sum(parameter.count for parameter in self.parameters)


@dataclass(frozen=True)
class Segment:
    """A parameter tensor as a piece of the vector of all values of a member."""

    layer: str
    """The name of its layer."""
    parameter: Parameter
    """Its name in the layer, shape and initial values."""
    start: int
    """Position of its first value."""
    stop: int
    """Position behind its last value."""

    @property
    def name(self) -> str:
        """Unique in the network: ``dense1.weight``."""
        return f"{self.layer}.{self.parameter.name}"

    @property
    def place(self) -> slice:
        """Its values among those of a member."""
        return slice(self.start, self.stop)


@dataclass(frozen=True)
class Architecture:
    """A named chain of layers for samples of one shape."""

    name: str
    """As in a config: ``mlp``."""
    input_shape: Shape
    """Of one sample."""
    layers: tuple[Layer, ...]
    """First to last, the output layer included."""
    output_activation: OutputActivation | None = None
    """What a config says is applied to the last layer's values, the logits; training applies it with the loss."""

    @property
    def output_shape(self) -> Shape:
        """Shape of the network's output for one sample."""
        return self.layers[-1].output_shape

    @property
    def num_parameters(self) -> int:
        """Number of parameter values in all."""
        return sum(layer.num_parameters for layer in self.layers)

    @cached_property
    def layout(self) -> tuple[Segment, ...]:
        """Where each parameter tensor lies among all values of a member: those of the first layer first."""
        segments, start = [], 0
        for layer in self.layers:
            for parameter in layer.parameters:
                segments.append(Segment(layer.name, parameter, start, start + parameter.count))
                start += parameter.count
        return tuple(segments)

    @property
    def weights(self) -> tuple[Segment, ...]:
        """The weights of the dense and convolutional layers, first to last."""
        return tuple(segment for segment in self.layout if segment.parameter.penalized)

    @property
    def penalized(self) -> np.ndarray:
        """1 for each value that the L2 penalty and weight decay act on (weights that train), else 0; ``(P,)``."""
        mask, frozen = np.zeros(self.num_parameters), self.frozen
        for segment in self.layout:
            mask[segment.place] = segment.parameter.penalized and segment.layer not in frozen
        return mask

    @property
    def frozen(self) -> tuple[str, ...]:
        """The names of layers that training leaves as they begin."""
        return tuple(layer.name for layer in self.layers if layer.frozen)

    @property
    def num_trained(self) -> int:
        """Number of parameter values that training changes."""
        return sum(layer.num_parameters for layer in self.layers if not layer.frozen)

    def with_frozen(self, names: Collection[str]) -> "Architecture":
        """The same, but that these layers are frozen."""
        if not names:
            return self
        return replace(self, layers=tuple(replace(layer, frozen=layer.name in names) for layer in self.layers))

    @cached_property
    def widest(self) -> int:
        """Number of values that the widest layer gives for one sample."""
        return max(prod(layer.output_shape) for layer in self.layers)

    @property
    def hidden_plane(self) -> Layer | None:
        """The layer that the output layer reads, if it is a hidden one that gives two numbers for a sample; else None."""
        hidden = self.layers[:-1]
        is_plane = any(isinstance(layer.spec, Activation) for layer in hidden) and hidden[-1].output_shape == (2,)
        return hidden[-1] if is_plane else None

    @property
    def has_convolutions(self) -> bool:
        """Whether the input must stay an image."""
        return len(self.layers[0].output_shape) == 3


def chain(
    name: str,
    input_shape: Shape,
    layers: Sequence[tuple[str, LayerSpec]],
    output_activation: OutputActivation | None = None,
) -> Architecture:
    """Puts layers in line, each taking the output of the one before.

    Raises:
        ArchitectureError: A layer does not fit; the error tells its position.
    """
    shape, placed = input_shape, []
    for position, (layer_name, spec) in enumerate(layers):
        try:
            after = spec.output_shape(shape)
        except ArchitectureError as error:
            raise ArchitectureError(f"layer {layer_name}: {error}", layer=position) from None
        placed.append(Layer(layer_name, spec, shape, after, spec.parameters(shape)))
        shape = after
    return Architecture(name, input_shape, tuple(placed), output_activation)
