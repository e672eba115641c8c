"""Another optimizer by its name alone: the keys of the section that it shares with the old one stay, others go."""

from collections.abc import Mapping
from typing import Any, get_args

from mlpexp.config.optimization import OptimizerConfig

KINDS = get_args(get_args(OptimizerConfig)[0])
CLASSES = {name: kind for kind in KINDS for name in get_args(kind.model_fields["name"].annotation)}


def foreign_keys(section: Mapping[str, Any], name: object) -> list[str]:
    """The keys of an ``optimizer:`` section that an optimizer does not have; none if there is no such optimizer."""
    kind = CLASSES.get(str(name))
    return [key for key in section if key not in kind.model_fields] if kind else []


def lost(section: Mapping[str, Any], name: object) -> list[str]:
    """Of these, those with a value that was chosen, and not the default of the section's own optimizer."""
    own = CLASSES.get(str(section.get("name")))
    fields = own.model_fields if own else {}
    return [key for key in foreign_keys(section, name) if key not in fields or section[key] != fields[key].default]


def in_words(section: Mapping[str, Any], name: object) -> list[str]:
    """What is left out, a sentence for each key."""
    return [f"optimizer.{key}: {section[key]} is left out: {name} has no such key" for key in lost(section, name)]
