"""All keys that a config can have, with what they may be: for suggestions, for completion, and to be looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

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
        kinds = list(alternatives(field.annotation))
        takes_list = any(get_origin(kind) is tuple for kind in kinds)
        yield Key(prefix + name, field.description or "", tuple(_choices(kinds)), takes_list)
        for section in filter(is_section, kinds):
            yield from _keys(section, f"{prefix}{name}.")


def members(annotation: Any) -> list[Any]:
    """The alternatives of a union, None aside; an annotation that is none is its own only alternative."""
    if get_origin(annotation) is Annotated:
        return members(get_args(annotation)[0])
    if get_origin(annotation) not in (Union, UnionType):
        return [annotation]
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds if len(kinds) > 1 else members(kinds[0])


def alternatives(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, through unions within unions, but not those inside lists."""
    kinds = members(annotation)
    if kinds == [annotation]:
        yield annotation
        return
    for kind in kinds:
        yield from alternatives(kind)


def is_section(annotation: Any) -> bool:
    """Whether it is a config class."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def literals(annotation: Any) -> tuple[Any, ...]:
    """The words that an annotation allows."""
    return tuple(word for kind in alternatives(annotation) if get_origin(kind) is Literal for word in get_args(kind))


def tag_key(section: type[BaseModel]) -> str:
    """The key by which a config class is chosen among others: ``name``, ``layer`` in a list of layers, ``kind`` of a split."""
    return next((key for key in ("layer", "name", "kind") if key in section.model_fields), "name")


def tags_of(section: type[BaseModel]) -> tuple[Any, ...]:
    """The words by which a config class is chosen; empty, if there is no choice."""
    field = section.model_fields.get(tag_key(section))
    return literals(field.annotation) if field else ()


def _choices(kinds: list[Any]) -> Iterator[str]:
    for kind in kinds:
        if kind is bool:
            yield from ("true", "false")
        elif is_section(kind):
            yield from tags_of(kind) if tag_key(kind) != "layer" else ()
        else:
            yield from (word for word in literals(kind) if isinstance(word, str))
