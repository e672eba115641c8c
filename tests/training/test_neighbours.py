"""Neighbours do not matter: a member's weights and rows are the same bits, alone and in any stack (CPU, one thread)."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from making.stacks import experiment, finished, rows_of
from mlpexp.config.activations import KNOWN

sections = st.fixed_dictionaries({
    "model": st.fixed_dictionaries({
        "hidden_sizes": st.lists(st.integers(1, 19), max_size=2),
        "activation": st.sampled_from(list(KNOWN)),
        "dropout": st.sampled_from([0.0, 0.3]),
        "batch_norm": st.booleans(),
    }),
    "optimizer": st.sampled_from([
        {"name": "sgd", "learning_rate": 0.1},
        {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9, "l2_penalty": 0.01},
        {"name": "adam", "learning_rate": 0.01, "weight_decay": 0.1},
        {"name": "rmsprop", "learning_rate": 0.01},
        {"name": "adagrad", "learning_rate": 0.1},
    ]),
    "training": st.fixed_dictionaries({
        "batch_size": st.sampled_from([2, 7, 16, 33, "full"]),
        "epochs": st.just(2),
        "gradient_clip": st.sampled_from([None, 0.3]),
        "weight_averaging": st.sampled_from([None, 0.9]),
        "train_metrics": st.sampled_from(["exact", "running"]),
    }),
})  # fmt: skip


def with_seed(config, seed, **optimizer):
    return config.model_copy(update={"seed": seed, "optimizer": config.optimizer.model_copy(update=optimizer)})


def assert_member_equals_solo(stack, member):
    together, records = finished(stack)
    alone, own_records = finished([stack[member]])
    assert torch.equal(together.state.last[member], alone.state.last[0])
    assert torch.equal(together.state.last_buffers[member], alone.state.last_buffers[0])
    assert rows_of(records, member) == rows_of(own_records, 0)


@settings(max_examples=12, deadline=None)
@given(sections, st.integers(0, 3))
def test_a_member_is_the_same_alone_and_in_a_stack(chosen, member):
    config = experiment(**chosen)
    assert_member_equals_solo([with_seed(config, seed) for seed in (5, 3, 11, 2)], member)


@pytest.mark.parametrize("member", [0, 1, 3])
def test_neighbours_may_differ_in_numbers(member):
    config = experiment(
        model={"hidden_sizes": [9], "activation": "sigmoid", "dropout": 0.2},
        optimizer={"momentum": 0.5, "l2_penalty": 0.01},
    )
    stack = [
        with_seed(config, 0),
        with_seed(config, 0, learning_rate=1.0),
        with_seed(config, 1, learning_rate=0.01, l2_penalty=0.1),
        with_seed(config, 2, momentum=0.9),
    ]
    assert_member_equals_solo(stack, member)


def test_a_diverging_neighbour_leaves_and_the_others_keep_every_bit():
    config = experiment(
        dataset={"name": "synthetic", "kind": "function", "function": "square", "samples": 60},
        model={"hidden_sizes": [8]},
        training={"batch_size": 8, "epochs": 6},
    )
    stack = [with_seed(config, 0, learning_rate=0.01), with_seed(config, 1, learning_rate=50.0), with_seed(config, 2)]
    together, records = finished(stack)
    assert together.state.statuses[1] == "diverged"
    assert rows_of(records, 1)[-1][0] < 6
    assert torch.isfinite(together.state.last).all()
    assert_member_equals_solo(stack, 0)
    assert_member_equals_solo(stack, 1)


def test_a_neighbour_that_stops_early_leaves_and_the_others_keep_every_bit():
    config = experiment(
        dataset={"validation_fraction": 0.2},
        optimizer={"learning_rate": 0.5},
        training={"epochs": 30, "early_stopping": {"patience": 2}},
    )
    stack = [with_seed(config, seed) for seed in range(4)]
    together, _ = finished(stack)
    assert len({int(epoch) for epoch in together.state.ended_epoch}) > 1
    for member in range(4):
        assert_member_equals_solo(stack, member)
