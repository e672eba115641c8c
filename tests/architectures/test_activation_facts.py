"""The facts of the reference sheet, each against the functions that networks use."""

import math
from statistics import NormalDist
from typing import get_args

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.analysis.activation_sheet import curve, mean_output, operation_of
from mlpexp.config.activations import ALIASES, KNOWN, ActivationConfig, KnownActivation
from mlpexp.config.networks import default_init
from mlpexp.nn.activations import PLAIN, SELU_ALPHA, SELU_SCALE, elementwise, hard_sigmoid, prelu
from mlpexp.numpy_twin import activations as numpy_twin

FUNCTIONS = [row for row in KNOWN.values() if row.name != "maxout"]
GRID = np.concatenate([np.linspace(-60, 60, 24_001), np.linspace(-3, 3, 30_001)])
GRID.sort()
NORMAL = NormalDist()
NAMES = {
    **{name: getattr(math, name) for name in ("exp", "log", "tanh")}, "max": max, "min": min, "round": round,
    "Phi": NORMAL.cdf, "phi": NORMAL.pdf, "negative_slope": 0.01, "slope": 0.25, "scale": SELU_SCALE,
}  # fmt: skip


def written(text: str, row: KnownActivation, **variables: float) -> float:
    alpha = SELU_ALPHA if row.name == "selu" else 1.0
    return eval(text, {"__builtins__": {}, **NAMES, "alpha": alpha}, variables)


