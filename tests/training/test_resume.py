"""A saved state continues to the same end, wherever it was taken: after any step of any epoch."""

import numpy as np
import pytest
import torch

from making.stacks import experiment, trainer

MLP = {
    "dataset": {"validation_fraction": 0.2},
    "model": {"hidden_sizes": [6], "dropout": 0.3, "batch_norm": True},
    "optimizer": {"name": "adam", "learning_rate": 0.05},
    "training": {"epochs": 3, "weight_averaging": 0.9, "train_metrics": "running", "early_stopping": {"patience": 1}},
}
WEIGHTED = {
    **MLP,
    "training": {**MLP["training"], "class_weights": {"setosa": 4.0}},
    "scores": ["f1_macro"],
}
CNN = {
    "dataset": {"name": "digits", "test_fraction": 0.9},
    "model": {"name": "cnn", "layers": [{"layer": "conv", "channels": 3, "kernel_size": 3}, {"layer": "max_pool"}]},
    "optimizer": {"learning_rate": 0.1, "momentum": 0.9},
    "training": {"epochs": 2, "batch_size": 50},
}


def ending(chosen):
    """The rows still to come, and the state at the end."""
    rows = [repr([(row.seed, row.scores, row.status) for row in record.rows]) for record in chosen.run() if record]
    arrays, plain = chosen.state.saved()
    return rows, (arrays, {key: value for key, value in plain.items() if not key.endswith("_seconds")})


@pytest.mark.parametrize(
    ("sections", "seeds"), [(MLP, [0, 1, 2]), (WEIGHTED, [0, 1, 2]), (CNN, [0])], ids=["mlp", "weighted", "cnn"]
)
def test_continuing_from_every_step_gives_the_same_end(sections, seeds):
    members = [experiment(**sections).model_copy(update={"seed": seed}) for seed in seeds]
    first = trainer(members)
    states, rows_before = [], []
    num_rows = 0
    for record in first.run():
        num_rows += record is not None
        states.append(first.state.saved())
        rows_before.append(num_rows)
    all_rows, (end, end_plain) = ending(trainer(members))
    for (arrays, plain), seen in zip(states, rows_before, strict=True):
        resumed = trainer(members)
        resumed.restore(arrays, plain)
        rows, (state, state_plain) = ending(resumed)
        assert rows == all_rows[seen:]
        assert state_plain == end_plain
        assert all(np.array_equal(state[name], end[name], equal_nan=True) for name in end)


def test_a_state_is_not_changed_by_later_steps():
    chosen = trainer([experiment(**MLP).model_copy(update={"seed": seed}) for seed in range(3)])
    run = chosen.run()
    next(run), next(run)
    arrays, plain = chosen.state.saved()
    before = {name: array.copy() for name, array in arrays.items()}, repr(plain)
    list(run)
    assert all(np.array_equal(arrays[name], before[0][name], equal_nan=True) for name in arrays)
    assert repr(plain) == before[1]


def test_the_clock_counts_steps_and_not_what_the_caller_does_in_between():
    """One tick passes within each step; a hundred pass for the caller after each."""
    now = [0.0]

    def clock():
        now[0] += 1
        return now[0]

    first = trainer([experiment(training={"epochs": 2, "batch_size": 50})], clock)  # 105 training samples: three steps
    states, seconds = [], []
    for record in first.run():
        seconds += [record.train_seconds] if record else []
        states.append(first.state.saved())
        now[0] += 100
    assert seconds == [0, 4, 4]  # three steps and finding out that there is no fourth
    assert first.state.train_seconds == 8
    resumed = trainer([experiment(training={"epochs": 2, "batch_size": 50})], clock)
    resumed.restore(*states[5])  # after the first step of the second epoch
    assert [record.train_seconds for record in resumed.run() if record] == [4]
    assert resumed.state.train_seconds == 8


def test_best_weights_give_the_best_validation_loss():
    config = experiment(dataset={"validation_fraction": 0.2}, optimizer={"learning_rate": 1.0}, training={"epochs": 20})
    chosen = trainer([config])
    losses = {record.epoch: record.rows[0].scores["validation_loss"] for record in chosen.run() if record}
    best = min(losses, key=losses.get)
    assert chosen.state.best_epoch[0] == best
    chosen.state.network = type(chosen.state.network)(chosen.architecture, chosen.state.best, chosen.state.best_buffers)
    scores = chosen.evaluator.scores(chosen.state.network, ["validation"])
    assert scores["validation"]["loss"][0] == pytest.approx(losses[best], rel=1e-6)  # evaluated without the other parts


def test_early_stopping_waits_for_patience_epochs():
    config = experiment(
        dataset={"validation_fraction": 0.2},
        optimizer={"learning_rate": 1.0},
        training={"epochs": 60, "early_stopping": {"patience": 4}},
    )
    chosen = trainer([config])
    losses = [record.rows[0].scores["validation_loss"] for record in chosen.run() if record]
    assert chosen.state.statuses == ["stopped early"]
    assert len(losses) - 1 - int(np.argmin(losses)) == 4


def test_float64_is_float64_throughout():
    chosen = trainer([experiment(training={"precision": "float64", "epochs": 1})])
    list(chosen.run())
    assert chosen.state.last.dtype == torch.float64
