"""Where the value of a key comes from: a line of the config, an option, an axis of the sweep, or a default."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlpexp.config.key_facts import NEEDED, OF_LIST, TAGS, KeyFacts, key_facts
from mlpexp.config.som import map_defaults
from mlpexp.config.words import key_of
from mlpexp.config.yaml_source import Source, is_position, value_at
from mlpexp.planning.own_values import own_value
from mlpexp.planning.plan import Plan
from mlpexp.planning.values import value_text


@dataclass(frozen=True)
class Origin:
    """The value of a key in a config, and where it comes from."""

    value: str
    """In one line; empty where the config has no such key."""
    where: str
    """``mine.yaml:3:12``, ``--set seeds=3``, or that it is a default."""


def forms_in(facts: Sequence[KeyFacts], plan: Plan) -> list[KeyFacts]:
    """Of the keys those that the config can have, each of its section there alone; all, where it has none of them."""
    return [form for each in facts if (form := _in_its_section(each, plan))] or list(facts)


def _in_its_section(facts: KeyFacts, plan: Plan) -> KeyFacts | None:
    """A key as the section has it that the config has; None if that has no such key."""
    if OF_LIST in facts.path.split("."):  # the layers themselves are the value of `model.layers`
        return None
    section = facts.section.split(".") if facts.section else []
    around = own_value(plan.base.experiment, section)
    tag = next((around[0][key] for key in TAGS if around and isinstance(around[0], dict) and key in around[0]), None)
    tag = around[0] if around and isinstance(around[0], str) else tag
    if not around or around[0] is None or (facts.of and tag not in facts.of):
        return None
    return replace(facts, of=(str(tag),)) if facts.of else facts


def origin_of(path: str, default: Any, source: Source, plan: Plan) -> Origin:
    """The value of a key in a config, and where it comes from.

    Args:
        path: Dotted; of a layer with its position.
        default: Of the key, as plain data; None: it depends on other keys.
        source: The config as it was read.
        plan: What it was planned as.
    """
    parts = path.split(".")
    for axis in plan.axes:
        if key_of(axis.written) == path or axis.key == path:
            return Origin(f"varied: {_values(axis.values)}", str(axis.place))
        if path.startswith(f"{axis.key}."):
            return Origin(f"varied with {axis.key}", str(axis.place))
    values = own_value(plan.base.experiment, parts)
    if not values:
        return Origin("", "the config has no such key")
    value = _shown(path, values[0])
    if value_at(source.data, parts):
        step = tuple(int(part) if is_position(part) else part for part in parts)
        return Origin(value, str(source.place(step)))
    if parts[-1] in map_defaults(source.data).get(parts[0], {}):
        return Origin(value, "default of a map")
    is_other = default not in (None, NEEDED) and not isinstance(values[0], dict) and values[0] != default
    return Origin(value, "follows from other keys" if is_other else "default")


def _shown(path: str, value: Any) -> str:
    """In one line; of a section its name, as its keys have rows of their own."""
    if isinstance(value, dict) and any(facts.section == path for facts in key_facts()):
        return str(next((value[key] for key in TAGS if key in value), ""))
    return value_text(value)


def _values(values: Any) -> str:
    return ", ".join(map(value_text, values)) if isinstance(values, list) else str(values)