def by_autograd(row: KnownActivation, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inputs = torch.from_numpy(x).view(1, -1, 1).requires_grad_()
    y = prelu(inputs, torch.tensor(0.25)) if row.name == "prelu" else elementwise(row.config).value(inputs)
    (slopes,) = torch.autograd.grad(y.sum(), inputs)
    return y.detach().numpy().ravel(), slopes.numpy().ravel()


def test_every_activation_has_a_row() -> None:
    """And the row names the keys of its config; a plain activation has none."""
    kinds = get_args(get_args(ActivationConfig)[0])
    fields = {name: kind.model_fields for kind in kinds for name in get_args(kind.model_fields["name"].annotation)}
    assert {name: ("name", *row.keys) for name, row in KNOWN.items()} == {name: tuple(f) for name, f in fields.items()}


def test_every_table_has_every_plain_activation() -> None:
    plain = {row.name for row in KNOWN.values() if not row.keys}
    assert set(PLAIN) == set(numpy_twin.PLAIN) == plain


def test_other_names() -> None:
    assert ALIASES == {"logistic": "sigmoid", "linear": "identity", "swish": "silu"}
    assert not ALIASES.keys() & KNOWN.keys()


def test_the_default_initializer_is_the_one_of_the_row() -> None:
    assert {name: default_init(name).name for name in KNOWN} == {name: row.init for name, row in KNOWN.items()}


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
@given(points=st.lists(st.floats(-18, 18), min_size=1, max_size=9))
def test_the_value_is_the_formula(row: KnownActivation, points: list[float]) -> None:
    values, _ = curve(row.config, np.array(points))
    assert values == pytest.approx([written(row.formula, row, x=x) for x in points], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_formula_and_derivative(row: KnownActivation) -> None:
    x = np.linspace(-4.1, 4.1, 42)
    values, slopes = by_autograd(row, x)
    for x_i, y_i, slope_i in zip(x.tolist(), values.tolist(), slopes.tolist(), strict=True):
        assert written(row.formula, row, x=x_i) == pytest.approx(y_i, rel=1e-9, abs=1e-12)
        assert written(row.derivative, row, x=x_i, y=y_i) == pytest.approx(slope_i, rel=1e-9, abs=1e-12)


SMOOTH = {"sigmoid", "scaled_sigmoid", "tanh", "softplus", "silu", "gelu"}


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_the_derivative_is_the_symbolic_one(name: str) -> None:
    row = KNOWN[name]
    x = sympy.Symbol("x", real=True)
    names = {
        "x": x, "exp": sympy.exp, "log": sympy.log, "tanh": sympy.tanh,
        "Phi": lambda t: (1 + sympy.erf(t / sympy.sqrt(2))) / 2,
        "phi": lambda t: sympy.exp(-(t**2) / 2) / sympy.sqrt(2 * sympy.pi),
    }  # fmt: skip
    f = eval(row.formula, {"__builtins__": {}}, names)
    slope = eval(row.derivative, {"__builtins__": {}}, {**names, "y": f})
    assert sympy.simplify(sympy.diff(f, x) - slope) == 0


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_range(row: KnownActivation) -> None:
    """On a wide grid no value lies beyond the bounds, and finite ones are approached, or reached where the sheet says so."""
    values, _ = curve(row.config, GRID)
    assert values.min() >= row.low - 1e-15
    assert values.max() <= row.high + 1e-15
    for bound, reached, extreme, end in (
        (row.low, row.low_reached, values.min(), values[0]), (row.high, row.high_reached, values.max(), values[-1]),
    ):  # fmt: skip
        if math.isfinite(bound):
            assert extreme == pytest.approx(bound, abs=1e-7)
            near = values[np.abs(GRID) < 8.1]  # a bound that is only approached is not yet met here
            assert bool(np.isclose(near, bound, rtol=0, atol=1e-7).any()) == reached
        else:
            assert abs(end) > 0.5  # it goes on growing
            assert not reached


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_symmetry_and_growth(row: KnownActivation) -> None:
    x = np.linspace(-5, 5, 2001)
    values, slopes = curve(row.config, x)
    assert np.allclose(values, -values[::-1], rtol=0, atol=1e-12) == row.zero_centred
    assert bool((np.diff(values) >= -1e-15).all()) == row.monotone
    assert bool((slopes >= 0).all()) == row.monotone


def test_means_of_outputs() -> None:
    """For normal inputs: relu 1/sqrt(2 pi), sigmoid 1/2, gelu 1/(2 sqrt(pi)), and selu 0, its fixed point."""
    expected = {"relu": 1 / math.sqrt(2 * math.pi), "sigmoid": 0.5, "gelu": 1 / (2 * math.sqrt(math.pi)), "selu": 0.0}
    for row in KNOWN.values():
        if row.name in expected:
            assert mean_output(row.config) == pytest.approx(expected[row.name], abs=1e-6)


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
    row = KNOWN["maxout"]
    x = np.linspace(-4, 4, 401)
    values, slopes = curve(row.config, x)
    assert values == pytest.approx(np.maximum(x, -x / 2))
    assert slopes == pytest.approx(np.where(x > 0, 1.0, -0.5), abs=2)  # at the kink either will do
    assert slopes[x > 0] == pytest.approx(1.0)
    assert slopes[x < 0] == pytest.approx(-0.5)
    assert operation_of(row.config, 3) is not None


SATURATED = [row for row in KNOWN.values() if row.saturation is not None]


@pytest.mark.parametrize("row", SATURATED, ids=lambda row: row.name)
def test_saturation_is_a_slope_below_a_tenth_of_the_largest(row: KnownActivation) -> None:
    values, slopes = curve(row.config, GRID)
    assert row.saturation is not None
    saturated = np.abs(values - row.saturation.centre) > row.saturation.reach
    small = slopes < 0.1 * slopes.max()
    assert (saturated == small).mean() > 0.999  # but at the bounds themselves
    assert saturated.any()


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_dead_values_have_no_gradient(row: KnownActivation) -> None:
    """Where a row says how they are told, they are told so; where it says nothing, there is a gradient over a wide range."""
    values, slopes = curve(row.config, np.linspace(-5, 5, 1001))
    if row.dead == "zero":
        assert (slopes[values == 0] == 0).all() and (slopes[values != 0] != 0).all()
    elif row.dead == "saturated":
        assert (slopes[np.abs(values - row.saturation.centre) > row.saturation.reach] == 0).all()
    else:
        assert (slopes == 0).sum() <= 2
