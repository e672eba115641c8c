"""What the schema refuses, as problems in our words and at their places.

Pydantic's errors are read as data: by their type, their context, and the way through the schema that they name. None of its
sentences is shown, or taken apart.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, Tag

from mlpexp.asking import either
from mlpexp.config.experiment import Experiment
from mlpexp.config.keys import all_keys, is_section, literals, members, nearest_key, tag_key, tags_of
from mlpexp.config.strict import TOGETHER
from mlpexp.config.words import BY_KEY, BY_NAME, closest, did_you_mean, meant
from mlpexp.config.yaml_source import Path_, Source, dotted
from mlpexp.errors import Place, Problem

NEEDED = {
    "dataset": "dataset: iris",
    "model": "model: {name: mlp, hidden_sizes: [16]}",
    "optimizer": "optimizer: {name: sgd, learning_rate: 0.1}",
    "optimizer.learning_rate": "learning_rate: 0.1",
}
MAPPING, LIST = "should be a mapping of keys to values", "should be a list"
NAME = "should be up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit"

# What a value should be, by the type of pydantic's error; the braces are filled from its context.
EXPECTED = {
    "int_type": "should be a whole number",
    "float_type": "should be a number",
    "bool_type": "should be true or false",
    "string_type": "should be text",
    "string_unicode": "should be text",
    "tuple_type": LIST,
    "dict_type": MAPPING,
    "model_type": MAPPING,
    "model_attributes_type": MAPPING,
    "greater_than": "should be above {gt}",
    "greater_than_equal": "should be at least {ge}",
    "less_than": "should be below {lt}",
    "less_than_equal": "should be at most {le}",
    "finite_number": "should be finite",
    "string_too_short": "should have at least {min_length} {characters}",
    "string_too_long": "should have at most {max_length} {characters}",
    "string_pattern_mismatch": NAME,
    "too_short": "should have at least {min_length} {items}, not {actual_length}",
    "too_long": "should have at most {max_length} {items}, not {actual_length}",
}  # fmt: skip
MOST_SHOWN = 80  # characters of a value in a message
NOT_THIS_KIND = ("tuple_type", "dict_type", "model_type", "model_attributes_type")


@dataclass(frozen=True)
class Spot:
    """A place in the schema, and the same place in the file."""

    path: Path_
    """In the file: without the tags that the schema chooses alternatives by."""
    annotation: Any
    """What is expected there."""
    section: type[BaseModel]
    """The config class around."""
    tag: str
    """The name of the section around, such as ``sgd``; empty, where it has none."""


def spot_at(location: Sequence[str | int]) -> Spot:
    """Where pydantic's way through the schema leads to: keys, items, and at a union the alternative that it tried."""
    spot, tried = Spot((), Experiment, Experiment, ""), ""
    for part in location:
        kind, *others = members(spot.annotation)
        if others:
            tried, annotation = str(part), _alternative(spot.annotation, part)
            spot = replace(spot, annotation=annotation)
        elif is_section(kind):
            field = kind.model_fields.get(str(part))
            tag = tried if tried in tags_of(kind) else ""
            spot = Spot((*spot.path, part), field.annotation if field else Any, kind, tag)
        else:  # a list, or a mapping of keys that are the user's own
            arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
            spot = replace(spot, path=(*spot.path, part), annotation=arguments[-1] if arguments else Any)
    return spot


def _alternative(union: Any, tag: str | int) -> Any:
    """The alternative with this tag; the union itself, if its alternatives have none."""
    return next((kind for kind in members(union) if tag in _tags(kind)), union)


def _tags(kind: Any) -> tuple[Any, ...]:
    if is_section(kind):
        return tags_of(kind)
    marks = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return tuple(mark.tag for mark in marks if isinstance(mark, Tag))


