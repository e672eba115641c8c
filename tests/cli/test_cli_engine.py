"""``mlpexp train --engine numpy``: recorded, resumed, repeated, swept; what it does not do is said."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from making.command_line import Command
from making.configs import TINY
from making.pace import abandon, every_step
from making.run_files import only_run, results_of
from making.trained_results import new

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("undrawn")
EXACT = TINY.replace("epochs: 3", "epochs: 3, precision: float64")


def test_the_run_is_that_of_the_other_engine_and_says_what_made_it(mlpexp: Command, config: Write) -> None:
    path = config(EXACT)
    one = mlpexp("train", "-c", path, "--seeds", 3, "-q").run
    other = mlpexp("train", "-c", path, "--seeds", 3, "--engine", "numpy", "-q").run
    first, second = (pd.read_csv(run / "metrics.csv") for run in (one, other))
    assert list(first.columns) == list(second.columns)
    np.testing.assert_allclose(second, first, rtol=1e-8)  # the file has nine digits
    engines = [json.loads((run / "environment.json").read_text())["engine"] for run in (one, other)]
    assert engines == ["stacked, eager", "NumPy by hand, one member after the other"]
    assert yaml.safe_load((other / "config.yaml").read_text())["training"]["engine"] == "numpy"
    again = mlpexp("train", "-c", other / "config.yaml", "-q").run
    assert results_of(again) == results_of(other)


def test_resumed_equals_uninterrupted(mlpexp: Command, config: Write, tmp_path: Path) -> None:
    assert abandon(new(tmp_path, TINY, "training.engine=numpy"), 5, every_step(1))
    broken = only_run(Path("runs"))
    assert mlpexp("train", "--resume", broken, "-q").code == 0
    whole = mlpexp("train", "-c", config(TINY), "--engine", "numpy", "-q").run
    assert results_of(broken) == results_of(whole)


def test_resuming_takes_no_other_engine(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(TINY), "-q").run
    result = mlpexp("train", "--resume", run, "--engine", "numpy")
    assert result.code == 2
    assert result.err.endswith("it cannot be combined with --engine\n")


def test_a_sweep_over_engines(mlpexp: Command, config: Write, undrawn: None) -> None:
    result = mlpexp(
        "sweep", "-c", config(EXACT), "--over", "training.engine=torch,numpy", "--learning-rate", "0.1,0.2", "--seeds", 2,
        "-j", 1, "-q",
    )  # fmt: skip
    assert result.code == 0, result.err
    sweep = only_run(Path("runs"))
    trials = pd.read_csv(sweep / "trials.csv")
    column = next(name for name in trials.columns if name.endswith("engine"))
    losses = [trials[trials[column] == engine]["final_train_loss"].to_numpy() for engine in ("torch", "numpy")]
    assert len(losses[0]) == len(losses[1]) == 4
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-8)
    environment = json.loads((sweep / "environment.json").read_text())
    assert environment["engine"] == "stacked, eager and NumPy by hand, one member after the other"


def test_a_word_that_is_no_engine(mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "-c", config(TINY), "--engine", "nunpy")
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: --engine nunpy: training.engine: 'nunpy' is not known; did you mean numpy?\n"
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("model.dropout=0.5", "model.dropout"),
        ("model.batch_norm=true", "model.batch_norm"),
        ("model=som", "model.name"),
        ("optimizer=adam", "optimizer.name"),
        ("optimizer.momentum=0.9", "optimizer.momentum"),
        ("optimizer.weight_decay=0.1", "optimizer.weight_decay"),
        ("training.gradient_clip=1", "training.gradient_clip"),
        ("training.weight_averaging=0.9", "training.weight_averaging"),
        ("training.train_metrics=running", "training.train_metrics"),
        ("device=cuda", "device"),
        ("diagnostics=cheap", "diagnostics"),
    ],
)
def test_what_the_numpy_engine_does_not_do(change: str, key: str, mlpexp: Command, config: Write) -> None:
    """One sentence with the key to change; nothing is written."""
    result = mlpexp("train", "-c", config(TINY), "--engine", "numpy", "--set", change)
    assert (result.code, result.out) == (2, "")
    (line,) = [line for line in result.err.splitlines() if "numpy engine" in line]
    assert f" {key}: the numpy engine " in line
    assert "training.engine: torch" in line
    assert not Path("runs").exists()


def test_bfloat16_is_unknown_to_numpy(mlpexp: Command, config: Write) -> None:
    text = TINY.replace("dataset: three_class_3d", "dataset: digits")
    result = mlpexp("check", config(text), "--set", "training.engine=numpy", "--set", "training.precision=bfloat16")
    assert result.err.endswith(
        "training.precision: NumPy has no bfloat16; use float32 or float64, or use training.engine: torch\n"
    )
