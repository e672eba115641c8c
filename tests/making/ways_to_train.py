"""Every way to train, each as a small experiment: for what has to hold for all of them."""

from typing import Any

from making import maps, stacks
from mlpexp.config.dump import to_yaml
from mlpexp.config.experiment import Experiment

DIGITS: dict[str, Any] = {"name": "digits", "test_fraction": 0.9}
CONV = {"layer": "conv", "channels": 4, "kernel_size": 3}
ADAM = {"name": "adam", "learning_rate": 0.01}


def convolutions(pooling: str) -> dict[str, Any]:
    """A small convolutional network on digits."""
    return {"dataset": DIGITS, "model": {"name": "cnn", "layers": [CONV, {"layer": pooling}]}, "optimizer": ADAM}


WAYS: dict[str, dict[str, Any]] = {
    "sgd": {},
    "single samples": {"training": {"batch_size": 1, "epochs": 1}},
    "full batch": {"training": {"batch_size": "full"}},
    "momentum": {"optimizer": {"momentum": 0.9}},
    "nesterov": {"optimizer": {"momentum": 0.9, "nesterov": True}},
    "adagrad": {"optimizer": {"name": "adagrad", "learning_rate": 0.05}},
    "rmsprop": {"optimizer": {"name": "rmsprop", "learning_rate": 0.01}},
    "adam": {"optimizer": ADAM},
    "adamw": {"optimizer": ADAM | {"name": "adamw", "weight_decay": 0.1}},
    "penalty, clipping, averaging": {
        "optimizer": {"l2_penalty": 0.01}, "training": {"gradient_clip": 0.5, "weight_averaging": 0.9},
    },
    "schedule": {"schedule": {"name": "cosine", "warmup_epochs": 1}},
    "class weights": {"training": {"class_weights": "balanced"}},
    "running metrics": {"training": {"train_metrics": "running"}, "scores": ["balanced_accuracy", "roc_auc"]},
    "squared error": {"loss": "softmax_squared_error"},
    "dropout, batch norm": {"model": {"dropout": 0.3, "batch_norm": True}},
    "prelu": {"model": {"activation": "prelu"}},
    "maxout": {"model": {"activation": "maxout"}},
    "gelu": {"model": {"activation": "gelu"}},
    "validation": {"dataset": {"validation_fraction": 0.2}, "training": {"early_stopping": {"patience": 2}}},
    "numbers": {"dataset": {"name": "synthetic", "kind": "function", "function": "sine", "samples": 80}},
    "max pooling": convolutions("max_pool"),
    "average pooling": convolutions("average_pool"),
    "diagnostics": {"diagnostics": "cheap"},
    "diagnostics of convolutions": convolutions("max_pool") | {"diagnostics": "cheap"},
    "online map": {"model": {"name": "som", "grid": [3, 4]}},
    "batch map": {"model": {"name": "som", "grid": [3, 4], "algorithm": "batch"}},
}  # fmt: skip
PRECISIONS = ("float32", "float64", "bfloat16")


def members_of(sections: dict[str, Any], device: str, seeds: int = 2, **training: Any) -> list[Experiment]:
    """One experiment per seed."""
    is_map = sections.get("model", {}).get("name") == "som"
    sections = sections | {"training": sections.get("training", {}) | training, "device": device}
    config = (maps if is_map else stacks).experiment(**sections)
    return [config.model_copy(update={"seed": seed}) for seed in range(seeds)]


def config_of(sections: dict[str, Any], seeds: int = 2, **training: Any) -> str:
    """The text of the config."""
    (member,) = members_of(sections, "cpu", seeds=1, **training)
    return to_yaml(member.model_copy(update={"seeds": seeds}))
