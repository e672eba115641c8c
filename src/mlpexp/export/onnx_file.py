"""``model.onnx``: the steps as nodes of an ONNX graph, made by ``onnx.helper`` alone.

Neither ``torch.onnx`` nor ``onnxscript`` is needed, each node is named for its layer, and the operators are those of opset 17
(2022), which older runtimes and browsers have.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mlpexp.errors import InputError
from mlpexp.export.description import about
from mlpexp.export.portable import Answer, PortableNetwork, Step

OPSET, IR_VERSION = 17, 8
UNSIGNED = 128  # by how much a level is higher in the file
NEEDED = "an ONNX file needs onnx and onnxruntime; install them with: pip install 'mlpexp[onnx]'"


class Graph:
    """Nodes and constants, in the order in which they are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """The name of what a node gives."""
        from onnx import helper

        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, value: Any, dtype: Any = np.float32, name: str = "") -> str:
        """The name of an array, or of a number."""
        from onnx import numpy_helper

        unique = name or f"constant_{len(self.constants)}"
        self.constants.append(
            numpy_helper.from_array(np.ascontiguousarray(value, dtype=dtype).reshape(np.shape(value)), unique)
        )
        return unique

    def named(self, value: str, name: str) -> str:
        """The same value, under a name for users."""
        from onnx import helper

        self.nodes.append(helper.make_node("Identity", [value], [name], name=f"named_{name}"))
        return name


def written(network: PortableNetwork) -> bytes:
    """The content of the file.

    Raises:
        InputError: The library is not installed.
    """
    try:
        from onnx import TensorProto, checker, helper
    except ModuleNotFoundError:
        raise InputError(NEEDED) from None
    graph = Graph()
    logits = _logits(graph, network)
    graph.named(_outputs(graph, network, logits), network.output_name)
    shape: list[str | int | None] = ["N", network.steps[-1].output_shape[0]]
    kind = TensorProto.FLOAT if network.classification else TensorProto.DOUBLE
    results = [helper.make_tensor_value_info(network.output_name, kind, shape)]
    if network.classification:
        graph.named(graph.add("ArgMax", logits, axis=1, keepdims=0), "class")
        results.insert(0, helper.make_tensor_value_info("class", TensorProto.INT64, ["N"]))
    raw = TensorProto.UINT8 if network.is_image else TensorProto.DOUBLE
    inputs = [helper.make_tensor_value_info(network.input_name, raw, ["N", *network.preparation.input_shape])]
    whole = helper.make_graph(graph.nodes, "network", inputs, results, graph.constants)
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="mlpexp",
        producer_version=network.origin.mlpexp,
    )  # fmt: skip
    told = about(network)
    helper.set_model_props(model, {key: _told(value) for key, value in told.items()})
    checker.check_model(model, full_check=True)
    return model.SerializeToString()


def read(content: bytes) -> Callable[[np.ndarray], Answer]:
    """What computes as ONNX Runtime does.

    Raises:
        InputError: It is not installed.
    """
    try:
        import onnxruntime
    except ModuleNotFoundError:
        raise InputError(NEEDED) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()

    def run(raw: np.ndarray) -> Answer:
        *classes, outputs = session.run(None, {given.name: raw})
        return Answer(outputs, *classes or [None])

    return run


