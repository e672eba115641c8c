"""Records as the program writes them, for tests of the store."""

from mlpexp.store.plan_files import StackRecord
from mlpexp.store.summary import (
    ArmSummary,
    DatasetSummary,
    Mean,
    MetricSummary,
    ModelSummary,
    Outcome,
    ResultStatus,
    Summary,
)

STACK = StackRecord(part="stack-0", program=0, threads=1, trials=((0, 0), (0, 1), (1, 0), (1, 1)))

# Of a run with three seeds.
SUMMARY = Summary(
    planned_by="train", name="folder", hash="01234567", title="a - mlp", status="finished",
    dataset=DatasetSummary(
        title="a", task="classification", input_shape=(1, 8, 8), target_name="kind", class_names=("a", "b"),
        train=80, validation=10, test=10,
    ),
    model=ModelSummary(name="mlp"), parts=("train", "validation", "test"), scores=("loss", "accuracy"),
    metric=MetricSummary(
        name="test_accuracy", when="best", column="best_test_accuracy", label="test accuracy", higher_is_better=True,
        selected_on="validation_loss",
    ),
    selected_on="validation_loss", seeds=(0, 1), num_arms=1, num_trials=2,
)  # fmt: skip


def summary(status: ResultStatus = "finished", name: str = "a") -> Summary:
    """Of a run with one arm and two seeds."""
    outcome = Outcome(
        arms=(
            ArmSummary(
                label="as configured",
                diverged=0,
                failed=0,
                means={"final_test_accuracy": Mean(n=2, mean=0.9, std=0.1, low=0.1, high=1.0)},
            ),
        ),
        best=0,
    )
    return Summary(
        planned_by="train",
        name=name,
        hash="1a2b3c4d",
        title="Iris - mlp",
        status=status,
        dataset=DatasetSummary(title="Iris", task="classification", train=105, validation=0, test=45),
        model=ModelSummary(name="mlp", parameters=35),
        parts=("train", "test"),
        scores=("loss", "accuracy"),
        metric=MetricSummary(
            name="test_accuracy",
            when="final",
            column="final_test_accuracy",
            label="test accuracy",
            higher_is_better=True,
        ),
        selected_on=None,
        seeds=(0, 1),
        num_arms=1,
        num_trials=2,
        outcome=outcome if status in ("finished", "diverged") else None,
    )
