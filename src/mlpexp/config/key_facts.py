"""What is known of each key of a config: meaning, type, default, bounds and words, of every section that has it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel

from mlpexp.config.experiment import Experiment
from mlpexp.config.keys import alternatives, is_section, nearest_key, tag_key, tags_of
from mlpexp.config.words import BY_NAME, key_of, meant
from mlpexp.errors import InputError

Node = Mapping[str, Any]

TYPES = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "object": "mapping",
}
BOUNDS = {
    "exclusiveMinimum": "above", "minimum": "at least", "exclusiveMaximum": "below", "maximum": "at most",
}  # fmt: skip
NEEDED = "needed"
OF_LIST = "N"  # stands for the position of a layer
LARGE = 2**63
TAGS = ("name", "kind", "layer")


@dataclass(frozen=True)
class KeyFacts:
    """A key as one or several sections have it."""

    path: str
    """Dotted: ``optimizer.learning_rate``; of a layer ``model.layers.N.units``."""
    of: tuple[str, ...]
    """The names of the sections, such as ``sgd``; empty where there is one, which has no name."""
    type: str
    """In words: ``whole number or choice``."""
    default: Any
    """A value as plain data, or ``NEEDED``; None: nothing."""
    bounds: str
    """In words: ``at least 0, below 1``; may be empty."""
    choices: tuple[str, ...]
    """The words that it may be."""
    meaning: str
    """In a sentence."""

    @property
    def section(self) -> str:
        """The key without its last word; empty at the top level."""
        return self.path.rpartition(".")[0]

    @property
    def short(self) -> str:
        """The short word for it; empty if there is none."""
        return next((name for name, word in BY_NAME.items() if word.key == self.path), "")

    @property
    def option(self) -> str:
        """The option for it; empty if there is none."""
        return BY_NAME[self.short].option if self.short else ""


@cache
def key_facts() -> tuple[KeyFacts, ...]:
    """Every key in the order of the config; what several sections say alike is there once."""
    nodes = Experiment.model_json_schema()
    sections: dict[str, Node] = {"Experiment": nodes, **nodes["$defs"]}
    found: dict[tuple[Any, ...], KeyFacts] = {}
    for facts in _facts(Experiment, "", sections):
        same = (facts.path, facts.type, str(facts.default), facts.bounds, facts.choices, facts.meaning)
        earlier = found.get(same)
        found[same] = replace(facts, of=tuple(dict.fromkeys([*earlier.of, *facts.of]))) if earlier else facts
    order = list(dict.fromkeys(facts.path for facts in found.values()))
    return tuple(sorted(found.values(), key=lambda facts: order.index(facts.path)))


def facts_named(written: str) -> list[KeyFacts]:
    """The facts of a key, of a short word, or of all keys of a section.

    Args:
        written: As it was typed; a layer may have its position, ``model.layers.0.units``.

    Raises:
        InputError: There is no such key.
    """
    paths = {facts.path for facts in key_facts()}
    key = ".".join(OF_LIST if part.isdecimal() else part for part in written.split("."))
    key = key if key in paths else key_of(key)
    section, _, leaf = key.rpartition(".")
    key = section if leaf in TAGS and key not in paths else key  # `optimizer.name` says which optimizer it is
    found = [facts for facts in key_facts() if facts.path == key or facts.path.startswith(f"{key}.")]
    if found:
        return found
    of_layer = get_close_matches(key, paths, 1) if OF_LIST in key.split(".") else []
    near = (
        next(iter(of_layer), "")
        or meant(written, paths)
        or nearest_key(written)
        or nearest_key(written.rpartition(".")[2])
    )
    hint = f"; did you mean {near}?" if near in paths else "; `mlpexp keys` lists all"
    raise InputError(f"{written}: there is no such key{hint}")


def _facts(section: type[BaseModel], prefix: str, sections: Mapping[str, Node]) -> Iterator[KeyFacts]:
    tags = tuple(str(tag) for tag in tags_of(section)) if section is not Experiment else ()
    for name, field in section.model_fields.items():
        node = sections[section.__name__]["properties"][name]
        is_tag = bool(tags) and name == tag_key(section)
        default = NEEDED if field.is_required() else _plain(field.get_default(call_default_factory=True))
        if not is_tag:
            choices = tuple(dict.fromkeys(_choices(node, sections)))
            words = ", ".join(dict.fromkeys(_bounds(node)))
            type_ = " or ".join(dict.fromkeys(_types(node)))
            yield KeyFacts(prefix + name, tags, type_, default, words, choices, field.description or "")
        for inner, position in _below(field.annotation):
            yield from _facts(inner, f"{prefix}{name}.{position}", sections)


def _below(annotation: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """The sections that a key may hold, with ``N.`` before the keys of those in a list of layers."""
    for kind in alternatives(annotation):
        if is_section(kind):
            yield kind, ""
        else:
            layers = (each for item in getattr(kind, "__args__", ()) for each in alternatives(item))
            yield from ((each, f"{OF_LIST}.") for each in layers if is_section(each) and tag_key(each) == "layer")


def _plain(value: Any) -> Any:
    """A default as plain data; a section that says no more than its name is that word."""
    if isinstance(value, BaseModel):
        said = value.model_dump(mode="json", exclude_defaults=True)
        return next(iter(said.values())) if list(said) in (["name"], ["kind"]) else said
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, dict) else value


def _inner(node: Node) -> Sequence[Node]:
    """The alternatives of a value."""
    return [each for word in ("anyOf", "oneOf") for each in node.get(word, ())] if "discriminator" not in node else []


def _types(node: Node) -> Iterator[str]:
    for each in _inner(node) or [node]:
        if each.get("type") == "null":
            continue
        if each is not node and _inner(each):
            yield from _types(each)
        elif "enum" in each or "const" in each:
            yield "choice"
        elif each.get("type") == "array":
            yield "list of " + " or ".join(_plural(kind) for kind in dict.fromkeys(_types(each["items"])))
        else:
            yield TYPES.get(each.get("type", ""), "section")


def _plural(kind: str) -> str:
    """``lists of texts`` of ``list of texts``."""
    return kind.replace("list ", "lists ", 1) if kind.startswith("list ") else f"{kind}s"


def _bounds(node: Node) -> Iterator[str]:
    for word, text in BOUNDS.items():
        if word in node:
            yield f"{text} {'2^63' if node[word] == LARGE else f'{node[word]:,g}'}"
    least, most = node.get("minItems"), node.get("maxItems")
    if least is not None and least == most:
        yield f"{least} of them"
    elif least is not None or most is not None:
        yield (
            " and ".join(f"{text} {n}" for text, n in (("at least", least), ("at most", most)) if n is not None)
            + " of them"
        )
    if "maxLength" in node:
        yield "one character" if node["maxLength"] == 1 else f"at most {node['maxLength']} characters"
    for each in (*_inner(node), node.get("items"), node.get("additionalProperties")):
        if isinstance(each, dict):
            yield from _bounds(each)


def _choices(node: Node, sections: Mapping[str, Node]) -> Iterator[str]:
    yield from (word for word in (*node.get("enum", ()), *([node["const"]] if "const" in node else [])))
    if "discriminator" in node and node["discriminator"]["propertyName"] != "layer":
        yield from node["discriminator"]["mapping"]
    for each in _inner(node):
        yield from _choices(each, sections)
    if isinstance(node.get("items"), dict):
        yield from _choices(node["items"], sections)
