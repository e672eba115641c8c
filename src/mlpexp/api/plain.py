"""Values of Python as the plain data of a config: numbers, words, lists and mappings."""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

from mlpexp.errors import InputError

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
        return {str(key): plain(inner, written, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(inner, written, depth + 1) for inner in value]
    if hasattr(value, "tolist"):  # arrays and numbers of NumPy, tensors, series
        return plain(value.tolist(), written, depth + 1)
    if isinstance(value, PathLike):
        return fspath(value)
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise InputError(f"{written}: a {type(value).__name__} is no value of a config; expected a number, word or list")
