"""All figures over the arms of a result: which are drawn, what is written, and that nothing broken stops the rest."""

import logging
from pathlib import Path

import pandas as pd
import pytest

from making.drawing import drawn_elsewhere
from making.results_builder import (
    ACTIVATION,
    BATCH,
    FOUR,
    HIDDEN,
    LR,
    MOONS,
    ONE_AT_A_TIME,
    SINE,
    BuiltResult,
    build_run,
    build_sweep,
)  # fmt: skip
from mlpexp.errors import InputError, RunError
from mlpexp.report.figures.catalogue import FIGURES, OfArm, draw_figures

OF_GRID = {
    "effect_learning_rate", "effect_batch_size", "curves_learning_rate", "curves_batch_size", "heat_map", "arms",
    "confusion_matrices", "accuracy_time",
}  # fmt: skip
FROM_METRICS = {"curves_learning_rate", "curves_batch_size"}


def stems(paths: list[Path]) -> set[str]:
    return {path.stem for path in paths}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def grid(tmp_path: Path) -> BuiltResult:
    return build_sweep(tmp_path, {LR: ["0.01", "0.1"], BATCH: ["4", "16"]}, seeds=3, epochs=6)


def test_every_figure_has_its_numbers_beside_it(grid: BuiltResult) -> None:
    noted = grid.path / "manifest_local.json"
    before = {path: path.read_bytes() for path in grid.path.rglob("*") if path.is_file() and path != noted}
    drawn = draw_figures(grid.result)
    assert stems(drawn) == OF_GRID
    assert set(contents(grid.path / "plots")) == {f"{name}.{suffix}" for name in OF_GRID for suffix in ("png", "csv")}
    for path in drawn:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(path.with_suffix(".csv"))) > 0
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.slow
def test_which_figures_one_axis_at_a_time_has(tmp_path: Path, unrendered: None) -> None:
    sweep = build_sweep(tmp_path, FOUR, section=ONE_AT_A_TIME, seeds=2, tables=())
    axes = ("batch_size", "hidden_sizes", "learning_rate", "epochs")
    of_axes = {f"{name}_{axis}" for name in ("effect", "curves") for axis in axes}
    assert stems(draw_figures(sweep.result)) == of_axes | {"panels", "arms", "accuracy_time", "accuracy_parameters"}


@pytest.mark.slow
def test_which_figures_three_axes_and_a_regression_have(tmp_path: Path, unrendered: None) -> None:
    axes = {"optimizer.name": ["sgd", "adam"], "schedule.name": ["constant", "cosine"], HIDDEN: ["4", "16"]}
    sweep = build_sweep(tmp_path, axes, config=SINE, seeds=2, epochs=4)
    names = ("optimizer_name", "schedule_name", "hidden_sizes")  # of axes that would both be called name
    of_axes = {f"{figure}_{axis}" for figure in ("effect", "curves") for axis in names}
    others = {"heat_map", "parallel", "arms", "fitted_curves", "r2_time", "r2_parameters"}
    assert stems(draw_figures(sweep.result)) == of_axes | others


def test_which_figures_points_in_the_plane_have(tmp_path: Path, unrendered: None) -> None:
    sweep = build_sweep(tmp_path, {LR: ["0.01", "0.1"]}, config=MOONS, seeds=2, epochs=4)
    names = {"effect_learning_rate", "curves_learning_rate", "arms", "confusion_matrices", "decision_boundaries"}
    assert stems(draw_figures(sweep.result)) == names


def test_which_figures_sampled_arms_have(tmp_path: Path, unrendered: None) -> None:
    axes = {LR: "log_uniform(0.01, 1)", BATCH: "integers(4, 16)", ACTIVATION: ["relu", "tanh"]}
    sweep = build_sweep(tmp_path, axes, seeds=2, epochs=4, section="method: random, trials: 24", tables=())
    of_axes = {"effect_learning_rate", "effect_batch_size", "effect_activation"}
    assert stems(draw_figures(sweep.result)) == of_axes | {"parallel", "arms", "accuracy_time"}


