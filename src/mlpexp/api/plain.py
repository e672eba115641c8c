"""Values of Python as the plain data of a config: numbers, words, lists and mappings."""

from collections.abc import Iterator, Mapping
from os import PathLike, fspath
from typing import Any

from mlpexp.errors import InputError, Place

DEEPEST = 20


def plain(value: Any, written: str, depth: int = 0) -> Any:
    """A value as YAML has it; what is given is not changed.

    Args:
        value: Of Python, NumPy or PyTorch.
        written: Where it was given, for messages.
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
        return {str(key): plain(inner, f'{written}["{key}"]', depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(inner, f"{written}[{place}]", depth + 1) for place, inner in enumerate(value)]
    if hasattr(value, "tolist"):  # arrays and numbers of NumPy, tensors, series
        return plain(value.tolist(), written, depth + 1)
    if isinstance(value, PathLike):
        return fspath(value)
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise InputError(f"{written}: a {type(value).__name__} is no value of a config; expected a number, word or list")


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
