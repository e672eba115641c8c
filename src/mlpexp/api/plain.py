"""Values of Python as the plain data of a config: numbers, words, lists and mappings."""

from collections.abc import Iterator, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from mlpexp.config.own_parts import KEYS, reference_of
from mlpexp.config.words import key_of
from mlpexp.errors import InputError, Place

DEEPEST = 20


def plain(value: Any, written: str, key: str = "", depth: int = 0) -> Any:
    """A value as YAML has it; what is given is not changed.

    Args:
        value: Of Python, NumPy or PyTorch.
        written: Where it was given, for messages.
        key: Of the config, short or whole: it says what a function is for.
        depth: How many lists and mappings it is in.

    Raises:
        InputError: It is none of these.
    """
    if depth > DEEPEST:
        raise InputError(f"{written}: lists and dictionaries inside each other, deeper than a config can be")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping):
        wrong = next((key for key in value if not isinstance(key, str)), None)
        if wrong is not None:
            raise InputError(f"{written}: the key {wrong!r} is no word")
        below = {inner: key if inner == "name" or _part(key) in KEYS else inner for inner in map(str, value)}
        return {inner: plain(value[inner], f'{written}["{inner}"]', below[inner], depth + 1) for inner in below}
    if isinstance(value, (list, tuple, range)):
        return [plain(inner, f"{written}[{place}]", key, depth + 1) for place, inner in enumerate(value)]
    if callable(value) and not isinstance(value, type):
        return _reference(value, written, key)
    if hasattr(value, "tolist"):  # arrays and numbers of NumPy, tensors, series
        return plain(value.tolist(), written, key, depth + 1)
    if isinstance(value, PathLike):
        return fspath(value)
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise InputError(f"{written}: a {type(value).__name__} is no value of a config; expected a number, word or list")


def listed(value: Any) -> list[Any] | None:
    """One value or several as a list; None stays."""
    return value if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _part(key: str) -> str:
    """What a key of a config is for, whether it is short or whole: ``optimizer`` of ``optimizer.name``."""
    return key_of(key).removesuffix(".name").rpartition(".")[2]


def _reference(function: Any, written: str, key: str) -> str:
    """What a config calls a function that is given where a part is expected.

    Raises:
        InputError: Nothing that may be a function stands there.
    """
    place = _part(key)
    if place not in KEYS:
        places = "activation, loss, init, optimizer, schedule and score"
        raise InputError(f"{written}: a function is no value here; parts of one's own are for {places}")
    try:
        return reference_of(KEYS[place], function)
    except InputError as error:
        raise InputError(f"{written}: {error}") from None


def places_in(
    value: Any, written: str, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Place]]:
    """The place of each value of plain data, by its path: ``config["model"]["hidden_sizes"][0]``.

    Args:
        value: The data.
        written: Where they were given.
        path: Of the value.
    """
    yield path, Place(written)
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        shown = f'"{key}"' if isinstance(key, str) else str(key)
        yield from places_in(inner, f"{written}[{shown}]", (*path, key))


def path_given(value: object, word: str) -> Path:
    """A path as it is given in Python.

    Args:
        value: A text or path.
        word: The argument that it is, for messages.

    Raises:
        InputError: It is neither.
    """
    if isinstance(value, (str, PathLike)) and fspath(value) != "" and isinstance(fspath(value), str):
        return Path(fspath(value))
    raise InputError(f"{word}={value!r}: expected a path, as a text or a Path")


def words_given(values: object, word: str) -> list[str]:
    """A list of words; one word alone is a list of one.

    Args:
        values: As they are given.
        word: The argument that they are, for messages.

    Raises:
        InputError: They are no words.
    """
    listed = [values] if isinstance(values, str) else values
    if isinstance(listed, (list, tuple)) and all(isinstance(value, str) for value in listed):
        return list(listed)
    raise InputError(f"{word}={values!r}: expected a list of words")
