"""An architecture: an input shape and a chain of named layers, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

from mlpexp.architectures.layers import LayerSpec, Parameter, Shape, output_shape, parameters
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

    @property
    def num_parameters(self) -> int:
        """Number of parameter values."""
        return sum(parameter.count for parameter in self.parameters)


@dataclass(frozen=True)
class Architecture:
    """A named chain of layers for samples of one shape."""

    name: str
    input_shape: Shape
    layers: tuple[Layer, ...]

    @property
    def output_shape(self) -> Shape:
        """Shape of the network's output for one sample."""
        return self.layers[-1].output_shape

    @property
    def num_parameters(self) -> int:
        """Number of parameter values in all."""
        return sum(layer.num_parameters for layer in self.layers)

    @cached_property
    def places(self) -> tuple[tuple[Layer, Parameter, slice], ...]:
        """Where each parameter lies among all values of a member, with its layer."""
        found, start = [], 0
        for layer in self.layers:
            for parameter in layer.parameters:
                found.append((layer, parameter, slice(start, start + parameter.count)))
                start += parameter.count
        return tuple(found)

    @cached_property
    def widest(self) -> int:
        """Number of values that the widest layer gives for one sample."""
        return max(prod(layer.output_shape) for layer in self.layers)

    @property
    def has_convolutions(self) -> bool:
        """Whether the input must stay an image."""
        return len(self.layers[0].output_shape) == 3


def chain(name: str, input_shape: Shape, layers: Sequence[tuple[str, LayerSpec]]) -> Architecture:
    """Puts layers in line, each taking the output of the one before.

    Raises:
        ArchitectureError: A layer does not fit; the error tells its position.
    """
    shape, placed = input_shape, []
    for position, (layer_name, spec) in enumerate(layers):
        try:
            after = output_shape(spec, shape)
        except ArchitectureError as error:
            raise ArchitectureError(f"layer {layer_name}: {error}", layer=position) from None
        placed.append(Layer(layer_name, spec, shape, after, parameters(spec, shape)))
        shape = after
    return Architecture(name, input_shape, tuple(placed))
