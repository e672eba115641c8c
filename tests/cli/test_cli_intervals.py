"""Intervals end where the score does, and equal values are called so: in every table and file of a result."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from making.command_line import Command

Write = Callable[..., Path]
BLOBS = """\
name: blobs
dataset: {name: synthetic, kind: blobs, samples: 60, noise: 0.05, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: sgd, learning_rate: 1}
training: {batch_size: 8, epochs: 10}
scores: [f1_macro, matthews]
seeds: 4
"""
ENDS = {"loss": (0, float("inf")), "accuracy": (0, 1), "f1_macro": (0, 1), "matthews": (-1, 1)}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def swept(mlpexp: Command, config: Write) -> Path:
    """Two seeds of arms between hopeless and perfect: Student's t leaves 0 and 1 far behind."""
    rates = ("--learning-rate", "0.001,0.01,0.03,1", "--seeds", 2)
    return mlpexp("sweep", "-c", config(BLOBS), *rates, "--set", "dataset.noise=1.5", "-q").run


def test_intervals_of_a_sweep_end_with_the_score(mlpexp: Command, swept: Path) -> None:
    rows = rows_of(swept / "comparison.csv")
    ends = [(float(row["low"]), float(row["high"])) for row in rows]
    assert all(0 <= low <= float(row["mean"]) <= high <= 1 for row, (low, high) in zip(rows, ends, strict=True))
    assert {0.0, 1.0} & {end for pair in ends for end in pair}  # something was cut
    differences = [row["best_difference_" + end] for row in rows for end in ("low", "high") if row["best_difference"]]
    assert all(-1 <= float(difference) <= 1 for difference in differences)
    means = json.loads((swept / "summary.json").read_text())["outcome"]["arms"]
    kept = [mean for arm in means for mean in arm["means"].values()]
    assert all(0 <= mean["low"] <= mean["high"] <= 1 for mean in kept)
    drawn = [pd.read_csv(path) for path in (swept / "plots").glob("*.csv")]
    bars = [table[["low", "high"]].dropna() for table in drawn if {"low", "high", "mean"} <= set(table.columns)]
    assert bars
    assert all((table >= 0).all(axis=None) for table in bars)
    assert not re.search(r" \.\. 1\.0*[1-9]", mlpexp("compare", swept, "--wide").out)


@pytest.mark.usefixtures("undrawn")
def test_intervals_of_a_run_end_with_each_score(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(BLOBS), "--set", "dataset.noise=1.5", "--seeds", 2, "-q").run
    (arm,) = json.loads((run / "summary.json").read_text())["outcome"]["arms"]
    for column, mean in arm["means"].items():
        lowest, highest = ENDS[re.sub("^(final|best)_(train|validation|test)_", "", column)]
        assert lowest <= mean["low"] <= mean["mean"] <= mean["high"] <= highest
    (listed,) = csv.DictReader(mlpexp("list", "--format", "csv").out.splitlines())
    assert 0 <= float(listed["low"]) <= float(listed["high"]) <= 1


@pytest.mark.usefixtures("undrawn")
def test_equal_values_are_called_so_and_are_no_proof(mlpexp: Command, config: Write) -> None:
    trained = mlpexp("train", "-c", config(BLOBS))
    assert re.search(r"test +18 +accuracy +4 +1.0000 +0.0000 +all equal", trained.out)
    assert (
        "where all 4 seeds are equal there is no interval: up to 53 % of other seeds may differ (95 %)" in trained.out
    )
    assert "1.0000 (all equal)" in mlpexp("list").out
    swept = mlpexp("sweep", "-c", config(BLOBS), "--learning-rate", "1,2", "--seeds", 6, "-q").run
    shown = mlpexp("show", swept).out
    assert "no difference: the values are equal on every seed" in shown
    assert "where all 6 seeds are equal there is no interval: up to 39 % of other seeds may differ (95 %)" in shown
    assert rows_of(swept / "comparison.csv")[1]["best_sentence"].endswith("; others may differ")