def problems_of(source: Source, refusals: Sequence[Any]) -> list[Problem]:
    """All problems in the order of the file; what several alternatives say of one value is one problem, not several.

    Args:
        source: For the places.
        refusals: Pydantic's errors.
    """
    merged: dict[tuple[str, str], Problem] = {}
    for refusal in refusals:
        if _counts_good_items(refusal, refusals):
            continue
        problem = _problem(source, refusal)
        key = (str(problem.place), problem.key)
        merged[key] = _either(merged[key], problem) if key in merged else problem
    return sorted(merged.values(), key=lambda problem: (problem.place.line or 0, problem.place.column or 0))


def _either(first: Problem, second: Problem) -> Problem:
    if first.message == second.message:
        return first
    return Problem(second.place, second.key, f"{first.message}; or: {second.message}")


def _counts_good_items(refusal: Any, refusals: Sequence[Any]) -> bool:
    """Whether a list is called too short only because items with problems of their own were not counted."""
    location = refusal["loc"]
    return refusal["type"] == "too_short" and any(other["loc"][:-1][: len(location)] == location for other in refusals)


def _problem(source: Source, refusal: Any) -> Problem:
    """One of pydantic's errors in our words and at its place."""
    spot = spot_at(refusal["loc"])
    return SPECIAL.get(refusal["type"], _unexpected)(source, spot, refusal)


def _unexpected(source: Source, spot: Spot, refusal: Any) -> Problem:
    """A value that is not of the kind, size or form that is expected."""
    kind, given = refusal["type"], refusal["input"]
    message = expected(kind, refusal.get("ctx", {}))
    if kind in NOT_THIS_KIND and isinstance(given, list) and given and all(isinstance(item, dict) for item in given):
        message += ", not a list; remove the `-`"
    elif not isinstance(given, (dict, list)):
        message += f", not {_as_written(given)}"
        message += f"; write {_listed(given, spot)}" if kind == "tuple_type" and given is not None else ""
    return Problem(source.place(spot.path), dotted(spot.path), message)


def _listed(given: object, spot: Spot) -> str:
    """A single value as the list that is expected: ``8x8`` of a picture with its channel."""
    sides = re.fullmatch(r"(?:(\d+)x)?(\d+)x(\d+)", str(given))
    if sides is None or spot.path != ("dataset", "shape"):
        return f"[{_as_yaml(given)}]"
    return f"[{sides[1] or 1}, {sides[2]}, {sides[3]}]"


def expected(kind: str, context: Mapping[str, Any]) -> str:
    """What a value should be, without the value.

    Args:
        kind: The type of pydantic's error.
        context: Its context.
    """
    plural = "" if context.get("min_length", context.get("max_length")) == 1 else "s"
    whole = {name: int(bound) for name, bound in context.items() if isinstance(bound, float) and bound.is_integer()}
    words = {**context, **whole, "characters": f"character{plural}", "items": f"item{plural}"}
    return EXPECTED.get(kind, "cannot be used here").format_map(words)


def _unknown_key(source: Source, spot: Spot, refusal: Any) -> Problem:
    of = f" for {spot.tag}" if spot.tag and _is_named(source, spot) else ""
    near = _suggestion(source, spot.path, list(spot.section.model_fields), refusal["input"])
    return Problem(source.place(spot.path, of_key=True), dotted(spot.path), f"unknown key{of}{near}")


def _is_named(source: Source, spot: Spot) -> bool:
    """Whether it is the user who says which section it is, and not a default."""
    section: Any = source.data
    for key in spot.path[:-1]:
        section = section[key]
    return tag_key(spot.section) in section


