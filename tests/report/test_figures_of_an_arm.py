"""All figures of one arm: which are drawn, what is written, and that nothing broken stops the rest."""

import logging
import os
from pathlib import Path

import pandas as pd
import pytest

from making.drawing import drawn_elsewhere
from making.results_builder import ACTIVATION, BATCH, DIGITS, IRIS, LR, MOONS, SINE, BuiltResult, build_run, build_sweep
from mlpexp.errors import InputError, RunError
from mlpexp.report.figures.catalogue import FIGURES, draw_figures
from mlpexp.report.numbers.arm_data import ArmData

OF_IRIS = ["loss", "accuracy", "confusion_matrix", "weights", "activations"]


def stems(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def run(tmp_path: Path) -> BuiltResult:
    """A finished run of iris with three seeds."""
    return build_run(tmp_path)


@pytest.fixture
def bare_run(tmp_path: Path) -> BuiltResult:
    """A run of which only the curves can be drawn."""
    return build_run(tmp_path, tables=())


def test_every_figure_has_its_numbers_beside_it(run: BuiltResult) -> None:
    noted = run.path / "manifest_local.json"
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file() and path != noted}
    drawn = draw_figures(run.result)
    assert stems(drawn) == OF_IRIS
    assert set(contents(run.path / "plots")) == {f"{name}.{suffix}" for name in OF_IRIS for suffix in ("png", "csv")}
    for path in drawn:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(path.with_suffix(".csv"))) > 0
    assert {path: path.read_bytes() for path in before} == before  # nothing but plots is written


def test_the_numbers_in_the_file_are_the_means(bare_run: BuiltResult) -> None:
    draw_figures(bare_run.result)
    numbers = bare_run.read("plots/loss.csv")
    means = bare_run.read("metrics.csv").groupby("epoch")["test_loss"].mean()
    assert numbers.loc[numbers["part"] == "test", "mean"].to_numpy() == pytest.approx(means.to_numpy(), rel=1e-8)


def test_two_calls_give_the_same_bytes(bare_run: BuiltResult) -> None:
    formats = ("png", "svg", "pdf")
    drawn = draw_figures(bare_run.result, formats)
    assert [path.name for path in drawn] == [f"{stem}.{name}" for stem in ("loss", "accuracy") for name in formats]
    first = contents(bare_run.path / "plots")
    assert draw_figures(bare_run.result, formats) == drawn
    assert contents(bare_run.path / "plots") == first
    for name, content in first.items():
        assert b"dc:date" not in content, name
        assert b"CreationDate" not in content, name


@pytest.mark.slow
def test_another_process_with_another_style_file_draws_the_same_without_torch(run: BuiltResult) -> None:
    draw_figures(run.result)
    first = contents(run.path / "plots")
    assert drawn_elsewhere(run.path) == f"{len(OF_IRIS)} []"
    assert contents(run.path / "plots") == first


def test_a_regression_run(tmp_path: Path, unrendered: None) -> None:
    run = build_run(tmp_path, config=SINE)
    drawn = ["loss", "r2", "predicted_true", "fitted_curve", "weights", "activations"]
    assert stems(draw_figures(run.result)) == drawn


def test_an_image_run(tmp_path: Path) -> None:
    run = build_run(tmp_path, config=DIGITS, epochs=2)
    drawn = ["loss", "accuracy", "confusion_matrix", "weights", "activations", "misclassified", "first_layer"]
    assert stems(draw_figures(run.result)) == drawn
    assert len(run.read("plots/first_layer.csv")) == 4 * 9


def test_a_run_in_the_plane(tmp_path: Path, unrendered: None) -> None:
    run = build_run(tmp_path, config=MOONS)
    drawn = ["loss", "accuracy", "confusion_matrix", "decision_boundary", "weights", "activations"]
    assert stems(draw_figures(run.result)) == drawn


def test_a_run_with_two_units_in_its_last_hidden_layer(tmp_path: Path, unrendered: None) -> None:
    run = build_run(tmp_path, "model.hidden_sizes=[8, 2]", config=MOONS)
    drawn = stems(draw_figures(run.result))
    assert drawn[drawn.index("decision_boundary") + 1] == "hidden_space"
    (run.path / "evaluation" / "boundary.csv").unlink()
    assert "hidden_space" in stems(draw_figures(run.result))  # without the plane of the inputs


def test_a_run_with_diagnostics(tmp_path: Path, unrendered: None) -> None:
    run = build_run(tmp_path, "diagnostics=cheap", tables=())
    assert stems(draw_figures(run.result)) == ["loss", "accuracy", "first_gradient", "gradients", "units"]


def test_a_result_without_rows_gives_nothing(tmp_path: Path) -> None:
    run = build_run(tmp_path, stacks=0)
    (run.path / "parts" / "stack-0" / "metrics.csv").unlink()
    assert draw_figures(run.result) == []
    assert not (run.path / "plots").exists()


