"""``summary.json`` and ``trials.csv``: what is known before, how each seed ended, and means with their intervals."""

import math
from typing import Any

import pytest
from scipy import stats

from making.configs import TINY
from making.trained_results import Make, Trained
from mlpexp.config.dump import config_hash
from mlpexp.config.scores import PARTS
from mlpexp.execution.summarize import opening_summary
from mlpexp.results.result import costs
from mlpexp.statistics.intervals import mean_interval
from mlpexp.store.plan_files import PlannedArm, StackRecord, StacksRecord
from mlpexp.store.summary import Mean

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


def scores(trial: dict[str, Any], when: str) -> dict[str, float]:
    """Of a trial at its best or last epoch."""
    prefix = f"{when}_"
    return {
        name.removeprefix(prefix): value
        for name, value in trial.items()
        if name.startswith(f"{prefix}t") or name.startswith(f"{prefix}v")
    }


def diverged(run: Trained) -> list[int]:
    return [int(trial["seed"]) for trial in run.trials if trial["status"] == "diverged"]


def test_the_opening_tells_the_data_the_model_and_no_results(make: Make) -> None:
    run = make(SELECTED)
    summary = run.summary
    assert summary == opening_summary(run.plan, run.dataset)
    assert summary.hash == config_hash(run.prepared.experiment)
    assert (summary.name, summary.status, summary.outcome) == ("selected", "running", None)
    assert {part: summary.dataset.samples(part) for part in PARTS} == vars(run.prepared.sizes)
    assert (summary.model.name, summary.model.parameters) == ("mlp", 2 * 8 + 8 + 8 * 2 + 2)
    assert summary.selected_on == "validation_loss"
    assert (summary.planned_by, summary.seeds, summary.num_arms) == ("train", (0, 1, 2, 3, 4), 1)


def test_trials_carry_the_metrics_of_their_best_and_last_epoch(trained: Make) -> None:
    run = trained(SELECTED)
    at = {(row["seed"], row["epoch"]): row for row in run.metrics}
    for trial in run.trials:
        own = {epoch: row for (seed, epoch), row in at.items() if seed == trial["seed"]}
        assert trial["ended_epoch"] == trial["last_epoch"] == 8
        assert trial["best_epoch"] == min(own, key=lambda epoch: own[epoch]["validation_loss"])
        for when, epoch in (("best", "best_epoch"), ("final", "ended_epoch")):
            found, row = scores(trial, when), own[trial[epoch]]
            assert found == {name: row[name] for name in found}
            assert len(found) == 6


@pytest.mark.parametrize("when", ["best", "final"])
def test_means_have_n_and_students_t_interval(when: str, trained: Make) -> None:
    run = trained(SELECTED)
    (arm,) = run.summary.outcome.arms
    names = scores(run.trials[0], when)
    assert {column for column in arm.means if column.startswith(when)} == {f"{when}_{name}" for name in names}
    for name in names:
        mean = arm.means[f"{when}_{name}"]
        values = [scores(trial, when)[name] for trial in run.trials]
        low, high = stats.t.interval(0.95, 4, loc=stats.tmean(values), scale=stats.sem(values))
        assert mean.n == 5
        assert mean.mean == pytest.approx(sum(values) / 5)
        assert mean.std == pytest.approx(stats.tstd(values))
        assert (mean.low, mean.high) == pytest.approx((low, high))


def test_of_several_arms_the_summary_has_the_metric_alone_and_names_the_best(trained: Make) -> None:
    run = trained(SELECTED + "sweep: {over: {learning_rate: [1.0e-9, 0.1]}, seeds: 3}\n")
    outcome, metric = run.summary.outcome, run.summary.metric
    assert outcome.best == 1
    for number, arm in enumerate(outcome.arms):
        assert arm.label == run.plan.arms[number].label
        values = [trial[metric.column] for trial in run.trials if trial["arm"] == number]
        (mean,) = arm.means.values()
        new = {"new_samples_low": mean.new_samples_low, "new_samples_high": mean.new_samples_high}
        assert arm.means == {metric.column: Mean(**vars(mean_interval(values).within(0, 1)), **new)}


