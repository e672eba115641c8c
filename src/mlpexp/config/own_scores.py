"""Scores of one's own in a config: what they are called, and which of their values are better."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any

from pydantic import PlainSerializer, WrapValidator

from mlpexp.config.known_keys import known_keys
from mlpexp.config.own_parts import is_known, is_own, name_or_own, part_of, short_name
from mlpexp.config.scores import PARTS, SCORES, ScoreName, declare
from mlpexp.errors import InputError

DIRECTION = "higher_is_better"  # the keyword argument whose default says it


def higher_is_better(function: Callable[..., Any]) -> bool:
    """Whether higher values of a score of one's own are better: the default of its argument of this name, else True.

    Raises:
        ValueError: The default is neither True nor False.
    """
    argument = inspect.signature(function).parameters.get(DIRECTION)
    if argument is None:
        return True
    if type(argument.default) is not bool:
        raise ValueError(f"{DIRECTION} must be an argument with the default True or False")
    return argument.default


def declare_given(names: Iterable[str]) -> None:
    """Makes the scores of one's own known whose functions are known in this process; others are passed over.

    Args:
        names: Of a config, built-in ones among them.

    Raises:
        InputError: A function cannot be a score, or the name cannot be that of its columns.
    """
    for name in filter(is_own, names):
        if is_known(name, "score"):
            _declare(short_name(name), part_of(name, "score").function)


def _declare(name: str, function: Callable[..., Any]) -> None:
    if name in SCORES:
        raise InputError(f"own score {name}: a built-in score has this name; give the function another one")
    leaves = {key.rpartition(".")[2] for key in known_keys()}
    taken = next((column for part in PARTS if (column := f"{part}_{name}") in leaves), None)
    if taken is not None:
        raise InputError(f"own score {name}: {taken} is a key of a config; give the function another name")
    try:
        direction = higher_is_better(function)
    except ValueError as error:
        raise InputError(f"own score {name}: {error}") from None
    declare(name, higher_is_better=direction)


ScoreOrOwn = Annotated[ScoreName, WrapValidator(name_or_own), PlainSerializer(str, return_type=str)]


def of_one_name(names: Iterable[str]) -> Iterator[str]:
    """The names by which different functions are called; each would have the columns of the other.

    Args:
        names: Of a config, or of several; built-in ones among them.
    """
    known = dict[str, str]()
    for reference in filter(is_own, names):
        if known.setdefault(short_name(reference), reference) != reference:
            yield short_name(reference)
