"""Self-organizing maps from the command line: train, show, list, plot, check, params, sweep, compare, and what is refused."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from making.command_line import Command

Write = Callable[..., Path]
MAP = """\
name: map
dataset: {name: iris, test_fraction: 0.3}
model: {name: som, grid: [4, 5], topology: hexagonal}
training: {epochs: 3}
"""
SCORES = [f"{part}_{kind}_error" for part in ("train", "test") for kind in ("quantization", "topographic")]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def run_folder() -> Path:
    (folder,) = Path("runs").iterdir()
    return folder


def test_a_run_from_start_to_pictures(mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "-c", config(MAP), "--seeds", 2)
    assert result.code == 0, result.err
    assert "quantization" in result.out and "accuracy" not in result.out and "loss" not in result.out
    folder = run_folder()
    metrics = table(folder / "metrics.csv")
    assert list(metrics[0]) == ["seed", "epoch", "step", "samples", "learning_rate", *SCORES]
    assert [(row["seed"], row["epoch"]) for row in metrics[3::4]] == [("0", "3"), ("1", "3")]
    assert sorted(path.stem for path in (folder / "plots").glob("*.png")) == [
        "components", "hits", "learning_rate", "quantization_error", "topographic_error", "u_matrix",
    ]  # fmt: skip
    drawn = {path.name: path.read_bytes() for path in (folder / "plots").iterdir()}
    assert mlpexp("plot", folder).code == 0
    assert {path.name: path.read_bytes() for path in (folder / "plots").iterdir()} == drawn
    assert "test quantization error" in mlpexp("list").out
    shown = mlpexp("show", folder).out
    assert "som, 80 parameters" in shown and "last epoch" in shown


def test_the_files_of_a_map_are_true(mlpexp: Command, config: Write, undrawn: None) -> None:
    """Hits count every sample once; the code book is that of the checkpoint in centimetres; errors follow from it."""
    from safetensors.numpy import load_file

    assert mlpexp("train", "-c", config(MAP), "--seeds", 2).code == 0
    folder = run_folder()
    hits = table(folder / "evaluation" / "hits.csv")
    for seed in "01":
        own = [row for row in hits if row["seed"] == seed]
        assert sum(int(row["hits"]) for row in own if row["part"] == "train") == 105
        assert sum(int(row["hits"]) for row in own if row["class"] == "2") == 50
    tensors = load_file(folder / "weights" / "program-0.best.safetensors")
    assert tensors["map.weight"].shape == (2, 4, 20)
    book = tensors["map.weight"][1].T * tensors["input.scale"][1] + tensors["input.shift"][1]
    units = [row for row in table(folder / "evaluation" / "units.csv") if row["seed"] == "1"]
    features = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
    assert list(units[0]) == ["seed", "unit", "row", "column", "across", "down", *features]
    np.testing.assert_allclose([[float(row[name]) for name in features] for row in units], book, rtol=1e-6)
    assert (units[7]["row"], units[7]["column"], float(units[7]["across"])) == ("1", "2", 2.5)
    cells = [row for row in table(folder / "evaluation" / "u_matrix.csv") if row["seed"] == "1"]
    weights = tensors["map.weight"][1].T.astype(float)
    first = next(row for row in cells if (float(row["across"]), float(row["down"])) == (0.5, 0.0))
    assert float(first["distance"]) == pytest.approx(np.linalg.norm(weights[0] - weights[1]), rel=1e-6)


def test_images_and_numbers_have_maps_too(mlpexp: Command, config: Write) -> None:
    """Digits are flattened and drawn as images; a target that is a number has no classes to draw."""
    text = MAP.replace("iris, test_fraction: 0.3", "digits, test_fraction: 0.9, validation_fraction: 0.05")
    assert mlpexp("train", "-c", config(text.replace("epochs: 3", "epochs: 1"))).code == 0
    folder = run_folder()
    assert {"components.png", "hits.png", "u_matrix.png"} <= {path.name for path in (folder / "plots").iterdir()}
    assert "best epoch by validation quantization error" in mlpexp("show", folder).out
    text = MAP.replace("name: iris", "name: synthetic, kind: function, function: sine").replace("[4, 5]", "[1, 9]")
    result = mlpexp("train", "-c", config(text), "--runs-dir", "numbers")
    assert result.code == 0, result.err
    (folder,) = Path("numbers").iterdir()
    assert {"components.png", "hits.png"} <= {path.name for path in (folder / "plots").iterdir()}
    assert "class" not in table(folder / "evaluation" / "hits.csv")[0]


def test_the_config_of_a_run_is_complete_and_runs_again(mlpexp: Command, config: Write, undrawn: None) -> None:
    assert mlpexp("train", "-c", config(MAP)).code == 0
    folder = run_folder()
    written = (folder / "config.yaml").read_text()
    for line in ("learning_rate: 0.5", "name: cosine", "batch_size: 1", "radius: 2.5", "final_radius: 1.0"):
        assert line in written
    assert mlpexp("train", "-c", folder / "config.yaml", "--runs-dir", "again").code == 0
    (again,) = Path("again").iterdir()
    assert (again / "metrics.csv").read_bytes() == (folder / "metrics.csv").read_bytes()


def test_batch_defaults_and_overrides(mlpexp: Command, config: Write) -> None:
    path = config(MAP.replace("grid", "algorithm: batch, grid"))
    resolved = mlpexp("check", path, "--resolved").out
    assert "batch_size: full" in resolved and "learning_rate: 1.0" in resolved and "name: constant" in resolved
    resolved = mlpexp("check", config(MAP), "--resolved", "-s", "optimizer.learning_rate=0.2").out
    assert "learning_rate: 0.2" in resolved and "name: cosine" in resolved


def test_parameters_are_counted(mlpexp: Command, config: Write) -> None:
    out = mlpexp("params", "--config", config(MAP), "--format", "markdown").out
    assert "| map | hexagonal map 4x5 | 20 | 4\\*4\\*5 | 80 | 80 |" in out


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        ("model.grid=[4]", ["model.grid: expected two numbers, rows and columns, not 1"]),
        ("model.grid=[1, 1]", ["model.grid: 1 unit; expected 2 to 4,096"]),
        ("model.grid=[100, 50]", ["model.grid: 5,000 units; expected 2 to 4,096"]),
        ("model.topology=hex", ["model.topology: 'hex' is not known; choose from rectangular, hexagonal"]),
        ("model.hidden_sizes=[3]", ["model.hidden_sizes: unknown key for som"]),
        ("model.radius=0.5", ["model.radius: 0.5 is below final_radius, 1; a neighbourhood shrinks"]),
        ("loss=cross_entropy", ["loss: means nothing for a self-organizing map"]),
        ("optimizer=adam", ["optimizer.name: adam means nothing for a self-organizing map; use sgd"]),
        ("optimizer={momentum: 0.9, l2_penalty: 1.0}", ["optimizer.momentum: means nothing", "optimizer.l2_penalty: means"]),
        ("optimizer={momentun: 0.9}", ["optimizer.momentun: unknown key; did you mean momentum?"]),
        ("training={gradient_clip: 1.0, weight_averaging: 0.9}", ["training.gradient_clip:", "training.weight_averaging:"]),
        ("training.train_metrics=running", ["training.train_metrics: running is for networks"]),
        ("training.precision=bfloat16", ["training.precision: bfloat16 is too coarse"]),
        ("model.algorithm=batch", []),
        ("training={batch_size: 106}", ["training.batch_size: 106 is larger than the training set"]),
        ("training.engine=numpy", ["model.name: the numpy engine trains only mlp, not som"]),
    ],
)  # fmt: skip
def test_what_means_nothing_to_a_map_is_refused(
    change: str, messages: list[str], mlpexp: Command, config: Write
) -> None:
    result = mlpexp("check", config(MAP), "--set", change)
    assert result.code == (2 if messages else 0)
    lines = [line for line in result.err.splitlines() if line.startswith("error: ")]
    assert len(lines) == len(messages), result.err
    assert all(message in line for message, line in zip(sorted(messages), sorted(lines), strict=True)), result.err


def test_a_mistake_has_its_place(mlpexp: Command, config: Write) -> None:
    text = MAP + "optimizer: {name: sgd, momentum: 0.5}\n"
    path = config(text.replace("hexagonal}", "hexagonal, algorithm: batch}").replace("epochs: 3", "batch_size: 8"))
    result = mlpexp("train", "-c", path)
    assert result.code == 2
    assert "config.yaml:4:24: training.batch_size: 8 does not suit" in result.err
    assert "config.yaml:5:34: optimizer.momentum" in result.err
    assert not Path("runs").exists()


def test_other_models_still_need_an_optimizer(mlpexp: Command, config: Write) -> None:
    result = mlpexp("check", config("dataset: iris\nmodel: mlp\n"))
    assert (result.code, result.err) == (
        2,
        "error: " + str(Path("config.yaml").resolve()) + ":1:1: optimizer: missing; for example "
        "`optimizer: {name: sgd, learning_rate: 0.1}`\n",
    )


def test_a_sweep_over_radius_and_rate_is_one_stack(
    mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = mlpexp(
        "sweep", "-c", config(MAP), "--over", "model.radius=1,3", "--learning-rate", "0.1,0.5", "--seeds", 2
    )
    assert result.code == 0, result.err
    folder = run_folder()
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["metric"]["name"] == "test_quantization_error"
    assert summary["metric"]["higher_is_better"] is False
    assert len(json.loads((folder / "stacks.json").read_text())["stacks"]) == 1
    means = {row["label"]: float(row["mean"]) for row in table(folder / "comparison.csv")}
    outcome = summary["outcome"]
    assert outcome["arms"][outcome["best"]]["label"] == min(means, key=means.__getitem__)
    assert {"arms.png", "heat_map.png", "curves_radius.png", "effect_radius.png"} <= {
        path.name for path in (folder / "plots").iterdir()
    }
    assert "topographic error" in mlpexp("compare", folder, "--metric", "test_topographic_error").out
    refused = mlpexp("compare", folder, "--metric", "test_accuracy")
    assert refused.code == 2
    assert "there are quantization_error, topographic_error" in refused.err


def test_a_sweep_over_algorithms_keeps_the_defaults_of_each(mlpexp: Command, config: Write) -> None:
    """Defaults that follow the algorithm stay open in ``config.yaml``: it can be planned again."""
    result = mlpexp("sweep", "-c", config(MAP), "--over", "model.algorithm=online,batch", "--seeds", 2)
    assert result.code == 0, result.err
    folder = run_folder()
    assert "confounded: optimizer.learning_rate, schedule, training.batch_size" in result.out
    arm = mlpexp("show", folder, "--arm", 1)
    assert arm.code == 0, arm.err
    assert "batch_size: full" in arm.out and "learning_rate: 1.0" in arm.out
    assert mlpexp("plot", folder).code == 0


def test_a_map_and_a_network_cannot_be_compared(mlpexp: Command, config: Write, undrawn: None) -> None:
    network = MAP.replace("model: {name: som, grid: [4, 5], topology: hexagonal}", "model: mlp\noptimizer: adam")
    assert mlpexp("train", "-c", config(MAP), "--seeds", 2).code == 0
    assert mlpexp("train", "-c", config(network.replace("name: map", "name: mlp")), "--seeds", 2).code == 0
    result = mlpexp("compare", *sorted(Path("runs").iterdir()))
    assert result.code == 2
    assert "cannot be compared" in result.err
