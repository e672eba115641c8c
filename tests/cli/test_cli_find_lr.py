"""``mlpexp find-lr``: what it prints and writes, and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from making.command_line import Command
from making.configs import CONFIGS, MOONS, SINE, TINY

QUICK = ("--steps", 40, "--low", "1e-4")


def test_a_table_and_a_suggestion_and_nothing_else(mlpexp: Command, config: Callable[[str], Path]) -> None:
    path = config(MOONS)
    result = mlpexp("find-lr", "--config", path, *QUICK)
    assert (result.code, result.err) == (0, "")
    lines = [line.split() for line in result.out.splitlines() if line.startswith("  ")]
    rates = [float(words[0]) for words in lines if words and words[0][0].isdigit()]
    assert (rates[0], rates[-1]) == (1e-4, 10)
    assert rates == sorted(rates)
    assert "try learning rate " in result.out
    assert result.out.endswith("the config has 0.05\n")
    assert list(path.parent.iterdir()) == [path]


def test_the_figure_and_its_numbers(mlpexp: Command, config: Callable[[str], Path], tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    formats = ("--plot-format", "png", "--plot-format", "svg")
    result = mlpexp("find-lr", "-c", config(SINE), *QUICK, "--seeds", 3, "-s", "seed=5", "--output", folder, *formats)
    assert {path.name for path in folder.iterdir()} == {"find-lr.png", "find-lr.svg", "find-lr.csv"}
    assert f"written: {folder / 'find-lr.svg'}" in result.out
    table = pd.read_csv(folder / "find-lr.csv")
    assert table["learning_rate"].tolist()[1:] == pytest.approx(np.geomspace(1e-4, 10, 40), rel=1e-6)
    assert list(table.columns)[4:] == ["seed_5", "seed_6", "seed_7"]
    seeds = table.iloc[:, 4:].to_numpy()
    assert np.sort(seeds, axis=1)[:, 1] == pytest.approx(table["median"])
    at_the_end = np.isinf(seeds[-1])
    assert f"{at_the_end.sum()} of 3\n" in result.out
    assert (np.diff(np.isinf(seeds).astype(int), axis=0) >= 0).all()  # who is out stays out


def test_for_latex_it_is_a_pdf_and_that_is_said(
    mlpexp: Command, config: Callable[[str], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mlpexp("find-lr", "-c", config(SINE), *QUICK, "--output", tmp_path / "new", "--plot-format", "tex")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"find-lr.pdf", "find-lr.csv"}
    assert "pgfplots cannot draw them well: find-lr" in caplog.text


def test_the_same_again(mlpexp: Command, config: Callable[[str], Path]) -> None:
    path = config(TINY)
    assert mlpexp("find-lr", "-c", path, *QUICK).out == mlpexp("find-lr", "-c", path, *QUICK).out


def test_the_rate_and_schedule_of_the_config_do_not_matter(mlpexp: Command, config: Callable[[str], Path]) -> None:
    path, other = config(TINY), ("-s", "optimizer.learning_rate=3", "-s", "schedule={name: cosine}")
    first, second = mlpexp("find-lr", "-c", path, *QUICK).out, mlpexp("find-lr", "-c", path, *QUICK, *other).out
    assert first.rpartition("the config")[0] == second.rpartition("the config")[0]
    assert second.endswith("the config has 3; its schedule is left aside\n")


@pytest.mark.parametrize("name", ["digits/cnn.yaml", "iris/early_stopping.yaml"])
def test_other_kinds_of_experiments(name: str, mlpexp: Command) -> None:
    result = mlpexp("find-lr", "-c", CONFIGS / name, "--steps", 20, "--seeds", 2)
    assert result.code == 0, result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--low", "0"], "error: --low: 0 is not between 1e-12 and 1e+06"),
        (["--low", "nan"], "error: --low: nan is not between 1e-12 and 1e+06"),
        (["--low", "1", "--high", "0.5"], "error: --high: 0.5 is not at least 2 times --low, 1"),
        (["--high", "1e308"], "error: --high: 1e+308 is not between 1e-12 and 1e+06"),
        (["--output", "config.yaml/x"], "config.yaml is a file; expected a folder"),
        (["--steps", "5"], "error: --steps: 5 is not between 20 and 100,000"),
        (["--plot-format", "svg"], "error: --plot-format: nothing is drawn without --output"),
        (["--plot-format", "gif", "--output", "x"], "error: --plot-format: 'gif' is not known"),
        (["--seeds", "0"], "--seeds 0: seeds: should be above 0, not 0"),
    ],
)
def test_bad_options(arguments: list[str], message: str, mlpexp: Command, config: Callable[[str], Path]) -> None:
    path = config(TINY)
    result = mlpexp("find-lr", "--config", path, *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert len(result.err.splitlines()) == 1
    assert list(path.parent.iterdir()) == [path]


def test_the_folder_of_a_run_is_left_alone(
    mlpexp: Command, config: Callable[[str], Path], undrawn: None, tmp_path: Path
) -> None:
    path = config(TINY)
    run = mlpexp("train", "-c", path, "--quiet").run
    before = sorted(tmp_path.rglob("*"))
    for arguments in (["find-lr", "-c", path], ["activations", "--no-time"]):
        result = mlpexp(*arguments, "--output", run / "plots")
        assert (result.code, result.out) == (2, "")
        assert "is the folder of a run or sweep" in result.err
    assert sorted(tmp_path.rglob("*")) == before


def test_without_a_config(mlpexp: Command) -> None:
    result = mlpexp("find-lr")
    assert (result.code, result.out) == (2, "")
    assert (
        result.err
        == "error: find-lr: which config? for example `mlpexp find-lr iris/mlp`; `mlpexp examples` lists more\n"
    )


def test_a_map_has_no_such_rate(mlpexp: Command) -> None:
    result = mlpexp("find-lr", "-c", CONFIGS / "som/iris.yaml")
    assert (result.code, result.out) == (2, "")
    assert "not for a self-organizing map" in result.err


def test_the_other_engine_is_tested_likewise(mlpexp: Command, config: Callable[[str], Path]) -> None:
    path = config(TINY)
    by_hand = mlpexp("find-lr", "-c", path, *QUICK, "-s", "training.engine=numpy", "-s", "training.precision=float64")
    stacked = mlpexp("find-lr", "-c", path, *QUICK, "-s", "training.precision=float64")
    assert by_hand.code == 0, by_hand.err
    assert by_hand.out == stacked.out
