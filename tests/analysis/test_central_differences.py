"""Central differences of functions whose derivatives are known."""

import numpy as np
import pytest
import torch

from mlpexp.analysis.gradcheck.central_differences import central_differences
from mlpexp.analysis.gradcheck.checks import DIFFERENCES, STEPS, Check, Report, TensorChecks, disagreement


def differences(function, point):
    """Of a function of each entry alone, summed."""
    points = torch.tensor(point, dtype=torch.float64)
    return central_differences(lambda p: function(p).sum(1), points, np.arange(len(point)), chunk=3)


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (torch.exp, np.exp),
        (torch.sin, np.cos),
        (lambda p: p**3, lambda x: 3 * x**2),
        (torch.tanh, lambda x: 1 / np.cosh(x) ** 2),
    ],
)
def test_smooth_functions(function, derivative):
    x = np.array([-2.0, -0.3, 0.0, 0.7, 3.0])
    found = differences(function, x)
    assert not found.kinks.any()
    np.testing.assert_allclose(found.values, derivative(x), rtol=1e-8, atol=1e-8)
    assert (np.abs(found.values - derivative(x)) <= 1e-8 + found.rounding).all()


def test_the_chosen_step_is_neither_the_longest_nor_the_shortest():
    x = np.linspace(-1, 1, 20)
    found = differences(lambda p: torch.sin(3 * p) + 1, x)
    errors = np.abs(found.by_step - 3 * np.cos(3 * x)).max(1)
    assert np.abs(found.values - 3 * np.cos(3 * x)).max() < errors[0] / 100
    assert set(found.steps) <= set(STEPS[1:-1])
    assert errors[0] > errors[1] > errors[2]
    assert errors[-1] > errors[-3]


@pytest.mark.parametrize("kink", [torch.relu, torch.abs, lambda p: torch.maximum(p, 3 * p)])
def test_a_kink_is_seen(kink):
    found = differences(lambda p: kink(p) + torch.exp(p), np.array([-1.0, 0.0, 1e-9, 1.0]))
    assert found.kinks.tolist() == [False, True, True, False]


@pytest.mark.parametrize("distance", [3e-4, 3e-5, 3e-6])
def test_a_kink_beside_the_point_is_stepped_around(distance):
    found = differences(lambda p: torch.relu(p) + torch.exp(p), np.array([distance, -distance]))
    expected = np.array([1.0, 0.0]) + np.exp([distance, -distance])
    assert not found.kinks.any()
    np.testing.assert_allclose(found.values, expected, atol=1e-7)


def test_what_is_no_number_is_the_worst():
    gaps = [0.1, float("nan"), 0.2]
    checks = [Check(DIFFERENCES, 1, directions=False, difference=gap, excess=gap) for gap in gaps]
    tensors = [TensorChecks(str(i), (1,), {DIFFERENCES: check}, None) for i, check in enumerate(checks)]
    said = disagreement(Report(tensors, [], [], []), tolerance=1.0)
    assert said.startswith("1: central differences or reverse mode gives no finite number")
