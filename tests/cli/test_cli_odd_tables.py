"""Tables whose numbers or words are unusual, from the file to the figures: nothing is lost, and no library speaks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from making.command_line import Command

NETWORK = """
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 2}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Where the table of a test is written, with its config beside it."""
    return tmp_path / "table.csv"


def trained(mlpexp: Command, table: Path, rows: str, *options: str) -> Path:
    table.write_text(rows, encoding="utf-8")
    config = table.with_name("net.yaml")
    config.write_text("dataset: {name: csv, path: table.csv, target: kind}" + NETWORK)
    answer = mlpexp("train", config, "-q", *options)
    assert answer.code == 0 and not answer.err
    return answer.run


def grid_of(run: Path) -> list[np.ndarray]:
    """The values of the two features where the plane was evaluated."""
    boundary = pd.read_csv(run / "evaluation" / "boundary.csv")
    return [boundary[name].unique() for name in ("x", "k")]


@pytest.mark.slow
@pytest.mark.parametrize("second", ["5", "1700000000000000000", "0"], ids=["constant", "large and constant", "zero"])
def test_a_constant_feature_has_a_boundary(second: str, mlpexp: Command, table: Path) -> None:
    run = trained(mlpexp, table, "x,k,kind\n" + "".join(f"{i},{second},{'ab'[i // 20]}\n" for i in range(40)))
    assert (run / "plots" / "decision_boundary.png").is_file()
    assert {len(values) for values in grid_of(run)} == {len(grid_of(run)[0])}
    assert min(grid_of(run)[1]) < float(second) < max(grid_of(run)[1])


def test_times_in_nanoseconds_have_a_boundary(mlpexp: Command, table: Path) -> None:
    rows = "".join(f"{i},{1700000000000000000 + 1000 * i},{'ab'[i // 20]}\n" for i in range(40))
    run = trained(mlpexp, table, "x,k,kind\n" + rows)
    assert (run / "plots" / "decision_boundary.png").is_file()


def test_numbers_too_large_for_a_mean_are_refused(mlpexp: Command, table: Path) -> None:
    signs = ["-1.5e308", "1.2e308"]
    table.write_text("x,k,kind\n" + "".join(f"{signs[i % 2]},{i},{'ab'[i % 2]}\n" for i in range(40)))
    answer = mlpexp("train", "--data", table, "--target", "kind")
    assert answer.code == 2 and not Path("runs").exists()
    assert f"{table}:2:x: " in answer.err and "is too large for a mean; divide the column" in answer.err


@pytest.mark.slow
def test_words_of_a_table_reach_every_figure(mlpexp: Command, table: Path) -> None:
    kinds = ["$", "$$", "$0-$10"]
    rows = "".join(f"{i},{i % 7},{kinds[i // 20]}\n" for i in range(60))
    run = trained(mlpexp, table, "cost ($),tax ($),kind\n" + rows)
    assert {"confusion_matrix.png", "decision_boundary.png"} <= {path.name for path in (run / "plots").iterdir()}


@pytest.mark.slow
def test_weights_that_float64_hardly_tells_apart_have_a_histogram(mlpexp: Command, tmp_path: Path) -> None:
    config = tmp_path / "sine.yaml"
    config.write_text(
        "dataset: {name: synthetic, kind: function, function: sine, samples: 100}\nseed: 1\n"
        "model: {name: mlp, hidden_sizes: [9, 9], activation: tanh, init: {name: constant, value: 0.1}}\n"
        "optimizer: {name: sgd, learning_rate: 0.01}\ntraining: {epochs: 5, precision: float64}\n"
    )
    run = mlpexp("train", config, "-q").run
    rows = pd.read_csv(run / "evaluation" / "histograms.csv")
    counts = rows.groupby(["kind", "layer"])["count"].sum()
    before = rows[rows["kind"] == "weights initial"]
    assert (before["low"] == before["high"]).all()  # one bin for one value, and no width that nobody has measured
    assert counts["weights final"].to_dict() == {"dense1": 9, "dense2": 81, "output": 9}
    assert (run / "plots" / "weights.png").is_file()
