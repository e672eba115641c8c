"""A config as canonical YAML, and what tells configs apart: its hash, what it computes, and the program that computes it."""

import hashlib
import json
from collections.abc import Collection, Mapping
from math import inf
from pathlib import PurePath
from typing import Any

import yaml

from mlpexp.config.experiment import Experiment, Keep
from mlpexp.config.splits import OWN_TEST_PART
from mlpexp.config.table_paths import told_anew
from mlpexp.config.yaml_source import scalar

LEFT_OUT = {"class_weights": "none", "cuda_graph": "auto"}  # keys of training:, where they have this value
NOT_COMPUTED = (
    "name",
    "description",
    "scores",
    "diagnostics",
    "keep",
    "sweep",
)  # they decide no number of a trained network


def as_data(experiment: Experiment) -> dict[str, Any]:
    """Plain data, names first, without keys that say nothing: ``null``, no ``scores:``, a ``keep:`` of defaults, and
    ``LEFT_OUT``, no ``arms`` of a sweep.

    A random split is the usual one, and is not named; where the test part has another source, ``test_fraction`` is not; nor is
    ``standardize`` beside a ``scale`` that is neither true nor false.
    """
    data = _without_nulls(experiment.model_dump(mode="json"))
    if experiment.keep == Keep():
        del data["keep"]
    elif not experiment.keep.data:
        del data["keep"]["data"]
    if not experiment.scores:
        del data["scores"]
    if experiment.sweep is not None and not experiment.sweep.arms:
        del data["sweep"]["arms"]
    dataset, kind = data["dataset"], experiment.dataset.split.kind
    if kind == "random":
        del dataset["split"]
    elif kind in OWN_TEST_PART:
        dataset.pop("test_fraction", None)
    data["dataset"] = {key: value for key, value in data["dataset"].items() if not _says_nothing(key, value)}
    if experiment.dataset.scale is not None:
        del data["dataset"]["standardize"]
    for key, usual in LEFT_OUT.items():
        if getattr(experiment.training, key) == usual:
            del data["training"][key]
    return data


def _says_nothing(key: str, value: Any) -> bool:
    """Whether a key of a table lists nothing."""
    return value in ([], {}) or (key == "missing_indicator" and value is False)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_nulls(item) for key, item in value.items() if item is not None}
        first = [key for key in ("name", "layer") if key in kept]
        return {key: kept[key] for key in [*first, *(k for k in kept if k not in first)]}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def to_yaml(
    experiment: Experiment,
    left_open: Mapping[str, Collection[str]] | None = None,
    tables: Mapping[str, str] | None = None,
) -> str:
    """The resolved config as YAML that ``mlpexp train --config`` reads back to an equal experiment.

    Args:
        experiment: The config.
        left_open: Keys to leave out, by section: defaults that other keys may still change.
        tables: What is to be written for paths of tables.
    """
    data = told_anew(as_data(experiment), tables or {})
    for section, keys in (left_open or {}).items():
        data[section] = {key: value for key, value in data[section].items() if key not in keys}
    data = {key: value for key, value in data.items() if value != {}}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def identity(experiment: Experiment, tables: Mapping[str, str] | None = None) -> str:
    """A text that is equal for two experiments exactly if they compute the same, seeds aside; 32 hexadecimal digits.

    Unlike ``config_hash`` it is long enough to tell millions of experiments apart, and knows in which folder a CSV file is.

    Args:
        experiment: The config.
        tables: What paths of tables are called, so that it is the same wherever they are.
    """
    data = told_anew(as_data(experiment), tables or {})
    for key in (*NOT_COMPUTED, "seed", "seeds"):
        data.pop(key, None)
    _forget_usual_engine(data)
    _forget_place_of_start(data)
    target = data["dataset"].get("target")
    if isinstance(target, dict) and target["standardize"] is False and target["transform"] == "none":
        data["dataset"]["target"] = target["column"]  # as in results from before numbers were learned otherwise
    return hashlib.blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=16).hexdigest()


