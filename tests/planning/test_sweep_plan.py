"""From a sweep section to arms: designs, names, metric, and what is refused."""

from itertools import product
from pathlib import Path

import pytest

from making.plans import BASE, labels, plan_of
from mlpexp.config.dump import as_data, to_yaml
from mlpexp.errors import InputError
from mlpexp.planning.plan import arm_config, make_plan, trial_key


def test_a_grid_has_every_combination_once(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 1], batch_size: [5, full], hidden_size: [2, 3]}, seeds: 4}")
    settings = [tuple(arm.settings.values()) for arm in plan.arms]
    assert settings == list(product([0.1, 1], [5, "full"], [[2], [3]]))
    for arm in plan.arms:
        rate, size, hidden = arm.settings.values()
        assert arm.experiment.optimizer.learning_rate == rate
        assert arm.experiment.training.batch_size == size
        assert arm.experiment.model.hidden_sizes == tuple(hidden)
    assert labels(plan)[1] == "learning_rate=0.1, batch_size=5, hidden_size=3"
    assert list(plan.seeds) == [0, 1, 2, 3]


def test_zipped_axes_move_together_and_exclusions_are_left_out(tmp_path: Path) -> None:
    sweep = "{over: {learning_rate: [0.1, 1], batch_size: [5, 7], epochs: [2, 3]}, zip: [[learning_rate, batch_size]]"
    assert labels(plan_of(tmp_path, sweep + "}")) == [
        "learning_rate=0.1, batch_size=5, epochs=2", "learning_rate=0.1, batch_size=5, epochs=3",
        "learning_rate=1, batch_size=7, epochs=2", "learning_rate=1, batch_size=7, epochs=3",
    ]  # fmt: skip
    excluded = plan_of(tmp_path, sweep + ", exclude: [{learning_rate: 1, epochs: 3}]}")
    assert labels(excluded) == labels(plan_of(tmp_path, sweep + "}"))[:3]


def test_one_at_a_time_begins_with_the_config_and_varies_each_axis_alone(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 1], batch_size: [5, 7]}, method: one_at_a_time}")
    assert labels(plan) == [
        "as configured: learning_rate=0.1, batch_size=35", "learning_rate=1", "batch_size=5", "batch_size=7",
    ]  # fmt: skip
    assert plan.baseline == 0
    assert [arm.experiment.training.batch_size for arm in plan.arms] == [35, 35, 5, 7]


def test_null_is_a_value_that_a_baseline_may_have(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {training.gradient_clip: [1, null]}, baseline: {training.gradient_clip: null}}")
    assert plan.baseline == 1
    assert plan.arms[1].experiment.training.gradient_clip is None


@pytest.mark.parametrize("method", ["random", "sobol"])
def test_sampled_arms_are_within_bounds_different_and_the_same_again(method: str, tmp_path: Path) -> None:
    sweep = f"{{over: {{learning_rate: 'log_uniform(1e-3, 1)', hidden_size: [2, 3]}}, method: {method}, trials: 64, seeds: 2}}"
    plan = plan_of(tmp_path, sweep)
    rates = [arm.experiment.optimizer.learning_rate for arm in plan.arms]
    assert len(set(labels(plan))) == 32
    assert min(rates) >= 1e-3 and max(rates) <= 1
    assert {len(arm.experiment.model.hidden_sizes) for arm in plan.arms} == {1}
    assert labels(plan) == labels(plan_of(tmp_path, sweep))
    assert labels(plan) != labels(plan_of(tmp_path, sweep, "seed=7"))
    if method == "sobol":  # evenly: each third of the (logarithmic) range has its share
        assert [sum(low <= rate < 10 * low for rate in rates) for low in (1e-3, 1e-2, 1e-1)] == pytest.approx(
            [11, 11, 11], abs=2
        )


def test_seeds_come_from_the_section_then_the_config_then_ten(tmp_path: Path) -> None:
    over = "over: {learning_rate: [0.1, 1]}"
    assert len(plan_of(tmp_path, f"{{{over}, seeds: 3}}", "seeds=5").seeds) == 3
    assert len(plan_of(tmp_path, f"{{{over}}}", "seeds=5").seeds) == 5
    assert list(plan_of(tmp_path, f"{{{over}}}", "seed=4").seeds) == list(range(4, 14))


def test_the_resolved_sweep_is_planned_the_same_again(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path, "{over: {learning_rate: 'log(1e-3, 1, 4)', activation: [relu, {name: elu, alpha: 2.0}]}, seeds: 3}"
    )
    again = tmp_path / "sweep.yaml"
    again.write_text(to_yaml(plan.resolved()))
    other = make_plan(again)
    assert [as_data(arm.experiment) for arm in other.arms] == [as_data(arm.experiment) for arm in plan.arms]
    assert (labels(other), other.seeds, other.metric) == (labels(plan), plan.seeds, plan.metric)


