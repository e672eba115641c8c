"""What tables say of arms that are listed one by one: at every axis what is trained, whether an arm names it or not."""

from pathlib import Path

import pytest
import yaml

from making.plans import BASE, labels, plan_of
from mlpexp.planning.arms_table import axis_cells
from mlpexp.planning.axis_summary import axis_summary
from mlpexp.planning.plan import Plan
from mlpexp.report.tables.names import name_sentences

LABELLED = """{arms: [{label: base}, {label: fast, learning_rate: 1},
  {label: adam, optimizer: {name: adam, learning_rate: 0.01}, batch_size: 4}]}"""
ADAM_FIRST = (
    """{arms: [{label: adam, optimizer: {name: adam, learning_rate: 0.01}}, {label: fast, learning_rate: 1}]}"""
)
UNLABELLED = "{arms: [{}, {model.hidden_sizes: [3, 3]}, {learning_rate: 1}]}"


def cells(plan: Plan, key: str) -> list[object]:
    return [axis_cells(plan, arm)[key] for arm in plan.arms]


def test_a_cell_is_what_the_arm_is_trained_with(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, LABELLED)
    assert cells(plan, "optimizer.learning_rate") == ["0.1", "1", "0.01"]
    assert cells(plan, "optimizer") == ["sgd", "sgd", "{name: adam, learning_rate: 0.01}"]
    assert cells(plan, "training.batch_size") == ["35", "35", "4"]


def test_the_configs_own_values_change_no_arm(tmp_path: Path) -> None:
    adam, fast = plan_of(tmp_path, ADAM_FIRST).arms
    assert adam.experiment.optimizer.learning_rate == 0.01
    assert (fast.experiment.optimizer.name, fast.experiment.optimizer.learning_rate) == ("sgd", 1)


def test_arms_without_labels_have_every_value_too(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, UNLABELLED)
    assert cells(plan, "model.hidden_sizes") == ["[4]", "[3, 3]", "[4]"]
    assert cells(plan, "optimizer.learning_rate") == ["0.1", "0.1", "1"]
    assert labels(plan) == ["as configured", "hidden_sizes=[3, 3]", "learning_rate=1"]


def test_an_axis_has_the_configs_own_value(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, LABELLED)
    summaries = {axis.key: axis_summary(plan, axis) for axis in plan.axes}
    assert summaries["optimizer.learning_rate"].values == ("0.1", "1", "0.01")
    assert summaries["optimizer"].base == "sgd"


def test_what_an_arm_lacks_has_no_cell(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{arms: [{optimizer.momentum: 0.9}, {optimizer: adam}]}")
    assert cells(plan, "optimizer.momentum") == ["0.9", ""]


def test_sizes_that_are_not_named_are_scaled_as_those_that_are(tmp_path: Path) -> None:
    sweep = "{arms: [{}, {model.hidden_sizes: [8, 8]}, {activation: tanh}], match: parameters}"
    plan = plan_of(tmp_path, sweep, base=BASE.replace("[4]", "[100]"))
    base, scaled, tanh = cells(plan, "model.hidden_sizes")
    assert base == tanh == "[100]"
    assert scaled not in ("[8, 8]", base)


@pytest.mark.parametrize("sweep", [LABELLED, UNLABELLED])
def test_a_listed_sweep_is_planned_again_alike(tmp_path: Path, sweep: str) -> None:
    plan = plan_of(tmp_path, sweep)
    written = yaml.safe_load(plan.as_yaml())["sweep"]
    again = plan_of(tmp_path, yaml.safe_dump(written, default_flow_style=True, sort_keys=False, width=10_000))
    assert [arm.identity for arm in again.arms] == [arm.identity for arm in plan.arms]
    assert [cells(again, axis.key) for axis in again.axes] == [cells(plan, axis.key) for axis in plan.axes]


def test_a_baseline_may_be_named_by_what_it_is_trained_with(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, LABELLED.replace("]}", "], baseline: {learning_rate: 0.1}}"))
    assert plan.baseline == 0


def test_names_on_two_axes_say_which(tmp_path: Path) -> None:
    over = "{learning_rate: {a: 0.1, b: 1}, batch_size: {a: 5, c: 7}}"
    plan = plan_of(tmp_path, f"{{over: {over}, exclude: [{{batch_size: c}}]}}")
    axes = [axis_summary(plan, axis) for axis in plan.axes]
    told = name_sentences(axes, match=None, named_arms=False)
    assert told == ["learning rate a: 0.1", "b: 1", "batch size a: 5"]  # what is left out is not explained
