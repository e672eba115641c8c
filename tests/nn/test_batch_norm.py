"""Batch normalization: that of torch, and each member's statistics to the last bit its own."""

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from mlpexp.nn.layers.batch_norm import BatchNormOperation
from mlpexp.nn.mode import EVALUATION, Mode

TRAINING = Mode(training=True)


def operation(members: int, features: int, dtype: torch.dtype = torch.float64) -> BatchNormOperation:
    """With scales, shifts and remembered statistics other than those at the start."""
    generator = torch.Generator().manual_seed(1)
    scale, shift, mean, variance = (torch.rand(members, features, generator=generator, dtype=dtype) for _ in range(4))
    return BatchNormOperation(scale + 0.5, shift, torch.stack([mean, variance + 0.5], 1))


def of_member(whole: BatchNormOperation, member: int) -> BatchNormOperation:
    one = slice(member, member + 1)
    return BatchNormOperation(whole.scale_MF[one].clone(), whole.shift_MF[one].clone(), whole.running_M2F[one].clone())


@given(
    st.integers(2, 4),
    st.integers(2, 40),
    st.integers(1, 20) | st.sampled_from([64, 73]),
    st.sampled_from([torch.float32, torch.float64]),
)
@example(2, 8, 1, torch.float64)  # where the variance of one feature would differ
def test_a_member_is_normalized_to_the_same_bits_alone_and_in_a_stack(
    members: int, batch: int, features: int, dtype: torch.dtype
) -> None:
    generator = torch.Generator().manual_seed(2)
    x, dy = (torch.randn(members, batch, features, dtype=dtype, generator=generator) for _ in range(2))
    whole = operation(members, features, dtype)
    alone = of_member(whole, 1)
    y, saved = whole.forward(x, TRAINING)
    own_y, own_saved = alone.forward(x[1:2].clone(), TRAINING)
    assert torch.equal(y[1], own_y[0])
    assert torch.equal(whole.running_M2F[1], alone.running_M2F[0])
    dx, gradients = whole.backward(dy, saved, need_dx=True)
    own_dx, own_gradients = alone.backward(dy[1:2].clone(), own_saved, need_dx=True)
    for stacked, solo in zip((dx, *gradients), (own_dx, *own_gradients), strict=True):
        assert torch.equal(stacked[1], solo[0])


@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 4, 3)], ids=["features", "images"])
@pytest.mark.parametrize("mode", [TRAINING, EVALUATION], ids=["training", "evaluation"])
def test_outputs_gradients_and_memory_are_those_of_torch(shape: tuple[int, ...], mode: Mode) -> None:
    generator = torch.Generator().manual_seed(3)
    x, dy = (2 + 3 * torch.randn(2, *shape, dtype=torch.float64, generator=generator) for _ in range(2))
    ours = operation(2, 5)
    witness = (torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d)(5, dtype=torch.float64)
    with torch.no_grad():
        witness.weight.copy_(ours.scale_MF[1])
        witness.bias.copy_(ours.shift_MF[1])
        witness.running_mean.copy_(ours.running_M2F[1, 0])
        witness.running_var.copy_(ours.running_M2F[1, 1])
    witness.train(mode.training)
    their_x = x[1].clone().requires_grad_()
    theirs = witness(their_x)
    theirs.backward(dy[1])
    y, saved = ours.forward(x, mode)
    dx, (d_scale, d_shift) = ours.backward(dy, saved, need_dx=True)
    remembered = torch.stack([witness.running_mean, witness.running_var])
    for one, other in [
        (y[1], theirs), (dx[1], their_x.grad), (d_scale[1], witness.weight.grad), (d_shift[1], witness.bias.grad),
        (ours.running_M2F[1], remembered),
    ]:  # fmt: skip
        torch.testing.assert_close(one, other.detach(), rtol=1e-11, atol=1e-12)


def test_evaluation_remembers_nothing() -> None:
    ours = operation(1, 5)
    before = ours.running_M2F.clone()
    ours.forward(torch.randn(1, 8, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0)), EVALUATION)
    assert torch.equal(ours.running_M2F, before)
