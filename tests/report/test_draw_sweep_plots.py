"""All figures of a sweep folder: which are drawn, what is written, and that nothing broken stops the rest."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlpexp.report.sweep_plots import draw_sweep_plots
from sweep_builder import ACTIVATION, BATCH, FOUR, HIDDEN, LR, SweepBuilder

from mlpexp.errors import InputError

OF_GRID = {
    "effect_learning_rate", "effect_batch_size", "curves_learning_rate", "curves_batch_size", "heat_map", "arms",
    "accuracy_time",
}  # fmt: skip
FROM_METRICS = {"curves_learning_rate", "curves_batch_size"}


def stems(paths: list[Path]) -> set[str]:
    return {path.stem for path in paths}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "plots").iterdir())}


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made but no pictures: most of the time goes into those."""
    monkeypatch.setattr("mlpexp.report.save_figures.rendered", lambda drawing, formats: dict.fromkeys(formats, b""))


@pytest.fixture
def grid(tmp_path: Path) -> SweepBuilder:
    return SweepBuilder(tmp_path / "grid", {LR: ["0.01", "0.1"], BATCH: ["4", "16"]}, seeds=3, epochs=6).write()


def test_every_figure_has_its_numbers_beside_it(grid: SweepBuilder) -> None:
    before = {path: path.read_bytes() for path in grid.folder.rglob("*") if path.is_file()}
    drawn = draw_sweep_plots(grid.folder)
    assert stems(drawn) == OF_GRID
    assert set(contents(grid.folder)) == {f"{name}.{suffix}" for name in OF_GRID for suffix in ("png", "csv")}
    for path in drawn:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(path.with_suffix(".csv"))) > 0
    assert {path: path.read_bytes() for path in before} == before


def test_which_figures_one_axis_at_a_time_has(tmp_path: Path, unrendered: None) -> None:
    sweep = SweepBuilder(tmp_path / "s", FOUR, method="one_at_a_time", seeds=2).write()
    axes = ("batch_size", "hidden_sizes", "learning_rate", "epochs")
    of_axes = {f"{name}_{axis}" for name in ("effect", "curves") for axis in axes}
    assert stems(draw_sweep_plots(sweep.folder)) == of_axes | {"panels", "arms", "accuracy_time", "accuracy_parameters"}


def test_which_figures_three_axes_and_a_regression_have(tmp_path: Path, unrendered: None) -> None:
    axes = {"model.name": ["mlp", "cnn"], "dataset.name": ["a", "b"], HIDDEN: ["4", "16"]}
    sweep = SweepBuilder(tmp_path / "s", axes, seeds=2, epochs=4, second="r2", metric="test_r2").write()
    of_axes = {f"{n}_{axis}" for n in ("effect", "curves") for axis in ("model_name", "dataset_name", "hidden_sizes")}
    others = {"heat_map", "parallel", "arms", "r2_time", "r2_parameters"}
    assert stems(draw_sweep_plots(sweep.folder)) == of_axes | others


def test_which_figures_sampled_arms_have(tmp_path: Path, unrendered: None) -> None:
    random = np.random.default_rng(0)
    arms = [{LR: f"{rate:.6g}", BATCH: "4", ACTIVATION: "relu"} for rate in random.uniform(0.01, 1, 12)]
    for position, arm in enumerate(arms):
        arm[BATCH], arm[ACTIVATION] = str(4 + position), ("relu", "tanh")[position % 2]
    axes = {LR: [], BATCH: [], ACTIVATION: ["relu", "tanh"]}
    sweep = SweepBuilder(tmp_path / "s", axes, method="random", arms=arms, seeds=2, epochs=4).write()
    of_axes = {"effect_learning_rate", "effect_batch_size", "effect_activation"}
    assert stems(draw_sweep_plots(sweep.folder)) == of_axes | {"parallel", "arms", "accuracy_time"}


def test_where_all_arms_diverged_what_can_be_said_is_drawn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    axes = {LR: ["100", "1000"], BATCH: ["4", "16"], ACTIVATION: ["relu", "tanh"]}
    sweep = SweepBuilder(tmp_path / "s", axes, seeds=2, lost=lambda settings, seed: "diverged").write()
    names = {"effect_learning_rate", "effect_batch_size", "effect_activation", "heat_map", "parallel", "arms"}
    assert stems(draw_sweep_plots(sweep.folder)) == names
    assert not caplog.messages


def test_one_seed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sweep = SweepBuilder(tmp_path / "s", {LR: ["0.01", "0.1"], BATCH: ["4", "16"]}, seeds=1, epochs=6).write()
    assert stems(draw_sweep_plots(sweep.folder)) == OF_GRID
    assert not caplog.messages


