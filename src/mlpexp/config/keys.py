"""All keys that a config can have, with what they may be: for suggestions, for completion, and to be looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mlpexp.config.experiment import Experiment
from mlpexp.config.words import meant


@dataclass(frozen=True)
class Key:
    """One key of a config."""

    path: str
    """Dotted: ``optimizer.learning_rate``."""
    description: str
    """What it does; of several sections with this key, that of the first."""
    choices: tuple[str, ...]
    """The words that it may be, if it takes words: names of a section, ``true`` and ``false``, ``full``."""
    takes_list: bool = False
    """Whether a list may be its value."""

    @property
    def leaf(self) -> str:
        """The last word."""
        return self.path.rpartition(".")[2]


@cache
def all_keys() -> dict[str, Key]:
    """Every key by its path, in the order of the config; keys inside lists are left out."""
    keys: dict[str, Key] = {}
    for key in _keys(Experiment, ""):
        earlier = keys.get(key.path)
        choices = (*earlier.choices, *key.choices) if earlier else key.choices
        description = earlier.description if earlier else key.description
        takes_list = key.takes_list or (earlier is not None and earlier.takes_list)
        keys[key.path] = Key(key.path, description, tuple(dict.fromkeys(choices)), takes_list)
    return keys


def nearest_key(word: str) -> str | None:
    """The path of the key that is meant by a word which is none: a common word, the last word of a key, or nearly one.

    Keys of the section that the word names are meant by common words alone: whoever asks has looked at them before.
    """
    section, dot, leaf = word.rpartition(".")
    keys = {path: key for path, key in all_keys().items() if not dot or path.rpartition(".")[0] != section}
    by_leaf: dict[str, str] = {}
    for path, key in keys.items():
        by_leaf.setdefault(key.leaf, path)
    whole = [
        path for path in get_close_matches(word.lower(), keys, n=3, cutoff=0.75) if keys[path].leaf == leaf or not dot
    ]
    nearly = [] if dot else get_close_matches(leaf.lower(), by_leaf, n=1, cutoff=0.7)
    candidates = [meant(leaf, all_keys().keys() - {leaf}), *whole, by_leaf.get(leaf), *map(by_leaf.get, nearly)]
    return next((path for path in candidates if path), None)


def _keys(model: type[BaseModel], prefix: str) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        alternatives = list(_alternatives(_annotation(field)))
        takes_list = any(get_origin(each) is tuple for each in alternatives)
        yield Key(prefix + name, field.description or "", tuple(_choices(alternatives)), takes_list)
        for section in (each for each in alternatives if _is_section(each)):
            yield from _keys(section, f"{prefix}{name}.")


def _annotation(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, through unions, but not those inside lists."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for each in get_args(annotation):
            yield from _alternatives(each)
    else:
        yield annotation


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _choices(alternatives: list[Any]) -> Iterator[str]:
    for each in alternatives:
        if get_origin(each) is Literal:
            yield from (value for value in get_args(each) if isinstance(value, str))
        elif each is bool:
            yield from ("true", "false")
        elif _is_section(each) and "name" in each.model_fields:
            yield from _choices(list(_alternatives(each.model_fields["name"].annotation)))
