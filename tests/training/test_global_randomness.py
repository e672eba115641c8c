"""Training neither uses nor touches the global generators of torch, NumPy and Python."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from making.stacks import experiment, finished, rows_of

SECTIONS: dict[str, dict[str, Any]] = {
    "mlp": {"model": {"hidden_sizes": [6], "dropout": 0.4, "batch_norm": True, "init": "orthogonal"}},
    "regression": {
        "dataset": {"name": "synthetic", "kind": "function", "function": "sine", "samples": 40},
        "optimizer": {"name": "adam", "learning_rate": 0.1},
    },
    "cnn": {
        "dataset": {"name": "digits", "test_fraction": 0.95},
        "model": {
            "name": "cnn",
            "layers": [{"layer": "conv", "channels": 2, "kernel_size": 3}, {"layer": "dropout", "rate": 0.3}],
        },
    },
}


def seeded(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def states() -> list[Any]:
    return [random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()]


@pytest.fixture(autouse=True)
def restored() -> Any:
    """Leaves the generators as they were found."""
    python, numpy, of_torch = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    random.setstate(python)
    np.random.set_state(numpy)
    torch.set_rng_state(of_torch)


def run(name: str) -> tuple[torch.Tensor, list[Any]]:
    chosen, records = finished([experiment(**SECTIONS[name], training={"epochs": 2})])
    return chosen.state.last, rows_of(records, 0)


@pytest.mark.parametrize("name", SECTIONS)
def test_their_state_has_no_influence_and_is_not_touched(name: str) -> None:
    seeded(1)
    before = states()
    weights, rows = run(name)
    assert states() == before
    seeded(2)
    again, other_rows = run(name)
    assert torch.equal(weights, again)
    assert rows == other_rows


@pytest.mark.parametrize(
    "draw", [random.random, np.random.random, lambda: torch.rand(1)], ids=["python", "numpy", "torch"]
)
def test_the_witness_notices_a_draw(draw: Callable[[], object]) -> None:
    before = states()
    draw()
    assert states() != before


def test_the_seed_has_influence() -> None:
    runs = [finished([experiment(training={"epochs": 1}, seed=seed)])[0].state.last for seed in (0, 1)]
    assert not torch.equal(*runs)
