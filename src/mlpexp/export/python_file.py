"""``model.py``: a network as a Python program that needs nothing but NumPy, written to be read.

The functions that it needs are copied from ``numpy_layers`` and ``plain_table``; the forward pass calls them line by line.
"""

import ast
import base64
import inspect
import pprint
import re
import textwrap
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from mlpexp.export import numpy_layers, plain_table
from mlpexp.export.description import about, columns_of, missing_words
from mlpexp.export.portable import Answer, PortableNetwork, Step

WIDTH = 110  # of a line of base64
MODULES = ("base64", "csv", "math", "re", "sys", "warnings")
OF_TABLES = (
    "rows_of", "names_in", "encoded", "readable", "row_inputs", "cell_inputs", "unseen", "number_in", "level_inputs",
    "date_inputs",
)  # fmt: skip

PREPARED_FEATURES = '''
def prepared(x):
    """Raw numbers (N, {features}) as the network learned from them: {filled}shifted, scaled."""
    x = x.astype(float)
{fill}    return ((x - SHIFT) / SCALE).astype(np.float32)
'''
PREPARED_PIXELS = '''
def prepared(x):
    """Pixels 0..255, (N, {shape}), as the network learned from them: shifted, scaled."""
    return (x.astype(np.float32) - SHIFT) / SCALE
'''
FORWARD = '''
def forward(x):
    """The network: from raw inputs to logits, step by step."""
    x = prepared(x)
{lines}
    return x
'''
LOGITS = '''
def logits(x):
    """Those of any number of samples (N, {shape}), {at_once} at a time; refuses what would be misread."""
    x = np.asarray(x)
    if x.shape[1:] != {own_shape}:
        raise ValueError(f"samples have shape {{x.shape}}, expected (N, {shape})")
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused below
        y = np.concatenate([forward(x[i : i + {at_once}]) for i in range(0, max(1, len(x)), {at_once})])
        known = np.isfinite(prepared(x)).all({axes})
    odd = np.flatnonzero(~np.isfinite(y).all(1) | ~known)
    if len(odd):
        raise ValueError(f"the network gives no finite number for sample {{odd[0] + 1}}")
    return y
'''
PREDICT_CLASSES = '''
def outputs(x):
    """{meaning} of each class, (N, {classes})."""
    return {activation}

def classes(x):
    """The number of the class of each sample, (N,): that with the largest logit."""
    return logits(x).argmax(1)

def predict(x):
    """The name of the class of each sample, (N,)."""
    return np.array(CLASSES)[classes(x)]
'''
PREDICT_VALUES = '''
def outputs(x):
    """{target} in its own unit, (N, {values})."""
    y = {activation}.astype(float)
    return {own}

def predict(x):
    """{target} of each sample, (N,)."""
    return outputs(x)[:, 0]
'''
READING_TABLE = """\
    inputs = readable(rows_of(path, COLUMNS), COLUMNS, MISSING)
    numbers, x = inputs.keys(), np.array(list(inputs.values()))"""
READING_PICTURES = """\
    x = np.load(path)
    numbers = range(1, len(x) + 1)"""
MAIN = '''
def main(path):
    """Prints a prediction for each sample in a file{left_out}."""
{reading}
    rows = {rows}
    csv.writer(sys.stdout, lineterminator="\\n").writerows([{header}, *rows])

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python model.py {file}")
{notes}    try:
        main(sys.argv[1])
    except (OSError, EOFError, ValueError, csv.Error) as error:
        sys.exit(f"error: {{error}}")
'''


def written(network: PortableNetwork) -> bytes:
    """The content of the file."""
    table = network.preparation.table is not None
    sections = [
        _constants(network),
        *_layers(network),
        _prepared(network),
        FORWARD.format(lines="\n".join(f"    {_line(step)}" for step in network.steps)),
        _logits(network),
        _predicting(network),
        *(_reading(network) if table else ()),
        _weights(network),
        _main(network),
    ]
    body = "\n\n".join(section.strip("\n") for section in sections)
    text = re.sub(r"\n\n+(?=def |# [A-Z]|if __name__)", "\n\n\n", f"{_head(network, body)}\n\n{body}\n")
    return text.encode()


