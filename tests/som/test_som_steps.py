"""Single steps by hand, the batch map by a loop, and radii by their formulas."""

import numpy as np
import pytest
import torch

from making.maps import code_book, experiment, finished, seeds_of, train_inputs, trainer
from mlpexp.data.split import batch_order
from mlpexp.som.neighbourhood import radii


def grid_distances_squared(config) -> np.ndarray:
    rows, columns = config.model.grid
    row, column = np.divmod(np.arange(rows * columns), columns)
    x, y = column.astype(float), row.astype(float)
    if config.model.topology == "hexagonal":
        x, y = x + 0.5 * (row % 2), y * np.sqrt(3) / 2
    return (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2


def test_one_update_with_numbers():
    """A chain of three units, sigma = 2, eta = 0.5: the winner goes half way, its neighbours 0.5 exp(-1/4), 0.5 exp(-1)."""
    config = experiment(
        dataset={"name": "synthetic", "kind": "moons", "samples": 4, "test_fraction": 0.0, "standardize": False},
        model={"grid": [1, 3], "radius": 2.0, "final_radius": 2.0},
        optimizer={"name": "sgd", "learning_rate": 0.5}, schedule={"name": "constant"},
        training={"epochs": 1, "precision": "float64"},
    )  # fmt: skip
    chosen = trainer([config])
    weight = chosen.state.network.parameters["map.weight"]
    weight.copy_(torch.tensor([[[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]], dtype=torch.float64))  # (M, F, U)
    sample = torch.tensor([[[0.1, -0.1]]], dtype=torch.float64)
    (coefficients,) = chosen.coefficients.of(0, 1)
    distances = chosen.stepper(sample, torch.zeros(1, 1), None, coefficients)
    expected = np.array([[0.05, -0.05], [1 - 0.9 * 0.38940039, 1 - 1.1 * 0.38940039],
                         [2 - 1.9 * 0.18393972, 2 - 2.1 * 0.18393972]])  # fmt: skip
    np.testing.assert_allclose(code_book(chosen), expected, atol=1e-7)
    np.testing.assert_allclose(distances[0, 0].numpy(), [0.02, 2.02, 8.02], atol=1e-12)


@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
@pytest.mark.parametrize("batch_size", [1, 8, 105])
def test_online_steps_against_a_loop(batch_size, topology):
    """Of a batch the mean of the samples' updates; 105 = 13 x 8 + 1: the last batch has one sample."""
    sections = {"batch_size": batch_size, "epochs": 2, "precision": "float64"}
    config = experiment(model={"topology": topology, "radius": 1.7, "final_radius": 0.6}, training=sections)
    chosen = trainer([config])
    weights, inputs, squares = code_book(chosen), train_inputs(chosen), grid_distances_squared(config)
    steps_per_epoch = -(-len(inputs) // batch_size)
    steps = 2 * steps_per_epoch
    for step in range(steps):
        epoch, place = divmod(step, steps_per_epoch)
        order = batch_order(0, epoch + 1, len(inputs))[place * batch_size : (place + 1) * batch_size]
        sigma = 1.7 * (0.6 / 1.7) ** (step / (steps - 1))
        rate = 0.5 * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / steps)))
        update = np.zeros_like(weights)
        for x in inputs[order]:
            winner = np.argmin(((x - weights) ** 2).sum(1))
            update += rate * np.exp(-squares[winner] / sigma**2)[:, None] * (x - weights)
        weights += update / len(order)
    list(chosen.run())
    np.testing.assert_allclose(code_book(chosen), weights, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("rate", [1.0, 0.3])
@pytest.mark.parametrize("init", ["random", "samples", "pca"])
def test_the_batch_map_against_a_loop(init, rate):
    config = experiment(
        model={"algorithm": "batch", "init": init, "topology": "hexagonal", "radius_decay": "linear"},
        optimizer={"name": "sgd", "learning_rate": rate}, training={"epochs": 5, "precision": "float64"},
    )  # fmt: skip
    assert config.training.batch_size == "full"
    chosen = trainer([config])
    weights, inputs, squares = code_book(chosen), train_inputs(chosen), grid_distances_squared(config)
    for epoch in range(5):
        sigma = 2.5 + (1.0 - 2.5) * epoch / 4
        winners = [np.argmin(((x - weights) ** 2).sum(1)) for x in inputs]
        pull = np.exp(-squares[winners] / sigma**2)
        weights += rate * (pull.T @ inputs / pull.sum(0)[:, None] - weights)
    list(chosen.run())
    np.testing.assert_allclose(code_book(chosen), weights, rtol=1e-9, atol=1e-10)


def test_a_unit_far_from_every_winner_stays():
    config = experiment(
        model={"algorithm": "batch", "grid": [1, 60], "radius": 0.1, "final_radius": 0.1}, training={"epochs": 1}
    )
    chosen = trainer([config])
    before, inputs = code_book(chosen), train_inputs(chosen)
    winners = {int(np.argmin(((x - before) ** 2).sum(1))) for x in inputs}
    list(chosen.run())
    stayed = np.flatnonzero((code_book(chosen) == before).all(1))
    assert len(winners) < 60
    assert set(stayed) == set(range(60)) - winners
    assert np.isfinite(code_book(chosen)).all()


def test_radii():
    share = np.array([0.0, 0.5, 1.0])
    np.testing.assert_allclose(radii("linear", 4.0, 1.0, share), [4, 2.5, 1])
    np.testing.assert_allclose(radii("exponential", 4.0, 1.0, share), [4, 2, 1])
    np.testing.assert_allclose(radii("inverse_time", 4.0, 1.0, share), [4, 1.6, 1])


def test_a_radius_beyond_all_measure_moves_every_unit_alike_or_the_winner_alone():
    wide = {"grid": [3, 4], "radius": 1e200, "final_radius": 1e200}
    chosen, _ = finished([experiment(model=wide, training={"epochs": 1})])
    assert np.isfinite(code_book(chosen)).all()
    assert np.ptp(code_book(chosen), axis=0).max() < 1e-3  # all units went the same way
    narrow = {"grid": [3, 4], "radius": 1e-200, "final_radius": 1e-200, "algorithm": "batch"}
    chosen, _ = finished([experiment(model=narrow, training={"epochs": 1})])
    assert np.isfinite(code_book(chosen)).all()


@pytest.mark.parametrize("algorithm", ["online", "batch"])
def test_a_map_unfolds_over_a_square(algorithm):
    """The quantization error falls to about the spacing of the units, and neighbours stay neighbours."""
    config = experiment(
        dataset={"name": "synthetic", "kind": "xor", "samples": 800, "noise": 0.4, "standardize": False},
        model={"grid": [8, 8], "algorithm": algorithm}, training={"epochs": 15},
    )  # fmt: skip
    _, records = finished(seeds_of(config, 3))
    first, last = records[0].scores, records[-1].scores
    assert (last["train_quantization_error"] < 0.75 * first["train_quantization_error"]).all()
    assert (first["train_topographic_error"] > 0.5).all()
    assert (last["train_topographic_error"] < 0.06).all()
