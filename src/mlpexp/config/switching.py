"""Another optimizer by its name alone: the keys of the section that it shares with the old one stay, others go."""

from collections.abc import Collection, Mapping
from typing import Any, get_args

from mlpexp.asking import keyword
from mlpexp.config.optimization import OptimizerConfig

KINDS = get_args(get_args(OptimizerConfig)[0])
CLASSES = {name: kind for kind in KINDS for name in get_args(kind.model_fields["name"].annotation)}


def foreign_keys(section: Mapping[str, Any], name: object) -> list[str]:
    """The keys of an ``optimizer:`` section that are its optimizer's and not another's; a mistyped key is neither's.

    Args:
        section: As it was before.
        name: Of the other optimizer.
    """
    own, other = CLASSES.get(str(section.get("name"))), CLASSES.get(str(name))
    if own is None or other is None:
        return []
    return [key for key in section if key in own.model_fields and key not in other.model_fields]


def in_words(section: Mapping[str, Any], name: object) -> list[str]:
    """What is left out, a sentence for each key whose value was chosen, and is not the default."""
    fields = CLASSES[str(section["name"])].model_fields if foreign_keys(section, name) else {}
    lost = [key for key in foreign_keys(section, name) if section[key] != fields[key].default]
    return [f"optimizer.{key}: {section[key]} is left out: {name} has no such key" for key in lost]


def rate_stays(data: Mapping[str, Any], words: Collection[str]) -> list[str]:
    """That another optimizer keeps the learning rate of the config, where it was named alone.

    Args:
        data: The config.
        words: The short words and last parts of keys that were given beside it.
    """
    section = data.get("optimizer")
    if "optimizer" not in words or "learning_rate" in words or not isinstance(section, dict):
        return []
    if "learning_rate" not in section:
        return []
    rate = section["learning_rate"]
    option = keyword("learning-rate")
    return [f"the learning rate stays {rate}, as in the config; an optimizer may need another ({option})"]
