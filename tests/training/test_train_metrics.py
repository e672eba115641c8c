"""Which losses are reported, when, and of how many samples and steps."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.training.evaluation import REMEMBERED_BYTES, group_size


def epochs_of(records):
    return [record.epoch for record in records]


def test_exact_metrics_are_of_the_weights_after_the_epoch():
    chosen, records = finished([experiment()])
    x, y = chosen.samples.part(0, chosen.samples.sizes.train)
    network = type(chosen.state.network)(chosen.architecture, chosen.state.last, chosen.state.last_buffers)
    outputs = network(x)[0]
    scores = records[-1].rows[0].scores
    assert scores["train_loss"] == pytest.approx(F.cross_entropy(outputs.double(), y[0]).item(), rel=1e-6)
    assert scores["train_accuracy"] == (outputs.argmax(1) == y[0]).double().mean().item()


@pytest.mark.parametrize("every", [1, 3])
def test_running_metrics_are_means_over_the_batches_as_they_were_met(every):
    training = {"train_metrics": "running", "evaluate_every": every, "epochs": 4, "batch_size": 16}
    _, records = finished([experiment(training=training)])
    witness = trainer([experiment(training=training)])
    losses, correct, expected = [], [], []
    for epoch in range(1, 5):
        for block in witness.samples.blocks(epoch, 16):
            for x, y in zip(block.inputs, block.targets, strict=True):
                with torch.no_grad():
                    outputs = witness.state.network(x)[0].double()
                losses += F.cross_entropy(outputs, y[0], reduction="none").tolist()
                correct += (outputs.argmax(1) == y[0]).tolist()
                _descend(witness, x, y)
        if epoch % every == 0 or epoch == 4:
            expected.append((np.mean(losses), np.mean(correct)))
            losses, correct = [], []
    found = [(r.rows[0].scores["train_loss"], r.rows[0].scores["train_accuracy"]) for r in records[1:]]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def _descend(chosen, x, y):
    parameters = list(chosen.state.network.parameters.values())
    for parameter in parameters:
        parameter.requires_grad_()
    gradients = torch.autograd.grad(F.cross_entropy(chosen.state.network(x)[0], y[0]), parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.requires_grad_(False).sub_(0.1 * gradient)


def test_the_first_record_is_of_the_initial_weights_in_both_modes():
    exact, running = (
        finished([experiment(training={"epochs": 1, "train_metrics": mode})])[1][0] for mode in ("exact", "running")
    )
    assert exact.epoch == exact.step == exact.samples == 0
    assert exact.rows == running.rows


def test_metrics_do_not_change_the_training():
    weights = []
    for training in ({}, {"train_metrics": "running"}, {"evaluate_every": 3}, {"evaluate_every": 100}):
        config = experiment(
            model={"dropout": 0.2, "batch_norm": True},
            optimizer={"momentum": 0.9},
            training={"epochs": 5, "weight_averaging": 0.9, **training},
        )
        weights.append(finished([config])[0].state.last)
    assert all(torch.equal(weights[0], other) for other in weights[1:])


def test_evaluating_between_steps_does_not_change_the_training():
    config = experiment(model={"dropout": 0.2, "batch_norm": True}, training={"epochs": 2})
    undisturbed, _ = finished([config])
    disturbed = trainer([config])
    for _ in disturbed.run():
        network = disturbed.state.network
        if network.num_members:
            disturbed.evaluator.scores(network, ["train", "test"])
            network.layer_outputs(disturbed.samples.part(0, 5)[0])
    assert torch.equal(disturbed.state.last, undisturbed.state.last)
    assert torch.equal(disturbed.state.last_buffers, undisturbed.state.last_buffers)


def test_every_third_epoch_and_the_last():
    _, records = finished([experiment(training={"epochs": 8, "evaluate_every": 3})])
    assert epochs_of(records) == [0, 3, 6, 8]


@pytest.mark.parametrize(("batch_size", "steps"), [("full", 1), (105, 1), (1, 105), (52, 3), (53, 2), (104, 2)])
def test_steps_and_samples_are_counted(batch_size, steps):
    _, records = finished([experiment(training={"batch_size": batch_size, "epochs": 2})])
    assert [(r.epoch, r.step, r.samples) for r in records] == [(0, 0, 0), (1, steps, 105), (2, 2 * steps, 210)]


def test_the_parts_that_exist_are_reported():
    _, records = finished([experiment(dataset={"test_fraction": 0.0, "validation_fraction": 0.2})])
    assert list(records[0].rows[0].scores) == [
        "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
    ]  # fmt: skip


def test_regression_reports_r2_against_the_mean_of_each_part():
    config = experiment(
        dataset={"name": "synthetic", "kind": "function", "function": "sine", "samples": 50}, training={"epochs": 2}
    )
    chosen, records = finished([config])
    scores = records[-1].rows[0].scores
    assert list(scores) == ["train_loss", "train_r2", "test_loss", "test_r2"]
    for part, (start, stop) in chosen.samples.sizes.bounds.items():
        y = chosen.samples.part(start, stop)[1][0].double().numpy()
        assert scores[f"{part}_r2"] == pytest.approx(1 - scores[f"{part}_loss"] / y.var(), rel=1e-6)


def test_neither_many_members_nor_inputs_that_are_gathered_every_time_change_a_bit():
    """Of 150 seeds the digits are more than is remembered, and more than are evaluated at a time."""
    sections = {"dataset": {"name": "digits", "test_fraction": 0.5}, "training": {"epochs": 2, "batch_size": "full"}}
    members = [
        experiment(**sections, model={"hidden_sizes": [7], "batch_norm": True}, seed=seed) for seed in range(150)
    ]
    chosen, many = finished(members)
    assert chosen.samples.part(0, 1797)[0].nbytes > REMEMBERED_BYTES
    assert group_size(chosen.state.network, 1797) < 5
    _, few = finished(members[:5])
    for i in range(5):
        assert rows_of(many, i) == rows_of(few, i)
