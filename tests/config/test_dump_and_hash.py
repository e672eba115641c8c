"""A config written and read again is the same experiment; its hash depends on all that decides the numbers, only on that."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from making.configs import CONFIGS
from making.random_experiments import experiments
from mlpexp.config.dump import as_data, config_hash, identity, program_of, to_yaml
from mlpexp.config.experiment import Experiment
from mlpexp.config.load import read_source, validated
from mlpexp.planning.factors import differences
from mlpexp.planning.prepare import prepare

SLOWLY = settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))


def same(a: Any, b: Any) -> bool:
    """Equal in value and type, minus zero being another number than zero."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    return type(a) is type(b) and a == b


@SLOWLY
@given(experiments)
def test_written_and_read_it_is_the_same(tmp_path_factory: pytest.TempPathFactory, experiment: Experiment) -> None:
    path = tmp_path_factory.getbasetemp() / "round_trip.yaml"
    text = to_yaml(experiment)
    path.write_text(text, encoding="utf-8")
    again = validated(read_source(path))
    assert again == experiment
    assert config_hash(again) == config_hash(experiment)
    assert to_yaml(again) == text


@SLOWLY
@given(experiments)
def test_other_programs_read_the_same_values(experiment: Experiment) -> None:
    assert same(yaml.safe_load(to_yaml(experiment)), as_data(experiment))


def test_small_numbers_are_numbers_for_other_programs() -> None:
    experiment = Experiment.model_validate(
        {"dataset": {"name": "iris"}, "model": {"name": "mlp"}, "optimizer": {"name": "adam", "learning_rate": 1e-16}}
    )
    text = to_yaml(experiment)
    assert "epsilon: 1.0e-08\n" in text
    assert yaml.safe_load(text)["optimizer"]["learning_rate"] == 1e-16


WIDE: dict[str, Any] = {
    "name": "a",
    "description": "b",
    "dataset": {
        "name": "csv", "path": "/data/t.csv", "target": "y", "features": ["x"], "categorical": ["x"], "task": "regression",
    },
    "model": {
        "name": "cnn", "init": {"name": "normal"}, "activation": {"name": "leaky_relu"},
        "layers": [{"layer": "conv", "channels": 2, "kernel_size": 3, "activation": "tanh"}, {"layer": "dropout"}],
    },
    "loss": "mean_squared_error",
    "optimizer": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.5, "nesterov": True},
    "schedule": {"name": "step", "every": 3},
    "training": {"early_stopping": {}, "gradient_clip": 1.0, "weight_averaging": 0.5},
}  # fmt: skip
IMAGES: dict[str, Any] = {
    "dataset": {"name": "mnist", "train_samples": 90, "test_samples": 90, "augmentation": {}},
    "model": {"name": "mnist_cnn", "init": {"name": "uniform"}, "activation": {"name": "maxout"}},
    "optimizer": {"name": "adam"},
    "schedule": {"name": "exponential", "decay": 0.5},
}
POINTS: dict[str, Any] = {
    "dataset": {"name": "synthetic", "kind": "blobs", "classes": 3},
    "model": {"name": "mlp", "init": {"name": "orthogonal"}, "activation": {"name": "elu"}},
    "optimizer": {"name": "rmsprop"},
    "schedule": {"name": "cosine"},
}
# Other words that may stand where a word stands.
OTHER_WORD = {
    ("dataset", "name"): {"mnist": "fashion_mnist"}, ("dataset", "kind"): {"blobs": "spirals"},
    ("dataset", "task"): {"regression": "classification"}, ("dataset", "delimiter"): {",": ";"},
    ("dataset", "missing"): {"error": "drop"}, ("dataset", "path"): {"/data/t.csv": "/data/u.csv"},
    ("loss",): {"mean_squared_error": "cross_entropy"}, ("model", "layers", 0, "activation", "name"): {"tanh": "relu"},
    ("model", "init", "name"): {"orthogonal": "xavier_normal"}, ("optimizer", "name"): {"adam": "adamw"},
    ("schedule", "name"): {"exponential": "inverse_time"}, ("training", "train_metrics"): {"exact": "running"},
    ("training", "precision"): {"float32": "float64"}, ("device",): {"auto": "cpu"}, ("training", "threads"): {"auto": 2},
    ("training", "engine"): {"torch": "numpy"}, ("diagnostics",): {"off": "cheap"},
}  # fmt: skip
# Names that no other name can replace: the keys beside them belong to them.
FIXED = {
    "csv", "cnn", "mlp", "mnist_cnn", "normal", "uniform", "leaky_relu", "maxout", "elu", "conv", "dropout", "sgd", "rmsprop",
    "step", "cosine", "synthetic",
}  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, (dict, list)):
        yield path
    for key, item in items:
        yield from leaves(item, (*path, key))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def changed(data: dict[str, Any], path: tuple[Any, ...]) -> Experiment | None:
    """The experiment with another value at one place, or nothing where only this value is possible."""
    copy = json.loads(json.dumps(data))
    value = at(data, path)
    if isinstance(value, bool):
        other: Any = not value
    elif isinstance(value, int):
        other = value + 1
    elif isinstance(value, float):
        other = value * 0.9 if value else 0.01
    elif value in FIXED:
        return None
    else:
        other = OTHER_WORD.get(path, {}).get(value, f"{value}2")
    at(copy, path[:-1])[path[-1]] = other
    return Experiment.model_validate(copy)


