"""The JSON Schema of a config, held against the loader: it accepts all that the loader accepts, and refuses what is wrong."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from making.random_experiments import experiments
from mlpexp.config.activations import KNOWN
from mlpexp.config.dump import to_yaml
from mlpexp.config.json_schema import json_schema, modeline, written_anew
from mlpexp.config.load import changed_source, validated
from mlpexp.config.shipped import example_names, example_path, examples_folder
from mlpexp.config.sweep import LABEL
from mlpexp.config.yaml_source import Override, Source, yaml_in
from mlpexp.errors import InputError, Place
from mlpexp.planning.axes import Axis, axes_of
from mlpexp.planning.values import why_no_label

NAMES = example_names()
BASE = {"dataset": "iris", "model": "mlp", "optimizer": "adam"}
MAP = {"dataset": "iris", "model": "som"}


@cache
def schema() -> Draft7Validator:
    return Draft7Validator(json_schema())


def accepts(data: Any) -> bool:
    return schema().is_valid(data)


def source_of(data: dict[str, Any]) -> Source:
    return changed_source(yaml_in(yaml.safe_dump(data, allow_unicode=True), "c.yaml"), Path("c.yaml"), ())


def loads(data: dict[str, Any]) -> bool:
    """Whether a config passes the check of its sections, by itself and with each value of each axis, or each arm."""
    try:
        source = source_of(data)
        experiment = validated(source)
        axes = axes_of(experiment.sweep, source) if experiment.sweep else []
        arms = [{axis.written: value} for axis in axes for value in values_of(axis)]
        if experiment.sweep and experiment.sweep.arms:
            if any(why_no_label(arm.get(LABEL, "a")) for arm in experiment.sweep.arms):
                return False
            arms = [{key: value for key, value in arm.items() if key != LABEL} for arm in experiment.sweep.arms]
        for arm in arms:
            overrides = [Override(written, value, Place("over")) for written, value in arm.items()]
            validated(changed_source(source_of(data), Path("c.yaml"), overrides))
    except InputError:
        return False
    return True


def values_of(axis: Axis) -> list[Any]:
    return axis.values if isinstance(axis.values, list) else [axis.sampled(0.5)]


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(json_schema())


def test_the_file_is_written_anew() -> None:
    text = (examples_folder() / "schema.json").read_text(encoding="utf-8")
    assert text == written_anew(), "python -m mlpexp.config.json_schema"
    assert json.loads(text) == json_schema()


@pytest.mark.parametrize("name", NAMES)
def test_examples_name_it_and_are_accepted(name: str) -> None:
    text = example_path(name).read_text(encoding="utf-8")
    first = text.splitlines(keepends=True)[0]
    assert first == modeline(name), "python -m mlpexp.config.json_schema"
    assert (example_path(name).parent / first.split("=")[1].strip()).resolve() == examples_folder() / "schema.json"
    assert not list(schema().iter_errors(yaml_in(text, name).data))
    assert not list(schema().iter_errors(yaml.safe_load(text)))  # YAML 1.1, where 1e-4 is text


@pytest.mark.skipif(shutil.which("check-jsonschema") is None, reason="check-jsonschema is not installed")
def test_check_jsonschema_accepts_the_examples() -> None:
    file = examples_folder() / "schema.json"
    command = ["check-jsonschema", "--schemafile", file, *map(example_path, NAMES)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


# Changes of a small config, by dotted key, that both accept.
GOOD: list[dict[str, Any]] = [
    {"dataset": "three_class_3d"}, {"dataset": {"name": "iris", "split": "k_fold"}}, {"schedule": "cosine"},
    {"model": {"name": "mlp", "activation": ["relu"]}}, {"model": {"name": "mlp", "activation": "swish"}},
    {"model": {"name": "mlp", "activation": {"name": "elu", "alpha": 2}}}, {"device": "cuda:3"},
    {"model": {"name": "mlp", "init": "he_normal", "bias_init": 0.1}}, {"keep": {"state": "yes", "data": False}},
    {"model": {"name": "cnn", "layers": "c8@5 bn relu p c16@3/2 pad0 elu:2 a3/2 drop0.5 d32 tanh"}},
    {"model": {"name": "mlp", "activation": "own:mish@0123456789ab"}}, {"loss": "own:mine@0123456789ab"},
    {"model": {"name": "mlp", "hidden_sizes": [4, 4], "activation": ["relu", "own:mish@0123456789ab"]}},
    {"optimizer": {"name": "own:mine@0123456789ab", "learning_rate": 1, "slope": 2.0}},
    {"dataset": {"name": "csv", "path": "a.csv", "target": "price", "delimiter": "\\t", "missing": {"a": "drop"}}},
    {"dataset": {"name": "csv", "path": "a", "target": {"column": "b"}, "split": {"kind": "column", "column": "c", "test": 1}}},
    {"sweep": {"over": {"learning_rate": "log(1e-4, 1, 9)", "hidden_size": [4, 8], "activation": ["relu", "tanh"]}}},
    {"sweep": {"over": {"optimizer": ["adam", {"name": "sgd", "learning_rate": 0.1}]}, "baseline": "adam"}},
    {"sweep": {"over": {"hidden_sizes": {"small": [4], "large": [64, 64]}, "model.init": ["zeros"]}}},
    {"sweep": {"over": {"learning_rate": "uniform(0.1, 1)"}, "method": "random", "trials": 20}},
    {"sweep": {"arms": [{"label": "a", "learning_rate": 0.1}, {"batch_size": "full"}], "baseline": {"label": "a"}}},
    {"training": {"batch_size": "full", "class_weights": {"setosa": 2}, "threads": "auto"}},
    {"dataset": {"name": "synthetic", "kind": "function", "function": "sine"}},
    {"dataset": {"name": "csv", "path": "a", "target": "b", "missing_values": [-999, 10**13, "?", 1e31]}},
    {"optimizer": {"name": "sgd", "learning_rate": 1}, "sweep": {"over": {"optimizer": ["own:mine@0123456789ab", "adam"]}}},
    {"sweep": {"over": {"training": [{"epochs": 1}]}}},
    {"description": "a", "seed": 2**63 - 1, "start": {"freeze": ["hidden1"]}},
]  # fmt: skip
# Changes that both refuse: keys, names, types, choices, bounds, and what is missing.
BROKEN: list[dict[str, Any]] = [
    {"xyz": 1}, {"dataset": "irs"}, {"model": "mpl"}, {"optimizer": "sgd"}, {"optimizer": {"name": "sgd"}},
    {"schedule": "step"}, {"model": {"hidden_sizes": [4]}}, {"model": {"name": "mlp", "hidden_size": 4}},
    {"model": {"name": "mlp", "hidden_sizes": 16}}, {"model": {"name": "mlp", "hidden_sizes": [0]}},
    {"model": {"name": "mlp", "hidden_sizes": ["16"]}}, {"model": {"name": "mlp", "activation": "rleu"}},
    {"model": {"name": "mlp", "activation": {"name": "elu", "beta": 1}}}, {"model": {"name": "mlp", "bias": "yes"}},
    {"model": {"name": "cnn", "layers": "c8@5 q"}}, {"model": {"name": "cnn", "layers": []}}, {"model": {"name": "cnn"}},
    {"model": {"name": "cnn", "layers": "p bn"}}, {"model": {"name": "mlp", "dropout": 1}},
    {"optimizer": {"name": "adam", "learning_rate": 0}}, {"optimizer": {"name": "adam", "learning_rate": "fast"}},
    {"optimizer": {"name": "adam", "momentum": 0.9}}, {"training": {"epochs": 0}}, {"training": {"epochs": 1.5}},
    {"training": {"epochs": "10"}}, {"training": {"epochs": True}}, {"training": {"batch_size": "half"}},
    {"training": {"batch_size": None}}, {"training": {"early_stopping": True}}, {"training": None},
    {"dataset": {"name": "iris", "test_fraction": 30}}, {"dataset": {"name": "iris", "split": "folds"}},
    {"dataset": {"name": "iris", "split": {"kind": "k_fold", "folds": 1}}}, {"dataset": {"name": "synthetic"}},
    {"dataset": {"name": "csv", "path": "a.csv"}}, {"dataset": {"name": "csv", "path": "a", "target": 3}},
    {"loss": "mse"}, {"device": "cuda:x"}, {"seeds": 0}, {"seed": -1}, {"seed": 2**63}, {"name": "a b"}, {"scores": ["f1"]},
    {"keep": {"state": "maybe"}}, {"keep": {"weights": "last"}}, {"diagnostics": "on"},
    {"schedule": {"name": "cosine", "x": 1}},
    {"sweep": {"over": {"learning_rat": [1]}}}, {"sweep": {"over": {"learning_rate": 0.1}}},
    {"sweep": {"over": {"learning_rate": []}}}, {"sweep": {"over": {"learning_rate": "lgo(1, 2, 3)"}}},
    {"sweep": {"over": [1]}}, {"sweep": {"method": "bayes"}}, {"sweep": {"margin": 0}}, {"sweep": {"ovr": {}}},
    {"sweep": {"trials": 0}}, {"start": {"arm": -1}}, {"start": {"layers": []}},
    {"training": {"epochs": 10**13}}, {"optimizer": {"name": "adam", "learning_rate": 1e31}}, {"seed": 2**64},
    {"dataset": {"name": "synthetic", "kind": "function"}},
    {"dataset": {"name": "synthetic", "kind": "moons", "function": "sine"}},
    {"dataset": {"name": "iris", "scale": "minmax", "standardize": "no"}},
    {"model": {"name": "som", "grid": [16]}}, {"optimizer": {"name": "own:mine@0123456789ab"}},
    {"optimizer": {"name": "own:mine@0123456789ab", "learning_rate": 1, "slope": "steep"}},
    {"sweep": {"over": {"optimizer": ["adam", "relu"]}}}, {"sweep": {"over": {"schedule": [{"name": "step"}]}}},
    {"sweep": {"over": {"optimizer": [{"name": "sgd", "learning_rate": 0.1, "slope": 1}]}}},
    {"sweep": {"over": {"training": [{"epoch": 1}]}}}, {"sweep": {"arms": [{"schedule": "mnist"}]}},
    {"sweep": {"over": {"hidden_size": [4, 4]}}}, {"sweep": {"over": {"learning_rate": "log(1)"}}},
    {"sweep": {"over": {"learning_rate": "uniform(0.1, 1, 5)"}, "method": "random", "trials": 4}},
]  # fmt: skip


@pytest.mark.parametrize("change", GOOD, ids=str)
def test_accepted(change: dict[str, Any]) -> None:
    data = BASE | change
    assert loads(data)
    assert not list(schema().iter_errors(data))


@pytest.mark.parametrize("change", BROKEN, ids=str)
def test_refused(change: dict[str, Any]) -> None:
    data = BASE | change
    assert not loads(data)
    assert not accepts(data)


@pytest.mark.parametrize("missing", ["dataset", "model", "optimizer"])
def test_sections_that_are_needed(missing: str) -> None:
    data = {key: value for key, value in BASE.items() if key != missing}
    assert not loads(data)
    assert not accepts(data)


MAPS: list[dict[str, Any]] = [
    {}, {"optimizer": "sgd"}, {"optimizer": {"learning_rate": 0.2}}, {"optimizer": {"name": "sgd", "learning_rate": None}},
    {"schedule": None}, {"training": {"batch_size": None}}, {"model": {"name": "som", "grid": [4, 4]}},
    {"training": {"epochs": 0}}, {"optimizer": {"learning_rate": -1}}, {"model": {"name": "som", "grid": "4x4"}},
]  # fmt: skip


@pytest.mark.parametrize("change", MAPS, ids=str)
def test_maps_need_less(change: dict[str, Any]) -> None:
    assert loads(MAP | change) == accepts(MAP | change)


@pytest.mark.parametrize("name", list(KNOWN))
def test_every_activation_in_a_line_of_layers(name: str) -> None:
    data = BASE | {"model": {"name": "cnn", "layers": f"c8@5 {name} d4 bn {name}"}}
    assert loads(data)
    assert accepts(data)


@given(experiments)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_experiments_are_accepted(experiment: Any) -> None:
    data = yaml_in(to_yaml(experiment), "c.yaml").data
    assert not list(schema().iter_errors(data))


VALUES = st.sampled_from(
    [None, True, False, 0, 1, 2, 3, 8, 0.5, 1e-4, -1, 1.5, 10**6, "relu", "sgd", "adam", "mlp", "som", "full", "off", "auto",
     "none", "yes", "mean", "k_fold", "1e-4", "c8@5 p", "label", "", [], [4], [1, 2], [0.1, 1.0], ["relu", "tanh"], {},
     {"name": "elu"}, {"name": "sgd", "learning_rate": 1.0}, {"kind": "random"}, {"small": 1, "large": 2}, {"label": "x"},
     "log(1e-4, 1, 5)", "integers(2, 9)"],
)  # fmt: skip


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """All keys and positions of plain data."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(data: dict[str, Any], path: tuple[str | int, ...], value: Any, *, leave_out: bool) -> dict[str, Any]:
    data = deepcopy(data)
    node: Any = data
    for key in path[:-1]:
        node = node[key]
    if leave_out:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return data


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_the_loader_accepts_is_accepted(draw: st.DataObject) -> None:
    data = yaml_in(example_path(draw.draw(st.sampled_from(NAMES))).read_text(encoding="utf-8"), "c.yaml").data
    paths = [path for path in places(data) if path[:2] not in (("sweep", "exclude"), ("sweep", "baseline"))]
    path = draw.draw(st.sampled_from(paths))
    data = changed(data, path, draw.draw(VALUES), leave_out=draw.draw(st.booleans()))
    assert accepts(data) or not loads(data)
