"""A member that diverges is marked at the epoch where it happens and keeps its last finite weights."""

import numpy as np
import pytest
import torch

from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.training.divergence import norms

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


NETWORK = {"hidden_sizes": [16, 16], "activation": "relu"}
DEEP = {"hidden_sizes": [8] * 8, "activation": "relu", "init": {"name": "normal", "std": 1}}
WAYS = {
    "linear": ({}, (100.0, 4.0, 0.1, 3.0)),
    "float32": ({"training": {**LINEAR["training"], "precision": "float32"}}, (100.0, 4.0, 0.1, 3.0)),
    "two layers": ({"model": NETWORK}, (0.3, 1.0, 0.05, 5.0)),
    "batches": ({"model": NETWORK, "training": {**LINEAR["training"], "batch_size": 7}}, (0.3, 1.0, 0.02, 5.0)),
    "deep": ({"model": DEEP, "training": {**LINEAR["training"], "precision": "float32"}}, (1e-7, 1e-3, 1e-9, 1e-5)),
    "running": ({"model": NETWORK, "training": {**LINEAR["training"], "train_metrics": "running"}}, (0.3, 5.0, 0.05)),
    "averaged": ({"model": NETWORK, "training": {**LINEAR["training"], "weight_averaging": 0.9}}, (0.3, 5.0, 0.05)),
    "validated": ({"model": NETWORK, "dataset": {**SQUARE, "validation_fraction": 0.2}}, (0.3, 5.0, 0.05)),
    "half sums": ({"model": NETWORK, "loss": "half_sum_squared_error"}, (0.3, 20.0, 0.05)),
}


def often_and_rarely(way, every):
    """The same members, evaluated after each epoch and after many."""
    sections, rates = WAYS[way]
    training = {**LINEAR["training"], **sections.get("training", {}), "epochs": 120}
    ends = []
    for distance in (1, every):
        members = with_rates(*rates, **{**sections, "training": {**training, "evaluate_every": distance}})
        ends.append(finished(members))
    return ends


@pytest.mark.parametrize("every", [2, 10, 120])
@pytest.mark.parametrize("way", WAYS)
def test_the_epoch_does_not_depend_on_how_often_is_evaluated(way, every):
    (often, _), (rarely, records) = often_and_rarely(way, every)
    assert {"diverged", "finished"} == set(often.state.statuses) == set(rarely.state.statuses)
    assert rarely.state.statuses == often.state.statuses
    assert rarely.state.ended_epoch.tolist() == often.state.ended_epoch.tolist()
    for member, status in enumerate(rarely.state.statuses):
        epochs = [record.epoch for record in records if member in record.positions]
        last = rarely.state.last_epoch[member]
        assert epochs == sorted({*range(0, rarely.state.ended_epoch[member], every), rarely.state.ended_epoch[member]})
        assert last == (epochs[-1] if status == "finished" else epochs[-2])
        assert torch.isfinite(rarely.state.last[member]).all()


def test_the_row_of_the_epoch_is_that_of_an_evaluation_there():
    (_, often), (_, rarely) = often_and_rarely("two layers", 10)
    for member in range(4):
        assert set(rows_of(rarely, member)) <= set(rows_of(often, member))


@pytest.mark.parametrize("way", WAYS)
def test_looking_between_evaluations_changes_no_number_of_the_others(way):
    sections, rates = WAYS[way]
    training = {**LINEAR["training"], **sections.get("training", {}), "epochs": 30, "evaluate_every": 10}
    members = with_rates(*rates, **{**sections, "training": training})
    together, records = finished(members)
    for place, member in enumerate(members):
        alone, own = finished([member])
        assert rows_of(records, place) == rows_of(own, 0)
        assert torch.equal(together.state.last[place], alone.state.last[0])


@pytest.mark.parametrize("sections", [{}, {"optimizer": {"name": "adam", "learning_rate": 0.1}}])
@pytest.mark.parametrize("hidden", [[], [16], [8] * 6])
def test_the_weights_of_a_sound_training_never_make_it_measure_losses(hidden, sections):
    config = experiment(model={"hidden_sizes": hidden}, training={"epochs": 40, "evaluate_every": 10}, **sections)
    chosen = trainer([config])
    for record in chosen.run():
        state = chosen.state
        if record is None or "running" in record.statuses:
            assert (norms(state.network.flat) <= state.calm_norm).all()


@pytest.mark.parametrize("stop", [1, 3, 4, 11, 23])
def test_going_on_between_evaluations_finds_the_same_epoch(stop):
    training = {**LINEAR["training"], "epochs": 40, "evaluate_every": 10, "batch_size": 20}
    members = with_rates(0.3, 1.0, 0.05, 5.0, model=NETWORK, training=training)
    whole, records = finished(members)
    first, second = trainer(members), trainer(members)
    before = [record for _, record in zip(range(stop), first.run(), strict=False) if record]
    second.restore(*first.state.saved())
    after = [record for record in second.run() if record]
    for member in range(4):
        assert rows_of(before + after, member) == rows_of(records, member)
    assert second.state.ended_epoch.tolist() == whole.state.ended_epoch.tolist()


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
