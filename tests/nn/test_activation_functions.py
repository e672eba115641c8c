"""Activation functions: derivatives against differences, and the same bits wherever a value lies."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from torch import Tensor

from mlpexp.config.activations import KNOWN, STEP_FUNCTIONS, ActivationConfig
from mlpexp.nn.activations import elementwise, maxout, maxout_backward, prelu

CONFIG: TypeAdapter[Any] = TypeAdapter(ActivationConfig)
ELEMENTWISE = [name for name in KNOWN if name not in ("prelu", "maxout")]
PARAMETERS = [{"name": "leaky_relu", "negative_slope": 0.3}, {"name": "elu", "alpha": 0.5}]


def function_of(activation: Any) -> Any:
    return elementwise(CONFIG.validate_python(activation))


def column(values: Any) -> Tensor:
    return torch.tensor([[[value] for value in values]], dtype=torch.float64)


@pytest.mark.parametrize(
    ("activation", "value"),
    [({"name": "leaky_relu", "negative_slope": 0.3}, -0.6), ({"name": "elu", "alpha": 0.5}, 0.5 * (math.exp(-2) - 1))],
    ids=["leaky_relu", "elu"],
)
def test_a_parameter_changes_the_value(activation: dict[str, Any], value: float) -> None:
    assert function_of(activation).value(column([-2.0])).item() == pytest.approx(value, rel=1e-12)


SMOOTH_OR_BENT = [name for name in ELEMENTWISE if name not in STEP_FUNCTIONS]


@pytest.mark.parametrize("activation", [*SMOOTH_OR_BENT, *PARAMETERS], ids=str)
def test_the_derivative_is_the_slope_of_the_value(activation: Any) -> None:
    function, step = function_of(activation), 1e-6
    points = torch.linspace(-5.03, 5.07, 97, dtype=torch.float64)
    points = points[((points.abs() - torch.tensor([[0.0], [1.0], [2.0]])).abs() > 1e-3).all(0)]  # not at a corner
    x = points.view(1, -1, 1)
    dy = torch.linspace(0.5, 2, x.numel(), dtype=torch.float64).view_as(x)
    slope = (function.value(x + step) - function.value(x - step)) / (2 * step)
    torch.testing.assert_close(function.backward(dy, x, function.value(x)), dy * slope, rtol=1e-7, atol=1e-8)


def test_known_values() -> None:
    assert function_of("hard_sigmoid").backward(column([1.0]), column([0.0]), column([0.5])).item() == 0.25
    assert function_of("sigmoid").backward(column([1.0]), column([0.0]), column([0.5])).item() == 0.25
    assert function_of("relu").backward(column([1.0]), column([0.0]), column([0.0])).item() == 0  # a choice: 0 at 0
    assert function_of("hard_sigmoid").value(column([-2.0, 2.0])).flatten().tolist() == [0.0, 1.0]
    assert function_of("logistic").value(column([0.0])).item() == 0.5
    assert function_of("linear").value(column([3.0])).item() == 3


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_large_inputs_stay_finite(name: str) -> None:
    function, x = function_of(name), column([-1e3, 1e3, -50.0, 50.0])
    y = function.value(x)
    assert torch.isfinite(y).all()
    assert torch.isfinite(function.backward(torch.ones_like(x), x, y)).all()


@pytest.mark.parametrize("activation", [*ELEMENTWISE, *PARAMETERS], ids=str)
@given(
    st.integers(2, 4),
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from([torch.float32, torch.float64]),
    st.integers(0, 9),
)
def test_a_value_has_the_same_bits_alone_and_in_a_stack(
    activation: Any, members: int, batch: int, features: int, dtype: torch.dtype, seed: int
) -> None:
    function = function_of(activation)
    generator = torch.Generator().manual_seed(seed)
    x, dy = (torch.randn(members, batch, features, dtype=dtype, generator=generator) * 3 for _ in range(2))
    y = function.value(x)
    dx = function.backward(dy, x, y)
    assert y.shape == dx.shape == x.shape
    last = slice(members - 1, members)
    own_x, own_dy = x[last].clone(), dy[last].clone()
    own_y = function.value(own_x)
    assert torch.equal(y[last], own_y)
    assert torch.equal(dx[last], function.backward(own_dy, own_x, own_y))


def test_maxout_takes_the_largest_of_neighbours_and_gives_it_the_gradient() -> None:
    x = torch.tensor([[[1.0, 5.0, 2.0, 4.0, 3.0, 9.0]]])
    y, which = maxout(x, 3)
    assert y.tolist() == [[[5.0, 9.0]]]
    assert maxout_backward(torch.tensor([[[10.0, 20.0]]]), which, 3).tolist() == [[[0.0, 10.0, 0.0, 0.0, 0.0, 20.0]]]


def test_maxout_of_an_image_acts_on_channels() -> None:
    x = torch.arange(16.0).view(1, 1, 4, 2, 2)
    y, which = maxout(x, 2)
    assert torch.equal(y, x[:, :, 1::2])
    dx = maxout_backward(torch.ones_like(y), which, 2)
    assert torch.equal(dx, torch.tensor([0.0, 1.0, 0.0, 1.0]).view(1, 1, 4, 1, 1).expand_as(x))


def test_prelu_has_a_slope_of_its_own_for_each_unit() -> None:
    x = torch.tensor([[[-1.0, -1.0], [2.0, -4.0]]])
    assert prelu(x, torch.tensor([[[0.5, 0.1]]])).tolist() == [
        [[-0.5, pytest.approx(-0.1)], [2.0, pytest.approx(-0.4)]]
    ]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_table_sigmoid_is_the_sigmoid_of_the_nearest_sixteenth(dtype: torch.dtype) -> None:
    function = function_of("table_sigmoid")
    points = torch.cat(
        [torch.linspace(-9, 9, 1801), torch.tensor([1 / 32, 3 / 32, -1e30, 1e30, torch.inf, -torch.inf])]
    )
    x = points.to(dtype).view(1, -1, 1)
    nearest = torch.clamp(torch.round(x.double() * 16) / 16, -8, 8)
    torch.testing.assert_close(function.value(x), torch.sigmoid(nearest).to(dtype), rtol=0, atol=0)
    assert len(function.value(x).unique()) == 257
    inside = x[x.abs() <= 8]
    assert (function.value(inside) - torch.sigmoid(inside)).abs().max() <= 1 / 128
    assert function.value(column([torch.nan])).isnan().all()


def test_the_derivative_of_the_table_sigmoid_is_defined_by_its_value() -> None:
    function = function_of("table_sigmoid")
    x = torch.linspace(-9, 9, 501, dtype=torch.float64).view(1, -1, 1).requires_grad_()
    y, dy = function.value(x), torch.full((1, 501, 1), 2.0, dtype=torch.float64)
    (by_autograd,) = torch.autograd.grad(y, x, dy)
    torch.testing.assert_close(by_autograd, 2 * y * (1 - y))
    torch.testing.assert_close(function.backward(dy, x.detach(), y.detach()), by_autograd)


def test_the_scaled_sigmoid_is_a_tanh() -> None:
    x = torch.linspace(-20, 20, 4001, dtype=torch.float64).view(1, -1, 1)
    function, y = function_of("scaled_sigmoid"), 2 * torch.tanh(x / 2)
    torch.testing.assert_close(function.value(x), y, rtol=0, atol=1e-14)
    torch.testing.assert_close(function.backward(torch.ones_like(x), x, y), 1 - y**2 / 4)