@pytest.mark.parametrize("given_data", [WIDE, IMAGES, POINTS], ids=["csv", "images", "points"])
def test_each_key_changes_the_hash_but_those_that_compute_nothing(given_data: dict[str, Any]) -> None:
    experiment = Experiment.model_validate(given_data)
    data = as_data(experiment)
    hashes: dict[tuple[Any, ...], str] = {(): config_hash(experiment)}
    for path in leaves(data):
        other = changed(data, path)
        if other is None:
            continue
        if path in {("name",), ("description",), ("diagnostics",)}:
            assert config_hash(other) == hashes[()]
        else:
            hashes[path] = config_hash(other)
    assert len(hashes) > 20
    assert len(set(hashes.values())) == len(hashes)


def test_the_hash_is_eight_hexadecimal_digits() -> None:
    experiment = Experiment.model_validate(
        {"dataset": {"name": "iris"}, "model": {"name": "mlp"}, "optimizer": {"name": "sgd", "learning_rate": 0.1}}
    )
    assert re.fullmatch("[0-9a-f]{8}", config_hash(experiment))


def test_the_folder_of_a_csv_file_does_not_change_the_hash() -> None:
    def of(path: str) -> str:
        return config_hash(Experiment.model_validate({**WIDE, "dataset": {**WIDE["dataset"], "path": path}}))

    assert of("/a/t.csv") == of("/b/c/t.csv") == of("t.csv") != of("/a/u.csv")


def test_a_default_that_is_written_out_does_not_change_the_hash(tmp_path: Path) -> None:
    short, long = tmp_path / "short.yaml", tmp_path / "long.yaml"
    short.write_text("model: mlp\ndataset: iris\noptimizer: adam\n")
    long.write_text(
        "dataset: {standardize: true, name: iris}\nmodel: {name: mlp, hidden_sizes: [16]}\n"
        "optimizer: {name: adam, learning_rate: 1e-3}\nseeds: 1\n"
    )
    assert config_hash(validated(read_source(short))) == config_hash(validated(read_source(long)))


@SLOWLY
@given(experiments)
def test_a_config_is_a_key_of_a_dictionary(experiment: Experiment) -> None:
    again = Experiment.model_validate(experiment.model_dump(mode="json"))
    assert {experiment: 1}[again] == 1
    assert hash(experiment) == hash(again)


def test_nothing_can_be_appended() -> None:
    experiment = Experiment.model_validate(WIDE)
    inside = [experiment.model.layers, experiment.dataset.features, experiment.dataset.categorical]
    mlp = Experiment.model_validate({**POINTS, "model": {"name": "mlp", "hidden_sizes": [3], "activation": ["relu"]}})
    assert {type(value) for value in [*inside, mlp.model.hidden_sizes, mlp.model.activation]} == {tuple}


def test_what_is_kept_changes_no_hash_and_is_written_only_where_it_is_said() -> None:
    plain, again = Experiment.model_validate(POINTS), Experiment.model_validate({**POINTS, "keep": {}})
    assert to_yaml(plain) == to_yaml(again)
    assert "keep" not in to_yaml(plain)
    kept = Experiment.model_validate({**POINTS, "keep": {"weights": "none", "state": "yes"}})
    assert as_data(kept)["keep"] == {"weights": "none", "history": 0, "state": True}
    assert differences([as_data(plain), as_data(kept)]) == {}
    for text_of in (config_hash, identity, program_of):
        assert text_of(kept) == text_of(plain)


# Of shipped configs, from before lists were tuples: names of runs, keys of trials, and stacks must not change.
KNOWN = {
    "depth/vanishing_gradient.yaml": ("79f82e60", "01dbec12bc3ecd1453c6979f2b61d3aa", "5973c571609f2cf1"),
    "digits/cnn.yaml": ("ae96e3a2", "d173e9d9473d1e8ba8783b40452d6724", "5ab23b6318b8ffe3"),
    "iris/early_stopping.yaml": ("7430ac34", "e0c4e04071b654e839bb1760b644e6c3", "313ce159ceecaef4"),
    "iris/mlp.yaml": ("ac7e55d4", "32bcc9a0951acddeaac26893ac0eb775", "105936c49f7e182c"),
    "mnist/lenet5.yaml": ("87bd0c1f", "8fde7b8ef13410480f5e3cc29d22a3ec", "b004a4b80358a81a"),
    "som/iris.yaml": ("c0843132", "fdb87a679090f2206046b00ac4559d22", "b34f3666c9b238d7"),
    "synthetic/sine.yaml": ("0d3a7687", "f65bea6ef76a686c505239ac5e0bb7de", "4f8f326061ea8fb7"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_hashes_of_shipped_configs_stay(name: str) -> None:
    experiment = prepare(CONFIGS / name).experiment
    program = hashlib.blake2b(program_of(experiment).encode(), digest_size=8).hexdigest()
    assert (config_hash(experiment), identity(experiment), program) == KNOWN[name]
