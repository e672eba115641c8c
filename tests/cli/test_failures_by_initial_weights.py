"""What shipped configs on failing initial weights show before the first step, and that the remedy they name removes it."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import CONFIGS
from making.run_files import only_run

EXPLODING, NEGATIVE = CONFIGS / "depth/exploding_gradient.yaml", CONFIGS / "initialization/negative_bias.yaml"


def at_the_start(mlpexp: Command, config: Path, quantity: str, *changes: str) -> list[float]:
    """Values of seed 0 by layer, before the first step; the run has no second epoch."""
    sets = [word for change in changes for word in ("--set", change)]
    mlpexp("train", "--config", config, "--epochs", "1", "--seeds", "1", "--quiet", *sets)
    with (only_run(Path("runs")) / "diagnostics.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["quantity"] == quantity and row["epoch"] == "0"]
    return [float(row["value"]) for row in rows]


def test_weights_too_large_multiply_the_signal_from_layer_to_layer(mlpexp: Command, undrawn: None) -> None:
    norms = at_the_start(mlpexp, EXPLODING, "delta_norm")
    assert norms[0] / norms[-1] > 1000
    assert all(earlier > later for earlier, later in pairwise(norms[:-1]))


def test_he_keeps_the_signal_at_its_size(mlpexp: Command, undrawn: None) -> None:
    norms = at_the_start(mlpexp, EXPLODING, "delta_norm", "model.init=he_normal")
    assert 0.1 < norms[0] / norms[-1] < 10


def test_units_with_a_negative_bias_are_born_dead(mlpexp: Command, undrawn: None) -> None:
    assert at_the_start(mlpexp, NEGATIVE, "dead_fraction") == [1, 1]


@pytest.mark.parametrize("remedy", ["model.bias_init=0", "model.init=he_normal"])
def test_a_bias_of_zero_or_he_leaves_units_alive(mlpexp: Command, undrawn: None, remedy: str) -> None:
    assert max(at_the_start(mlpexp, NEGATIVE, "dead_fraction", remedy)) < 1
