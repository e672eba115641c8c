"""The grid: distances, neighbours, the plane of the start, the U-matrix, and the layer's derivative."""

import numpy as np
import pytest
import torch

from making.maps import code_book, experiment, train_inputs, trainer
from mlpexp.architectures.architecture import chain
from mlpexp.architectures.grid import fourfold_squares, neighbours, positions
from mlpexp.architectures.layers import SelfOrganizingMap
from mlpexp.execution.map_tables import u_matrix
from mlpexp.nn.network import StackedNetwork

GRIDS = [SelfOrganizingMap(r, c, t) for r, c in [(1, 2), (2, 1), (3, 4), (6, 5), (7, 1)]
         for t in ("rectangular", "hexagonal")]  # fmt: skip


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_distances_are_those_of_the_places(grid):
    places = positions(grid)
    squares = ((places[:, None] - places) ** 2).sum(2)
    np.testing.assert_allclose(fourfold_squares(grid) / 4, squares, atol=1e-12)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_neighbours_touch(grid):
    places, touching = positions(grid), neighbours(grid)
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    limit = 1.42 if grid.topology == "rectangular" else 1.01
    assert np.array_equal(touching, (distances > 0) & (distances < limit))
    assert touching.any(1).all()


def test_a_unit_inside_has_six_or_eight_neighbours():
    hexagonal, rectangular = (neighbours(SelfOrganizingMap(5, 5, t)) for t in ("hexagonal", "rectangular"))
    assert rectangular[12].sum() == 8
    assert np.flatnonzero(hexagonal[12]).tolist() == [6, 7, 11, 13, 16, 17]  # row 2 is not shifted
    assert np.flatnonzero(hexagonal[7]).tolist() == [2, 3, 6, 8, 12, 13]  # row 1 is: half a unit to the right


def test_the_u_matrix_of_a_known_map():
    """Four units in a square: the cell in the middle is shared by the diagonals."""
    book = np.array([[0.0], [1.0], [10.0], [15.0]])
    cells = {(x, y): d for x, y, d in u_matrix(book, SelfOrganizingMap(2, 2, "rectangular"))}
    assert cells == {
        (0.0, 0.0): pytest.approx((1 + 10 + 15) / 3), (1.0, 0.0): pytest.approx((1 + 9 + 14) / 3),
        (0.0, 1.0): pytest.approx((10 + 9 + 5) / 3), (1.0, 1.0): pytest.approx((15 + 14 + 5) / 3),
        (0.5, 0.0): 1.0, (0.5, 1.0): 5.0, (0.0, 0.5): 10.0, (1.0, 0.5): 14.0, (0.5, 0.5): 12.0,
    }  # fmt: skip


def test_the_u_matrix_has_a_hexagon_per_unit_and_border():
    grid = SelfOrganizingMap(4, 5, "hexagonal")
    cells = u_matrix(np.random.default_rng(0).normal(size=(20, 3)), grid)
    assert len(cells) == 20 + neighbours(grid).sum() // 2
    assert len(np.unique(cells[:, :2].round(9), axis=0)) == len(cells)


@pytest.mark.parametrize("init", ["random", "samples", "pca"])
def test_the_start(init):
    config = experiment(model={"init": init, "grid": [6, 9]}, training={"precision": "float64"})
    chosen = trainer([config, config.model_copy(update={"init_seed": 5})])
    inputs, book, other = train_inputs(chosen), code_book(chosen), code_book(chosen, 1)
    assert np.array_equal(book, other) == (init == "pca")
    if init == "random":
        assert (book >= inputs.min(0)).all() and (book <= inputs.max(0)).all()
        assert np.ptp(book, axis=0) == pytest.approx(np.ptp(inputs, axis=0), rel=0.2)
    elif init == "samples":
        places = [np.flatnonzero((inputs == unit).all(1))[0] for unit in book]
        assert len(set(places)) >= 50  # iris has a flower that is there twice
    else:
        assert_plane(book.reshape(6, 9, 4), inputs)


def assert_plane(book, inputs):
    """Columns along the first principal component, rows along the second, from -1 to 1 standard deviation."""
    _, singular, components = np.linalg.svd(inputs - inputs.mean(0), full_matrices=False)
    spread = components * (singular / np.sqrt(len(inputs)))[:, None]
    spread *= np.sign(spread[np.arange(4), np.abs(spread).argmax(1)])[:, None]
    across, down = np.linspace(-1, 1, 9), np.linspace(-1, 1, 6)
    expected = inputs.mean(0) + across[None, :, None] * spread[0] + down[:, None, None] * spread[1]
    np.testing.assert_allclose(book, expected, atol=1e-9)


def test_more_units_than_samples_start_from_samples_too():
    config = experiment(dataset={"test_fraction": 0.9}, model={"init": "samples", "grid": [5, 5]})
    chosen = trainer([config])
    assert len(train_inputs(chosen)) == 15
    assert {tuple(unit) for unit in code_book(chosen)} <= {tuple(x) for x in train_inputs(chosen)}


def test_one_feature_has_one_principal_component():
    data = {"name": "synthetic", "kind": "function", "function": "sine", "samples": 50}
    chosen = trainer([experiment(dataset=data, model={"init": "pca", "grid": [2, 4]})])
    np.testing.assert_allclose(code_book(chosen)[:4, 0], np.linspace(-1, 1, 4), atol=1e-6)
    np.testing.assert_allclose(code_book(chosen)[4:], code_book(chosen)[:4])


def network_of(members: int, features: int) -> StackedNetwork:
    architecture = chain("som", (features,), [("map", SelfOrganizingMap(3, 4, "rectangular"))])
    flat = torch.randn(members, features * 12, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return StackedNetwork(architecture, flat, torch.zeros(members, 0, dtype=torch.float64))


def test_the_layer_gives_squared_distances_and_their_derivative():
    network = network_of(3, 5)
    x = torch.randn(3, 7, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    expected = (x.unsqueeze(2) - network.parameters["map.weight"].mT.unsqueeze(1)).square().sum(3)
    torch.testing.assert_close(network(x), expected)
    factor = torch.randn(3, 7, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    _, gradient = network.forward_backward(x, None, lambda outputs: factor)
    flat = network.flat.clone().requires_grad_()
    outputs = StackedNetwork(network.architecture, flat, network.buffers)(x)
    (by_autograd,) = torch.autograd.grad((outputs * factor).sum(), flat)
    torch.testing.assert_close(gradient, by_autograd)
    torch.testing.assert_close(network.member(1)(x[1]), expected[1])


def test_distances_keep_their_digits_far_from_zero():
    """Samples around a million with a spread of 1: the naive |x|^2 - 2xw + |w|^2 would have none left in float32."""
    generator = torch.Generator().manual_seed(3)
    network, x = network_of(1, 3), torch.randn(1, 20, 3, generator=generator)
    exact = (x.double().unsqueeze(2) - network.parameters["map.weight"].mT.unsqueeze(1)).square().sum(3)
    far = StackedNetwork(network.architecture, network.flat.float() + 2**20, network.buffers.float())
    assert ((far(x + 2**20) - exact).abs() < 2).all()
