"""Titles and caption from config, summary and trials."""

from typing import Any

import pandas as pd
import pytest

from making.store_records import SUMMARY
from mlpexp.config.dump import as_data
from mlpexp.config.experiment import Experiment
from mlpexp.report.numbers.run_caption import run_caption, run_title

IRIS: dict[str, Any] = {
    "dataset": {"name": "iris"},
    "model": {"name": "mlp", "hidden_sizes": [16], "activation": "relu"},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"batch_size": 16},
}


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({}, "iris - mlp [16] relu, sgd 0.1, batch 16"),
        ({"model": {"name": "mlp", "hidden_sizes": []}}, "iris - linear model, sgd 0.1, batch 16"),
        (
            {"model": {"name": "mlp", "hidden_sizes": [8, 4], "activation": ["relu", "tanh"], "dropout": 0.5}},
            "iris - mlp [8, 4] relu/tanh dropout 0.5, sgd 0.1, batch 16",
        ),
        (
            {"optimizer": {"name": "sgd", "learning_rate": 1e-5, "momentum": 0.9, "l2_penalty": 0.01}},
            "iris - mlp [16] relu, sgd 1e-05 momentum 0.9 L2 0.01, batch 16",
        ),
        (
            {"dataset": {"name": "synthetic", "kind": "moons"}, "training": {"batch_size": "full"}},
            "moons - mlp [16] relu, sgd 0.1, full batch",
        ),
        (
            {"dataset": {"name": "synthetic", "kind": "function", "function": "sine"}, "schedule": {"name": "cosine"}},
            "sine - mlp [16] relu, sgd 0.1, cosine schedule, batch 16",
        ),
        (
            {"dataset": {"name": "csv", "path": "/data/my wine.csv", "target": "y"}},
            "my wine - mlp [16] relu, sgd 0.1, batch 16",
        ),
        ({"dataset": {"name": "mnist"}, "model": {"name": "lenet5"}}, "mnist - lenet5, sgd 0.1, batch 16"),
        (
            {
                "dataset": {"name": "digits"},
                "model": {
                    "name": "cnn",
                    "layers": [
                        {"layer": "conv", "channels": 8, "kernel_size": 3},
                        {"layer": "max_pool"},
                        {"layer": "dense", "units": 32},
                    ],
                },
            },
            "digits - cnn c8@3 pad0 p d32, sgd 0.1, batch 16",
        ),
        (
            {"dataset": {"name": "digits"}, "model": {"name": "cnn", "layers": "c8@3 " * 9}},
            "digits - cnn [8, 8, 8, 8, 8, 8, 8, 8, 8], sgd 0.1, batch 16",
        ),
    ],
)
def test_title_of_a_resolved_config(change: dict[str, Any], title: str) -> None:
    assert run_title(as_data(Experiment.model_validate({**IRIS, **change}))) == title


TRIALS = pd.DataFrame({"seed": [0, 1], "status": ["finished", "diverged"], "best_epoch": [4, 1]})


def test_caption_of_a_summary() -> None:
    config = as_data(Experiment.model_validate({**IRIS, "loss": "cross_entropy"}))
    caption = run_caption(config, SUMMARY, TRIALS, "folder")
    assert caption.loss == "cross-entropy (nats)"
    assert caption.target == "kind"
    assert (caption.class_name(1), caption.class_name(2)) == ("b", "2")
    assert caption.input_shape == (1, 8, 8)
    assert caption.diverged == {1}
    assert caption.best_epochs == {0: 4, 1: 1}
    assert run_caption({}, SUMMARY.model_copy(update={"selected_on": None}), TRIALS, "folder").best_epochs == {}


@pytest.mark.parametrize(("data_seed", "new_data"), [(3, False), ("seed", True)])
def test_whether_each_seed_has_its_own_data(data_seed: int | str, new_data: bool) -> None:
    dataset = {"name": "synthetic", "kind": "moons", "data_seed": data_seed}
    config = as_data(Experiment.model_validate({**IRIS, "dataset": dataset}))
    assert run_caption(config, SUMMARY, TRIALS, "folder").new_data == new_data


def test_of_a_result_in_training_nothing_is_known_to_have_ended() -> None:
    caption = run_caption({}, SUMMARY, None, "folder")
    assert (caption.diverged, caption.best_epochs) == (frozenset(), {})


def test_without_files_the_folder_is_the_title() -> None:
    assert run_caption({}, None, None, "folder").title == "folder"