def test_an_arm_is_a_config_of_its_own(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 1]}, seeds: 3}")
    path = tmp_path / "sweep.yaml"
    path.write_text(to_yaml(plan.resolved()))
    (tmp_path / "arm.yaml").write_text(arm_config(make_plan(path), 1))
    text = (tmp_path / "arm.yaml").read_text()
    assert (
        text.startswith("# learning_rate=1\n")
        and "learning_rate: 1" in text
        and "seeds: 3" in text
        and "sweep" not in text
    )


def test_matched_networks_have_equally_many_parameters(tmp_path: Path) -> None:
    sweep = "{over: {model.hidden_sizes: [[64], [32, 32], [16, 16, 16], [30, 20, 10]]}, match: parameters}"
    plan = plan_of(tmp_path, sweep, "model.hidden_sizes=[200]")
    budget = plan.base.architecture.num_parameters
    for arm in plan.arms:
        assert abs(arm.prepared.architecture.num_parameters - budget) <= 0.01 * budget
        assert len(arm.experiment.model.hidden_sizes) == len(arm.settings["model.hidden_sizes"])
    sizes = plan.arms[3].experiment.model.hidden_sizes
    assert sizes[0] / sizes[2] == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize(
    ("overrides", "metric", "when", "label"),
    [
        ((), None, "final", "test accuracy"),
        (("dataset.validation_fraction=0.2",), None, "best", "test accuracy"),
        (("dataset.test_fraction=0",), None, "final", "training accuracy"),
        (("dataset.test_fraction=0", "dataset.validation_fraction=0.2"), None, "best", "validation accuracy"),
        ((), "train_loss", "final", "training loss"),
        (("dataset.validation_fraction=0.2",), "final_validation_loss", "final", "validation loss"),
    ],
)
def test_the_metric(overrides: tuple[str, ...], metric: str | None, when: str, label: str, tmp_path: Path) -> None:
    wanted = f", metric: {metric}" if metric else ""
    plan = plan_of(tmp_path, f"{{over: {{learning_rate: [0.1, 1]}}{wanted}}}", *overrides)
    assert (plan.metric.when, plan.metric.label) == (when, label)


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ("{over: {optimizer.lr: [1]}}", "config.yaml:6:16: optimizer.lr: unknown key for sgd; did you mean optimizer.lear"),
        ("{over: {batch_size: [5, 200]}}", "config.yaml:6:16: training.batch_size: 200 is larger than the training set"),
        ("{over: {learning_rate: [0.1, 1e-1]}}", "config.yaml:6:16: sweep.over.learning_rate: 0.1 is there twice"),
        ("{over: {learning_rate: [0.1], optimizer.learning_rate: [1]}}", "two axes for one key"),
        ("{over: {seed: [1]}}", "sweep.over.seed: cannot be varied: --seeds repeats every arm"),
        ("{over: {keep.history: [1, 2]}}", "sweep.over.keep.history: cannot be varied: it decides no number"),
        ("{over: {activation: [relu, tahn]}}", "'tahn' is not known; did you mean tanh?"),
        ("{over: {learning_rate: ['0.1']}}", "optimizer.learning_rate: should be a number"),
        ("{over: {learning_rate: [1, 2]}, exclude: [{batch_size: 1}]}", "sweep.exclude[0].batch_size: not an axis"),
        ("{over: {learning_rate: [1, 2]}, exclude: [{learning_rate: 3}]}", "3 is not among the values of this axis"),
        ("{over: {learning_rate: [1]}, exclude: [{learning_rate: 1}]}", "sweep.exclude: leaves no combination"),
        ("{over: {learning_rate: [1, 2], epochs: [1]}, zip: [[learning_rate, epochs]]}", "need equally many values"),
        ("{over: {learning_rate: [1, 2]}, zip: [[learning_rate]]}", "expected two or more axes"),
        ("{over: {learning_rate: [1, 2]}, baseline: {learning_rate: 3}}", "sweep.baseline.learning_rate: 3 is not among"),
        ("{over: {learning_rate: [1, 2], batch_size: [1, 2]}, baseline: {learning_rate: 1}}", "is 2 arms of 4"),
        ("{over: {learning_rate: [1, 2]}, trials: 10}", "sweep.trials: means nothing for method: grid"),
        ("{over: {learning_rate: [1, 2]}, method: sobol}", "sweep.trials: needed with method: sobol"),
        ("{over: {learning_rate: [1, 2]}, method: sobol, trials: 15}", "15 is not a multiple of the 10 seeds"),
        ("{over: {learning_rate: [1, 2]}, method: random, trials: 30}", "only 2 different combinations were found"),
        ("{over: {learning_rate: 'uniform(0, 1)'}}", "uniform(0, 1) is to be sampled; set sweep.method"),
        ("{over: {learning_rate: [1, 2]}, metric: tset_accuracy}", "sweep.metric: tset_accuracy is not measured here"),
        ("{over: {learning_rate: [1, 2]}, metric: best_test_loss}", "there is no best epoch without"),
        ("{over: {model.hidden_sizes: [[1], []]}, match: parameters}", "only an mlp with hidden layers can be scaled to 35"),
        ("{over: {learning_rate: [1, 2]}, metod: grid}", "sweep.metod: unknown key; did you mean method?"),
        ("{over: {model.layers.0.units: [1]}}", "model.layers"),
        ("{method: one_at_a_time}", "nothing to vary"),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(sweep: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        plan_of(tmp_path, sweep)
    assert message in str(caught.value)


def test_all_wrong_arms_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        plan_of(tmp_path, "{over: {batch_size: [5, 200, 300], learning_rate: [0.1, 1]}}")
    assert len(str(caught.value).splitlines()) == 2  # not one per arm


def test_without_a_section_there_is_nothing_to_vary(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(BASE)
    with pytest.raises(InputError, match="nothing to vary; give an axis such as --learning-rate"):
        make_plan(path)


def test_defaults_that_follow_an_axis_are_followed_again(tmp_path: Path) -> None:
    """The initializer of each arm is that of its activation, also when the sweep is planned from its own sweep.yaml."""
    plan = plan_of(tmp_path, "{over: {activation: [relu, sigmoid]}}")
    assert [arm.experiment.model.init.name for arm in plan.arms] == ["he_normal", "xavier_uniform"]
    path = tmp_path / "sweep.yaml"
    path.write_text(to_yaml(plan.resolved()))
    assert [as_data(arm.experiment) for arm in make_plan(path).arms] == [as_data(arm.experiment) for arm in plan.arms]


def test_sampled_values_keep_their_digits_in_the_sweeps_own_config(tmp_path: Path) -> None:
    sweep = (
        "{over: {learning_rate: 'log_uniform(0.000123456789, 1)', hidden_size: 'integers(4, 1234567)'}, method: random"
    )
    plan = plan_of(tmp_path, sweep + ", trials: 6, seeds: 2}")
    path = tmp_path / "sweep.yaml"
    path.write_text(to_yaml(plan.resolved()))
    assert labels(make_plan(path)) == labels(plan)
    assert all(len(arm.experiment.model.hidden_sizes) == 1 for arm in plan.arms)


def test_equal_names_of_files_in_different_folders_are_different_data(tmp_path: Path) -> None:
    for folder, label in (("one", "a"), ("two", "b")):
        (tmp_path / folder).mkdir()
        rows = "".join(f"{i},{i % 3},{'ab'[i % 2]}\n" for i in range(20))
        (tmp_path / folder / "d.csv").write_text("x,y,label\n" + rows.replace("a\n", f"{label}1\n"))
    base = BASE.replace(
        "dataset: {name: iris, test_fraction: 0.3}", "dataset: {name: csv, path: one/d.csv, target: label}"
    )
    base = base.replace("batch_size: 35", "batch_size: 5")
    plan = plan_of(tmp_path, "{over: {dataset.path: [one/d.csv, two/d.csv]}, seeds: 2}", base=base)
    assert len({trial_key(arm, 0) for arm in plan.arms}) == 2
    elsewhere = tmp_path / "runs"
    elsewhere.mkdir()
    (elsewhere / "sweep.yaml").write_text(to_yaml(plan.resolved()))
    assert [arm.experiment.dataset for arm in make_plan(elsewhere / "sweep.yaml").arms] == [
        arm.experiment.dataset for arm in plan.arms
    ]


def test_the_configured_arm_is_never_excluded_nor_there_twice(tmp_path: Path) -> None:
    sweep = (
        "{over: {learning_rate: [0.01, 0.1], batch_size: [7]}, method: one_at_a_time, exclude: [{learning_rate: 0.1}]}"
    )
    assert labels(plan_of(tmp_path, sweep)) == [
        "as configured: learning_rate=0.1, batch_size=35", "learning_rate=0.01",
    ]  # fmt: skip
    again = plan_of(
        tmp_path, "{over: {activation: [elu, relu]}, method: one_at_a_time}", "model.activation={name: elu}"
    )
    assert len(again.arms) == 2


@pytest.mark.parametrize("digit", ["²", "٣", "①"])
def test_no_digit_but_those_of_ascii_is_a_place_in_a_list(digit: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is nothing below this key"):
        plan_of(tmp_path, f"{{over: {{model.hidden_sizes.{digit}: [1, 2]}}}}")