def read(content: bytes) -> Callable[[np.ndarray], Answer]:
    """What computes by running the file, without what it imports of the house: nothing."""
    names: dict[str, Any] = {"__name__": "model"}
    exec(compile(content, "model.py", "exec"), names)  # noqa: S102  # it was written above

    def run(raw: np.ndarray) -> Answer:
        return Answer(names["outputs"](raw), names["classes"](raw) if "classes" in names else None)

    return run


def _head(network: PortableNetwork, body: str) -> str:
    """What it is, and the modules that the rest needs."""
    told = about(network)
    origin = network.origin
    lines = [
        f'"""{_quoted(told["target"])}: a trained network in NumPy, which needs nothing else.',
        "",
        *textwrap.wrap(
            f"Made by mlpexp {origin.mlpexp} from {origin.result} (hash {origin.hash}): arm {origin.arm} ({origin.label}), "
            f"seed {origin.seed}, the weights of epoch {origin.epoch}.",
            100,
        ),
        f"Input:  {told['input']}",
        f"Output: {told['output']}",
        "",
        f"    python model.py {_file(network)}    prints a prediction for each {_sample(network)}",
        "    from model import predict, outputs",
        '"""',
    ]
    modules = [name for name in MODULES if re.search(rf"\b{name}\.", body)]
    datetime = "from datetime import datetime\n" if "datetime." in body else ""
    text = "\n".join(_quoted(line) if 0 < i < len(lines) - 1 else line for i, line in enumerate(lines))
    return "\n".join([text, "", *(f"import {name}" for name in modules)]) + f"\n{datetime}\nimport numpy as np"


