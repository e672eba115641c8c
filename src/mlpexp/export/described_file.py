"""``model.json`` and ``model.safetensors``: the description of a network, with its weights inside or beside.

Both are computed with as anybody would who has read ``docs/export.md``: by NumPy, from the file alone.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from mlpexp.export.description import about, described
from mlpexp.export.numpy_layers import LAYERS
from mlpexp.export.portable import Answer, PortableNetwork
from mlpexp.store.json_files import as_json

Described = Mapping[str, Any]
TOLD = ("name", "kind", "arithmetic", "output_shape")  # of a layer, besides the arguments of its function
KEY = "mlpexp"  # of the metadata of safetensors


def json_written(network: PortableNetwork) -> bytes:
    """``model.json``: arrays are little-endian in base64, row by row, under the name of their type."""
    return as_json(
        described(network, lambda name, array: {"shape": list(array.shape), array.dtype.name: in_base64(array)})
    ).encode()


def json_read(content: bytes) -> Callable[[np.ndarray], Answer]:
    """What computes from ``model.json``."""
    return _computing(json.loads(content), _array)


def safetensors_written(network: PortableNetwork) -> bytes:
    """``model.safetensors``: the arrays by name, and the rest of the description as JSON in the metadata."""
    arrays: dict[str, np.ndarray] = {}

    def placed(name: str, array: np.ndarray) -> dict[str, str]:
        arrays[name] = array
        return {"tensor": name}

    told = described(network, placed)
    origin = {key: str(about(network)[key]) for key in ("mlpexp", "result", "hash")}
    return save(
        arrays, {"format": "np", **{f"{KEY}_{key}": text for key, text in origin.items()}, KEY: json.dumps(told)}
    )


def safetensors_read(content: bytes) -> Callable[[np.ndarray], Answer]:
    """What computes from ``model.safetensors``."""
    size = int.from_bytes(content[:8], "little")
    told = json.loads(json.loads(content[8 : 8 + size])["__metadata__"][KEY])
    arrays = load(content)
    return _computing(told, lambda place: arrays[place["tensor"]])


def _computing(told: Described, array_of: Callable[[Any], np.ndarray]) -> Callable[[np.ndarray], Answer]:
    """What computes as a description says.

    Args:
        told: The description.
        array_of: Of what stands for an array, that array.
    """
    steps = []
    for layer in told["layers"]:
        others = {key: value for key, value in layer.items() if key not in TOLD}
        arguments = {key: array_of(value) if isinstance(value, dict) else value for key, value in others.items()}
        steps.append((LAYERS[layer["kind"]], arguments))

    def run(raw: np.ndarray) -> Answer:
        x = _prepared(told["input"], raw)
        for function, arguments in steps:
            x = function(x, **arguments)
        return _answer(told["output"], x)

    return run


def _prepared(told: Described, raw: np.ndarray) -> np.ndarray:
    """Raw inputs as the network learned from them."""
    if raw.ndim == 4:
        shift, scale = (np.array(told[key], np.float32).reshape(-1, 1, 1) for key in ("shift", "scale"))
        return (raw.astype(np.float32) - shift) / scale
    known = raw if told["fill"] is None else np.where(np.isnan(raw), told["fill"], raw)
    return ((known - np.array(told["shift"])) / np.array(told["scale"])).astype(np.float32)


def _answer(told: Described, logits: np.ndarray) -> Answer:
    """What is made of logits."""
    name = told["activation"]
    outputs = logits if name == "none" else LAYERS[name](logits)
    if "classes" in told:
        return Answer(outputs, logits.argmax(1))
    outputs = outputs.astype(float)
    if told["scale"] is not None:
        outputs = outputs * np.array(told["scale"]) + np.array(told["shift"])
    return Answer(np.exp(outputs) if told["log"] else outputs, None)


def in_base64(array: np.ndarray) -> str:
    """Little-endian, row by row, as text."""
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()


def _array(told: Described) -> np.ndarray:
    ((name, text),) = ((key, value) for key, value in told.items() if key != "shape")
    dtype = np.dtype(name)
    return np.frombuffer(base64.b64decode(text), dtype.newbyteorder("<")).astype(dtype).reshape(told["shape"])