def test_which_figures_diagnostics_have(tmp_path: Path, unrendered: None) -> None:
    sweep = build_sweep(tmp_path, {LR: ["0.01", "0.1"]}, "diagnostics=cheap", seeds=2, epochs=4, tables=())
    names = {"effect_learning_rate", "curves_learning_rate", "arms", "first_gradients", "gradients", "units"}
    assert stems(draw_figures(sweep.result)) == names


def test_where_all_arms_diverged_what_can_be_said_is_drawn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    axes = {LR: ["100", "1000"], BATCH: ["4", "16"], ACTIVATION: ["relu", "tanh"]}
    sweep = build_sweep(tmp_path, axes, seeds=2, lost=lambda settings, seed: "diverged")
    names = {"effect_learning_rate", "effect_batch_size", "effect_activation", "heat_map", "parallel", "arms"}
    assert sweep.result.summary.status == "diverged"
    assert stems(draw_figures(sweep.result)) == names
    assert not caplog.messages


@pytest.mark.slow
def test_one_seed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sweep = build_sweep(tmp_path, {LR: ["0.01", "0.1"], BATCH: ["4", "16"]}, seeds=1, epochs=6)
    assert stems(draw_figures(sweep.result)) == OF_GRID
    assert not caplog.messages


@pytest.mark.slow
def test_two_calls_give_the_same_bytes(grid: BuiltResult) -> None:
    draw_figures(grid.result, ("png", "svg", "pdf"))
    first = contents(grid.path / "plots")
    assert {name.rsplit(".", 1)[1] for name in first} == {"png", "svg", "pdf", "csv"}
    draw_figures(grid.result, ("png", "svg", "pdf"))
    assert contents(grid.path / "plots") == first


@pytest.mark.slow
def test_another_process_with_another_style_file_draws_the_same_without_torch(grid: BuiltResult) -> None:
    draw_figures(grid.result)
    first = contents(grid.path / "plots")
    assert drawn_elsewhere(grid.path) == f"{len(OF_GRID)} []"
    assert contents(grid.path / "plots") == first


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("metrics.csv", FROM_METRICS),
        ("evaluation/predictions.csv", {"confusion_matrices"}),
        ("trials.csv", OF_GRID),
        ("arms.csv", OF_GRID),
    ],
)
def test_what_is_absent_is_left_out_and_said(
    grid: BuiltResult, caplog: pytest.LogCaptureFixture, unrendered: None, name: str, missing: set[str]
) -> None:
    (grid.path / name).unlink()
    assert stems(draw_figures(grid.result)) == OF_GRID - missing
    assert caplog.messages == [f"{grid.path / name}: missing: it was written, and is gone"]


@pytest.mark.parametrize(
    ("name", "content", "missing"),
    [
        ("metrics.csv", b"\xff\xfe\x00garbage\n\x00\n", FROM_METRICS),
        ("metrics.csv", b"", FROM_METRICS),
        ("metrics.csv", b"arm,seed,epoch,train_loss,test_accuracy\n0,0,0,word,0.5\n", FROM_METRICS),
        ("evaluation/predictions.csv", b"arm,seed,part,probability\n0,0,test,1\n", {"confusion_matrices"}),
        ("stacks.json", b'{"stacks": [{"minutes": 1}]}', {"accuracy_time"}),
        ("trials.csv", b"arm,seed\n0,0\n", OF_GRID),
        ("arms.csv", b"arm\n0\n", OF_GRID),
    ],
)
def test_one_broken_file_does_not_stop_the_other_figures(
    grid: BuiltResult,
    caplog: pytest.LogCaptureFixture,
    unrendered: None,
    name: str,
    content: bytes,
    missing: set[str],
) -> None:
    (grid.path / name).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert stems(draw_figures(grid.result)) == OF_GRID - missing
    assert caplog.messages