def test_a_folder_that_is_no_result_is_refused(tmp_path: Path) -> None:
    run = build_run(tmp_path)
    (run.path / "summary.json").unlink()
    with pytest.raises(RunError, match=r"summary\.json: cannot be read"):
        _ = run.result.summary
    (run.path / "plan.json").unlink()
    with pytest.raises(InputError, match=r"not a result folder: it has no summary\.json"):
        _ = run.result


def test_a_killed_run_is_drawn_up_to_its_last_complete_row(tmp_path: Path) -> None:
    run = build_run(tmp_path, stacks=0)
    path = run.path / "parts" / "stack-0" / "metrics.csv"
    path.write_text(path.read_text()[:-30])  # the last row is cut short
    assert stems(draw_figures(run.result)) == ["loss", "accuracy"]
    numbers = run.read("plots/loss.csv")
    last = numbers[numbers["epoch"] == 6]  # of twelve
    assert numbers["epoch"].max() == 6
    assert last["seed_1"].notna().all()
    assert last["seed_2"].isna().all()


def test_a_run_killed_before_its_first_epoch(tmp_path: Path) -> None:
    run = build_run(tmp_path, stacks=0)
    path = run.path / "parts" / "stack-0" / "metrics.csv"
    header, *rows = path.read_text().splitlines(keepends=True)
    path.write_text(header + "".join(rows[:3]))  # epoch 0 of three seeds
    assert stems(draw_figures(run.result)) == ["loss", "accuracy"]
    path.write_text(header)
    assert draw_figures(run.result) == []


@pytest.mark.parametrize(
    ("name", "content", "missing"),
    [
        ("metrics.csv", b"\xff\xfe\x00garbage\n\x00\n", {"loss", "accuracy"}),
        ("metrics.csv", b"seed,epoch,train_loss\n0,0,word\n", {"loss", "accuracy"}),
        ("evaluation/predictions.csv", b"seed,part\n0,test\n", {"confusion_matrix"}),
        ("evaluation/histograms.csv", b"kind,layer\nactivations,x\n1,2,3,4\n", {"weights", "activations"}),
        ("config.yaml", b"dataset: [", set()),
        ("config.yaml", b"model: mlp", set()),
    ],
)
def test_one_broken_file_does_not_stop_the_other_figures(
    run: BuiltResult,
    caplog: pytest.LogCaptureFixture,
    name: str,
    content: bytes,
    missing: set[str],
    unrendered: None,
) -> None:
    (run.path / name).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        drawn = stems(draw_figures(run.result))
    assert set(drawn) == set(OF_IRIS) - missing
    assert caplog.messages
    assert ("left out" in caplog.text) == bool(missing)


@pytest.mark.parametrize("content", [b'{"status": "runn', b'{"members": 5, "dataset": null}', b'{"format": 2}'])
def test_a_broken_summary_is_said_before_anything_is_drawn(run: BuiltResult, content: bytes) -> None:
    (run.path / "summary.json").write_bytes(content)
    with pytest.raises(RunError, match=r"summary\.json: (damaged|edited)"):
        draw_figures(run.result)
    assert not (run.path / "plots").exists()


def test_without_the_trials_nothing_is_said_of_them(run: BuiltResult, unrendered: None) -> None:
    (run.path / "trials.csv").unlink()
    assert stems(draw_figures(run.result)) == OF_IRIS


