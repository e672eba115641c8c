"""Built results have the files, columns and types of trained ones; trained ones have the figures that the tests expect."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from safetensors import safe_open

from making.results_builder import (
    ACTIVATION,
    BATCH,
    DIGITS,
    HIDDEN,
    IRIS,
    LR,
    MEMORY,
    MOONS,
    SINE,
    BuiltResult,
    build_run,
    build_sweep,
)  # fmt: skip
from making.trained_results import Trained
from mlpexp.execution.run import new_job, reopened
from mlpexp.planning.stacks import stacking
from mlpexp.report.figures.catalogue import draw_figures
from mlpexp.results.result import Result

MAP = """\
name: map
dataset: {name: iris, test_fraction: 0.3}
model: {name: som, grid: [3, 4]}
"""
LOST = {"lost": lambda settings, seed: "diverged" if settings[LR] == "1e+30" else ""}
BUILT: list[tuple[dict[str, list[str]] | None, dict[str, Any], list[str]]] = [
    (None, {"config": IRIS}, []),
    (None, {"config": IRIS}, ["dataset.validation_fraction=0.2", "diagnostics=cheap"]),
    (None, {"config": IRIS}, ["dataset.test_fraction=0"]),
    (None, {"config": SINE}, []),
    (None, {"config": MOONS}, []),
    (None, {"config": DIGITS}, []),
    ({LR: ["0.1", "1e30"], BATCH: ["4", "16"]}, {"config": IRIS, **LOST}, []),
    ({HIDDEN: ["2", "4"]}, {"config": SINE}, ["dataset.validation_fraction=0.2"]),
    ({LR: ["0.01", "0.1"]}, {"config": DIGITS}, []),
    ({"name": ["a", "b"], ACTIVATION: ["relu", "tanh"]}, {"config": MOONS}, ["diagnostics=cheap"]),
]


def built(folder: Path, axes: dict[str, list[str]] | None, how: dict[str, Any], overrides: list[str]) -> BuiltResult:
    few = {"seeds": 2, "epochs": 3}
    return (
        build_run(folder, *overrides, **how, **few)
        if axes is None
        else build_sweep(folder, axes, *overrides, **how, **few)
    )


def trained(folder: Path, like: BuiltResult) -> Path:
    """The same plan, carried out."""
    return Trained(new_job(like.plan, stacking(like.plan, 1, MEMORY), folder, ["mlpexp"])).finish().path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def layout(path: Path) -> Any:
    """What is the same whatever the numbers are."""
    if path.suffix == ".csv":
        table = pd.read_csv(path)
        return {column: "number" if kind.kind in "if" else str(kind) for column, kind in table.dtypes.items()}
    if path.suffix == ".safetensors":
        with safe_open(path, "np") as tensors:
            slices = {name: tensors.get_slice(name) for name in tensors.keys()}
            return {name: (each.get_shape(), each.get_dtype()) for name, each in slices.items()}
    if path.suffix == ".json":
        return keys_of(json.loads(path.read_text()))
    return path.read_bytes()


def keys_of(value: Any) -> Any:
    """A JSON value without what was computed."""
    if isinstance(value, dict):
        return {key: keys_of(item) for key, item in value.items() if key != "sha256"}
    if isinstance(value, list):
        return [keys_of(item) for item in value]
    return "number" if isinstance(value, float) or value is None else value if isinstance(value, str) else "whole"


@pytest.mark.parametrize(("axes", "how", "overrides"), BUILT)
def test_a_built_result_is_like_a_trained_one(
    tmp_path: Path, axes: dict[str, list[str]] | None, how: dict[str, Any], overrides: list[str]
) -> None:
    like = built(tmp_path / "built", axes, how, overrides)
    real = trained(tmp_path / "trained", like)
    assert files(like.path) == files(real)
    for name in ("config.yaml", "plan.json", "arms.csv"):
        assert (like.path / name).read_bytes() == (real / name).read_bytes()
    for name in files(real):
        if name not in ("environment.json", "stacks.json", ".lock") and not name.startswith(
            "weights/program-0.best.json"
        ):
            assert layout(like.path / name) == layout(real / name), name
    ours, theirs = like.result, Result.open(real)
    assert ours.summary.status == theirs.summary.status == "finished"
    assert [stack.trials for stack in ours.stacks.stacks] == [stack.trials for stack in theirs.stacks.stacks]
    assert ours.trials[["arm", "seed", "status"]].equals(theirs.trials[["arm", "seed", "status"]])
    assert ours.metrics.columns.equals(theirs.metrics.columns)
    counts = ["arm", "seed", "epoch", "step", "samples"]
    finished = ours.trials.loc[ours.trials["status"] == "finished", "arm"].unique()
    mine, other = (each.metrics[each.metrics["arm"].isin(finished)][counts] for each in (ours, theirs))
    assert mine.reset_index(drop=True).equals(other.reset_index(drop=True))


@pytest.mark.parametrize(("axes", "how", "overrides"), BUILT)
def test_a_built_result_can_be_read(
    tmp_path: Path, axes: dict[str, list[str]] | None, how: dict[str, Any], overrides: list[str]
) -> None:
    like = built(tmp_path, axes, how, overrides)
    result = Result.open(like.path)
    assert result.summary.complete
    assert len(result.finished_trials()) == result.summary.num_trials
    assert len(result.plan.arms) == len(result.planned_arms) == len(result.arms) == len(result.costs)
    for name in result.folder.read_plan().kept.tables:
        assert len(result.evaluation(name)) > 0
    for number in range(result.summary.num_arms):
        weights, epochs = result.arm(number).kept_weights(list(result.summary.seeds), "best")
        assert {len(array) for array in weights.values()} == {len(epochs)} == {len(result.summary.seeds)}


def test_a_built_result_that_was_interrupted_can_be_gone_on_with(tmp_path: Path) -> None:
    begun = build_sweep(tmp_path / "a", {BATCH: ["4", "16"]}, seeds=2, epochs=3, stacks=1)
    assert (begun.result.summary.status, begun.result.summary.outcome) == ("interrupted", None)
    before = begun.result.trials
    Trained(reopened(begun.path)).finish()
    after = begun.result.trials
    assert begun.result.summary.status == "finished"
    first = after[after["arm"] == 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, before, check_dtype=False)  # what had ended is not trained again


@pytest.mark.parametrize(
    ("config", "axes", "names"),
    [
        (IRIS, {LR: ["0.01", "0.1"]}, {"confusion_matrices"}),
        (MOONS, {HIDDEN: ["2", "8"]}, {"confusion_matrices", "decision_boundaries"}),
        (SINE, {HIDDEN: ["2", "8"]}, {"fitted_curves"}),
        (MAP, {"model.topology": ["rectangular", "hexagonal"]}, {"u_matrices"}),
    ],
)
def test_the_arms_of_a_trained_sweep_stand_side_by_side(
    tmp_path: Path, unrendered: None, config: str, axes: dict[str, list[str]], names: set[str]
) -> None:
    plan = build_sweep(tmp_path / "a", axes, config=config, seeds=2, epochs=2, stacks=0)
    drawn = {path.stem for path in draw_figures(Result.open(trained(tmp_path / "b", plan)))}
    side_by_side = {"confusion_matrices", "decision_boundaries", "fitted_curves", "u_matrices"}
    assert drawn & side_by_side == names


def test_the_matrices_of_a_trained_sweep_are_those_of_its_predictions(tmp_path: Path) -> None:
    plan = build_sweep(tmp_path / "a", {LR: ["0.01", "0.1", "1e30"]}, seeds=2, epochs=2, stacks=0)
    path = trained(tmp_path / "b", plan)
    draw_figures(Result.open(path))
    numbers = pd.read_csv(path / "plots" / "confusion_matrices.csv")
    predictions = pd.read_csv(path / "evaluation" / "predictions.csv")
    assert numbers["arm"].unique().tolist() == [0, 1]  # arm 2 has diverged
    for arm in (0, 1):
        own = predictions[(predictions["arm"] == arm) & (predictions["part"] == "test")]
        counts = numbers[numbers["arm"] == arm]
        right = counts[counts["target"] == counts["predicted"]]["count"].sum()
        assert (counts["count"].sum(), right) == (len(own), (own["target"] == own["predicted"]).sum())
