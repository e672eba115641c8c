"""Two spellings of how inputs are scaled have one meaning, and one hash."""

from pathlib import Path

import pytest

from mlpexp.config.datasets import scaling_of
from mlpexp.config.dump import as_data, config_hash, to_yaml
from mlpexp.config.yaml_source import override_in
from mlpexp.errors import ConfigError
from mlpexp.planning.plan import make_plan
from mlpexp.planning.prepare import prepare

CONFIG = "dataset: {{name: {name}{keys}}}\nmodel: mlp\noptimizer: {{name: sgd, learning_rate: 0.1}}\n"


def config(folder: Path, keys: str = "", name: str = "iris") -> Path:
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(name=name, keys=f", {keys}" if keys else ""), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["iris", "mnist"])
@pytest.mark.parametrize(("scale", "standardize"), [("standard", "true"), ("none", "false")])
def test_both_spellings_are_one_config(tmp_path: Path, name: str, scale: str, standardize: str) -> None:
    spellings = [f"scale: {scale}", f"standardize: {standardize}", f"scale: {scale}, standardize: {standardize}"]
    same = [prepare(config(tmp_path, keys, name)).experiment for keys in spellings]
    assert len({config_hash(one) for one in same}) == 1
    assert len({to_yaml(one) for one in same}) == 1
    assert "scale" not in as_data(same[0])["dataset"]
    assert [scaling_of(one.dataset) for one in same] == [scale] * 3


@pytest.mark.parametrize("name", ["iris", "mnist"])
def test_a_range_is_a_config_of_its_own(tmp_path: Path, name: str) -> None:
    least = prepare(config(tmp_path, "scale: minmax", name)).experiment
    usual = prepare(config(tmp_path, "", name)).experiment
    assert scaling_of(least.dataset) == "minmax"
    assert config_hash(least) != config_hash(usual)
    data = as_data(least)["dataset"]
    assert data["scale"] == "minmax" and "standardize" not in data
    again = tmp_path / "again.yaml"
    again.write_text(to_yaml(least), encoding="utf-8")
    assert prepare(again).experiment == least


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("scale: minmax, standardize: true", "minmax contradicts standardize: true; leave out one of them"),
        ("scale: standard, standardize: false", "standard contradicts standardize: false"),
        ("scale: none, standardize: true", "none contradicts standardize: true"),
        ("scale: true", "did you mean standardize: true?"),
        ("standardize: minmax", "did you mean scale: minmax?"),
        ("scale: unit", "'unit' is not known"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, keys: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        prepare(config(tmp_path, keys))


@pytest.mark.parametrize("resolved", [False, True])
@pytest.mark.parametrize("keys", ["", "standardize: false", "scale: minmax"])
def test_one_axis_over_any_base(tmp_path: Path, keys: str, resolved: bool) -> None:
    base = config(tmp_path, keys)
    if resolved:
        base.write_text(to_yaml(prepare(base).experiment), encoding="utf-8")
    values = ["standard", "minmax", "none"]
    plan = make_plan(base, [override_in("sweep.over={dataset.scale: [standard, minmax, none]}", "--set")])
    assert [scaling_of(arm.experiment.dataset) for arm in plan.arms] == values
    again = tmp_path / "again.yaml"
    again.write_text(plan.as_yaml(), encoding="utf-8")
    assert [arm.identity for arm in make_plan(again).arms] == [arm.identity for arm in plan.arms]


def test_one_at_a_time_the_base_is_not_an_arm_twice(tmp_path: Path) -> None:
    over = "{over: {dataset.scale: [standard, minmax, none]}, method: one_at_a_time}"
    plan = make_plan(config(tmp_path), [override_in(f"sweep={over}", "--set")])
    assert [scaling_of(arm.experiment.dataset) for arm in plan.arms] == ["standard", "minmax", "none"]


def test_the_last_of_two_spellings_counts(tmp_path: Path) -> None:
    path = config(tmp_path, "standardize: true")
    assert scaling_of(prepare(path, [override_in("dataset.scale=minmax", "--set")]).experiment.dataset) == "minmax"
    path = config(tmp_path, "scale: minmax")
    assert (
        scaling_of(prepare(path, [override_in("dataset.standardize=true", "--set")]).experiment.dataset) == "standard"
    )


def test_two_axes_for_one_meaning_are_refused(tmp_path: Path) -> None:
    over = "sweep.over={dataset.scale: [standard, minmax], dataset.standardize: [true, false]}"
    with pytest.raises(ConfigError, match=r"says the same as dataset\.scale, which is an axis, too"):
        make_plan(config(tmp_path), [override_in(over, "--set")])