def _quoted(text: str) -> str:
    """A text that may stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"', "'")


def _constants(network: PortableNetwork) -> str:
    scaling = network.scaling
    exact, shape = ("np.float32", ".reshape(-1, 1, 1)") if network.is_image else ("float", "")
    lines = [f"ABOUT = {_shown(about(network))}"]
    if network.classification:
        lines.append('CLASSES = ABOUT["class_names"]')
    arrays = [("SHIFT", scaling.shift), ("SCALE", scaling.scale)]
    if scaling.fill is not None:
        arrays.append(("FILL", scaling.fill))
    lines += [f"{name} = np.array({_numbers(values)}, dtype={exact}){shape}" for name, values in arrays]
    if scaling.target_shift is not None and scaling.target_scale is not None:
        pairs = (("TARGET_SHIFT", scaling.target_shift), ("TARGET_SCALE", scaling.target_scale))
        lines += [f"{name} = np.array({_numbers(values)})" for name, values in pairs]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    """A constant, a line for each entry where one line would be long."""
    if len(repr(value)) < WIDTH:
        return repr(value)
    first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
    entries = [f"{key!r}: {entry!r}" for key, entry in value.items()] if isinstance(value, dict) else map(repr, value)
    return "\n".join([first, *(f"    {entry}," for entry in entries), last])


def _numbers(values: Iterable[float]) -> str:
    return pprint.pformat(list(values), width=118, compact=True)


def _layers(network: PortableNetwork) -> list[str]:
    """The source of all functions that the forward pass calls."""
    activation = [] if network.activation == "none" else [network.activation]
    functions = _needed(numpy_layers, [*(step.kind for step in network.steps), *activation])
    return ["# What each step does to its input.", *map(_source, functions)]


def _reading(network: PortableNetwork) -> list[str]:
    """How the cells of a table become inputs."""
    known: dict[str, Any] = {"COLUMNS": columns_of(network), "MISSING": missing_words(network)}
    known |= {name: getattr(plain_table, name) for name in ("SAME", "FAR", "PARTS")}
    constants = "\n".join(f"{name} = {_shown(value)}" for name, value in known.items())
    functions = [_source(getattr(plain_table, name)) for name in OF_TABLES]
    return [f"# How the cells of a table become inputs.\n{constants}", *functions]


def _needed(module: ModuleType, names: Iterable[str]) -> list[FunctionType]:
    """Functions of a module, with those that they call, in the order of the module."""
    known = {name: function for name, function in vars(module).items() if isinstance(function, FunctionType)}
    wanted, open_ = set(), list(names)
    while open_:
        name = open_.pop()
        if name not in wanted:
            wanted.add(name)
            open_ += [called for called in known[name].__code__.co_names if called in known]
    return [function for name, function in known.items() if name in wanted]


def _source(function: FunctionType) -> str:
    """The text of a function, without the types of its arguments."""
    text = inspect.getsource(function)
    (definition,) = ast.parse(text).body
    assert isinstance(definition, ast.FunctionDef)
    body = "\n".join(text.splitlines()[definition.body[0].lineno - 1 :])
    return f"def {function.__name__}({', '.join(inspect.signature(function).parameters)}):\n{body}"


def _prepared(network: PortableNetwork) -> str:
    shape = ", ".join(map(str, network.preparation.input_shape))
    if network.is_image:
        return PREPARED_PIXELS.format(shape=shape)
    fills = network.scaling.fill is not None
    fill = "    x = np.where(np.isnan(x), FILL, x)\n" if fills else ""
    return PREPARED_FEATURES.format(features=shape, fill=fill, filled="NaN is filled in, " if fills else "")


def _logits(network: PortableNetwork) -> str:
    shape = network.preparation.input_shape
    axes = tuple(range(1, len(shape) + 1))
    return LOGITS.format(at_once=256, shape=", ".join(map(str, shape)), own_shape=shape, axes=axes)


def _line(step: Step) -> str:
    """A step as a call."""
    arrays = [f'W["{step.name}.{name}"]' for name in step.arrays]
    numbers = [f"{name}={value!r}" for name, value in step.numbers.items()]
    shape = ", ".join(map(str, step.output_shape))
    return f"x = {step.kind}({', '.join(['x', *arrays, *numbers])})  # (N, {shape})"


def _predicting(network: PortableNetwork) -> str:
    activation = "logits(x)" if network.activation == "none" else f"{network.activation}(logits(x))"
    count = network.steps[-1].output_shape[0]
    if network.classification:
        meaning = "The probability" if network.is_probability else "An output"
        return PREDICT_CLASSES.format(meaning=meaning, classes=count, activation=activation)
    own = "y" if network.scaling.target_shift is None else "y * TARGET_SCALE + TARGET_SHIFT"
    own = f"np.exp({own})" if network.preparation.target_log else own
    target = _quoted(network.preparation.target_name)
    return PREDICT_VALUES.format(target=target, values=count, activation=activation, own=own)


def _weights(network: PortableNetwork) -> str:
    """All arrays by name, with what turns their text into numbers."""
    entries = []
    for step in network.steps:
        for name, array in step.arrays.items():
            dtype = array.dtype.newbyteorder("<")
            text = base64.b64encode(array.astype(dtype).tobytes()).decode()
            lines = "\n".join(textwrap.wrap(text, WIDTH)) if text else ""
            entries.append(f'    "{step.name}.{name}": ("{dtype.str}", {tuple(array.shape)}, """\n{lines}\n"""),')
    body = "\n".join(entries)
    return (
        "# What was learned: of each array the type (<f4: float32, |i1: int8, <i4: int32, <f8: float64), the shape,\n"
        "# and its numbers in base64.\n"
        f"W = {{\n{body}\n}}\n"
        "W = {\n"
        "    name: np.frombuffer(base64.b64decode(text), dtype).reshape(shape)\n"
        "    for name, (dtype, shape, text) in W.items()\n"
        "}"
    )


def _main(network: PortableNetwork) -> str:
    table = network.preparation.table is not None
    header = [_sample(network)]
    if network.classification:
        header += ["predicted", network.output_name]
        rows = "[(i, name, f'{y:.6g}') for i, name, y in zip(numbers, predict(x), outputs(x).max(1))]"
    else:
        header += [network.preparation.target_name]
        rows = "[(i, f'{y:.9g}') for i, y in zip(numbers, predict(x))]"
    notes = '    warnings.formatwarning = lambda message, *_: f"note: {message}\\n"\n' if table else ""
    return MAIN.format(
        notes=notes,
        reading=READING_TABLE if table else READING_PICTURES,
        left_out=", without those that cannot be read" if table else "",
        header=header,
        rows=rows,
        file=_file(network),
    )


def _sample(network: PortableNetwork) -> str:
    return "picture" if network.is_image else "row"


def _file(network: PortableNetwork) -> str:
    return "table.csv" if network.preparation.table is not None else "pictures.npy"
