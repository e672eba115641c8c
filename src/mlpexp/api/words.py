"""The short words of a config as keywords: one list for all functions that train, check or search."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypedDict, TypeVar, cast, get_args, get_type_hints

from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError

Value = Any  # of a key: a number, a word, a list, a dictionary
Own = Callable[..., Any]  # a part of one's own
Called = TypeVar("Called", bound=Callable[..., Any])


class WordsButRate(TypedDict, total=False):
    """All of ``Words`` for a function that finds the learning rate itself; see ``mlpexp.train`` for what they mean."""

    seeds: int | None
    seed: int | None
    epochs: int | None
    batch_size: int | str | None
    hidden_size: int | None
    hidden_sizes: Sequence[int] | None
    activation: str | Mapping[str, Value] | Sequence[Value] | Own | None
    output_activation: str | None
    init: str | Mapping[str, Value] | Own | None
    optimizer: str | Mapping[str, Value] | Own | None
    loss: str | Own | None
    schedule: str | Mapping[str, Value] | Own | None
    score: str | Own | Sequence[str | Own] | None


class Words(WordsButRate, total=False):
    """What any config may be changed by, beside ``set``."""

    learning_rate: float | None


def spelled_out(function: Called) -> Called:
    """Lets ``help`` and notebooks name each word of ``**words``, and refuses others.

    Args:
        function: Whose last parameter is ``**words: Unpack[Words]``.
    """
    signature = inspect.signature(function)
    *named, words = signature.parameters.values()
    kind, types = inspect.Parameter.KEYWORD_ONLY, get_type_hints(get_args(words.annotation)[0])
    spelled = [inspect.Parameter(word, kind, default=None, annotation=type_) for word, type_ in types.items()]
    known = [parameter.name for parameter in (*named, *spelled)]

    @wraps(function)
    def called(*given: Any, **more: Any) -> Any:
        for word in more:
            if word not in known:
                raise InputError(f"{function.__name__}({word}=...): is not known{did_you_mean(word, known)}")
        return function(*given, **more)

    called.__signature__ = signature.replace(parameters=[*named, *spelled])  # type: ignore[attr-defined]
    return cast(Called, called)
