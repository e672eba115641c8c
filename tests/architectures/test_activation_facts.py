"""The facts of the reference sheet, each against the functions that networks use."""

import math
from statistics import NormalDist
from typing import get_args

import numpy as np
import pytest
import sympy
import torch
from mlpexp.architectures.activation_facts import FACTS, ActivationFacts

from mlpexp.analysis.activation_sheet import curve, mean_output, operation_of
from mlpexp.config import networks
from mlpexp.nn.activations import PLAIN, SELU_ALPHA, SELU_SCALE, elementwise, hard_sigmoid, prelu

FUNCTIONS = [one for one in FACTS if one.name != "maxout"]
GRID = np.concatenate([np.linspace(-60, 60, 24_001), np.linspace(-3, 3, 30_001)])
GRID.sort()
NORMAL = NormalDist()
NAMES = {
    **{name: getattr(math, name) for name in ("exp", "log", "tanh")}, "max": max, "min": min,
    "Phi": NORMAL.cdf, "phi": NORMAL.pdf, "negative_slope": 0.01, "slope": 0.25, "scale": SELU_SCALE,
}  # fmt: skip


def written(text: str, one: ActivationFacts, **variables: float) -> float:
    alpha = SELU_ALPHA if one.name == "selu" else 1.0
    return eval(text, {"__builtins__": {}, **NAMES, "alpha": alpha}, variables)


def by_autograd(one: ActivationFacts, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inputs = torch.from_numpy(x).view(1, -1, 1).requires_grad_()
    y = prelu(inputs, torch.tensor(0.25)) if one.name == "prelu" else elementwise(one.config).value(inputs)
    (slopes,) = torch.autograd.grad(y.sum(), inputs)
    return y.detach().numpy().ravel(), slopes.numpy().ravel()


def test_every_activation_has_a_row() -> None:
    classes = (networks.PlainActivation, networks.LeakyRelu, networks.Prelu, networks.Elu, networks.Maxout)
    names = [name for one in classes for name in get_args(one.model_fields["name"].annotation)]
    assert sorted(one.name for one in FACTS) == sorted(names)


@pytest.mark.parametrize("one", FUNCTIONS, ids=lambda one: one.name)
def test_formula_and_derivative(one: ActivationFacts) -> None:
    x = np.linspace(-4.1, 4.1, 42)
    values, slopes = by_autograd(one, x)
    for x_i, y_i, slope_i in zip(x.tolist(), values.tolist(), slopes.tolist(), strict=True):
        assert written(one.formula, one, x=x_i) == pytest.approx(y_i, rel=1e-9, abs=1e-12)
        assert written(one.derivative, one, x=x_i, y=y_i) == pytest.approx(slope_i, rel=1e-9, abs=1e-12)


SMOOTH = {"sigmoid", "tanh", "softplus", "silu", "gelu"}


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_the_derivative_is_the_symbolic_one(name: str) -> None:
    (one,) = (row for row in FACTS if row.name == name)
    x = sympy.Symbol("x", real=True)
    names = {
        "x": x, "exp": sympy.exp, "log": sympy.log, "tanh": sympy.tanh,
        "Phi": lambda t: (1 + sympy.erf(t / sympy.sqrt(2))) / 2,
        "phi": lambda t: sympy.exp(-(t**2) / 2) / sympy.sqrt(2 * sympy.pi),
    }  # fmt: skip
    f = eval(one.formula, {"__builtins__": {}}, names)
    slope = eval(one.derivative, {"__builtins__": {}}, {**names, "y": f})
    assert sympy.simplify(sympy.diff(f, x) - slope) == 0


@pytest.mark.parametrize("one", FUNCTIONS, ids=lambda one: one.name)
def test_range(one: ActivationFacts) -> None:
    """On a wide grid no value lies beyond the bounds, and finite ones are approached, or reached where the sheet says so."""
    values, _ = curve(one.config, GRID)
    assert values.min() >= one.low - 1e-15
    assert values.max() <= one.high + 1e-15
    for bound, reached, extreme, end in (
        (one.low, one.low_reached, values.min(), values[0]), (one.high, one.high_reached, values.max(), values[-1]),
    ):  # fmt: skip
        if math.isfinite(bound):
            assert extreme == pytest.approx(bound, abs=1e-7)
            near = values[np.abs(GRID) < 4]  # a bound that is only approached is not yet met here
            assert bool(np.isclose(near, bound, rtol=0, atol=1e-7).any()) == reached
        else:
            assert abs(end) > 0.5  # it goes on growing
            assert not reached


@pytest.mark.parametrize("one", FUNCTIONS, ids=lambda one: one.name)
def test_symmetry_and_growth(one: ActivationFacts) -> None:
    x = np.linspace(-5, 5, 2001)
    values, slopes = curve(one.config, x)
    assert np.allclose(values, -values[::-1], rtol=0, atol=1e-12) == one.zero_centred
    assert bool((np.diff(values) >= -1e-15).all()) == one.monotone
    assert bool((slopes >= 0).all()) == one.monotone


def test_means_of_outputs() -> None:
    """For normal inputs: relu 1/sqrt(2 pi), sigmoid 1/2, gelu 1/(2 sqrt(pi)), and selu 0, its fixed point."""
    expected = {"relu": 1 / math.sqrt(2 * math.pi), "sigmoid": 0.5, "gelu": 1 / (2 * math.sqrt(math.pi)), "selu": 0.0}
    for one in FACTS:
        if one.name in expected:
            assert mean_output(one.config) == pytest.approx(expected[one.name], abs=1e-6)


def test_the_slope_of_the_hard_sigmoid_is_a_quarter() -> None:
    x = torch.tensor([-0.5, 0.5], dtype=torch.float64)
    low, high = hard_sigmoid(x).tolist()
    assert high - low == pytest.approx(0.25)
    assert torch.nn.functional.hardsigmoid(x).diff().item() == pytest.approx(1 / 6)


def test_tanh_is_two_sigmoids() -> None:
    x = torch.linspace(-9, 9, 1001, dtype=torch.float64).view(1, -1, 1)
    tanh, sigmoid = PLAIN["tanh"].value, PLAIN["sigmoid"].value
    assert torch.allclose(tanh(x), 2 * sigmoid(2 * x) - 1, rtol=0, atol=1e-14)


def test_the_maxout_that_is_drawn() -> None:
    (one,) = (row for row in FACTS if row.name == "maxout")
    x = np.linspace(-4, 4, 401)
    values, slopes = curve(one.config, x)
    assert values == pytest.approx(np.maximum(x, -x / 2))
    assert slopes == pytest.approx(np.where(x > 0, 1.0, -0.5), abs=2)  # at the kink either will do
    assert slopes[x > 0] == pytest.approx(1.0)
    assert slopes[x < 0] == pytest.approx(-0.5)
    assert operation_of(one.config, 3) is not None
