"""``summary.json``: what is known before, how each seed ended, and means with their intervals."""

import math

import pytest
from experiment_runs import TINY, Make
from scipy import stats

from mlpexp.config.dump import config_hash
from mlpexp.execution.run_summary import closing_summary, opening_summary

SELECTED = """\
name: selected
dataset: {name: synthetic, kind: moons, samples: 80, noise: 0.3, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: adam, learning_rate: 0.1}
training: {batch_size: 16, epochs: 8}
seeds: 5
"""
# Two of these five members diverge (their losses overflow), three do not.
SOME_DIVERGE = """\
dataset: {name: synthetic, kind: function, function: square, samples: 60, noise: 0.1}
model: {name: mlp, hidden_sizes: [8, 8]}
optimizer: {name: sgd, learning_rate: RATE}
training: {batch_size: full, epochs: 12}
seeds: 5
"""


def test_the_opening_tells_the_data_the_model_and_no_results(make: Make) -> None:
    run = make(SELECTED)
    summary = run.summary
    assert summary == opening_summary(run.prepared, run.dataset)
    assert summary["hash"] == config_hash(run.prepared.experiment)
    assert (summary["name"], summary["status"], summary["members"]) == ("selected", "running", [])
    assert {part: summary["dataset"][part] for part in ("train", "validation", "test")} == vars(run.prepared.sizes)
    assert summary["model"] == {"name": "mlp", "parameters": 2 * 8 + 8 + 8 * 2 + 2}
    assert summary["selected_on"] == "validation"


def test_members_carry_the_metrics_of_their_best_and_last_epoch(trained: Make) -> None:
    run = trained(SELECTED)
    at = {(row["seed"], row["epoch"]): row for row in run.metrics}
    for member in run.summary["members"]:
        own = {epoch: row for (seed, epoch), row in at.items() if seed == member["seed"]}
        assert member["ended_epoch"] == 8
        assert member["best_epoch"] == min(own, key=lambda epoch: own[epoch]["validation_loss"])
        for when in ("best", "ended"):
            scores = member["best" if when == "best" else "final"]
            row = own[member[f"{when}_epoch"]]
            assert scores == {name: row[name] for name in scores}
            assert len(scores) == 6


@pytest.mark.parametrize("when", ["best", "final"])
def test_means_have_n_and_students_t_interval(when: str, trained: Make) -> None:
    summary = trained(SELECTED).summary
    assert set(summary["means"][when]) == set(summary["members"][0][when])
    for metric, mean in summary["means"][when].items():
        values = [member[when][metric] for member in summary["members"]]
        low, high = stats.t.interval(0.95, 4, loc=stats.tmean(values), scale=stats.sem(values))
        assert mean["n"] == 5
        assert mean["mean"] == pytest.approx(sum(values) / 5)
        assert mean["std"] == pytest.approx(stats.tstd(values))
        assert (mean["low"], mean["high"]) == pytest.approx((low, high))


def test_one_seed_has_no_interval(trained: Make) -> None:
    means = trained(TINY).summary["means"]["final"]
    assert {(mean["n"], mean["std"], mean["low"], mean["high"]) for mean in means.values()} == {(1, None, None, None)}


def test_without_validation_data_the_best_epoch_is_the_last(trained: Make) -> None:
    summary = trained(TINY).summary
    assert summary["selected_on"] is None
    (member,) = summary["members"]
    assert member["best_epoch"] == member["ended_epoch"] == 3
    assert member["best"] == member["final"]


def test_diverged_seeds_are_listed_and_not_in_the_means(trained: Make) -> None:
    run = trained(SOME_DIVERGE.replace("RATE", "2.0"))
    summary = run.summary
    diverged = [member["seed"] for member in summary["members"] if member["status"] == "diverged"]
    assert 0 < len(diverged) < 5, "the learning rate of this test no longer divides the seeds"
    assert summary["diverged_seeds"] == diverged
    assert summary["status"] == "finished"
    for metric, mean in summary["means"]["final"].items():
        values = [member["final"][metric] for member in summary["members"] if member["seed"] not in diverged]
        assert mean["n"] == 5 - len(diverged)
        assert mean["mean"] == pytest.approx(sum(values) / len(values))
    for member in summary["members"]:
        epochs = [row["epoch"] for row in run.metrics if row["seed"] == member["seed"]]
        assert epochs == list(range(member["ended_epoch"] + 1))
        losses = [row["train_loss"] for row in run.metrics if row["seed"] == member["seed"]]
        assert math.isfinite(losses[-1]) == (member["status"] == "finished") or member["ended_epoch"] == 12


def test_a_run_of_which_every_seed_diverged_says_so_and_has_no_means(trained: Make) -> None:
    run = trained(SOME_DIVERGE.replace("RATE", "1e6"))
    assert run.summary["status"] == "diverged"
    assert run.summary["diverged_seeds"] == [0, 1, 2, 3, 4]
    assert run.summary["means"] == {"final": {}, "best": {}}


def test_a_loss_that_json_has_no_number_for_becomes_null_in_the_summary(trained: Make) -> None:
    text = trained(SOME_DIVERGE.replace("RATE", "1e6")).folder.summary.read_text()
    assert "NaN" not in text
    assert "Infinity" not in text


def test_times_are_summed_over_stacks() -> None:
    timing = [
        {"stack": stack, "epoch": epoch, "step": 5 * int(epoch), "train_seconds": "0.5", "evaluation_seconds": "0.25"}
        for stack in "01"
        for epoch in "012"
    ]
    rows = [{"seed": seed, "epoch": "0", "train_loss": "1"} for seed in "01"]
    members = [{"seed": seed, "status": "finished", "ended_epoch": 0, "best_epoch": 0} for seed in (0, 1)]
    time = closing_summary({}, members, rows, timing)["time"]
    assert time == {"stacks": 2, "train_seconds": 3.0, "evaluation_seconds": 1.5, "microseconds_per_step": 150_000.0}
