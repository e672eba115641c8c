"""The config that a sweep leaves in its result is the plan: planning it again gives the same arms."""

from pathlib import Path

import pytest

from making.plans import plan_of
from mlpexp.planning.plan import make_plan


@pytest.mark.parametrize(
    "over",
    [
        "{optimizer.name: [sgd, adam, rmsprop]}",
        "{optimizer.name: [sgd, adam], learning_rate: [0.1, 0.01]}",
        "{dataset.name: [iris, three_class_3d]}",  # whose test fractions are not the same
        "{schedule.name: [constant, cosine]}",
        "{model.activation: [relu, tanh]}",
        "{optimizer: [{name: adam, learning_rate: 0.1}, {name: sgd, learning_rate: 0.1}]}",
    ],
)
def test_a_section_whose_kind_is_varied(tmp_path: Path, over: str) -> None:
    base = "dataset: {name: iris}\nmodel: {name: mlp, hidden_sizes: [4]}\ntraining: {epochs: 2, batch_size: 10}\n"
    plan = plan_of(tmp_path, f"{{over: {over}, seeds: 2}}", base=base + "optimizer: {name: sgd, learning_rate: 0.1}\n")
    again = tmp_path / "again.yaml"
    again.write_text(plan.as_yaml())
    other = make_plan(again)
    assert other.arms == plan.arms
    assert (other.hash, other.as_yaml()) == (plan.hash, plan.as_yaml())
