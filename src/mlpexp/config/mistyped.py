"""Keys and values of a config that were read, but typed otherwise than was meant: ``{name：iris}``, ``［16，16］``."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from mlpexp.config.keyboards import KEY_AND_SIGN, first_odd, retyped, sentence
from mlpexp.config.yaml_source import Path_, Source, dotted
from mlpexp.errors import Place, Problem


def mistyped(source: Source, problems: Sequence[Problem]) -> list[Problem]:
    """Sentences for values that were read but do not pass their check, if keys or values typed otherwise are why.

    Args:
        source: The data, with places; from a file or the command line.
        problems: What the check said.
    """
    wrong = [problem.key for problem in problems]
    by_key: dict[str, Problem] = {}
    for path, key, value in _items(source.data, ()):
        name = dotted(path)
        fault = _of_key(key, value)
        if fault:
            by_key.setdefault(name, _problem(source, path, dotted(path[:-1]), key, fault, of_key=True))
        is_wrong = isinstance(value, str) and name != "device" and any(_within(name, other) for other in wrong)
        fault = _of_value(value) if is_wrong else None
        if fault:
            by_key.setdefault(name, _problem(source, path, name, value, fault, of_key=False))
    return list(by_key.values())


def _within(outer: str, inner: str) -> bool:
    """Whether a key is another, or lies below it."""
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def _items(node: Any, path: Path_) -> Iterator[tuple[Path_, str, Any]]:
    """All keys and values, with their paths; an item of a list has the key ``""``."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield (*path, key), key if isinstance(key, str) else "", value
        yield from _items(value, (*path, key))


def _of_key(key: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with a key, and how it should be."""
    odd = first_odd(key)
    if odd is not None:
        return key[odd], "" if retyped(key[odd]) in ("{", "[") else retyped(key)
    if key[0:1] == "-" and key[1:2].isalpha():
        return "-", key[1:]
    pair = _of_pair(key)
    return pair if pair is None or value is None else (pair[0], "")


def _of_value(value: str) -> tuple[str, str] | None:
    odd = first_odd(value)
    if re.match(r"-[^\s-]", value):
        return "- ", f"- {retyped(value[1:])}"
    return _of_pair(value) if odd is None else (value[odd], retyped(value))


def _of_pair(text: str) -> tuple[str, str] | None:
    """``name:iris`` and ``name = iris`` that were read as one word."""
    match = KEY_AND_SIGN.match(text)
    rest = text[match.end() :].strip() if match else ""
    if match is None or not rest or rest.startswith(("/", "\\")):
        return None
    pair = f"{match['key']}: {rest}"
    pair = re.sub(r"(?<=\s)([A-Za-z_]\w*)\s*[:=]\s*(?=\S)", r"\1: ", pair)
    return ("=" if match["sign"] == "=" else "", pair)


def _problem(source: Source, path: Path_, name: str, text: str, fault: tuple[str, str], *, of_key: bool) -> Problem:
    """The sentence at the character itself, where the file has the text as it was read."""
    char, correct = fault
    place: Place = source.place(path, of_key=of_key)
    if place.line is not None and place.column is not None:
        line = source.text.split("\n")[place.line - 1 : place.line]
        written = line[0][place.column - 1 :] if line else ""
        offset = written.find(char.strip(" ")) if char else written.find(":") + 1
        first = text if written.startswith(text) else written.split(" #")[0]
        correct = correct if first == text else (_of_value(first) or fault)[1]
        place = Place(place.source, place.line, place.column + max(offset, 0))
    return Problem(place, name, sentence(char, correct))
