"""A config as canonical YAML, and its hash."""

import hashlib
import json
from pathlib import PurePath
from typing import Any

import yaml

from mlpexp.config.experiment import Experiment
from mlpexp.config.yaml_source import scalar


def as_data(experiment: Experiment) -> dict[str, Any]:
    """Plain data without keys that say nothing (``null``), in the order of the schema, names first."""
    return _without_nulls(experiment.model_dump(mode="json"))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_nulls(item) for key, item in value.items() if item is not None}
        first = [key for key in ("name", "layer") if key in kept]
        return {key: kept[key] for key in [*first, *(k for k in kept if k not in first)]}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def to_yaml(experiment: Experiment) -> str:
    """The resolved config as YAML that ``mlpexp train --config`` reads back to an equal experiment."""
    return yaml.dump(as_data(experiment), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def identity(experiment: Experiment) -> str:
    """A text that is equal for two experiments exactly if they compute the same, seeds aside; 32 hexadecimal digits.

    Unlike ``config_hash`` it is long enough to tell millions of experiments apart, and knows in which folder a CSV file is.
    """
    data = as_data(experiment)
    for key in ("name", "description", "sweep", "seed", "seeds"):
        data.pop(key, None)
    return hashlib.blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=16).hexdigest()


def config_hash(experiment: Experiment) -> str:
    """Eight hexadecimal digits that depend on everything which decides the numbers of a run.

    The name, the description and the sweep section do not, nor does the folder in which a CSV file lies.
    """
    data = as_data(experiment)
    for key in ("name", "description", "sweep"):
        data.pop(key, None)
    if "path" in data["dataset"]:
        data["dataset"]["path"] = PurePath(data["dataset"]["path"]).name
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


class _Dumper(yaml.SafeDumper):
    """Block style with short lists in one line, and floats that read back as the same floats."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    plain = all(not isinstance(item, (dict, list)) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


def _represent_str(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = None if scalar(value) == value else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _represent_float(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    text = repr(value)
    if "e" in text and "." not in text:  # YAML 1.1 programs read 1e-08 as a word, but 1.0e-08 as a number
        text = text.replace("e", ".0e")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(str, _represent_str)
_Dumper.add_representer(float, _represent_float)
