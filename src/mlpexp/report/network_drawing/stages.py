"""A network as a row of stages to be drawn: layers that give new sizes, each with what is applied to its values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

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
from mlpexp.report.words import counted

Kind = Literal["input", "conv", "pool", "dense", "map"]
FLOOR = re.compile(r"floor\((\(.*?\)/\d+)\)")
BY_ONE = re.compile(r"floor\(\(([^/]*)\)/1\)")  # of windows that move by one: nothing is to be rounded

SHORT = 14  # letters of a formula that stands in one line


@dataclass(frozen=True)
class Stage:
    """What is drawn as one thing."""

    kind: Kind
    """Of the layer."""
    name: str
    """As ``mlpexp params`` names it."""
    shape: Shape
    """Of its values, after what is applied to them."""
    operation: tuple[str, ...] = ()
    """What the layer does, and what is applied to its values, in words."""
    formulas: tuple[str, ...] = ()
    """Of its size, and of its number of parameters."""
    window: int = 0
    """Side of a filter or pooling window; 0: it has none."""
    grid: tuple[int, int] | None = None
    """Rows and columns of a map."""

    @property
    def size(self) -> str:
        """``6 @ 28×28``, or ``84 units``."""
        if self.kind == "input" and len(self.shape) == 1:
            return counted(self.shape[0], "input")
        if len(self.shape) == 1:
            return counted(self.shape[0], "unit")
        return f"{self.shape[0]:,} @ {self.shape[1]}×{self.shape[2]}"


def stages_of(architecture: Architecture) -> list[Stage]:
    """The input, and each layer that gives new sizes; others are words beneath these."""
    stages = [Stage("input", "input", architecture.input_shape)]
    for layer in architecture.layers:
        if (stage := _stage(layer)) is not None:
            stages.append(stage)
        else:
            stages[-1] = _with(stages[-1], layer)
    if architecture.output_activation not in (None, "none"):
        stages[-1] = replace(stages[-1], operation=(*stages[-1].operation, str(architecture.output_activation)))
    return stages


def _stage(layer: Layer) -> Stage | None:
    """The stage that a layer begins; None: it belongs to the one before."""
    spec, shape = layer.spec, layer.output_shape
    frozen = ("frozen",) if layer.frozen else ()
    formulas = tuple(_formulas(layer))
    match spec:
        case Conv2d():
            steps = [f"stride {spec.stride}"] * (spec.stride > 1) + [f"padding {spec.padding}"] * (spec.padding > 0)
            words = (f"conv {spec.kernel_size}×{spec.kernel_size}", *steps, *frozen)
            return Stage("conv", layer.name, shape, words, formulas, spec.kernel_size)
        case Pool2d():
            kind = f"{'max' if spec.largest else 'average'} {spec.kernel_size}×{spec.kernel_size}"
            steps = [f"stride {spec.stride}"] * (spec.stride != spec.kernel_size)
            return Stage("pool", layer.name, shape, (kind, *steps), formulas, spec.kernel_size)
        case Dense():
            return Stage("dense", layer.name, shape, ("dense", *frozen), formulas)
        case SelfOrganizingMap():
            words = (f"{spec.topology}", f"{spec.rows}×{spec.columns}")
            return Stage("map", layer.name, shape, words, formulas, grid=(spec.rows, spec.columns))
        case _:
            return None


def _with(stage: Stage, layer: Layer) -> Stage:
    """A stage with what another layer does to its values."""
    spec = layer.spec
    match spec:
        case Flatten():
            return stage
        case Dropout():
            words = f"dropout {spec.rate:g}"
        case BatchNorm() | Activation():
            words = spec.kind
        case _:
            raise AssertionError(f"{layer.name} is no part of a stage")
    return replace(
        stage,
        shape=layer.output_shape,
        operation=(*stage.operation, words),
        formulas=(*stage.formulas, *_formulas(layer)),
    )


def _formulas(layer: Layer) -> Iterator[str]:
    """How size and number of parameters come about, in lines that are short."""
    sizes, parameters = layer.spec.size_formula(layer.input_shape), layer.spec.formula(layer.input_shape)
    for formula in [*sizes.split(", ")] * bool(sizes):
        yield typeset(formula)
    if parameters:
        whole = typeset(parameters)
        yield from [whole] if len(whole) <= SHORT else whole.replace(" = ", "\n= ").splitlines()


def typeset(formula: str) -> str:
    """``floor((28 + 2*0 - 2)/2) + 1`` with signs of mathematics, as short as can be: ``⌊(28−2)/2⌋+1``."""
    whole = FLOOR.sub(r"⌊\1⌋", BY_ONE.sub(r"\1", formula.replace(" + 2*0", "")))
    return whole.replace(" + ", "+").replace(" - ", "−").replace("*", "·")
