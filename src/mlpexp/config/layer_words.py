"""Layers in a line: ``c8@5 p d32`` is short for a list of layers, and each list of layers can be written so.

Words are separated by blanks. A word is a layer, or says something of the layer before it:

- ``c8@5``: convolution, 8 filters of 5x5, with 'same' padding; ``c8@5/2``: with stride 2
- ``p``: max pooling over 2x2; ``p3``: over 3x3; ``p3/2``: with stride 2; ``a``, ``a3``, ``a3/2``: average pooling
- ``d32``: dense, 32 units
- ``drop0.5``: dropout of half of the units
- behind a convolution ``pad0``: zeros on each side, here none
- behind a convolution or a dense layer ``bn``: batch normalization; ``tanh``, ``elu:2``: its activation
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlpexp.config.activations import ALIASES, KNOWN, default_activation

COUNT = r"([1-9]\d*)"
NUMBER = r"(\d+(?:\.\d*)?(?:e[+-]?\d+)?)"
EXPECTED = "expected a layer (c8@5, p, a, d32, drop0.5) or what the one before has (pad0, bn, relu)"
Layer = dict[str, Any]  # as a config has it

CONVOLUTION = re.compile(rf"c{COUNT}@{COUNT}(?:x\2)?(?:/{COUNT})?")
POOLING = re.compile(rf"([pa])(?:{COUNT}(?:/{COUNT})?)?")
DENSE = re.compile(rf"d{COUNT}")
DROPOUT = re.compile(rf"drop{NUMBER}")
PADDING = re.compile(r"pad(\d+)")
ACTIVATION = re.compile(rf"([a-z_]+)(?::{NUMBER})?")


def layers_in(line: str) -> list[Layer]:
    """The list of layers that a line is short for; numbers are checked where the list is.

    Args:
        line: Words such as ``c8@5 p d32``.

    Raises:
        ValueError: A word is none, or says what the layer before it cannot have.
    """
    layers: list[Layer] = []
    said: set[str] = set()  # of the last layer
    for place, word in enumerate(line.split(), 1):
        layer = next((read(match) for pattern, read in LAYERS if (match := pattern.fullmatch(word))), None)
        if layer is not None:
            layers.append(layer)
            said = set()
            continue
        found = _said_of_layer(word)
        if found is None:
            raise ValueError(f"word {place}, {word!r}: {EXPECTED}")
        key, value, of_layers = found
        before = layers[-1]["layer"] if layers else "nothing"
        if before not in of_layers:
            raise ValueError(f"word {place}, {word!r}: goes behind {' or '.join(of_layers)}, not behind {before}")
        if key in said:
            raise ValueError(f"word {place}, {word!r}: this layer has its {key.replace('_', ' ')} already")
        layers[-1][key] = value
        said.add(key)
    return layers


def line_pattern() -> str:
    """A regular expression of a whole line, with numbers of any size, for checkers that know no Python."""
    names = "|".join(sorted([*KNOWN, *ALIASES], key=len, reverse=True))
    of_units = rf"bn|({names})(:{NUMBER})?"
    squared = CONVOLUTION.pattern.replace(r"\2", COUNT)
    kinds = (
        rf"{squared}(\s+({PADDING.pattern}|{of_units}))*",
        POOLING.pattern,
        rf"{DENSE.pattern}(\s+({of_units}))*",
        DROPOUT.pattern,
    )
    layer = "|".join(kinds)
    return rf"^\s*({layer})(\s+({layer}))*\s*$"


def words_of(layers: Sequence[Layer]) -> str | None:
    """The line that says the same as a list of layers; None where there is no word for one of them.

    Args:
        layers: With all their keys.
    """
    if any(layer["layer"] not in WORDS for layer in layers):
        return None
    return " ".join(word for layer in layers for word in WORDS[layer["layer"]](layer))


def _convolution(match: re.Match[str]) -> Layer:
    channels, side, stride = match.groups()
    layer = {"layer": "conv", "channels": int(channels), "kernel_size": int(side), "padding": "same"}
    return layer | ({"stride": int(stride)} if stride else {})


def _pooling(match: re.Match[str]) -> Layer:
    kind, side, stride = match.groups()
    sizes = {"kernel_size": side, "stride": stride}
    layer: Layer = {"layer": "max_pool" if kind == "p" else "average_pool"}
    return layer | {key: int(size) for key, size in sizes.items() if size}


LAYERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Layer]], ...] = (
    (CONVOLUTION, _convolution),
    (POOLING, _pooling),
    (DENSE, lambda match: {"layer": "dense", "units": int(match[1])}),
    (DROPOUT, lambda match: {"layer": "dropout", "rate": float(match[1])}),
)


def _said_of_layer(word: str) -> tuple[str, Any, tuple[str, ...]] | None:
    """The key that a word says, its value, and the kinds of layers that have it; None: it is no such word."""
    if padding := PADDING.fullmatch(word):
        return "padding", int(padding[1]), ("conv",)
    if word == "bn":
        return "batch_norm", True, ("conv", "dense")
    named = ACTIVATION.fullmatch(word)
    known = KNOWN.get(ALIASES.get(named[1], named[1])) if named else None
    if named is None or known is None or (named[2] and not known.keys):
        return None
    value = {"name": known.name} | ({known.keys[0]: _number(named[2])} if named[2] else {})
    return "activation", value, ("conv", "dense")


def _number(text: str) -> int | float:
    return int(text) if text.isdecimal() else float(text)


def _words_of_convolution(layer: Layer) -> list[str]:
    stride, padding = layer["stride"], layer["padding"]
    word = f"c{layer['channels']}@{layer['kernel_size']}" + (f"/{stride}" if stride != 1 else "")
    return [word, *([] if padding == "same" else [f"pad{padding}"]), *_words_of_units(layer)]


def _words_of_pooling(layer: Layer) -> list[str]:
    side, stride = layer["kernel_size"], layer["stride"]
    sizes = f"{side}/{stride}" if stride is not None else str(side) if side != 2 else ""
    return [("p" if layer["layer"] == "max_pool" else "a") + sizes]


def _words_of_units(layer: Layer) -> list[str]:
    """Batch normalization and activation."""
    words = ["bn"] if layer["batch_norm"] else []
    if layer["activation"] is None:
        return words
    name, *numbers = layer["activation"].values()
    usual = default_activation(name).model_dump().values()
    return [*words, name + "".join(f":{_shortest(number)}" for number in numbers if number not in usual)]


def _shortest(number: float) -> str:
    """All digits, whole numbers without a point."""
    return repr(number).removesuffix(".0")


WORDS: Mapping[str, Callable[[Layer], list[str]]] = {
    "conv": _words_of_convolution,
    "max_pool": _words_of_pooling,
    "average_pool": _words_of_pooling,
    "dense": lambda layer: [f"d{layer['units']}", *_words_of_units(layer)],
    "dropout": lambda layer: [f"drop{_shortest(layer['rate'])}"],
}
