"""The arms of a sweep are what their own configs are, checked one by one; what many have in common is looked at once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from making.effort import calls_of
from making.plans import BASE, labels, plan_of
from mlpexp.config.yaml_source import override_in
from mlpexp.data.catalogue import facts_of
from mlpexp.errors import InputError
from mlpexp.planning.arms import Arm
from mlpexp.planning.matching import matched
from mlpexp.planning.plan import make_plan
from mlpexp.planning.prepare import Prepared, prepare

WIDE = BASE.replace("[4]", "[100]")
CSV = BASE.replace("dataset: {name: iris, test_fraction: 0.3}", "dataset: {name: csv, path: one.csv, target: y}")
IMAGES = """\
dataset: {name: digits}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: dense, units: 4}]}
optimizer: adam
"""
MAP = "dataset: iris\nmodel: {name: som, grid: [3, 3]}\ntraining: {epochs: 2}\n"
SWEEPS = [
    (BASE, "{over: {learning_rate: 'log(1e-3, 1, 4)', batch_size: [5, full], hidden_size: [2, 3]}}"),
    (BASE, "{over: {learning_rate: [0.1, 1], optimizer.momentum: [0.0, -0.0, 0.9], epochs: [1, 2]}, method: one_at_a_time}"),
    (BASE, "{over: {epochs: 'integers(1, 99)', hidden_size: 'integers(2, 9)'}, method: random, trials: 20, seeds: 2}"),
    (BASE, "{over: {learning_rate: 'log_uniform(1e-3, 1)', init: [zeros, he_normal]}, method: sobol, trials: 20, seeds: 2}"),
    (BASE, "{over: {learning_rate: [0.1, 1], batch_size: [5, 7], epochs: [2, 3]}, zip: [[learning_rate, batch_size]]}"),
    (BASE, "{over: {learning_rate: [0.1, 1], epochs: [2, 3]}, exclude: [{learning_rate: 1, epochs: 3}]}"),
    (WIDE, "{over: {model.hidden_sizes: [[64], [32, 32]], activation: [relu, selu], epochs: [1, 2]}, match: parameters}"),
    (BASE, "{over: {activation: [relu, tanh, {name: elu, alpha: 2.0}, {name: leaky_relu}]}}"),
    (BASE, "{over: {optimizer: [{name: sgd, learning_rate: 0.5}, {name: adam}], optimizer.l2_penalty: [0.0, 0.1]}}"),
    (BASE, "{over: {model: [{name: mlp, hidden_sizes: [3, 2], activation: [relu, tanh]}, mlp, {name: mlp, bias: false}]}}"),
    (BASE, "{over: {dataset: [iris, three_class_3d, {name: synthetic, kind: moons}], batch_size: [5, 7]}}"),
    (BASE, "{over: {dataset.test_fraction: [0.1, 0.5], dataset.standardize: [true, false], split_seed: [0, 1]}}"),
    (BASE, "{over: {schedule: [constant, {name: step, every: 2}], training.early_stopping: [null]}}"),
    (BASE, "{over: {name: [one, other], loss: [cross_entropy, softmax_squared_error]}}"),
    (CSV, "{over: {dataset.path: [one.csv, two.csv], learning_rate: [0.1, 1]}}"),
    (CSV, "{over: {dataset: [{name: csv, path: two.csv, target: y}, iris], learning_rate: [0.1, 1]}}"),
    (IMAGES, "{over: {model.layers.0.channels: [1, 2], model.layers.1.units: [3, 5]}}"),
    (MAP, "{over: {model.grid: [[2, 3], [4, 4]], model.radius: [1.5, 2.0]}}"),
    (MAP, "{over: {model.algorithm: [online, batch], model.init: [random, pca]}}"),
]  # fmt: skip


def tables(folder: Path) -> None:
    for name, count in (("one", 60), ("two", 90)):
        (folder / f"{name}.csv").write_text("x,y\n" + "".join(f"{i * i % 7},{'ab'[i % 2]}\n" for i in range(count)))


def alone(folder: Path, base: str, arm: Arm) -> Prepared:
    """The config of one arm, written down and checked by itself."""
    data: Any = yaml.safe_load(base)
    for key, value in arm.settings.items():
        *above, last = key.split(".")
        node = data
        for part in above:
            node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
        node[last] = value
        for section in ("dataset", "model", "optimizer", "schedule"):
            if isinstance(data.get(section), str):
                data[section] = {"name": data[section]}
    path = folder / "arm.yaml"
    path.write_text(yaml.safe_dump(data))
    return prepare(path)


@pytest.mark.parametrize(("base", "sweep"), SWEEPS, ids=[sweep for _, sweep in SWEEPS])
def test_an_arm_is_what_its_own_config_is(base: str, sweep: str, tmp_path: Path) -> None:
    tables(tmp_path)
    plan = plan_of(tmp_path, sweep, base=base)
    assert [arm.number for arm in plan.arms] == list(range(len(plan.arms)))
    for arm in plan.arms:
        expected = alone(tmp_path, base, arm)
        if plan.sweep.match:
            expected = matched(expected, plan.base.architecture.num_parameters)
        assert arm.prepared == replace(expected, experiment=expected.experiment.model_copy(update={"seeds": 1}))


def test_a_data_set_is_looked_at_once(tmp_path: Path) -> None:
    tables(tmp_path)
    sweep = "{over: {dataset.path: [one.csv, two.csv], batch_size: [5, 7], epochs: [1, 2]}}"
    assert calls_of(facts_of, lambda: plan_of(tmp_path, sweep, base=CSV)) == 2


def test_arms_of_one_network_share_it(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 1], hidden_size: [2, 3]}}")
    networks = [arm.prepared.architecture for arm in plan.arms]
    assert networks[0] is networks[2]
    assert networks[1] is networks[3]
    assert networks[0] != networks[1]


@pytest.mark.parametrize(
    ("sweep", "lines"),
    [
        (
            "{over: {batch_size: [5, 200, 300], learning_rate: [0.1, -1]}}",
            [
                "config.yaml:6:43: optimizer.learning_rate: should be above 0, not -1",
                "config.yaml:6:16: training.batch_size: 200 is larger than the training set of 105 samples; "
                "use `full` for full-batch training",
                "config.yaml:6:16: training.batch_size: 300 is larger than the training set of 105 samples; "
                "use `full` for full-batch training",
            ],
        ),
        (
            "{over: {dataset.test_fraction: [0.5, 0.99]}}",
            [
                "config.yaml:2:10: dataset: too few samples for this split: of 150, 149 are held out (test_fraction 0.99, "
                "validation_fraction 0), so 1 are left to train on, and at least 3 are needed (one of each class)"
            ],
        ),
        (
            "{over: {learning_rate: [0.1], model.hidden_sizes.3: [1]}}",
            ["config.yaml:6:38: model.hidden_sizes[3]: there is nothing below this key"],
        ),
        (
            '{over: {dataset: [iris, {name: csv, path: "a\\0b", target: y}]}}',
            ["config.yaml:6:16: dataset.path: cannot be a path: embedded null byte"],
        ),
        (
            "{over: {learning_rate: [0.5], optimizer: [{name: adam}, {name: adam, learning_rate: 0.01}]}}",
            [
                "config.yaml:6:16: sweep.over.learning_rate: 0.5 beside optimizer: {name: adam, learning_rate: 0.01}, "
                "which says it, too; leave out one of them"
            ],
        ),
        (
            "{arms: [{}, {optimizer: {name: sgd, learning_rate: 0.1}, learning_rate: 0.1}]}",
            [
                "config.yaml:6:65: sweep.arms.learning_rate: 0.1 beside optimizer: {name: sgd, learning_rate: 0.1}, "
                "which says it, too; leave out one of them"
            ],
        ),
    ],
)
def test_problems_of_arms_are_placed(sweep: str, lines: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        plan_of(tmp_path, sweep)
    assert str(caught.value).replace(f"{tmp_path}/", "").splitlines() == lines


@pytest.mark.parametrize("sections_first", [True, False])
def test_a_section_of_an_arm_leaves_its_key_alone_whichever_comes_first(tmp_path: Path, sections_first: bool) -> None:
    axes = ["optimizer: [{name: sgd, momentum: 0.5}, {name: adam}]", "learning_rate: [0.5, 0.2]"]
    plan = plan_of(tmp_path, f"{{over: {{{', '.join(axes if sections_first else axes[::-1])}}}}}")
    trained = {(arm.experiment.optimizer.name, arm.experiment.optimizer.learning_rate) for arm in plan.arms}
    assert trained == {("sgd", 0.5), ("sgd", 0.2), ("adam", 0.5), ("adam", 0.2)}


def test_a_run_is_planned_as_one_arm(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(BASE + "seed: 4\nseeds: 3\nsweep: {over: {learning_rate: [0.1, 1]}, seeds: 7}\n")
    plan, prepared = make_plan(path, planned_by="train"), prepare(path)
    assert labels(plan) == ["as configured"]
    assert (plan.arms[0].settings, plan.axes, plan.baseline, plan.left_open) == ({}, [], None, {})
    assert plan.arms[0].experiment == prepared.experiment.model_copy(update={"seeds": 1})
    assert list(plan.seeds) == [4, 5, 6]
    assert plan.base == prepared
    assert (plan.name, plan.metric.column, plan.parts) == ("tiny", "final_test_accuracy", ["train", "test"])


def test_the_config_of_a_run_plans_the_same_run_again(tmp_path: Path) -> None:
    path, again = tmp_path / "config.yaml", tmp_path / "again.yaml"
    path.write_text(MAP + "seeds: 2\n")
    plan = make_plan(path, [override_in("model.algorithm=batch", "--set")], planned_by="train")
    again.write_text(plan.as_yaml())
    other = make_plan(again, planned_by="train")
    assert (other.arms, other.seeds, other.hash, other.as_yaml()) == (plan.arms, plan.seeds, plan.hash, plan.as_yaml())
    assert other.hash != make_plan(path, planned_by="train").hash


def test_the_hash_of_a_run_is_that_of_its_config_and_of_a_sweep_that_of_its_arms(tmp_path: Path) -> None:
    plan_of(tmp_path, "{over: {learning_rate: [0.1, 1]}, seeds: 2}")
    path = tmp_path / "config.yaml"
    assert make_plan(path, planned_by="train").hash == "3cf108e0"
    assert make_plan(path).hash == "fbfd563c"
    fewer = make_plan(path, [override_in("sweep.seeds=1", "--seeds 1")])
    assert fewer.hash != "fbfd563c"


@pytest.mark.parametrize("problem", ["metod: grid", "over: 3"])
def test_the_sweep_section_of_a_run_is_checked_for_its_form(problem: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(BASE + f"sweep: {{{problem}}}\n")
    with pytest.raises(InputError, match=r"sweep\."):
        make_plan(path, planned_by="train")


def test_what_no_sweep_can_do_means_nothing_to_a_run(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(BASE + "sweep: {over: {absent.key: [1]}, method: sobol, metric: best_test_loss}\n")
    assert len(make_plan(path, planned_by="train").arms) == 1
