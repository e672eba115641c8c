"""A summary can only hold what a result can be, and is never changed, only replaced."""

import pytest
from pydantic import ValidationError

from making.store_records import STACK, summary
from mlpexp.store.plan_files import PlannedArm, PlanRecord, Recording, StacksRecord
from mlpexp.store.summary import ArmSummary, DatasetSummary, Mean, MetricSummary, Outcome


def test_another_status_leaves_the_rest_and_the_reason_of_an_earlier_failure_is_forgotten() -> None:
    failed = summary("running").with_status("failed", "the disk is full")
    assert (failed.status, failed.reason, failed.complete) == ("failed", "the disk is full", False)
    assert failed.with_status("running") == summary("running")


@pytest.mark.parametrize(
    ("status", "complete"),
    [("running", False), ("interrupted", False), ("failed", False), ("finished", True), ("diverged", True)],
)
def test_complete_is_what_came_to_its_end(status: str, complete: bool) -> None:
    assert summary("running").with_status(status).complete is complete


def test_a_summary_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        summary().status = "running"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "0.5", True])
def test_a_mean_is_a_number_or_nothing(value: object) -> None:
    assert Mean(n=0, mean=None).mean is None
    with pytest.raises(ValidationError):
        Mean(n=2, mean=value)


def test_parts_and_samples_in_words() -> None:
    data = DatasetSummary(title="Iris", task="classification", train=1050, validation=0, test=45)
    assert data.in_words() == "1,050 train, 45 test"
    assert [data.samples(part) for part in ("train", "validation", "test")] == [1050, 0, 45]


def test_a_metric_knows_its_part_and_score() -> None:
    metric = MetricSummary(
        name="validation_r2", when="best", column="best_validation_r2", label="R²", higher_is_better=True
    )
    assert (metric.part, metric.score.name) == ("validation", "r2")


def test_an_outcome_sums_its_arms() -> None:
    arms = tuple(ArmSummary(label="", diverged=i, failed=2 * i, means={}) for i in range(3))
    outcome = Outcome(arms=arms, best=None)
    assert (outcome.diverged, outcome.failed) == (3, 6)


def test_the_words_of_users() -> None:
    run = summary()
    sweep = run.model_copy(update={"planned_by": "sweep", "selected_on": "validation_loss"})
    assert (run.word, run.when, sweep.word, sweep.when) == ("run", "final", "sweep", "best")


def test_arms_of_equal_identity_are_trained_as_the_first_of_them() -> None:
    kept = Recording(
        arm_column=True, scores=(), weights="all", history=0, state=False, tables=(), whole=True, first_seed=0
    )
    arms = tuple(PlannedArm(label=f"{i}", identity=identity, data="d") for i, identity in enumerate("abab"))
    plan = PlanRecord(planned_by="sweep", arms=arms, seeds=(0,), kept=kept)
    assert [plan.trained_as(arm) for arm in range(4)] == [0, 1, 0, 1]
    assert kept.keys == ("arm", "seed")
    assert kept.model_copy(update={"arm_column": False}).keys == ("seed",)


def test_stacks_are_summed() -> None:
    trained = STACK.model_copy(
        update={"device": "cpu", "engine": "e", "capability": "AVX2", "steps": 3, "train_seconds": 0.5}
    )
    record = StacksRecord(stacks=(trained, STACK, trained))
    assert (record.steps, record.train_seconds, record.evaluation_seconds) == (6, 1.0, 0.0)
    assert record.of("device") == ["cpu"]
    assert record.of("capability") == ["AVX2"]
