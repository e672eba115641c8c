"""What a network is in a file: named tensors and a record of its steps, and the bytes that this takes.

A file is in the format of safetensors: 8 bytes, a header in JSON, the tensors one after the other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlpexp.nn.network import StackedNetwork
from mlpexp.quantization.integers import IntegerProduct, MeanPool, Table
from mlpexp.quantization.lowering import Function, Largest, Pool, Vector
from mlpexp.quantization.networks import QuantizedNetwork, QuantizedStep, ScaledProduct
from mlpexp.quantization.scheme import Levels

FORMAT = "mlpexp int8, version 1"
Tensors = dict[str, np.ndarray]

# What a tensor is, by the end of its name, in the order of a formula.
NOUNS: Mapping[str, tuple[str, str]] = {
    "weight": ("weight", "weights"), "table": ("entry of tables", "entries of tables"), "bias": ("bias", "biases"),
    "slope": ("slope", "slopes"), "scale": ("scale", "scales"), "zero": ("zero point", "zero points"),
    "parameter": ("parameter", "parameters"), "running": ("running number", "running numbers"),
}  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """The file of a network."""

    content: bytes
    """All of it."""
    formula: str
    """What its numbers take: ``61,470 weights + 4 x 236 biases + ...``; what has one byte has no factor."""
    formula_bytes: int
    """The value of the formula: the file has this and its header."""


def stored(network: QuantizedNetwork, origin: Mapping[str, str]) -> Stored:
    """A quantized network as a file.

    Args:
        network: Of one seed.
        origin: What is written into the header beside it: of which result it is.
    """
    record = {"format": FORMAT, "scheme": network.scheme.name, "steps": json.dumps(steps_record(network))}
    tensors = tensors_of(network)
    return _stored(tensors, {name: name.rsplit(".", 1)[-1] for name in tensors}, {**origin, **record})


def stored_floats(network: StackedNetwork, origin: Mapping[str, str]) -> Stored:
    """A trained network, of which there is one, as a file."""
    parameters = {name: tensor[0].cpu() for name, tensor in network.parameters.items()}
    running = {f"{name}.running": tensor[0].cpu() for name, tensor in network.running.items()}
    nouns = {**dict.fromkeys(parameters, "parameter"), **dict.fromkeys(running, "running")}
    tensors = {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in {**parameters, **running}.items()}
    return _stored(tensors, nouns, {**origin, "format": str(network.flat.dtype).removeprefix("torch.")})


def tensors_of(network: QuantizedNetwork) -> Tensors:
    """All numbers of a quantized network, by ``layer.tensor``."""
    tensors = {} if network.inputs is None else _of_levels("input", network.inputs)
    for step in network.steps:
        if isinstance(step, (ScaledProduct, IntegerProduct)):
            of_step = {"weight": step.weight, "scale": step.scale, "bias": step.bias}
            tensors |= {f"{step.name}.{name}": np.ascontiguousarray(array) for name, array in of_step.items()}
        elif isinstance(step, Table):
            tensors[f"{step.name}.table"] = step.table
        elif isinstance(step, Function) and step.slopes is not None:
            tensors[f"{step.name}.slope"] = step.slopes.astype(np.float32)
        outputs = getattr(step, "outputs", None)
        tensors |= {} if outputs is None else _of_levels(f"{step.name}.output", outputs)
    return tensors


def steps_record(network: QuantizedNetwork) -> list[dict[str, str | int | float]]:
    """What is done with the tensors, first step to last: name, kind and numbers of each."""
    return [{"name": step.name, **_described(step)} for step in network.steps]


def _described(step: QuantizedStep) -> dict[str, str | int | float]:
    match step:
        case ScaledProduct() | IntegerProduct():
            kind = "dense" if step.weight.ndim == 2 else "conv"
            return {"kind": kind, "stride": step.stride, "padding": step.padding}
        case Table():
            return {"kind": "table"}
        case Function():
            return {"kind": "activation", "activation": json.dumps(step.config.model_dump())}
        case Largest():
            return {"kind": "maxout", "pieces": step.pieces}
        case MeanPool() | Pool(largest=False):
            return {"kind": "average_pool", "size": step.size, "stride": step.stride}
        case Pool():
            return {"kind": "max_pool", "size": step.size, "stride": step.stride}
        case Vector():
            return {"kind": "flatten"}


def _of_levels(name: str, levels: Levels) -> Tensors:
    return {
        f"{name}.scale": np.array([levels.scale], np.float32),
        f"{name}.zero": np.array([levels.zero], np.int8),
    }


def _stored(tensors: Tensors, nouns: Mapping[str, str], metadata: Mapping[str, str]) -> Stored:
    from safetensors.numpy import save

    counts: dict[tuple[str, int], int] = {}
    for name, tensor in tensors.items():
        key = nouns[name], tensor.itemsize
        counts[key] = counts.get(key, 0) + tensor.size
    ordered = sorted(counts.items(), key=lambda item: list(NOUNS).index(item[0][0]))
    terms = [
        f"{f'{size} x ' if size > 1 else ''}{count:,} {NOUNS[noun][count != 1]}" for (noun, size), count in ordered
    ]
    number = sum(size * count for (_, size), count in counts.items())
    return Stored(save(tensors, dict(metadata)), " + ".join(terms), number)