def config_hash(experiment: Experiment) -> str:
    """Eight hexadecimal digits that depend on everything which decides the numbers of a run.

    The name, the description, the diagnostics, what is kept and the sweep section do not, nor does the folder in which a
    CSV file lies.
    """
    data = as_data(experiment)
    for key in NOT_COMPUTED:
        data.pop(key, None)
    _forget_usual_engine(data)
    _forget_place_of_start(data)
    for section in (data["dataset"], data["dataset"].get("split", {})):
        if "path" in section:
            section["path"] = PurePath(section["path"]).name
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _forget_usual_engine(data: dict[str, Any]) -> None:
    """Runs from before there was another engine keep their hash."""
    if data["training"]["engine"] == "torch":
        del data["training"]["engine"]


def _forget_place_of_start(data: dict[str, Any]) -> None:
    """Weights to begin with are the same wherever they are: the sum of their file says which they are."""
    start = data.get("start", {})
    if "sha256" in start:
        for key in ("result", "arm", "seed"):
            start.pop(key, None)


class _Dumper(yaml.SafeDumper):
    """Block style with short lists in one line, and floats that read back as the same floats."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    plain = all(not isinstance(item, (dict, list)) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


def _represent_str(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = None if scalar(value) == value and value.isprintable() else '"'  # a line break would be folded
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _represent_float(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    text = repr(value)
    if "e" in text and "." not in text:  # YAML 1.1 programs read 1e-08 as a word, but 1.0e-08 as a number
        text = text.replace("e", ".0e")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(str, _represent_str)
_Dumper.add_representer(float, _represent_float)


class _Line(_Dumper):
    """The same in one line."""


_Line.add_representer(
    list, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)


def in_a_line(value: Any) -> str:
    """Plain data in one line of YAML, which programs for YAML 1.1 and for YAML 1.2 read alike."""
    text: str = yaml.dump(
        [value], Dumper=_Line, default_flow_style=True, allow_unicode=True, width=inf, sort_keys=False
    )
    return text.strip()[1:-1]


NOT_OF_PROGRAM = ("name", "description", "seed", "seeds", "split_seed", "init_seed", "order_seed", "schedule", "keep")
RADII = ("radius", "final_radius", "radius_decay")  # of a self-organizing map
SWITCHES = ("gradient_clip", "weight_averaging", "early_stopping")  # of training: on or off


def program_of(experiment: Experiment) -> str:
    """A text that is equal for two resolved experiments exactly if they can be members of one stack.

    They may differ in seeds, learning rate, schedule, initialization, weights to begin with, radii of a map, and in
    momentum, decay, penalty, dropout rate, clipping, averaging, patience, tolerance and class weights as long as each is on
    in both or off in both (0 is off): an update with a momentum of 0 is another program than one without. Data, shapes,
    activation, frozen layers, optimizer kind, batch size, number of epochs and scores are the program.
    """
    data = as_data(experiment)
    for key in NOT_OF_PROGRAM:
        data.pop(key, None)
    frozen = data.pop("start", {}).get("freeze")
    if frozen:
        data["freeze"] = frozen
    model, optimizer, training = data["model"], data["optimizer"], data["training"]
    for key in ("init", "bias_init", *RADII):
        model.pop(key, None)
    if "dropout" in model:
        model["dropout"] = model["dropout"] > 0
    data["optimizer"] = {key: _switch(value) for key, value in optimizer.items()}
    if experiment.selected_by is not None:
        data["selected_by"] = experiment.selected_by
    training.update({key: key in training for key in SWITCHES})
    training.update({key: True for key in ("class_weights", "convergence") if key in training})
    return json.dumps(data, sort_keys=True)


def _switch(value: Any) -> Any:
    return value > 0 if isinstance(value, float) else value