@pytest.mark.slow
def test_without_the_stacks_their_time_is_not_drawn(
    grid: BuiltResult, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    (grid.path / "stacks.json").unlink()
    assert stems(draw_figures(grid.result)) == OF_GRID - {"accuracy_time"}
    assert "stacks.json: cannot be read" in caplog.text


@pytest.mark.parametrize("content", [b'{"kind": "swe', b"[1, 2]", b'{"axes": [{}], "metric": null}', b'{"format": 2}'])
def test_a_broken_summary_is_said_before_anything_is_drawn(grid: BuiltResult, content: bytes) -> None:
    (grid.path / "summary.json").write_bytes(content)
    with pytest.raises(RunError, match=r"summary\.json: (damaged|edited)"):
        draw_figures(grid.result)
    assert not (grid.path / "plots").exists()


def test_a_config_that_changed_costs_only_what_is_planned_again(
    grid: BuiltResult, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    (grid.path / "config.yaml").write_text("dataset: [")
    assert stems(draw_figures(grid.result)) == OF_GRID - {"confusion_matrices"}
    assert "confusion_matrices left out" in caplog.text


def test_a_sweep_that_is_still_running_is_drawn_as_far_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    axes = {BATCH: ["4", "16", "30"], LR: ["0.01", "0.1"]}  # three stacks
    sweep = build_sweep(tmp_path, axes, seeds=3, epochs=6, stacks=2)
    path = sweep.path / "parts" / "stack-2" / "metrics.csv"
    path.write_text(path.read_text()[:-20])  # the last row is cut short
    sweep.change_summary(status="running")
    assert not (sweep.path / "trials.csv").exists()
    assert stems(draw_figures(sweep.result)) == OF_GRID - {"accuracy_time"}
    assert not caplog.messages
    assert set(sweep.result.trials["arm"]) == {0, 1, 2, 3}


def test_what_ended_is_the_same_before_and_after_the_tables_are_merged(tmp_path: Path) -> None:
    lost = {"lost": lambda settings, seed: "diverged" if settings[LR] == "0.1" and seed == 1 else ""}
    axes = {BATCH: ["4", "16"], LR: ["0.01", "0.1"]}
    merged = build_sweep(tmp_path / "a", axes, seeds=3, epochs=6, **lost).result
    parts = build_sweep(tmp_path / "b", axes, seeds=3, epochs=6, stacks=1, **lost).result
    ended = merged.trials[merged.trials[BATCH] == "4"].reset_index(drop=True)
    pd.testing.assert_frame_equal(parts.trials, ended, check_dtype=False)
    predictions = merged.evaluation("predictions")
    of_first = predictions[predictions["arm"] < 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(parts.evaluation("predictions"), of_first)


def test_a_sweep_none_of_whose_stacks_has_ended_has_only_what_the_plan_says(tmp_path: Path, unrendered: None) -> None:
    sweep = build_sweep(tmp_path, {LR: ["0.01", "0.1"]}, seeds=2, epochs=6, stacks=0)
    assert draw_figures(sweep.result) == []


def test_an_unknown_format_is_refused_before_anything_is_drawn(grid: BuiltResult) -> None:
    with pytest.raises(InputError, match="pgn"):
        draw_figures(grid.result, ("png", "pgn"))
    assert not (grid.path / "plots").exists()


@pytest.mark.slow
def test_a_hundred_arms_of_long_lists(tmp_path: Path, caplog: pytest.LogCaptureFixture, unrendered: None) -> None:
    lists = [str([4 * (i + 1)] * (i % 5 + 1)) for i in range(50)]
    axes = {HIDDEN: lists, LR: ["0.01", "0.1"]}
    sweep = build_sweep(tmp_path, axes, seeds=2, epochs=3, tables=("predictions",))
    drawn = stems(draw_figures(sweep.result))
    wanted = {"effect_hidden_sizes", "curves_learning_rate", "heat_map", "arms", "accuracy_parameters"}
    assert wanted | {"confusion_matrices"} <= drawn
    assert not caplog.messages


def test_a_run_has_none_of_them(tmp_path: Path, unrendered: None) -> None:
    run = build_run(tmp_path)
    of_an_arm = {figure.name for figure in FIGURES if isinstance(figure, OfArm)}
    assert stems(draw_figures(run.result)) <= of_an_arm
