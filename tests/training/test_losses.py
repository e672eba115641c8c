"""Losses against torch, scikit-learn and the identities of the course; their gradients against finite differences."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, mean_squared_error

from mlpexp.training.losses import LOSSES

CLASSIFICATION = ["cross_entropy", "softmax_squared_error"]


def random_case(members: int = 2, batch: int = 5, classes: int = 4, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(members, batch, classes, dtype=torch.float64, generator=generator)
    return logits, torch.randint(0, classes, (members, batch), generator=generator)


def test_cross_entropy_is_the_log_loss_of_scikit_learn() -> None:
    logits, targets = random_case()
    losses = LOSSES["cross_entropy"].value(logits, targets)
    assert losses.shape == (2, 5)
    for member in range(2):
        probabilities = torch.softmax(logits[member], 1).numpy()
        expected = log_loss(targets[member].numpy(), probabilities, labels=range(4))
        assert losses[member].mean().item() == pytest.approx(expected, rel=1e-12)


def course_loss(shift: float) -> float:
    """Summed loss of three rows whose true classes have logits 0.65, 0.51, 0.72 and shares 0.42, 0.42, 0.44 plus a shift."""
    true, shares = torch.tensor([0.65, 0.51, 0.72]), torch.tensor([0.42, 0.42, 0.44], dtype=torch.float64) + shift
    other = true + ((1 - shares) / (2 * shares)).log()  # two other classes share the rest
    logits = torch.stack([other, true, other], 1)[None]
    return LOSSES["cross_entropy"].value(logits, torch.ones(1, 3, dtype=torch.int64)).sum().item()


def test_cross_entropy_of_three_rows_of_the_course() -> None:
    """The document gives two digits of the shares, and 2.5469 from the unrounded ones."""
    assert course_loss(0.0) == pytest.approx(-sum(np.log([0.42, 0.42, 0.44])), rel=1e-12)
    assert course_loss(0.005) < 2.5469 < course_loss(-0.005)


def test_softmax_squared_error_by_hand() -> None:
    logits = torch.tensor([[[0.0, 0.0, np.log(2.0)]]], dtype=torch.float64)  # softmax 1/4, 1/4, 1/2
    loss = LOSSES["softmax_squared_error"].value(logits, torch.tensor([[2]]))
    assert loss.item() == pytest.approx(0.5 * (1 / 16 + 1 / 16 + 1 / 4), rel=1e-15)


@given(st.integers(0, 1000), st.integers(2, 6))
def test_gradient_of_softmax_squared_error_is_the_identity_of_the_course(seed: int, classes: int) -> None:
    """``dE/dnet_j = y_j (y_j - z_j) - sum_m y_j y_m (y_m - z_m)``, summed here term by term."""
    logits, targets = random_case(1, 1, classes, seed)
    y = torch.softmax(logits[0, 0], 0).tolist()
    z = F.one_hot(targets[0, 0], classes).tolist()
    expected = [y[j] * (y[j] - z[j]) - sum(y[j] * y[m] * (y[m] - z[m]) for m in range(classes)) for j in range(classes)]
    gradient = LOSSES["softmax_squared_error"].gradient(logits, targets)[0, 0]
    np.testing.assert_allclose(gradient.numpy(), expected, rtol=1e-9, atol=1e-14)


def test_gradient_of_cross_entropy_is_softmax_minus_onehot() -> None:
    logits, targets = random_case()
    expected = torch.softmax(logits, 2) - F.one_hot(targets, 4)
    torch.testing.assert_close(LOSSES["cross_entropy"].gradient(logits, targets), expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("outputs", [1, 3])
def test_mean_squared_error_is_that_of_scikit_learn(outputs: int) -> None:
    generator = torch.Generator().manual_seed(0)
    y, z = (torch.randn(2, 5, outputs, dtype=torch.float64, generator=generator) for _ in range(2))
    losses = LOSSES["mean_squared_error"].value(y, z)
    assert losses.shape == (2, 5)
    for member in range(2):
        expected = mean_squared_error(z[member].numpy(), y[member].numpy())
        assert losses[member].mean().item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_the_slope_of_the_value(name: str) -> None:
    outputs, targets = random_case()
    if name == "mean_squared_error":
        targets = torch.randn(outputs.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    gradient, step = LOSSES[name].gradient(outputs.clone(), targets), 1e-6
    for k in range(outputs.shape[2]):
        nudge = torch.zeros(outputs.shape[2], dtype=torch.float64)
        nudge[k] = step
        above, below = (LOSSES[name].value(outputs + sign * nudge, targets) for sign in (1, -1))
        torch.testing.assert_close(gradient[:, :, k], (above - below) / (2 * step), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_the_arguments_stay_as_they_are(name: str) -> None:
    outputs, targets = random_case()
    targets = outputs.flip(2).clone() if name == "mean_squared_error" else targets
    before = outputs.clone(), targets.clone()
    LOSSES[name].value(outputs, targets)
    LOSSES[name].gradient(outputs, targets)
    assert torch.equal(outputs, before[0])
    assert torch.equal(targets, before[1])


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_huge_logits_give_finite_losses(name: str) -> None:
    logits, targets = torch.tensor([[[1e4, 0.0], [1e4, 0.0]]]), torch.tensor([[0, 1]])
    expected = {"cross_entropy": [0.0, 1e4], "softmax_squared_error": [0.0, 1.0]}[name]
    assert LOSSES[name].value(logits, targets).tolist() == [expected]
    assert torch.isfinite(LOSSES[name].gradient(logits, targets)).all()


@pytest.mark.parametrize("name", LOSSES)
@given(st.integers(1, 7), st.integers(1, 12))
def test_a_loss_has_the_same_bits_alone_and_in_a_stack(name: str, batch: int, classes: int) -> None:
    outputs, targets = random_case(3, batch, classes)
    outputs = outputs.float()
    targets = outputs.flip(2).clone() if name == "mean_squared_error" else targets
    loss, own = LOSSES[name], slice(1, 2)
    assert torch.equal(loss.value(outputs, targets)[1], loss.value(outputs[own].clone(), targets[own].clone())[0])
    gradient = loss.gradient(outputs, targets)
    assert torch.equal(gradient[1], loss.gradient(outputs[own].clone(), targets[own].clone())[0])
