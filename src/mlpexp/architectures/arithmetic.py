"""The arithmetic of a network in the open: sizes, parameters, multiply-accumulates and memory, with the numbers put in."""

from dataclasses import dataclass
from math import prod

from mlpexp.architectures.architecture import Architecture, Layer
from mlpexp.architectures.layers import Shape

FLOAT32_BYTES = 4
CHUNK_SAMPLES = 4096  # small enough that no sum is split among threads
CHUNK_VALUES = 2_000_000  # per member, of the widest layer
LEAST_SAMPLES, LARGEST_VALUES = 16, 16_000_000  # so many at least, unless they have more values than this
DEVICE_VALUES = 64_000_000  # of all members, of the widest layer, off the CPU: a quarter of a gigabyte
INT8_BYTES = 1


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs, for one sample."""

    layer: str
    """Name of the layer."""
    kind: str
    """In words, for example ``conv 5x5/1``."""
    output: str
    """Shape after the layer, as ``28x28x6`` (height, width, channels) or ``120``."""
    size_formula: str
    """How the output size comes about; empty where the layer keeps it."""
    formula: str
    """How the number of parameters comes about; empty where there are none."""
    parameters: int
    """Number of parameters."""
    macs: int
    """Multiply-accumulate operations of one forward pass."""
    activation_bytes: int
    """Memory of the output in float32."""


@dataclass(frozen=True)
class NetworkCost:
    """A whole network.

    References:
        For an MLP d-h-o: parameters ``h (d + 1) + o (h + 1)``, time ``O(d h + h o)``.
    """

    network: str
    """Its name."""
    input: str
    """Shape of a sample, in words."""
    rows: tuple[LayerCost, ...]
    """By layer."""

    @property
    def parameters(self) -> int:
        """Parameters in all."""
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one forward pass of one sample."""
        return sum(row.macs for row in self.rows)

    @property
    def activation_bytes(self) -> int:
        """Memory of all layers' outputs for one sample, float32."""
        return sum(row.activation_bytes for row in self.rows)

    @property
    def float32_bytes(self) -> int:
        """Memory of the parameters in float32."""
        return self.parameters * FLOAT32_BYTES

    @property
    def int8_bytes(self) -> int:
        """Memory of the parameters when quantized to eight bits."""
        return self.parameters * INT8_BYTES


def evaluation_chunk(architecture: Architecture, num_members: int, *, on_cpu: bool) -> int:
    """Samples per forward pass of an evaluation; on the CPU a function of the architecture alone, whoever is a neighbour."""
    widest = architecture.widest
    least = max(1, min(LEAST_SAMPLES, LARGEST_VALUES // widest))
    size = max(least, min(CHUNK_SAMPLES, CHUNK_VALUES // widest))
    return size if on_cpu else max(size, DEVICE_VALUES // (widest * max(1, num_members)))


def cost(architecture: Architecture, title: str | None = None) -> NetworkCost:
    """Parameters, operations and memory of an architecture, layer by layer.

    Element-wise functions, dropout and flattening have no row: they need no parameters and can work in place.
    """
    rows = tuple(_row(layer) for layer in architecture.layers if not layer.spec.works_in_place)
    return NetworkCost(title or architecture.name, shape_text(architecture.input_shape), rows)


def shape_text(shape: Shape) -> str:
    """``(6, 28, 28)`` as ``28x28x6``: height, width, channels, as the field writes it."""
    return "x".join(map(str, (*shape[1:], shape[0])))


def _row(layer: Layer) -> LayerCost:
    spec, shape = layer.spec, layer.input_shape
    return LayerCost(
        layer=layer.name,
        kind=spec.kind,
        output=shape_text(layer.output_shape),
        size_formula=spec.size_formula(shape),
        formula=spec.formula(shape),
        parameters=layer.num_parameters,
        macs=spec.macs(shape),
        activation_bytes=prod(layer.output_shape) * FLOAT32_BYTES,
    )
