"""All figures of a folder: which are drawn, what is written, and that nothing broken stops the rest."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlpexp.report.plots import FIGURES, draw_plots
from run_builder import RunBuilder

from mlpexp.errors import InputError

OF_IRIS = ["loss", "accuracy", "confusion_matrix", "weights", "activations"]


def stems(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "plots").iterdir())}


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made but no pictures: most of the time goes into those."""
    monkeypatch.setattr("mlpexp.report.save_figures.rendered", lambda drawing, formats: dict.fromkeys(formats, b""))


@pytest.fixture
def bare_run(run: RunBuilder) -> RunBuilder:
    """A run of which only the curves can be drawn."""
    run.metrics()
    return run


def test_every_figure_has_its_numbers_beside_it(iris_run: RunBuilder) -> None:
    before = {path: path.read_bytes() for path in iris_run.folder.rglob("*") if path.is_file()}
    drawn = draw_plots(iris_run.folder)
    assert stems(drawn) == OF_IRIS
    assert set(contents(iris_run.folder)) == {f"{name}.{suffix}" for name in OF_IRIS for suffix in ("png", "csv")}
    for path in drawn:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(path.with_suffix(".csv"))) > 0
    assert {path: path.read_bytes() for path in before} == before  # nothing but plots is written


def test_the_numbers_in_the_file_are_the_means(bare_run: RunBuilder) -> None:
    draw_plots(bare_run.folder)
    metrics = pd.read_csv(bare_run.folder / "metrics.csv")
    numbers = pd.read_csv(bare_run.folder / "plots" / "loss.csv")
    means = metrics.groupby("epoch")["test_loss"].mean()
    assert numbers.loc[numbers["part"] == "test", "mean"].to_numpy() == pytest.approx(means.to_numpy(), rel=1e-8)


def test_two_calls_give_the_same_bytes(bare_run: RunBuilder) -> None:
    formats = ("png", "svg", "pdf")
    drawn = draw_plots(bare_run.folder, formats)
    assert [path.name for path in drawn] == [f"{stem}.{name}" for stem in ("loss", "accuracy") for name in formats]
    first = contents(bare_run.folder)
    assert draw_plots(bare_run.folder, formats) == drawn
    assert contents(bare_run.folder) == first
    for name, content in first.items():
        assert b"dc:date" not in content, name
        assert b"CreationDate" not in content, name