def test_damaged_weights_leave_out_the_filters(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    run = build_run(tmp_path, config=DIGITS, epochs=2, tables=("predictions",))
    path = run.path / "weights" / "program-0.best.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert stems(draw_figures(run.result)) == ["loss", "accuracy", "confusion_matrix", "misclassified"]
    assert "damaged" in caplog.text


def test_an_unknown_format_is_refused_before_anything_is_drawn(run: BuiltResult) -> None:
    with pytest.raises(InputError, match="pgn"):
        draw_figures(run.result, ("png", "pgn"))
    assert not (run.path / "plots").exists()


def test_no_half_written_file_is_left(bare_run: BuiltResult, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_figures(bare_run.result)
    before = contents(bare_run.path / "plots")

    def failing(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(RunError, match="the disk is full"):
        draw_figures(bare_run.result)
    assert contents(bare_run.path / "plots") == before


def test_names_of_figures_are_file_names() -> None:
    names = [figure.name.format(metric="accuracy") for figure in FIGURES]
    assert all(name.isidentifier() and name.islower() for name in names)
    kinds = [(type(figure), figure.name) for figure in FIGURES]
    assert len(set(kinds)) == len(kinds)


@pytest.fixture
def sweep(tmp_path: Path) -> BuiltResult:
    """Four arms, of which arm 3 diverges with seed 1."""
    return build_sweep(
        tmp_path, {LR: ["0.01", "0.1"], BATCH: ["4", "16"]}, "dataset.validation_fraction=0.2", seeds=3, epochs=6,
        lost=lambda settings, seed: "diverged" if settings == {LR: "0.1", BATCH: "16"} and seed == 1 else "",
    )  # fmt: skip


@pytest.mark.slow
def test_one_arm_of_several_is_drawn_into_a_folder_of_its_own(sweep: BuiltResult) -> None:
    drawn = draw_figures(sweep.result, arm=3)
    assert [path.parent for path in drawn] == [sweep.path / "plots" / "arm-3"] * len(OF_IRIS)
    assert stems(drawn) == OF_IRIS
    assert sorted(path.name for path in (sweep.path / "plots").iterdir()) == ["arm-3"]
    metrics = sweep.read("metrics.csv")
    expected = metrics[(metrics["arm"] == 3) & (metrics["epoch"] == 6)].sort_values("seed")["validation_loss"]
    numbers = sweep.read("plots/arm-3/loss.csv")
    shown = numbers[(numbers["part"] == "validation") & (numbers["epoch"] == 6)]
    assert shown[["seed_0", "seed_2"]].to_numpy().ravel() == pytest.approx(expected.to_numpy(), rel=1e-8)
    assert shown["seed_1"].isna().all()
    predictions = sweep.read("evaluation/predictions.csv")
    own = predictions[(predictions["arm"] == 3) & (predictions["part"] == "test") & (predictions["seed"] != 1)]
    assert sweep.read("plots/arm-3/confusion_matrix.csv")["count"].sum() == len(own)


def test_the_title_of_an_arm_has_its_settings(sweep: BuiltResult, unrendered: None) -> None:
    caption = [ArmData(sweep.result.arm(number)).caption for number in range(4)]
    words = ["sgd 0.01, batch 4", "sgd 0.01, batch 16", "sgd 0.1, batch 4", "sgd 0.1, batch 16"]
    assert [each.title for each in caption] == [f"iris - mlp [16] relu, {word}" for word in words]
    assert [each.diverged for each in caption] == [frozenset()] * 3 + [{1}]
    trials = sweep.read("trials.csv")
    best = trials[trials["arm"] == 2].set_index("seed")["best_epoch"]
    assert caption[2].best_epochs == best.to_dict()


def test_every_arm_of_equal_ones_is_drawn(tmp_path: Path, unrendered: None) -> None:
    same = build_sweep(tmp_path, {"name": ["a", "b"], ACTIVATION: ["relu", "tanh"]}, seeds=2, epochs=3)
    assert [stems(draw_figures(same.result, arm=number)) for number in range(4)] == [OF_IRIS] * 4
    metrics = [same.result.arm(number).metrics for number in range(4)]
    assert metrics[0].equals(metrics[2])
    assert metrics[1].equals(metrics[3])
    assert not metrics[0].equals(metrics[1])


def test_the_only_arm_of_a_run_may_be_named(bare_run: BuiltResult, unrendered: None) -> None:
    assert {path.parent for path in draw_figures(bare_run.result, arm=0)} == {bare_run.path / "plots"}


@pytest.mark.parametrize("number", [-1, 4])
def test_an_arm_that_is_not_there_is_refused(sweep: BuiltResult, number: int) -> None:
    with pytest.raises(InputError, match=f"--arm {number}: expected a number from 0 to 3"):
        draw_figures(sweep.result, arm=number)


def test_the_filters_of_an_arm_are_its_own(tmp_path: Path, unrendered: None) -> None:
    sweep = build_sweep(tmp_path, {LR: ["0.01", "0.1"]}, config=DIGITS, seeds=2, epochs=2, tables=())
    filters = []
    for number in (0, 1):
        assert stems(draw_figures(sweep.result, arm=number)) == ["loss", "accuracy", "first_layer"]
        filters.append(sweep.result.arm(number).kept_weights([0], "best")[0]["conv1.weight"])
    assert (filters[0] != filters[1]).any()


def test_a_sweep_without_its_config_still_has_the_curves_of_an_arm(
    sweep: BuiltResult, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    (sweep.path / "config.yaml").write_text(IRIS)  # no sweep any more
    assert stems(draw_figures(sweep.result, arm=1)) == OF_IRIS
    assert "without the details of the config" in caplog.text


def test_an_arm_of_an_unfinished_sweep_is_drawn_as_far_as_there_are_rows(tmp_path: Path, unrendered: None) -> None:
    axes = {BATCH: ["4", "16", "30"]}  # three programs, hence three stacks
    sweep = build_sweep(tmp_path, axes, seeds=2, epochs=6, stacks=1)
    assert sweep.result.summary.status == "interrupted"
    assert stems(draw_figures(sweep.result, arm=0)) == OF_IRIS  # has ended
    assert stems(draw_figures(sweep.result, arm=1)) == ["loss", "accuracy"]  # half of its epochs
    assert draw_figures(sweep.result, arm=2) == []
