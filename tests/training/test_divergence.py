"""A member that diverges is marked at the epoch where it happens and keeps its last finite weights."""

import numpy as np
import pytest
import torch

from making.stacks import experiment, finished, rows_of, trainer

SQUARE = {"name": "synthetic", "kind": "function", "function": "square", "samples": 60, "test_fraction": 0.0}
LINEAR = {
    "dataset": SQUARE,
    "model": {"hidden_sizes": []},
    "training": {"batch_size": "full", "epochs": 400, "precision": "float64"},
}


def with_rates(*rates, **sections):
    config = experiment(**{**LINEAR, **sections})
    return [
        config.model_copy(update={"optimizer": config.optimizer.model_copy(update={"learning_rate": rate})})
        for rate in rates
    ]


def test_the_epoch_is_that_of_the_first_loss_that_is_not_finite():
    chosen, records = finished(with_rates(100.0))
    rows = rows_of(records, 0)
    losses = [record.rows[0].scores["train_loss"] for record in records]
    assert [status for *_, status in rows] == ["running"] * (len(rows) - 1) + ["diverged"]
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])
    assert losses[-2] > 1e200
    assert records[-1].epoch < 400
    assert chosen.state.statuses == ["diverged"]
    assert chosen.state.ended_epoch.tolist() == [records[-1].epoch]


def test_the_weights_kept_are_those_of_the_last_finite_loss():
    chosen, records = finished(with_rates(100.0))
    assert torch.isfinite(chosen.state.last).all()
    network = type(chosen.state.network)(chosen.architecture, chosen.state.last, chosen.state.last_buffers)
    score = chosen.evaluator.scores(network, ["train"])["train"]
    assert score["loss"][0] == records[-2].rows[0].scores["train_loss"]
    assert chosen.state.last_epoch.tolist() == [records[-2].epoch]


def test_gradient_descent_on_a_quadratic_diverges_where_theory_says():
    """Descent is stable below 2 / lambda_max of the Hessian, 2 X'X / N with a column of ones for the bias."""
    fresh = trainer(with_rates(1.0))
    x = fresh.samples.part(0, 60)[0][0].numpy()
    design = np.hstack([x, np.ones_like(x)])
    limit = 2 / np.linalg.eigvalsh(2 * design.T @ design / len(x)).max()
    chosen, records = finished(with_rates(0.98 * limit, 1.02 * limit, training={**LINEAR["training"], "epochs": 800}))
    below, above = (rows_of(records, member) for member in (0, 1))
    first, last = (records[i].rows[0].scores["train_loss"] for i in (0, -1))
    assert chosen.state.statuses[0] == "finished"
    assert last < first
    assert len(above) == len(below)  # 1.04 to the power of 800 is 4e13: grown, but far from infinity
    assert records[-1].rows[1].scores["train_loss"] > 1e10 * first


def test_the_others_train_to_the_end():
    chosen, records = finished(with_rates(0.1, 100.0, 0.2, training={**LINEAR["training"], "epochs": 200}))
    assert chosen.state.statuses == ["finished", "diverged", "finished"]
    assert [row.member for row in records[-1].rows] == [0, 2]
    alone, own = finished(with_rates(0.2, training={**LINEAR["training"], "epochs": 200}))
    assert rows_of(records, 2) == rows_of(own, 0)
    assert torch.equal(chosen.state.last[2], alone.state.last[0])


def test_a_stack_of_which_all_diverge_ends_early():
    chosen, records = finished(with_rates(100.0, 1e5))
    assert chosen.state.active.tolist() == []
    assert records[-1].epoch < 400
    assert {row.status for row in records[-1].rows} == {"diverged"}


def test_divergence_between_evaluations_is_found_at_the_next_one():
    _, records = finished(with_rates(1e5, training={**LINEAR["training"], "evaluate_every": 50, "epochs": 120}))
    assert [record.epoch for record in records] == [0, 50]
    assert records[-1].rows[0].status == "diverged"


def test_divergence_of_running_metrics():
    settings = {**LINEAR["training"], "train_metrics": "running"}
    chosen, records = finished(with_rates(100.0, 0.1, training=settings))
    assert chosen.state.statuses == ["diverged", "finished"]
    assert not np.isfinite(rows_of_member(records, 0)[-1])
    assert np.isfinite(rows_of_member(records, 1)).all()


def rows_of_member(records, member):
    return [row.scores["train_loss"] for record in records for row in record.rows if row.member == member]


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_best_weights_are_those_before_it(precision):
    settings = {"batch_size": "full", "epochs": 400, "precision": precision}
    chosen, records = finished(with_rates(100.0, dataset={**SQUARE, "validation_fraction": 0.2}, training=settings))
    losses = {record.epoch: record.rows[0].scores["validation_loss"] for record in records}
    assert chosen.state.best_epoch.tolist() == [min(losses, key=losses.get)]
    assert torch.isfinite(chosen.state.best).all()