def _suggestion(source: Source, path: Path_, siblings: Sequence[str], given: Any) -> str:
    """The key that may be meant: of the same section, else anywhere, and then how it is written."""
    key, place = nearest_key(dotted(path)), source.place(path, of_key=True)
    if path[:-1] == ("sweep",) and (path[-1] in all_keys() or path[-1] in BY_NAME):
        return f"; it is an axis: write `over: {{{path[-1]}: {_as_yaml(given)}}}`"
    near = closest(path[-1], siblings)
    own = meant(path[-1], (dotted((*path[:-1], name)) for name in siblings))
    if near and own:  # a common word goes before one that is only written nearly so
        return f"; did you mean {own.rpartition('.')[2]}?"
    if near or key is None or key == dotted(path):
        return did_you_mean(path[-1], siblings)
    is_axis = place.line and place in [
        source.keys[path_of_key] for path_of_key in source.keys if path_of_key[:2] == ("sweep", "over")
    ]
    return f"; did you mean {key}?" + ("" if is_axis else f" write {_written(source, key, place, given)}")


def _written(source: Source, key: str, place: Place, given: Any) -> str:
    """A key and its value as they are typed at this place; of a section that the file has, that they go there."""
    if place.line:
        text = "..." if isinstance(given, (dict, list)) else _as_written(given).strip("'")
        *sections, leaf = key.split(".")
        there, above = source.data, []
        while sections and isinstance(there.get(sections[0]), dict):
            there = there[sections[0]]
            above.append(sections.pop(0))
        opened = "".join(f"{section}: {{" for section in sections)
        return f"`{opened}{leaf}: {text}{'}' * len(sections)}`" + (f" under `{'.'.join(above)}:`" if above else "")
    value = place.value or _as_yaml(given)
    option = "--over" if place.source.startswith("--over ") else "--set"
    word = "over" if "over={" in place.source else "set"
    if key in BY_KEY and word == "set":
        return either(f"{BY_KEY[key].option} {value}", f"{BY_KEY[key].name}={given!r}")
    typed = f"{BY_KEY[key].option} {value}" if key in BY_KEY else f"{option} {key}={value}"
    return either(typed, f"{word}={{{key!r}: {given!r}}}")


def _missing(source: Source, spot: Spot, _: Any) -> Problem:
    key = dotted(spot.path)
    message = f"missing; for example `{NEEDED[key]}`" if key in NEEDED else "missing"
    return Problem(source.place(spot.path[:-1], of_key=True), key, message)


def _no_name(source: Source, spot: Spot, _: Any) -> Problem:
    """A section without the key that says which one it is."""
    key = dotted((*spot.path, tag_key(members(spot.annotation)[0])))
    return Problem(source.place(spot.path, of_key=True), key, "missing")


def _unknown_name(source: Source, spot: Spot, refusal: Any) -> Problem:
    """A section whose name is none."""
    sections = members(spot.annotation)
    path, tag = (*spot.path, tag_key(sections[0])), refusal["ctx"]["tag"]
    names = [name for section in sections for name in tags_of(section)]
    return Problem(source.place(path), dotted(path), f"{tag!r} is not known{did_you_mean(tag, names)}")


def _unknown_word(source: Source, spot: Spot, refusal: Any) -> Problem:
    given = refusal["input"]
    words = literals(spot.annotation)
    numbered = ["cuda:1"] if "cuda" in words else []  # one of too many to list
    message = f"{given!r} is not known{did_you_mean(given, [*words, *numbered])}"
    return Problem(source.place(spot.path), dotted(spot.path), message)


def _not_together(source: Source, spot: Spot, refusal: Any) -> Problem:
    """A key that does not suit the others of its section."""
    path = (*spot.path, refusal["ctx"]["key"])
    return Problem(source.place(path), dotted(path), refusal["ctx"]["message"])


SPECIAL: dict[str, Callable[[Source, Spot, Any], Problem]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "union_tag_not_found": _no_name,
    "union_tag_invalid": _unknown_name,
    "literal_error": _unknown_word,
    TOGETHER: _not_together,
}  # fmt: skip


def _as_yaml(value: object) -> str:
    """A value in one line."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else _as_written(value).strip("'")


def _as_written(value: object) -> str:
    """A value as YAML has it, and not too much of it."""
    text = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "..."