def test_two_calls_give_the_same_bytes(grid: SweepBuilder) -> None:
    draw_sweep_plots(grid.folder, ("png", "svg", "pdf"))
    first = contents(grid.folder)
    assert {name.rsplit(".", 1)[1] for name in first} == {"png", "svg", "pdf", "csv"}
    draw_sweep_plots(grid.folder, ("png", "svg", "pdf"))
    assert contents(grid.folder) == first


def test_another_process_with_another_style_file_draws_the_same_without_torch(grid: SweepBuilder) -> None:
    draw_sweep_plots(grid.folder)
    first = contents(grid.folder)
    (grid.folder / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: pink\nsavefig.dpi: 50\n")
    code = (
        "import sys, pathlib; from mlpexp.report.sweep_plots import draw_sweep_plots\n"
        f"drawn = draw_sweep_plots(pathlib.Path({str(grid.folder)!r}))\n"
        "heavy = ('torch', 'torchvision', 'sklearn', 'matplotlib.pyplot', 'scipy.stats', 'mlpexp.nn', 'mlpexp.data')\n"
        "print(len(drawn), [name for name in heavy if name in sys.modules])"
    )
    environment = {**os.environ, "MATPLOTLIBRC": str(grid.folder)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert result.stdout.strip() == f"{len(OF_GRID)} []"
    assert not result.stderr
    assert contents(grid.folder) == first


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("metrics.csv", FROM_METRICS),
        ("timing.csv", {"accuracy_time"}),
        ("trials.csv", OF_GRID),
        ("arms.csv", OF_GRID),
        ("summary.json", OF_GRID),
    ],
)
def test_what_is_absent_is_left_out_without_a_word(
    grid: SweepBuilder, caplog: pytest.LogCaptureFixture, unrendered: None, name: str, missing: set[str]
) -> None:
    (grid.folder / name).unlink()
    assert stems(draw_sweep_plots(grid.folder)) == OF_GRID - missing
    assert not caplog.messages


@pytest.mark.parametrize(
    ("name", "content", "missing"),
    [
        ("metrics.csv", b"\xff\xfe\x00garbage\n\x00\n", FROM_METRICS),
        ("metrics.csv", b"", FROM_METRICS),
        ("metrics.csv", b"arm,seed,epoch,train_loss,test_accuracy\n0,0,0,word,0.5\n", FROM_METRICS),
        ("timing.csv", b"arm,minutes\n0,1\n", {"accuracy_time"}),
        ("trials.csv", b"arm,seed\n0,0\n", OF_GRID),
        ("arms.csv", b"arm\n0\n", OF_GRID),
        ("summary.json", b'{"kind": "swe', OF_GRID),
        ("summary.json", b"[1, 2]", OF_GRID),
        ("summary.json", b'{"axes": [{}], "metric": null}', OF_GRID),
    ],
)
def test_one_broken_file_does_not_stop_the_other_figures(
    grid: SweepBuilder,
    caplog: pytest.LogCaptureFixture,
    unrendered: None,
    name: str,
    content: bytes,
    missing: set[str],
) -> None:
    (grid.folder / name).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert stems(draw_sweep_plots(grid.folder)) == OF_GRID - missing
    assert caplog.messages


def test_a_sweep_that_is_still_running_is_drawn_as_far_as_it_is(grid: SweepBuilder, unrendered: None) -> None:
    trials = (grid.folder / "trials.csv").read_text().splitlines(keepends=True)
    (grid.folder / "trials.csv").write_text("".join(trials[:8]) + trials[8][:20])
    metrics = (grid.folder / "metrics.csv").read_text()
    (grid.folder / "metrics.csv").write_text(metrics[: int(0.7 * len(metrics))])
    grid.summary(status="running")
    assert stems(draw_sweep_plots(grid.folder)) == OF_GRID


def test_an_unknown_format_is_refused_before_anything_is_drawn(grid: SweepBuilder) -> None:
    with pytest.raises(InputError, match="pgn"):
        draw_sweep_plots(grid.folder, ("png", "pgn"))
    assert not (grid.folder / "plots").exists()


def test_a_hundred_arms_of_long_lists(tmp_path: Path, caplog: pytest.LogCaptureFixture, unrendered: None) -> None:
    lists = [str([4 * (i + 1)] * (i % 5 + 1)) for i in range(50)]
    sweep = SweepBuilder(tmp_path / "s", {HIDDEN: lists, ACTIVATION: ["relu", "tanh"]}, seeds=2, epochs=3).write()
    drawn = stems(draw_sweep_plots(sweep.folder))
    assert {"effect_hidden_sizes", "curves_activation", "heat_map", "arms", "accuracy_parameters"} <= drawn
    assert not caplog.messages
