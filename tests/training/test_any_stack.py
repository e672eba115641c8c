"""Neighbours do not matter, for stacks of random experiments whose members differ in every number in which they may."""

from typing import Any

import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from making.stacks import experiment, finished, rows_of
from mlpexp.config.activations import KNOWN

DATASETS = [
    {"name": "iris", "validation_fraction": 0.2},
    {"name": "three_class_3d", "validation_fraction": 0.2},
    {"name": "synthetic", "kind": "spirals", "samples": 60, "validation_fraction": 0.2},
    {"name": "synthetic", "kind": "function", "function": "sine", "samples": 50, "validation_fraction": 0.2},
]
OPTIMIZERS = [
    {"name": "sgd"},
    {"name": "sgd", "momentum": 0.9},
    {"name": "sgd", "momentum": 0.9, "nesterov": True},
    {"name": "adagrad"},
    {"name": "rmsprop"},
    {"name": "adam"},
    {"name": "adamw"},
]
shared = st.fixed_dictionaries(
    {
        "dataset": st.sampled_from(DATASETS),
        "model": st.fixed_dictionaries(
            {
                "hidden_sizes": st.lists(st.integers(1, 20) | st.sampled_from([37, 73]), max_size=3),
                "activation": st.sampled_from(list(KNOWN)),
                "bias": st.booleans(),
                "batch_norm": st.booleans(),
            }
        ),
        "optimizer": st.sampled_from(OPTIMIZERS),
        "loss": st.sampled_from(["cross_entropy", "softmax_squared_error"]),
        "training": st.fixed_dictionaries(
            {
                "batch_size": st.sampled_from([2, 5, 7, 8, 16, "full"]),
                "epochs": st.sampled_from([2, 3]),
                "precision": st.sampled_from(["float32", "float64"]),
                "train_metrics": st.sampled_from(["exact", "running"]),
                "evaluate_every": st.sampled_from([1, 2]),
            }
        ),
    }
)
own = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2),
        "learning_rate": st.sampled_from([0.001, 0.1, 0.5, 1e6, 1e30]),
        "l2_penalty": st.sampled_from([0.01, 0.1]),
        "weight_decay": st.sampled_from([0.001, 0.01]),
        "dropout": st.sampled_from([0.1, 0.5]),
        "gradient_clip": st.sampled_from([0.1, 1.0]),
        "weight_averaging": st.sampled_from([0.0, 0.5, 0.99]),
        "early_stopping": st.fixed_dictionaries({"patience": st.just(1), "min_delta": st.sampled_from([0.0, 9.0])}),
        "convergence": st.fixed_dictionaries({"patience": st.just(1), "tolerance": st.sampled_from([0.0, 0.1, 9.0])}),
        "init": st.sampled_from(["he_normal", "xavier_uniform", "torch_default", {"name": "normal", "std": 0.5}]),
        "bias_init": st.sampled_from([None, 0.1, "he_normal"]),
        "schedule": st.sampled_from([{"name": "constant"}, {"name": "cosine", "warmup_epochs": 1.0}]),
    }
)
SWITCHES = (
    "l2_penalty",
    "weight_decay",
    "dropout",
    "gradient_clip",
    "weight_averaging",
    "early_stopping",
    "convergence",
)
switched_on = st.sets(st.sampled_from(SWITCHES))  # what all members of a stack have or have not
CALM: dict[str, Any] = {
    "seed": 0, "learning_rate": 0.1, "l2_penalty": 0.01, "weight_decay": 0.001, "dropout": 0.1, "gradient_clip": 1.0,
    "weight_averaging": 0.5, "early_stopping": {"patience": 1, "min_delta": 0.0},
    "convergence": {"patience": 1, "tolerance": 0.0}, "schedule": {"name": "constant"},
    "init": "he_normal", "bias_init": None,
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "dataset": DATASETS[0],
    "model": {"hidden_sizes": [9], "activation": "relu", "bias": True, "batch_norm": False},
    "optimizer": OPTIMIZERS[0],
    "loss": "cross_entropy",
    "training": {
        "batch_size": 7, "epochs": 2, "precision": "float32", "train_metrics": "exact", "evaluate_every": 1,
    },
}  # fmt: skip


def member(together: dict[str, Any], numbers: dict[str, Any], on: set[str]) -> Any:
    """One member: what the stack has in common, and its own numbers."""
    dataset, optimizer = together["dataset"], together["optimizer"]
    numbers = {key: value for key, value in numbers.items() if key in on or key not in SWITCHES}
    from_numbers = {key: numbers.get(key, 0.0) for key in ("learning_rate", "l2_penalty", "weight_decay")}
    training = {key: numbers.get(key) for key in ("gradient_clip", "early_stopping", "convergence", "weight_averaging")}
    biases = {"bias_init": numbers["bias_init"]} if together["model"]["bias"] else {}
    return experiment(
        dataset=dataset,
        model={**together["model"], "dropout": numbers.get("dropout", 0.0), "init": numbers["init"], **biases},
        loss=None if dataset.get("function") else together["loss"],
        optimizer={**optimizer, **from_numbers},
        training={**together["training"], **training},
        schedule=numbers["schedule"],
        seed=numbers["seed"],
    )


@settings(max_examples=40)
@given(shared, st.lists(own, min_size=2, max_size=4), switched_on, st.integers(0, 3))
@example(PLAIN, [CALM, {**CALM, "learning_rate": 1e30}, {**CALM, "seed": 1}], set(), 2)
@example(PLAIN, [{**CALM, "learning_rate": 1e30}, {**CALM, "gradient_clip": 0.1}], {"gradient_clip"}, 0)
@example(PLAIN, [CALM, {**CALM, "early_stopping": {"patience": 1, "min_delta": 9.0}}, CALM], set(SWITCHES), 0)
@example({**PLAIN, "model": {**PLAIN["model"], "hidden_sizes": [1], "batch_norm": True}}, [CALM, CALM], set(), 1)
def test_a_member_is_bit_for_bit_what_it_is_alone(
    together: dict[str, Any], numbers: list[dict[str, Any]], on: set[str], chosen: int
) -> None:
    stack = [member(together, one, on) for one in numbers]
    position = chosen % len(stack)
    stacked, records = finished(stack)
    solo, own_records = finished([stack[position]])
    assert rows_of(records, position) == rows_of(own_records, 0)
    for name in ("last", "best", "last_buffers", "best_buffers"):
        assert torch.equal(getattr(stacked.state, name)[position], getattr(solo.state, name)[0]), name
    assert stacked.state.statuses[position] == solo.state.statuses[0]
    for name in ("ended_epoch", "best_epoch", "best_value", "improved_epoch"):
        assert getattr(stacked.state, name)[position] == getattr(solo.state, name)[0], name


@settings(max_examples=10)
@given(st.permutations([CALM, {**CALM, "seed": 1}, {**CALM, "learning_rate": 1e30}, {**CALM, "l2_penalty": 0.1}]))
def test_the_order_of_a_stack_does_not_matter(numbers: list[dict[str, Any]]) -> None:
    stack = [member(PLAIN, one, {"dropout", "weight_averaging", "l2_penalty"}) for one in numbers]
    forward, records = finished(stack)
    backward, reversed_records = finished(stack[::-1])
    assert torch.equal(forward.state.last, backward.state.last.flip(0))
    for i in range(4):
        assert rows_of(records, i) == rows_of(reversed_records, 3 - i)
