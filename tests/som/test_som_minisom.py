"""MiniSom as a witness: the same start, samples, rates and radii give the same map and the same errors.

Its neighbourhood is ``exp(-d^2 / (2 sigma^2))``, ours ``exp(-d^2 / sigma^2)``: its sigma is ours divided by sqrt(2). On a
hexagonal grid it counts from the last row which rows are shifted: with an odd number of rows the grids agree.
"""

import numpy as np
import pytest
from minisom import MiniSom

from making.maps import code_book, experiment, finished, train_inputs, trainer
from mlpexp.data.split import batch_order

GRIDS = [("rectangular", [4, 5]), ("rectangular", [6, 3]), ("hexagonal", [5, 4]), ("hexagonal", [3, 7])]


def minisom_of(config, weights, rates, radii) -> MiniSom:
    """A MiniSom with given weights ``(units, features)`` and the rate and radius of each step."""
    rows, columns = config.model.grid
    witness = MiniSom(
        columns, rows, weights.shape[1], sigma=1.0, learning_rate=1.0, topology=config.model.topology,
        decay_function=lambda rate, step, steps: rates[step],
    )  # fmt: skip
    witness._sigma_decay_function = lambda sigma, step, steps: radii[step] / np.sqrt(2)  # takes none but its own
    witness._weights = weights.reshape(rows, columns, -1).transpose(1, 0, 2).copy()
    return witness


def weights_of(witness: MiniSom) -> np.ndarray:
    weights = witness.get_weights().transpose(1, 0, 2)
    return weights.reshape(-1, weights.shape[2])


def rates_and_radii(chosen, epochs):
    """By formula, not from the code under test: cosine from 0.5 to 0.01, sigma exponentially to 1 in the last step."""
    steps = chosen.steps_per_epoch * epochs
    number = np.arange(steps)
    cosine = 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * number / steps))
    first = max(chosen.members[0].model.grid) / 2
    return 0.5 * cosine, first * (1 / first) ** (number / (steps - 1))


@pytest.mark.parametrize(("topology", "grid"), GRIDS)
def test_the_same_map_after_many_single_steps(topology, grid):
    config = experiment(model={"topology": topology, "grid": grid}, training={"epochs": 3, "precision": "float64"})
    chosen = trainer([config])
    inputs, start = train_inputs(chosen), code_book(chosen)
    witness = minisom_of(config, start, *rates_and_radii(chosen, 3))
    list(chosen.run())
    step = 0
    for epoch in (1, 2, 3):
        for sample in batch_order(0, epoch, len(inputs)):
            witness.update(inputs[sample], witness.winner(inputs[sample]), step, 3 * len(inputs))
            step += 1
    ours = code_book(chosen)
    assert np.abs(ours - start).max() > 0.1
    np.testing.assert_allclose(ours, weights_of(witness), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("epochs", [1, 8])
@pytest.mark.parametrize(("topology", "grid"), GRIDS)
def test_the_same_errors(topology, grid, epochs):
    config = experiment(model={"topology": topology, "grid": grid}, training={"epochs": epochs})
    chosen, records = finished([config])
    witness = minisom_of(config, code_book(chosen), [], [])
    for part in ("train", "test"):
        inputs, scores = train_inputs(chosen, part=part), records[-1].scores
        assert scores[f"{part}_quantization_error"][0] == pytest.approx(witness.quantization_error(inputs), rel=1e-6)
        assert scores[f"{part}_topographic_error"][0] == pytest.approx(witness.topographic_error(inputs), abs=1e-12)


def test_errors_of_an_untrained_map_agree_too():
    """Half of whose samples are torn: the shares of the trained maps above are near 0."""
    config = experiment(model={"topology": "hexagonal", "grid": [5, 4]})
    chosen = trainer([config])
    witness = minisom_of(config, code_book(chosen), [], [])
    scores = next(chosen.run()).scores
    expected = witness.topographic_error(train_inputs(chosen))
    assert 0.2 < expected < 0.99
    assert scores["train_topographic_error"][0] == pytest.approx(expected, abs=1e-12)
