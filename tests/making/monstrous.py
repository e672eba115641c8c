"""Numbers that nobody should give, and every place of a config that takes a number: generated from the schema."""

from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from mlpexp.config.experiment import Experiment
from mlpexp.config.keys import alternatives, is_section, literals, members, tag_key, tags_of

NUMBERS: dict[str, Any] = {
    "a number beyond float32": 1e308,
    "its negative": -1e308,
    "the largest": 1e30,
    "the least": -1e30,
    "a denormal number": 1e-320,
    "an infinite one": float("inf"),
    "none": float("nan"),
    "zero": 0,
    "minus one": -1,
    "the largest whole number": 10**12,
    "one beyond 64 bits": 2**64,
    "one of 300 digits": int("9" * 300),
}
BASE: dict[str, Any] = {
    "dataset": {"name": "digits", "test_fraction": 0.9},
    "model": {"name": "mlp", "hidden_sizes": [3]},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"epochs": 2, "batch_size": "full"},
}
NEEDED: dict[str, Any] = {
    "layers": [{"layer": "conv", "channels": 2, "kernel_size": 3}],
    "function": "sine",
    "path": "table.csv",
    "target": "y",
    "column": "y",
}
TABLE = "x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(40))

Made = Callable[[Any], dict[str, Any]]


def places() -> dict[str, Made]:
    """By a name for each place: a function from a number to a config that has it there and is small else."""
    return dict(_places(Experiment, "", dict(BASE), lambda whole: whole))


def _places(section: type[BaseModel], name: str, given: dict[str, Any], around: Made) -> Iterator[tuple[str, Made]]:
    for key, field in section.model_fields.items():

        def put(value: Any, key: str = key) -> dict[str, Any]:
            return around({**given, key: value})

        for kind in alternatives(field.annotation):
            yield from _inside(kind, f"{name}{key}", put)


def _inside(kind: Any, name: str, put: Made) -> Iterator[tuple[str, Made]]:
    if kind in (int, float):
        yield name, put
    elif is_section(kind):
        for tag in tags_of(kind) or ("",):
            yield from _places(kind, f"{name}({tag})." if tag else f"{name}.", _smallest(kind, tag), put)
    elif get_origin(kind) in (tuple, dict) and (arguments := get_args(kind)):
        is_list = get_origin(kind) is tuple
        for inner in members(arguments[0 if is_list else 1]):
            wrap = (lambda value: put([value, value])) if is_list else (lambda value: put({"0": value}))
            for alternative in alternatives(inner):
                yield from _inside(alternative, f"{name}[]", wrap)


def _smallest(section: type[BaseModel], tag: str) -> dict[str, Any]:
    """What a section needs, and no more."""
    data: dict[str, Any] = {tag_key(section): tag} if tag else {}
    for key, field in section.model_fields.items():
        if field.is_required() and key not in data:
            words = literals(field.annotation)
            number = 2 if int in alternatives(field.annotation) else 0.5
            data[key] = NEEDED.get(key, words[0] if words else number)
    return data
