"""Early stopping, recomputed from the recorded validation losses."""

import numpy as np
import pytest
import torch

from making.stacks import experiment, finished

VALIDATION = {"validation_fraction": 0.2}


def losses_of(records, member):
    return [
        (record.epoch, row.scores["validation_loss"])
        for record in records
        for row in record.rows
        if row.member == member
    ]


def expected_end(losses, patience, min_delta, last_epoch):
    """Where training ends and which epoch is the best, by the rule of the documentation."""
    reference, waiting_since = np.inf, 0
    for i, (epoch, loss) in enumerate(losses):
        if loss < reference - min_delta:
            reference, waiting_since = loss, epoch
        if epoch - waiting_since >= patience or epoch == last_epoch:
            seen = losses[: i + 1]
            return epoch, min(seen, key=lambda one: one[1])[0]
    raise AssertionError("the run went on for too short a time")


def with_stopping(**option):
    return experiment(
        dataset=VALIDATION,
        optimizer={"learning_rate": 0.7},
        training={"epochs": 60, "early_stopping": option},
    )


@pytest.mark.parametrize("option", [{"patience": 1}, {"patience": 5}, {"patience": 3, "min_delta": 0.02}], ids=str)
def test_members_stop_where_the_recorded_losses_say(option):
    members = [with_stopping(**option).model_copy(update={"seed": seed}) for seed in range(5)]
    without = [
        member.model_copy(update={"training": member.training.model_copy(update={"early_stopping": None})})
        for member in members
    ]
    chosen, records = finished(members)
    _, whole = finished(without)
    patience, min_delta = option["patience"], option.get("min_delta", 0.0)
    for i in range(5):
        end, best = expected_end(losses_of(whole, i), patience, min_delta, 60)
        assert chosen.state.ended_epoch[i] == end
        assert chosen.state.best_epoch[i] == best  # whatever min_delta says
        assert losses_of(records, i) == losses_of(whole, i)[: end + 1]
        assert chosen.state.statuses[i] == ("stopped early" if end < 60 else "finished")
    assert "stopped early" in chosen.state.statuses


def test_each_member_has_its_own_patience():
    members = [with_stopping(patience=patience) for patience in (1, 6)]
    chosen, records = finished(members)
    for i, patience in enumerate((1, 6)):
        alone, own = finished([members[i]])
        assert chosen.state.ended_epoch[i] == alone.state.ended_epoch[0]
        assert losses_of(records, i) == losses_of(own, 0)
        waited = chosen.state.ended_epoch[i] - chosen.state.best_epoch[i]
        assert waited == patience or chosen.state.ended_epoch[i] == 60
    assert chosen.state.ended_epoch[0] < chosen.state.ended_epoch[1]


def test_patience_counts_epochs_not_evaluations():
    config = with_stopping(patience=4)
    config = config.model_copy(update={"training": config.training.model_copy(update={"evaluate_every": 3})})
    chosen, records = finished([config])
    assert chosen.state.ended_epoch.tolist() == [expected_end(losses_of(records, 0), 4, 0.0, 60)[0]]
    assert chosen.state.ended_epoch[0] % 3 == 0


def test_a_learning_rate_too_small_to_matter_keeps_the_initial_weights_as_the_best():
    config = experiment(
        dataset=VALIDATION,
        optimizer={"learning_rate": 1e-12},
        training={"early_stopping": {"patience": 2, "min_delta": 0.1}, "epochs": 10},
    )
    chosen, records = finished([config])
    assert [record.epoch for record in records] == [0, 1, 2]
    assert (chosen.state.best_epoch[0], chosen.state.statuses[0]) == (0, "stopped early")
    assert chosen.state.best_value[0] == records[0].rows[0].scores["validation_loss"]


def test_an_improvement_smaller_than_min_delta_gives_the_best_weights_but_no_more_patience():
    config = with_stopping(patience=3, min_delta=1e6)
    config = config.model_copy(update={"optimizer": config.optimizer.model_copy(update={"learning_rate": 0.01})})
    chosen, records = finished([config])
    losses = dict(losses_of(records, 0))
    assert sorted(losses.values(), reverse=True) == list(losses.values())  # so slow that each epoch is better
    assert chosen.state.ended_epoch.tolist() == chosen.state.best_epoch.tolist() == [3]
    assert chosen.state.best_value[0] == losses[3]
    assert chosen.state.statuses == ["stopped early"]


def test_without_validation_part_the_best_weights_are_the_last():
    chosen, records = finished([experiment()])
    assert torch.equal(chosen.state.best, chosen.state.last)
    assert chosen.state.best_epoch.tolist() == [records[-1].epoch]


def test_best_weights_with_averaging_and_batch_normalization_give_the_best_loss():
    config = experiment(
        dataset=VALIDATION,
        model={"batch_norm": True},
        optimizer={"learning_rate": 1.0},
        training={"epochs": 15, "weight_averaging": 0.8},
    )
    members = [config.model_copy(update={"seed": seed}) for seed in range(3)]
    chosen, records = finished(members)
    network = type(chosen.state.network)(chosen.architecture, chosen.state.best, chosen.state.best_buffers)
    measured = chosen.evaluator.scores(network, ["validation"])["validation"]["loss"]
    for i in range(3):
        losses = dict(losses_of(records, i))
        assert losses[int(chosen.state.best_epoch[i])] == min(losses.values()) == chosen.state.best_value[i]
        assert measured[i] == pytest.approx(min(losses.values()), rel=1e-6)  # evaluated without the other parts