def _told(value: Any) -> str:
    """A value of the metadata: text as it is, else JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _logits(graph: Graph, network: PortableNetwork) -> str:
    x = _prepared(graph, network)
    for step in network.steps:
        start = len(graph.nodes)
        x = NODES[step.kind](graph, x, step)
        for node in graph.nodes[start:]:
            node.name = f"{step.name}/{node.name}"
    return x


def _prepared(graph: Graph, network: PortableNetwork) -> str:
    """Raw inputs as the network learned from them: features in double precision, rounded once; pixels in single."""
    scaling, exact = network.scaling, np.float32 if network.is_image else np.float64
    shape = (-1, 1, 1) if network.is_image else (-1,)
    shift, scale = (graph.constant(np.reshape(v, shape), exact, n) for n, v in _fitted(scaling.shift, scaling.scale))
    x = graph.add("Cast", network.input_name, to=_type(exact)) if network.is_image else network.input_name
    if scaling.fill is not None:
        x = graph.add("Where", graph.add("IsNaN", x), graph.constant(scaling.fill, exact, "fill"), x)
    x = graph.add("Div", graph.add("Sub", x, shift), scale)
    return x if network.is_image else graph.add("Cast", x, to=_type(np.float32))


def _fitted(shift: Sequence[float], scale: Sequence[float], word: str = "") -> list[tuple[str, Sequence[float]]]:
    return [(f"{word}shift", shift), (f"{word}scale", scale)]


def _outputs(graph: Graph, network: PortableNetwork, logits: str) -> str:
    y = ACTIVATIONS[network.activation](graph, logits)
    if network.classification:
        return y
    y = graph.add("Cast", y, to=_type(np.float64))
    shift, scale = network.scaling.target_shift, network.scaling.target_scale
    if shift is None or scale is None:
        return y
    fitted = [graph.constant(values, np.float64, name) for name, values in _fitted(shift, scale, "target_")]
    y = graph.add("Add", graph.add("Mul", y, fitted[1]), fitted[0])
    return graph.add("Exp", y) if network.preparation.target_log else y


def _type(dtype: Any) -> int:
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _arrays(graph: Graph, step: Step, ndim: int = 0) -> list[str]:
    """What a step has learned, as constants; with trailing axes of length 1 if wanted."""
    wide = {name: array.reshape(*array.shape, *[1] * ndim) for name, array in step.arrays.items()}
    return [graph.constant(array, array.dtype, f"{step.name}.{name}") for name, array in wide.items()]


def _axes_behind(step: Step) -> int:
    """Axes of an image behind its channels."""
    return len(step.output_shape) - 1


def _window(step: Step) -> dict[str, Any]:
    return {"kernel_shape": [step.numbers["kernel_size"]] * 2, "strides": [step.numbers["stride"]] * 2}


def _conv2d(graph: Graph, x: str, step: Step) -> str:
    return graph.add("Conv", x, *_arrays(graph, step), **_strides(step))


def _strides(step: Step) -> dict[str, Any]:
    return {"strides": [step.numbers["stride"]] * 2, "pads": [step.numbers["padding"]] * 4}


def _normalize(graph: Graph, x: str, step: Step) -> str:
    mean, factor, shift = _arrays(graph, step, _axes_behind(step))
    return graph.add("Add", graph.add("Mul", graph.add("Sub", x, mean), factor), shift)


def _maxout(graph: Graph, x: str, step: Step) -> str:
    features, *others = step.output_shape
    shape = graph.constant([0, features, step.numbers["pieces"], *others], np.int64)  # 0: the batch as it is
    return graph.add("ReduceMax", graph.add("Reshape", x, shape), axes=[2], keepdims=0)


def _times(graph: Graph, x: str, factor: float) -> str:
    return graph.add("Mul", x, graph.constant(factor))


def _plus(graph: Graph, x: str, number: float) -> str:
    return graph.add("Add", x, graph.constant(number))


def _clip(graph: Graph, x: str, low: float, high: float) -> str:
    return graph.add("Clip", x, graph.constant(low), graph.constant(high))


def _table_sigmoid(graph: Graph, x: str) -> str:
    place = _clip(graph, graph.add("Round", _times(graph, x, 16)), -128, 128)
    return graph.add("Sigmoid", _times(graph, place, 1 / 16))


def _gelu(graph: Graph, x: str) -> str:
    probability = _times(graph, _plus(graph, graph.add("Erf", _times(graph, x, 1 / math.sqrt(2))), 1), 0.5)
    return graph.add("Mul", x, probability)


def _constants(graph: Graph, step: Step, **arrays: np.ndarray) -> list[str]:
    return [graph.constant(array, array.dtype, f"{step.name}.{name}") for name, array in arrays.items()]


def _unsigned(numbers: Any) -> np.ndarray:
    """int8 as uint8, 128 higher.

    Older versions of ONNX Runtime have no ConvInteger of int8, and processors without VNNI cut off sums of uint8 times int8.
    """
    return (np.asarray(numbers, np.int64) + UNSIGNED).astype(np.uint8)


def _levels(graph: Graph, x: str, zero: float) -> str:
    """float64 to the nearest level."""
    whole = graph.add("Floor", graph.add("Add", x, graph.constant(0.5, np.float64)))
    moved = graph.add("Add", whole, graph.constant(zero + UNSIGNED, np.float64))
    ends = (graph.constant(end, np.float64) for end in (0, 255))
    return graph.add("Cast", graph.add("Clip", moved, *ends), to=_type(np.uint8))


def _quantize(graph: Graph, x: str, step: Step) -> str:
    exact = graph.add("Cast", x, to=_type(np.float64))
    places = graph.add("Div", exact, graph.constant(step.numbers["scale"], np.float64))
    return _levels(graph, places, step.numbers["zero"])


def _whole_sums(graph: Graph, x: str, step: Step, operator: str, **attributes: Any) -> str:
    """Sums of products of levels and weights, with biases, as float64."""
    bias = step.arrays["bias"].reshape(-1, *[1] * _axes_behind(step))
    weight, bias_ = _constants(graph, step, weight=_unsigned(step.arrays["weight"]), bias=bias)
    zeros = (graph.constant(_unsigned(zero), np.uint8) for zero in (step.numbers["input_zero"], 0))
    sums = graph.add("Add", graph.add(operator, x, weight, *zeros, **attributes), bias_)
    return graph.add("Cast", sums, to=_type(np.float64))


def _whole(operator: str) -> Callable[[Graph, str, Step], str]:
    """A layer of levels."""

    def node(graph: Graph, x: str, step: Step) -> str:
        sums = _whole_sums(graph, x, step, operator, **(_strides(step) if operator == "ConvInteger" else {}))
        factor = step.arrays["factor"].astype(np.float64).reshape(-1, *[1] * _axes_behind(step))
        places = graph.add("Mul", sums, *_constants(graph, step, factor=factor))
        return _levels(graph, places, step.numbers["output_zero"])

    return node


def _whole_logits(graph: Graph, x: str, step: Step) -> str:
    sums = _whole_sums(graph, x, step, "MatMulInteger")
    logits = graph.add("Mul", sums, *_constants(graph, step, scale=step.arrays["scale"]))
    return graph.add("Cast", logits, to=_type(np.float32))


def _table(graph: Graph, x: str, step: Step) -> str:
    """All rows of the table one after the other; a feature or channel begins at its own."""
    levels = step.arrays["levels"]
    place = graph.add("Cast", x, to=_type(np.int32))
    if len(levels) > 1:
        starts = 256 * np.arange(len(levels), dtype=np.int32).reshape(-1, *[1] * _axes_behind(step))
        place = graph.add("Add", place, *_constants(graph, step, starts=starts))
    return graph.add("Gather", *_constants(graph, step, levels=_unsigned(levels.reshape(-1))), place)


def _whole_mean_pool(graph: Graph, x: str, step: Step) -> str:
    """The sum is the rounded mean times the number of levels, which makes it exact; then it is divided in float64."""
    count = step.numbers["kernel_size"] ** 2
    mean = graph.add("AveragePool", graph.add("Cast", x, to=_type(np.float32)), **_window(step))
    sums = graph.add("Cast", graph.add("Round", _times(graph, mean, count)), to=_type(np.float64))
    return _levels(graph, graph.add("Div", sums, graph.constant(count, np.float64)), -UNSIGNED)


def _scaled(operator: str) -> Callable[[Graph, str, Step], str]:
    """A layer with int8 weights and float inputs."""

    def node(graph: Graph, x: str, step: Step) -> str:
        scale, bias = (step.arrays[name].reshape(-1, *[1] * _axes_behind(step)) for name in ("scale", "bias"))
        weight, *others = _constants(graph, step, weight=step.arrays["weight"], scale=scale, bias=bias)
        attributes = _strides(step) if operator == "Conv" else {}
        sums = graph.add(operator, x, graph.add("Cast", weight, to=_type(np.float32)), **attributes)
        return graph.add("Add", graph.add("Mul", sums, others[0]), others[1])

    return node


OfValue = Callable[[Graph, str], str]
PLAIN: Mapping[str, OfValue] = {
    "identity": lambda graph, x: x,
    "sigmoid": lambda graph, x: graph.add("Sigmoid", x),
    "scaled_sigmoid": lambda graph, x: _plus(graph, _times(graph, graph.add("Sigmoid", x), 4), -2),
    "table_sigmoid": _table_sigmoid,
    "tanh": lambda graph, x: graph.add("Tanh", x),
    "hard_sigmoid": lambda graph, x: _clip(graph, _plus(graph, _times(graph, x, 0.25), 0.5), 0, 1),
    "hard_tanh": lambda graph, x: _clip(graph, x, -1, 1),
    "relu": lambda graph, x: graph.add("Relu", x),
    "softplus": lambda graph, x: graph.add("Softplus", x),
    "silu": lambda graph, x: graph.add("Mul", x, graph.add("Sigmoid", x)),
    "gelu": _gelu,
    "selu": lambda graph, x: graph.add("Selu", x),
    "flatten": lambda graph, x: graph.add("Flatten", x, axis=1),
    "both_classes": lambda graph, x: graph.add("Concat", graph.add("Neg", x), x, axis=1),
    "softmax": lambda graph, x: graph.add("Softmax", x, axis=1),
}
ACTIVATIONS = {"none": PLAIN["identity"], **{name: PLAIN[name] for name in ("sigmoid", "tanh", "softmax")}}


def _plain(function: OfValue) -> Callable[[Graph, str, Step], str]:
    return lambda graph, x, step: function(graph, x)


# By the kind of a step.
NODES: Mapping[str, Callable[[Graph, str, Step], str]] = {
    **{kind: _plain(function) for kind, function in PLAIN.items()},
    "dense": lambda graph, x, step: graph.add("Gemm", x, *_arrays(graph, step)),
    "conv2d": _conv2d,
    "max_pool": lambda graph, x, step: graph.add("MaxPool", x, **_window(step)),
    "average_pool": lambda graph, x, step: graph.add("AveragePool", x, **_window(step)),
    "normalize": _normalize,
    "elu": lambda graph, x, step: graph.add("Elu", x, alpha=step.numbers["alpha"]),
    "leaky_relu": lambda graph, x, step: graph.add("LeakyRelu", x, alpha=step.numbers["negative_slope"]),
    "prelu": lambda graph, x, step: graph.add("PRelu", x, *_arrays(graph, step, _axes_behind(step))),
    "maxout": _maxout,
    "quantize": _quantize,
    "whole_dense": _whole("MatMulInteger"),
    "whole_conv2d": _whole("ConvInteger"),
    "whole_logits": _whole_logits,
    "table": _table,
    "whole_mean_pool": _whole_mean_pool,
    "scaled_dense": _scaled("MatMul"),
    "scaled_conv2d": _scaled("Conv"),
}
