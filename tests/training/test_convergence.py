"""Stopping on the training loss, against scikit-learn and recomputed from the recorded losses."""

import warnings

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier

from making.stacks import experiment, finished, rows_of, trainer

EPOCHS = 60


def converging(seed=0, *, validation=0.0, early_stopping=None, **rule):
    training = {"epochs": EPOCHS, "convergence": rule, "train_metrics": "running", "early_stopping": early_stopping}
    dataset = {"validation_fraction": validation}
    return experiment(dataset=dataset, optimizer={"learning_rate": 0.3}, training=training, seed=seed)


def losses_of(records, member):
    return [row.scores["train_loss"] for record in records[1:] for row in record.rows if row.member == member]


def expected_end(losses, tolerance, patience):
    lowest, waited = np.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        waited = waited + 1 if loss > lowest - tolerance else 0
        lowest = min(lowest, loss)
        if waited >= patience:
            return epoch
    return len(losses)


@pytest.mark.parametrize(("tolerance", "patience"), [(0.05, 2), (0.01, 4), (0.3, 1)])
def test_members_stop_where_the_recorded_losses_say(tolerance, patience):
    members = [converging(seed, tolerance=tolerance, patience=patience) for seed in range(5)]
    endless = [
        member.model_copy(update={"training": member.training.model_copy(update={"convergence": None})})
        for member in members
    ]
    chosen, records = finished(members)
    _, whole = finished(endless)
    for i in range(5):
        end = expected_end(losses_of(whole, i), tolerance, patience)
        assert chosen.state.ended_epoch[i] == end
        assert losses_of(records, i) == losses_of(whole, i)[:end]
        assert chosen.state.statuses[i] == ("converged" if end < EPOCHS else "finished")
    assert "converged" in chosen.state.statuses


@pytest.mark.parametrize("tolerance", [1e-4, 1e-2, 0.1])
@pytest.mark.parametrize("patience", [1, 3, 10])
def test_the_rule_is_that_of_scikit_learn(tolerance, patience):
    """Of its own losses, of which it stops one epoch later."""
    samples, labels = load_iris(return_X_y=True)
    theirs = MLPClassifier(
        (6,), "relu", solver="sgd", learning_rate_init=0.05, batch_size=16, tol=tolerance, n_iter_no_change=patience,
        max_iter=EPOCHS, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(samples, labels)
    state = trainer([converging()]).state
    for state.epoch, loss in enumerate(theirs.loss_curve_, start=1):
        state.follow_training(np.array([loss]), np.array([tolerance]))
        assert state.lowest_train[0] == min(theirs.loss_curve_[: state.epoch])
        has_stopped = state.epoch - state.fell_epoch[0] >= patience + 1
        assert has_stopped == (state.epoch == theirs.n_iter_ < EPOCHS) or theirs.n_iter_ == EPOCHS


def test_a_loss_that_stands_still_is_no_progress_with_any_tolerance():
    state = trainer([converging()]).state
    for state.epoch in range(1, 5):
        state.follow_training(np.array([0.5]), np.array([0.0]))
    assert state.fell_epoch[0] == 1


def test_the_last_weights_are_kept():
    chosen, records = finished([converging(tolerance=0.3, patience=1)])
    state = chosen.state
    assert state.statuses == ["converged"]
    assert state.last_epoch.tolist() == state.best_epoch.tolist() == [records[-1].epoch]
    assert torch.equal(state.last, state.best)


def test_each_member_is_what_it_is_alone():
    members = [
        converging(tolerance=tolerance, patience=patience) for tolerance, patience in ((0.3, 1), (0.0, 2), (0.02, 3))
    ]
    chosen, records = finished(members)
    for i, member in enumerate(members):
        alone, own = finished([member])
        assert rows_of(records, i) == rows_of(own, 0)
        assert torch.equal(chosen.state.last[i], alone.state.last[0])
    assert len(set(chosen.state.ended_epoch.tolist())) > 1


def test_whichever_comes_first_stops():
    early, late = {"patience": 1, "min_delta": 9.0}, {"patience": 50}
    by_loss, _ = finished([converging(validation=0.2, early_stopping=late, tolerance=0.3, patience=2)])
    by_validation, _ = finished([converging(validation=0.2, early_stopping=early, tolerance=0.0, patience=20)])
    both, _ = finished(
        [converging(validation=0.2, early_stopping={"patience": 1, "min_delta": 9.0}, tolerance=9.0, patience=1)]
    )
    assert by_loss.state.statuses == ["converged"]
    assert by_validation.state.statuses == ["stopped early"]
    assert both.state.statuses == ["stopped early"]


def test_patience_counts_epochs_not_evaluations():
    config = converging(tolerance=9.0, patience=4)
    config = config.model_copy(update={"training": config.training.model_copy(update={"evaluate_every": 3})})
    chosen, _ = finished([config])
    assert chosen.state.ended_epoch.tolist() == [9]  # the first loss, of epoch 3, is progress; 6 is too soon


@pytest.mark.parametrize("metrics", ["exact", "running"])
def test_continuing_from_every_step_gives_the_same_end(metrics):
    members = [
        experiment(training={"epochs": 9, "batch_size": 35, "train_metrics": metrics, "convergence": rule}, seed=seed)
        for seed, rule in enumerate([{"tolerance": 0.2, "patience": 2}, {"tolerance": 0.02, "patience": 3}])
    ]
    chosen = trainer(members)
    states = [chosen.state.saved() for _ in chosen.run()]
    assert "converged" in chosen.state.statuses
    for arrays, plain in states:
        resumed = trainer(members)
        resumed.restore(arrays, plain)
        for _ in resumed.run():
            pass
        assert resumed.state.statuses == chosen.state.statuses
        assert torch.equal(resumed.state.last, chosen.state.last)
        assert np.array_equal(resumed.state.fell_epoch, chosen.state.fell_epoch)


def test_a_checkpoint_of_an_older_version_goes_on():
    members = [experiment(training={"epochs": 3})]
    chosen = trainer(members)
    states = [chosen.state.saved() for _ in chosen.run()]
    arrays, plain = states[5]
    resumed = trainer(members)
    resumed.restore({name: a for name, a in arrays.items() if name not in ("lowest_train", "fell_epoch")}, plain)
    for _ in resumed.run():
        pass
    assert torch.equal(resumed.state.last, chosen.state.last)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_on_cuda_members_stop_at_the_same_epochs():
    ends = []
    for device in ("cpu", "cuda"):
        members = [
            converging(seed, tolerance=0.05, patience=3).model_copy(update={"device": device}) for seed in range(4)
        ]
        members = [
            m.model_copy(update={"training": m.training.model_copy(update={"precision": "float64"})}) for m in members
        ]
        chosen, _ = finished(members)
        ends.append((chosen.state.statuses, chosen.state.ended_epoch.tolist()))
    assert ends[0] == ends[1]
    assert "converged" in ends[0][0]