def test_one_seed_has_no_interval(trained: Make) -> None:
    (arm,) = trained(TINY).summary.outcome.arms
    assert {(mean.n, mean.std, mean.low, mean.high) for mean in arm.means.values()} == {(1, None, None, None)}


def test_without_validation_data_the_best_epoch_is_the_last(trained: Make) -> None:
    run = trained(TINY)
    assert run.summary.selected_on is None
    (trial,) = run.trials
    assert trial["best_epoch"] == trial["ended_epoch"] == 3
    assert scores(trial, "best") == scores(trial, "final")


def test_diverged_seeds_are_counted_and_not_in_the_means(trained: Make) -> None:
    run = trained(SOME_DIVERGE.replace("RATE", "2.0"))
    lost = diverged(run)
    assert 0 < len(lost) < 5, "the learning rate of this test no longer divides the seeds"
    (arm,) = run.summary.outcome.arms
    assert (arm.diverged, run.summary.outcome.diverged, run.summary.status) == (len(lost), len(lost), "finished")
    for name in scores(run.trials[0], "final"):
        values = [scores(trial, "final")[name] for trial in run.trials if trial["seed"] not in lost]
        assert arm.means[f"final_{name}"].n == 5 - len(lost)
        assert arm.means[f"final_{name}"].mean == pytest.approx(sum(values) / len(values))
    for trial in run.trials:
        epochs = [row["epoch"] for row in run.metrics if row["seed"] == trial["seed"]]
        assert epochs == list(range(int(trial["ended_epoch"]) + 1))
        losses = [row["train_loss"] for row in run.metrics if row["seed"] == trial["seed"]]
        assert math.isfinite(losses[-1]) == (trial["status"] == "finished") or trial["ended_epoch"] == 12
        if trial["status"] == "diverged":
            assert trial["reason"] == "the loss is not finite"
            assert all(math.isnan(value) for when in ("best", "final") for value in scores(trial, when).values())
            assert math.isfinite(losses[int(trial["last_epoch"])])


def test_a_run_of_which_every_seed_diverged_says_so_and_has_no_means(trained: Make) -> None:
    run = trained(SOME_DIVERGE.replace("RATE", "1e6"))
    assert run.summary.status == "diverged"
    assert diverged(run) == [0, 1, 2, 3, 4]
    assert [dict(arm.means) for arm in run.summary.outcome.arms] == [{}]
    assert run.summary.outcome.best is None


def test_a_loss_that_json_has_no_number_for_becomes_null_in_the_summary(trained: Make) -> None:
    text = trained(SOME_DIVERGE.replace("RATE", "1e6")).folder.summary.read_text()
    assert "NaN" not in text
    assert "Infinity" not in text


def test_times_are_summed_over_stacks() -> None:
    stacks = tuple(
        StackRecord(
            part="stack-0",
            program=0,
            threads=1,
            trials=((0, 2 * i), (0, 2 * i + 1)),
            steps=10,
            train_seconds=1.5,
            evaluation_seconds=0.75,
        )
        for i in range(2)
    )
    record = StacksRecord(stacks=stacks)
    assert (record.steps, record.train_seconds, record.evaluation_seconds) == (20, 3.0, 1.5)
    table = costs(record, [PlannedArm(label="", identity="a", data=""), PlannedArm(label="", identity="a", data="")])
    assert table["arm"].tolist() == [0, 1]  # the second arm computes the same, and was not trained
    assert table["microseconds_per_step"].tolist() == [75_000.0] * 2  # a trial's share of its stack
    assert table["train_seconds"].tolist() == [0.75] * 2


def test_an_arm_that_was_not_trained_has_no_costs() -> None:
    table = costs(StacksRecord(stacks=()), [PlannedArm(label="", identity="a", data="")])
    assert table.drop(columns="arm").isna().all(axis=None)
