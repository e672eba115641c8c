"""The sigmoid from a table: its error keeps the bound, and comes near it."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.analysis.activation_sheet import MOST_CURVED, REACH, STEEPEST, TableSigmoid, centred, largest_error


@given(size=st.integers(2, 3000), interpolate=st.booleans(), x=st.floats(-40, 40))
def test_no_value_is_wrong_by_more_than_the_bound(size: int, interpolate: bool, x: float) -> None:
    table = TableSigmoid(size, interpolate=interpolate)
    value = table(torch.tensor([x], dtype=torch.float64)).item()
    assert abs(value - 1 / (1 + math.exp(-x))) <= table.bound + 1e-12


@pytest.mark.parametrize("size", [64, 256, 1024])
@pytest.mark.parametrize("interpolate", [False, True])
def test_the_bound_is_nearly_met(size: int, interpolate: bool) -> None:
    table = TableSigmoid(size, interpolate=interpolate)
    assert 0.95 * table.bound < largest_error(table) <= table.bound


@pytest.mark.parametrize(("interpolate", "order"), [(False, 1), (True, 2)])
def test_the_order_of_the_error(interpolate: bool, order: int) -> None:
    """Half the width: half the error for the nearest entry, a quarter with straight lines."""
    coarse, fine = (largest_error(TableSigmoid(size, interpolate=interpolate)) for size in (257, 513))
    assert coarse / fine == pytest.approx(2**order, rel=0.02)


def test_beyond_the_grid_the_last_entry_stands() -> None:
    table = TableSigmoid(65_536, interpolate=True)
    assert table(torch.tensor([-1e30, 1e30], dtype=torch.float64)).tolist() == pytest.approx([0, 1], abs=1.2e-7)
    assert table.bound == pytest.approx(1 / (1 + math.exp(REACH)))


def test_the_constants_are_the_extremes_of_the_derivatives() -> None:
    x = torch.linspace(-8, 8, 160_001, dtype=torch.float64)
    y = torch.sigmoid(x)
    assert (y * (1 - y)).max().item() == pytest.approx(STEEPEST)
    assert (y * (1 - y) * (1 - 2 * y)).abs().max().item() == pytest.approx(MOST_CURVED)


def test_entries_are_exact() -> None:
    grid = torch.linspace(-REACH, REACH, 33, dtype=torch.float64)
    for interpolate in (False, True):
        assert torch.equal(TableSigmoid(33, interpolate=interpolate)(grid), torch.sigmoid(grid))


def test_the_centred_one_is_a_tanh() -> None:
    x = torch.linspace(-20, 20, 4001, dtype=torch.float64, requires_grad=True)
    y = centred(torch.sigmoid(x))
    assert torch.allclose(y, 2 * torch.tanh(x / 2), rtol=0, atol=1e-14)
    (slope,) = torch.autograd.grad(y.sum(), x)
    assert slope.max().item() == pytest.approx(1.0)
    assert y.abs().max().item() < 2