def test_another_process_with_another_style_file_draws_the_same_without_torch(iris_run: RunBuilder) -> None:
    draw_plots(iris_run.folder)
    first = contents(iris_run.folder)
    (iris_run.folder / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: pink\nsavefig.dpi: 50\n")
    code = (
        "import sys, pathlib; from mlpexp.report.plots import draw_plots\n"
        f"drawn = draw_plots(pathlib.Path({str(iris_run.folder)!r}))\n"
        "heavy = ('torch', 'torchvision', 'sklearn', 'matplotlib.pyplot', 'scipy.stats', 'mlpexp.nn', 'mlpexp.data')\n"
        "print(len(drawn), [name for name in heavy if name in sys.modules])"
    )
    environment = {**os.environ, "MATPLOTLIBRC": str(iris_run.folder)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert result.stdout.strip() == f"{len(OF_IRIS)} []"
    assert not result.stderr
    assert contents(iris_run.folder) == first


def test_a_regression_run(run: RunBuilder, unrendered: None) -> None:
    run.config("iris", "mean_squared_error")
    run.summary(task="regression", class_names=[], target_name="y")
    run.metrics(second="r2")
    run.numbers()
    run.curve()
    assert stems(draw_plots(run.folder)) == ["loss", "r2", "predicted_true", "fitted_curve"]


def test_an_image_run(run: RunBuilder) -> None:
    run.summary(input_shape=[1, 8, 8])
    run.predictions()
    run.misclassified()
    run.checkpoint(
        {"conv1.weight": np.ones((3, 4, 1, 3, 3), np.float32), "dense1.weight": np.ones((3, 9, 2), np.float32)}
    )
    assert stems(draw_plots(run.folder)) == ["confusion_matrix", "misclassified", "first_layer"]
    assert len(pd.read_csv(run.folder / "plots" / "first_layer.csv")) == 4 * 9


def test_a_run_in_the_plane(run: RunBuilder, unrendered: None) -> None:
    run.predictions(features=("x1", "x2"))
    run.boundary()
    assert stems(draw_plots(run.folder)) == ["confusion_matrix", "decision_boundary"]


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert draw_plots(tmp_path) == []
    assert not (tmp_path / "plots").exists()


def test_a_killed_run_is_drawn_up_to_its_last_complete_row(run: RunBuilder) -> None:
    metrics = run.metrics()
    path = run.folder / "metrics.csv"
    text = path.read_text()
    path.write_text(text[:-30])  # the last row is cut short
    assert stems(draw_plots(run.folder)) == ["loss", "accuracy"]
    numbers = pd.read_csv(run.folder / "plots" / "loss.csv")
    last = numbers[numbers["epoch"] == metrics["epoch"].max()]
    assert last["seed_1"].notna().all()
    assert last["seed_2"].isna().all()


def test_a_run_killed_before_its_first_epoch(run: RunBuilder) -> None:
    metrics = run.metrics()
    run.table("metrics.csv", metrics[metrics["epoch"] == 0])
    assert stems(draw_plots(run.folder)) == ["loss", "accuracy"]
    run.table("metrics.csv", metrics[:0])
    assert draw_plots(run.folder) == []


@pytest.mark.parametrize(
    ("name", "content", "missing"),
    [
        ("metrics.csv", b"\xff\xfe\x00garbage\n\x00\n", {"loss", "accuracy"}),
        ("metrics.csv", b"seed,epoch,train_loss\n0,0,word\n", {"loss", "accuracy"}),
        ("evaluation/predictions.csv", b"seed,part\n0,test\n", {"confusion_matrix"}),
        ("evaluation/histograms.csv", b"kind,layer\nactivations,x\n1,2,3,4\n", {"weights", "activations"}),
        ("summary.json", b'{"status": "runn', set()),
        ("summary.json", b'{"members": 5, "dataset": null}', set()),
        ("config.yaml", b"dataset: [", set()),
        ("config.yaml", b"model: mlp", set()),
    ],
)
def test_one_broken_file_does_not_stop_the_other_figures(
    iris_run: RunBuilder,
    caplog: pytest.LogCaptureFixture,
    name: str,
    content: bytes,
    missing: set[str],
    unrendered: None,
) -> None:
    (iris_run.folder / name).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        drawn = stems(draw_plots(iris_run.folder))
    assert set(drawn) == set(OF_IRIS) - missing
    assert caplog.messages
    assert ("left out" in caplog.text) == bool(missing)


def test_a_damaged_checkpoint_leaves_out_the_filters(
    run: RunBuilder, caplog: pytest.LogCaptureFixture, unrendered: None
) -> None:
    run.summary(input_shape=[1, 8, 8])
    run.predictions()
    run.checkpoint({"conv1.weight": np.ones((3, 4, 1, 3, 3), np.float32)})
    path = run.folder / "checkpoints" / "last.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert stems(draw_plots(run.folder)) == ["confusion_matrix"]
    assert "damaged" in caplog.text


def test_an_unknown_format_is_refused_before_anything_is_drawn(iris_run: RunBuilder) -> None:
    with pytest.raises(InputError, match="pgn"):
        draw_plots(iris_run.folder, ("png", "pgn"))
    assert not (iris_run.folder / "plots").exists()


def test_no_half_written_file_is_left(bare_run: RunBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_plots(bare_run.folder)
    before = contents(bare_run.folder)

    def failing(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(Exception, match="the disk is full"):
        draw_plots(bare_run.folder)
    assert contents(bare_run.folder) == before


def test_names_of_figures_are_file_names() -> None:
    assert all(name.isidentifier() and name.islower() for name in FIGURES)
