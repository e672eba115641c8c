"""Training with the NumPy engine: the curves of the torch engine, from the same weights on the same batches."""

import numpy as np
import pytest
import torch

from making.effort import calls_of
from making.random_networks import ACTIVATIONS
from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.execution.members import members_of
from mlpexp.nn.network import StackedNetwork

LEAST = {"batch_size": 16, "epochs": 15, "precision": "float64"}  # 15 epochs of 7 steps


def both(seeds=(0,), **sections):
    """The finished trainers of the two engines, and their records."""
    training = {**LEAST, **sections.pop("training", {})}
    return [
        finished(members_of(experiment(**sections, training={**training, "engine": engine}), seeds))
        for engine in ("torch", "numpy")
    ]


def assert_same(pair, tolerance=1e-10, least_steps=100):
    """Weights and every score of every epoch."""
    (one, records), (other, others) = pair
    assert other.state.step == one.state.step >= least_steps
    torch.testing.assert_close(other.state.network.flat, one.state.network.flat, rtol=tolerance, atol=tolerance)
    for record, again in zip(records, others, strict=True):
        assert again.statuses == record.statuses
        for name, scores in record.scores.items():
            np.testing.assert_allclose(again.scores[name], scores, rtol=tolerance, atol=0, err_msg=name)


@pytest.mark.parametrize("loss", ["cross_entropy", "softmax_squared_error"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_the_curve_of_each_activation_and_loss(activation, loss):
    assert_same(both(model={"hidden_sizes": [5, 4], "activation": activation}, loss=loss))


@pytest.mark.parametrize(
    "sections",
    [
        {"optimizer": {"l2_penalty": 0.1}},
        {"schedule": {"name": "cosine", "warmup_epochs": 2}},
        {"model": {"hidden_sizes": []}},
        {"model": {"bias": False}},
        {"training": {"batch_size": "full", "epochs": 100}},
        {"training": {"batch_size": 1, "epochs": 1}},
        {
            "dataset": {"name": "synthetic", "kind": "function", "function": "sine", "samples": 150},
            "model": {"activation": "tanh"},
        },
        {"dataset": {"name": "digits", "test_fraction": 0.9}},
    ],
    ids=str,
)
def test_the_curve_with_each_option(sections):
    assert_same(both(**sections))


def test_early_stopping_stops_at_the_same_epoch():
    pair = both(
        dataset={"validation_fraction": 0.3}, optimizer={"learning_rate": 1.0},
        training={"epochs": 60, "early_stopping": {"patience": 5}},
    )  # fmt: skip
    assert_same(pair, least_steps=30)
    assert pair[1][0].state.statuses == ["stopped early"]


def test_several_seeds_and_their_numbers_apart():
    pair = both(seeds=(3, 4, 5))
    assert_same(pair)
    (_, records), alone = pair[1], both(seeds=(4,))[1][1]
    strip = [[row[:-2] + row[-2:] for row in rows_of(given, member)] for given, member in ((records, 1), (alone, 0))]
    assert strip[0] == strip[1]  # to the bit: one member after the other


def test_float32_stays_close():
    assert_same(both(training={"precision": "float32", "epochs": 15}), tolerance=1e-3)


def test_a_member_that_diverges_is_found_without_a_warning():
    sections = {
        "dataset": {"name": "synthetic", "kind": "function", "function": "cubic", "samples": 100},
        "model": {"activation": "identity"}, "optimizer": {"learning_rate": 30.0}, "training": {"epochs": 40},
    }  # fmt: skip
    one, other = both(**sections)
    assert one[0].state.statuses == other[0].state.statuses == ["diverged"]
    assert len(one[1]) == len(other[1])


def test_no_step_is_taken_by_torch():
    members = members_of(experiment(training={"engine": "numpy", "epochs": 2}), [0])
    records = []
    for torch_step in (StackedNetwork.forward_backward, StackedNetwork.__call__):
        assert calls_of(torch_step, lambda: records.extend(filter(None, trainer(members).run()))) == 0
    assert records[-1].scores["train_loss"] < records[0].scores["train_loss"]
