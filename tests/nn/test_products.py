"""Products of the matrices of a stack: right, and each rounded as if its member were alone."""

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor

from mlpexp.nn.products import product

DTYPES = st.sampled_from([torch.float32, torch.float64])
SIDES = st.integers(1, 40) | st.sampled_from([64, 73, 100, 105, 140, 257])


def dense(flat: Tensor, x: Tensor, dy: Tensor) -> list[Tensor]:
    """The four products of a dense layer whose weight and bias lie in ``flat`` ``(M, 1 + F U + U)``, one value in."""
    features, units = x.shape[2], dy.shape[2]
    weight = flat[:, 1 : 1 + features * units].unflatten(1, (features, units))
    bias = flat[:, 1 + features * units :]
    return [product(x, weight, bias), product(x, weight), product(dy, weight.mT), product(x.mT, dy)]


@given(st.integers(2, 5), SIDES, SIDES, SIDES, DTYPES)
@example(2, 1, 64, 9, torch.float32)  # where plain baddbmm differs, on the machine this was written on
@example(3, 105, 140, 9, torch.float32)
@example(2, 32, 1, 32, torch.float32)
@example(5, 33, 100, 64, torch.float64)
def test_a_product_has_the_same_bits_alone_and_in_a_stack(
    members: int, batch: int, features: int, units: int, dtype: torch.dtype
) -> None:
    generator = torch.Generator().manual_seed(1)
    flat, x, dy = (
        torch.randn(members, *shape, dtype=dtype, generator=generator)
        for shape in ((1 + features * units + units,), (batch, features), (batch, units))
    )
    together = dense(flat, x, dy)
    for member in range(members):
        alone = dense(*(tensor[member : member + 1].clone() for tensor in (flat, x, dy)))
        for stacked, solo in zip(together, alone, strict=True):
            assert torch.equal(stacked[member], solo[0])


@given(st.integers(1, 3), SIDES, SIDES, SIDES, DTYPES, st.booleans())
def test_a_product_is_right_and_contiguous(
    members: int, rows: int, inner: int, columns: int, dtype: torch.dtype, with_bias: bool
) -> None:
    generator = torch.Generator().manual_seed(2)
    a, b, bias = (
        torch.randint(-9, 10, shape, generator=generator).to(dtype)  # integers: every order of summation is exact
        for shape in ((members, rows, inner), (members, inner, columns), (members, columns))
    )
    y = product(a, b, bias if with_bias else None)
    expected = torch.einsum("mri,mic->mrc", a, b) + (bias[:, None] if with_bias else 0)
    assert torch.equal(y, expected)
    assert y.is_contiguous()
    assert y.dtype == dtype


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_zeros_that_are_added_do_not_spread_what_is_not_finite(value: float) -> None:
    a, b = torch.ones(1, 33, 21), torch.ones(1, 21, 1)
    a[0, 32, 0] = value
    y = product(a, b, torch.zeros(1, 1))
    assert torch.equal(y[0, :32, 0], torch.full((32,), 21.0))
    assert not torch.isfinite(y[0, 32, 0])


def test_gradients_flow_through_a_product() -> None:
    a, b, bias = (torch.randn(2, *s, dtype=torch.float64, requires_grad=True) for s in ((7, 9), (9, 11), (11,)))
    assert torch.autograd.gradcheck(product, (a, b, bias))
