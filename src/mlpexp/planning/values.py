"""The values of an axis: lists, ranges such as ``log(1e-4, 1, 9)``, and distributions to sample from."""

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpexp.config.layer_words import layers_in
from mlpexp.config.layers import line_of
from mlpexp.config.own_parts import short_name
from mlpexp.config.strict import LARGEST
from mlpexp.config.words import did_you_mean, setting
from mlpexp.config.yaml_source import scalar

CALL = re.compile(r"\s*([a-z_]+)\s*\(([^()]*)\)\s*")
MOST_VALUES = 10_000
MOST_LETTERS = 60  # of a name of a value


@dataclass(frozen=True)
class Distribution:
    """Values to be sampled: ``uniform(0, 0.5)``, ``log_uniform(1e-4, 1)`` or ``integers(4, 64)`` (ends included)."""

    kind: str
    """``uniform``, ``log_uniform`` or ``integers``."""
    low: float
    """The smallest value."""
    high: float
    """The largest."""

    def at(self, share: float) -> float | int:
        """The value below which the given share (0 to 1) of all values lies."""
        if self.kind == "integers":
            return int(self.low + np.floor(share * (self.high - self.low + 1)))
        if self.kind == "log_uniform":
            return _rounded(self.low * (self.high / self.low) ** share)
        return _rounded(self.low + share * (self.high - self.low))

    def __str__(self) -> str:
        return f"{self.kind}({_exact(self.low)}, {_exact(self.high)})"


def read_values(given: Any) -> list[Any] | Distribution:
    """The values of an axis from what a config or the command line has.

    Args:
        given: A list of values, or the text of a range (``log(1e-4, 1, 9)``: nine values, ends included, equal ratios;
            ``linear(0, 1, 5)``: equal steps; ``range(10, 100, 10)``: as in Python, 100 excluded) or distribution.

    Raises:
        ValueError: In words for the user.
    """
    if isinstance(given, list):
        if not given:
            raise ValueError("has no values")
        return given
    match = CALL.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        listed = f"; write [{given.strip(' ()')}]" if isinstance(given, str) and "," in given else ""
        listed = f"; write [{given}]" if isinstance(given, (int, float)) else listed
        raise ValueError(f"expected a list of values or a range such as log(1e-4, 1, 9){listed}")
    name, arguments = match.group(1), [_number(text) for text in match.group(2).split(",")]
    if name not in RANGES:
        raise ValueError(f"{name} is not a range{did_you_mean(name, RANGES)}")
    count, make = RANGES[name]
    if len(arguments) != count:
        raise ValueError(f"{name} takes {count} numbers, not {len(arguments)}")
    return make(*arguments)


def full_value(written: str, value: Any) -> Any:
    """The value of the full key: ``hidden_size: 8`` stands for ``[8]``, and layers in a line for a list of them."""
    value = setting(written, value)
    if isinstance(value, str) and written == "model.layers":
        with suppress(ValueError):  # of what is no such line: a name, or refused where the config is checked
            return layers_in(value)
    return value


def are_named(given: object) -> bool:
    """Whether values have names, ``{small: 8, large: 64}``; a section, which says what it is, is one value."""
    return isinstance(given, dict) and not {"name", "kind", "layer"} & given.keys()


def value_text(value: Any) -> str:
    """In one line, as a config would have it: ``0.1``, ``relu``, ``[16, 16]``, ``c8@5 p``, ``{name: elu, alpha: 2.0}``."""
    value = layers_in_a_line(value)
    if isinstance(value, str):
        return short_name(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_inner_text, value))}]"
    return "{" + ", ".join(f"{key}: {_inner_text(item)}" for key, item in value.items()) + "}"


def why_no_label(name: object) -> str:
    """What is wrong with a name of an arm, which may have any length, as a list of values has; empty if it is one."""
    if not isinstance(name, str) or not isinstance(scalar(name), str):
        return "a name is no number, and not true, false or null"
    if not name or name != name.strip() or not name.isprintable():
        return "a name has printable characters, and no blank at its ends"
    return ""


def why_no_name(name: object) -> str:
    """What is wrong with a name of a value; empty if it is one."""
    is_long = isinstance(name, str) and len(name) > MOST_LETTERS
    return f"a name has at most {MOST_LETTERS} letters" if is_long else why_no_label(name)


def layers_in_a_line(value: Any) -> Any:
    """Layers as the line that stands for them; anything else as it is."""
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(item, dict) and "layer" in item for item in value)
    ):
        return value
    return line_of(value) or value


def _inner_text(value: Any) -> str:
    """A value inside a list or mapping, where some words need quotes."""
    value = layers_in_a_line(value)
    plain = isinstance(value, str) and scalar(value) == value and re.fullmatch(r"[\w./-]+", value)
    return json.dumps(value) if isinstance(value, str) and not plain else value_text(value)


def _exact(value: float) -> str:
    """All digits of a number, whole ones without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{text.strip()} is not a finite number")
    if abs(value) > LARGEST:
        raise ValueError(f"{text.strip()} is too large a number; at most {LARGEST:g} can be used")
    return value


def _rounded(value: float) -> float:
    """To six significant digits: what is written is what is trained."""
    return float(f"{value:.6g}")


def _count(number: float) -> int:
    if number != int(number) or not 2 <= number <= MOST_VALUES:
        raise ValueError(f"{number:g} is not a number of values between 2 and {MOST_VALUES:,}")
    return int(number)


def _log(low: float, high: float, number: float) -> list[Any]:
    if low <= 0 or high <= 0:
        raise ValueError("log needs ends above 0")
    values = [_rounded(value) for value in np.geomspace(low, high, _count(number)).tolist()]
    return [int(value) for value in values] if all(value == int(value) for value in values) else values


def _linear(low: float, high: float, number: float) -> list[Any]:
    values = [_rounded(value) for value in np.linspace(low, high, _count(number)).tolist()]
    return [int(value) for value in values] if all(value == int(value) for value in values) else values


def _range(start: float, stop: float, step: float) -> list[Any]:
    if any(value != int(value) for value in (start, stop, step)):
        raise ValueError("range takes whole numbers; linear(0, 1, 5) makes others")
    values = range(int(start), int(stop), int(step)) if step else range(0)
    if not values or len(values) > MOST_VALUES:
        raise ValueError(f"range({start:g}, {stop:g}, {step:g}) has {len(values):,} values")
    return list(values)


def _distribution(kind: str) -> Callable[[float, float], Distribution]:
    def make(low: float, high: float) -> Distribution:
        if low >= high or (kind == "log_uniform" and low <= 0):
            raise ValueError(f"{kind} needs {'0 < ' if kind == 'log_uniform' else ''}low < high")
        return Distribution(kind, low, high)

    return make


RANGES: dict[str, tuple[int, Callable[..., Any]]] = {
    "log": (3, _log),
    "linear": (3, _linear),
    "range": (3, _range),
    "uniform": (2, _distribution("uniform")),
    "log_uniform": (2, _distribution("log_uniform")),
    "integers": (2, _distribution("integers")),
}
