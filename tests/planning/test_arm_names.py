"""What arms and values are called: by the user's names, and by the hidden sizes that are trained."""

from pathlib import Path

import pytest

from making.results_builder import DIGITS, IRIS, MEMORY
from mlpexp.config.yaml_source import override_in
from mlpexp.errors import InputError
from mlpexp.planning.arms_table import axis_cells
from mlpexp.planning.axis_summary import axis_summary
from mlpexp.planning.plan import Plan, make_plan
from mlpexp.planning.stacks import stacking
from mlpexp.report.tables.names import SCALED, name_sentences
from mlpexp.report.tables.sweep_plan import plan_tables

TWO_ARMS = "[{label: one 3x3}, {label: 'two 3x3, padded', model.layers: c4@3 c4@3 p}]"
WIDE = IRIS.replace("[16]", "[64]")
MATCHED = "{over: {hidden_sizes: [[64], [32, 32], [16, 16, 16]]}, match: parameters, seeds: 2}"
CROSSED = MATCHED.replace("]}", "], model.batch_norm: [true, false]}")


def planned(folder: Path, config: str, sweep: str, *overrides: str) -> Plan:
    path = folder / "config.yaml"
    path.write_text(f"{config}sweep: {sweep}\n")
    return make_plan(path, [override_in(text, f"--set {text}") for text in overrides])


def labels(plan: Plan) -> list[str]:
    return [arm.label for arm in plan.arms]


def cells(plan: Plan, key: str) -> list[object]:
    return [axis_cells(plan, arm)[key] for arm in plan.arms]


def said(plan: Plan) -> list[str]:
    axes = [axis_summary(plan, axis) for axis in plan.axes]
    return name_sentences(axes, match=plan.sweep.match, named_arms=any("label" in arm for arm in plan.sweep.arms))


def again(plan: Plan, folder: Path) -> Plan:
    path = folder / "again.yaml"
    path.write_text(plan.as_yaml())
    return make_plan(path)


def test_lists_of_layers_are_called_by_a_line(tmp_path: Path) -> None:
    over = "{over: {model.layers: [c4@3 p, [{layer: conv, channels: 4, kernel_size: 3}, {layer: max_pool}]]}}"
    plan = planned(tmp_path, DIGITS, over)
    assert labels(plan) == ["layers=c4@3 p", "layers=c4@3 pad0 p"]
    assert "c4@3: " not in said(plan)[-1]
    assert said(plan) == ["c8@5: 8 filters of 5x5, padded to keep the size; pad0: without padding; p: 2x2 max pooling"]
    assert labels(again(plan, tmp_path)) == labels(plan)


def test_the_same_layers_in_two_ways_are_one_value(tmp_path: Path) -> None:
    over = "{over: {model.layers: [c4@3, [{layer: conv, channels: 4, kernel_size: 3, padding: same}]]}}"
    with pytest.raises(InputError, match="c4@3 is there twice"):
        planned(tmp_path, DIGITS, over)


def test_arms_have_labels(tmp_path: Path) -> None:
    plan = planned(tmp_path, DIGITS, f"{{arms: {TWO_ARMS}, baseline: one 3x3}}")
    assert labels(plan) == cells(plan, "model.layers") == ["one 3x3", "two 3x3, padded"]
    assert plan.baseline == 0
    assert said(plan)[:2] == ["one 3x3: c4@3 pad0 p", "two 3x3, padded: c4@3 c4@3 p"]
    same = again(plan, tmp_path)
    assert (labels(same), same.baseline, same.hash) == (labels(plan), 0, plan.hash)


def test_labels_of_arms_with_several_axes(tmp_path: Path) -> None:
    arms = "[{label: slow, learning_rate: 0.01}, {label: small, hidden_sizes: [4]}, {learning_rate: 0.5}]"
    plan = planned(tmp_path, IRIS, f"{{arms: {arms}, baseline: {{label: small}}}}")
    assert labels(plan) == ["slow", "small", "learning_rate=0.5"]
    assert plan.baseline == 1
    assert said(plan) == ["arms are called by their labels; arms.csv has the values of each"]


