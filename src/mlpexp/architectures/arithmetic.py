"""The arithmetic of a network in the open: sizes, parameters, multiply-accumulates and memory, with the numbers put in."""

from dataclasses import dataclass
from math import prod

from mlpexp.architectures.architecture import Architecture, Layer
from mlpexp.architectures.layers import (
    Activation,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Pool2d,
    SelfOrganizingMap,
    Shape,
)

FLOAT32_BYTES = 4
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
    input: str
    rows: tuple[LayerCost, ...]

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


def cost(architecture: Architecture, title: str | None = None) -> NetworkCost:
    """Parameters, operations and memory of an architecture, layer by layer.

    Element-wise functions, dropout and flattening have no row: they need no parameters and can work in place.
    """
    rows = tuple(_row(layer) for layer in architecture.layers if not _is_free(layer))
    return NetworkCost(title or architecture.name, shape_text(architecture.input_shape), rows)


def _is_free(layer: Layer) -> bool:
    return isinstance(layer.spec, (Activation, Dropout, Flatten)) and not (layer.parameters or _is_maxout(layer))


def _is_maxout(layer: Layer) -> bool:
    return isinstance(layer.spec, Activation) and layer.spec.function.name == "maxout"


def shape_text(shape: Shape) -> str:
    """``(6, 28, 28)`` as ``28x28x6``: height, width, channels, as the field writes it."""
    return "x".join(map(str, (*shape[1:], shape[0])))


def _row(layer: Layer) -> LayerCost:
    return LayerCost(
        layer=layer.name,
        kind=_kind(layer),
        output=shape_text(layer.output_shape),
        size_formula=_size_formula(layer),
        formula=_parameter_formula(layer),
        parameters=layer.num_parameters,
        macs=_macs(layer),
        activation_bytes=prod(layer.output_shape) * FLOAT32_BYTES,
    )


def _kind(layer: Layer) -> str:
    match layer.spec:
        case Conv2d(kernel_size=k, stride=s, padding=p):
            return f"conv {k}x{k}/{s}" + (f", padding {p}" if p else "")
        case Pool2d(kind=kind, kernel_size=k, stride=s):
            return f"{kind} pool {k}x{k}/{s}"
        case Activation(function=function):
            return function.name
        case BatchNorm():
            return "batch norm"
        case SelfOrganizingMap(rows=rows, columns=columns, topology=topology):
            return f"{topology} map {rows}x{columns}"
        case spec:
            return type(spec).__name__.lower()


def _size_formula(layer: Layer) -> str:
    match layer.spec:
        case Conv2d(kernel_size=k, stride=s, padding=p):
            padding = f" + 2*{p}"
        case Pool2d(kernel_size=k, stride=s):
            padding = ""
        case _:
            return ""
    height, width = layer.input_shape[1:]
    sizes = [
        f"floor(({n}{padding} - {k})/{s}) + 1 = {out}"
        for n, out in zip((height, width), layer.output_shape[1:], strict=True)
    ]
    return sizes[0] if height == width else ", ".join(sizes)


def _parameter_formula(layer: Layer) -> str:
    match layer.spec:
        case Conv2d(channels=c, kernel_size=k, bias=bias):
            inputs = f"{k}*{k}*{layer.input_shape[0]}"
            return _affine(inputs, c, layer.num_parameters, bias=bias)
        case Dense(units=units, bias=bias):
            return _affine(str(layer.input_shape[0]), units, layer.num_parameters, bias=bias)
        case SelfOrganizingMap(rows=rows, columns=columns):
            return f"{layer.input_shape[0]}*{rows}*{columns} = {layer.num_parameters:,}"
        case BatchNorm():
            return f"2*{layer.input_shape[0]} = {layer.num_parameters:,}"
        case Activation() if layer.parameters:
            return f"{layer.input_shape[0]} slopes = {layer.num_parameters:,}"
        case _:
            return ""


def _affine(inputs: str, outputs: int, total: int, *, bias: bool) -> str:
    return f"({inputs} + 1)*{outputs} = {total:,}" if bias else f"{inputs}*{outputs} = {total:,}"


def _macs(layer: Layer) -> int:
    """Each weight is used once per output position."""
    if not isinstance(layer.spec, (Conv2d, Dense, SelfOrganizingMap)):
        return 0
    return layer.parameters[0].count * prod(layer.output_shape[1:])