@pytest.mark.parametrize(
    ("sweep", "problem"),
    [
        (
            "{arms: [{label: a, epochs: 1}, {label: a, epochs: 2}]}",
            "sweep.arms[1].label: 'a' is the label of another arm, too",
        ),
        ("{arms: [{label: 1, epochs: 1}]}", "sweep.arms[0].label: a name is no number"),
        ("{arms: [{label: '1', epochs: 1}]}", "sweep.arms[0].label: a name is no number"),
        ("{arms: [{label: ' a', epochs: 1}]}", "sweep.arms[0].label: a name has printable characters"),
        ("{over: {epochs: {true: 1, b: 2}}}", "'true' as a name of a value: a name is no number, and not true"),
        ("{over: {activation: {relu: tanh, tanh: relu}}}", "relu names another value than itself"),
        ("{over: {activation: {}}}", "has no values"),
        ("{over: {optimizer: {name: sgd}}}", "expected a list of values"),
        (
            "{over: {epochs: [1, 2]}, baseline: epochs=3}",
            "sweep.baseline: no arm is called epochs=3; did you mean epochs=2?",
        ),
        (
            "{over: {epochs: {short: 1, long: 2}}, baseline: {epochs: shorter}}",
            "shorter is not among the values of this axis",
        ),
    ],
)
def test_what_is_no_name(sweep: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        planned(tmp_path, IRIS, sweep)
    assert problem in str(refused.value)


def test_values_have_names(tmp_path: Path) -> None:
    over = "{over: {epochs: {short: 1, long: 20}, learning_rate: [0.1, 0.2]}, baseline: {epochs: long, learning_rate: 0.1}, "
    plan = planned(tmp_path, IRIS, over + "exclude: [{epochs: short, learning_rate: 0.2}]}")
    assert labels(plan) == [
        "epochs=short, learning_rate=0.1",
        "epochs=long, learning_rate=0.1",
        "epochs=long, learning_rate=0.2",
    ]
    assert [arm.experiment.training.epochs for arm in plan.arms] == [1, 20, 20]
    assert plan.baseline == 1
    assert said(plan) == ["short: 1", "long: 20"]
    assert labels(again(plan, tmp_path)) == labels(plan)


def test_a_name_of_the_only_axis_is_the_name_of_its_arm(tmp_path: Path) -> None:
    plan = planned(tmp_path, IRIS, "{over: {epochs: {short: 1, long: 20}}, baseline: long}")
    assert labels(plan) == ["short", "long"]
    assert plan.baseline == 1


def test_scaled_sizes_are_called_as_they_are_trained(tmp_path: Path) -> None:
    plan = planned(tmp_path, WIDE, MATCHED)
    trained = [list(arm.experiment.model.hidden_sizes) for arm in plan.arms]
    assert labels(plan) == [f"hidden_sizes={sizes}" for sizes in trained]
    assert cells(plan, "model.hidden_sizes") == list(map(str, trained))
    assert plan.axes[0].label == "hidden sizes (scaled)"
    assert said(plan) == [SCALED, f"trained: {trained[1]} for [32, 32]", f"trained: {trained[2]} for [16, 16, 16]"]
    assert labels(again(plan, tmp_path)) == labels(plan)


@pytest.mark.parametrize("named", ["[32, 32]", "[18, 19]"])
def test_a_baseline_is_as_written_or_as_trained(named: str, tmp_path: Path) -> None:
    assert planned(tmp_path, WIDE, MATCHED, f"sweep.baseline={{hidden_sizes: {named}}}").baseline == 1


def test_sizes_that_differ_along_another_axis_have_both_ends(tmp_path: Path) -> None:
    plan = planned(tmp_path, WIDE, CROSSED)
    sizes = [list(arm.experiment.model.hidden_sizes) for arm in plan.arms]
    assert labels(plan) == [
        f"hidden_sizes={own}, batch_norm={norm}" for own, norm in zip(sizes, ["true", "false"] * 3, strict=True)
    ]
    of_axis = cells(plan, "model.hidden_sizes")
    assert of_axis[0] == of_axis[1] == f"[{sizes[0][0]}-{sizes[1][0]}]"
    assert len(set(of_axis)) == 3
    text = of_axis[2]
    without = planned(tmp_path, WIDE, CROSSED, f"sweep.exclude=[{{hidden_sizes: '{text}', model.batch_norm: true}}]")
    assert labels(without) == [labels(plan)[i] for i in (0, 1, 3, 4, 5)]
    exact = planned(tmp_path, WIDE, CROSSED, f"sweep.baseline={{hidden_sizes: {sizes[3]}, batch_norm: false}}")
    assert exact.baseline == 3


def test_sizes_that_become_the_same_say_what_was_written(tmp_path: Path) -> None:
    plan = planned(tmp_path, WIDE, "{over: {hidden_sizes: [[8], [16]]}, match: parameters}")
    assert labels(plan) == ["hidden_size=64 from 8", "hidden_size=64 from 16"]


def test_names_of_scaled_sizes_mean_what_is_trained(tmp_path: Path) -> None:
    plan = planned(tmp_path, WIDE, "{over: {hidden_sizes: {wide: [64], deep: [32, 32]}}, match: parameters}")
    assert labels(plan) == ["wide", "deep"]
    assert said(plan) == [SCALED, "trained: [18, 19] for [32, 32]", "wide: [64]", "deep: [18, 19]"]


def test_sizes_of_one_arm_are_its_own(tmp_path: Path) -> None:
    """Where another axis changes the network, two written sizes may be trained alike in all arms but one of each."""
    over = "{over: {hidden_sizes: [[32], [64]], activation: [relu, {name: maxout, pieces: 2}]}, match: parameters}"
    plan = planned(tmp_path, WIDE, over)
    names = [label.partition(",")[0] for label in labels(plan)]
    sizes = [arm.experiment.model.hidden_sizes[0] for arm in plan.arms]
    written = [32, 32, 64, 64]
    assert names == [f"hidden_size={own} from {before}" for own, before in zip(sizes, written, strict=True)]


def test_a_label_is_not_what_another_arm_is_called(tmp_path: Path) -> None:
    arms = "[{label: learning_rate=0.2, learning_rate: 0.1}, {learning_rate: 0.2}]"
    with pytest.raises(InputError, match=r"sweep\.arms\[0\]\.label: 'learning_rate=0.2' is what another arm is called"):
        planned(tmp_path, IRIS, f"{{arms: {arms}}}")


def test_some_arms_with_labels_say_what_they_are(tmp_path: Path) -> None:
    plan = planned(tmp_path, IRIS, "{arms: [{label: slow, learning_rate: 0.01}, {learning_rate: 0.5}]}")
    assert labels(plan) == ["slow", "learning_rate=0.5"]
    assert said(plan) == ["arms are called by their labels; arms.csv has the values of each"]
    table, _ = next(plan_tables(plan, stacking(plan, 1, MEMORY)))
    assert table.columns[1] == "label"


def test_a_label_of_a_baseline_stands_alone(tmp_path: Path) -> None:
    arms = "[{label: a, epochs: 1}, {label: b, epochs: 2}]"
    with pytest.raises(InputError, match=r"sweep\.baseline: nonsense means nothing beside a label"):
        planned(tmp_path, IRIS, f"{{arms: {arms}, baseline: {{label: a, nonsense: 7}}}}")
