"""The largest eigenvalue of the Hessian of the training objective, for all members of a stack at once.

Axis letters: M members, P parameters of a member, B batch, J iterations.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from mlpexp.nn.network import StackedNetwork
from mlpexp.randomness import stream
from mlpexp.training.losses import Loss

ITERATIONS = 20


def largest_eigenvalues(
    network: StackedNetwork,
    inputs: Tensor,
    targets: Tensor,
    loss: Loss,
    l2_penalties: np.ndarray,
    iterations: int = ITERATIONS,
) -> Tensor:
    """The largest (not the largest in magnitude) eigenvalue of each member's Hessian, ``(M,)``; NaN if it is not finite.

    Gradient descent with rate ``eta`` is stable along the steepest curvature only below ``2 / lambda_max``. The Lanczos
    method finds it in as many Hessian-vector products as power iteration needs to find the largest *magnitude*, which on
    the way to a minimum may belong to a negative eigenvalue.

    Args:
        network: In evaluation mode.
        inputs: ``(M, B, ...)``.
        targets: ``(M, B, ...)``.
        loss: Whose mean over the batch, with the L2 penalty, is the objective.
        l2_penalties: ``(M,)``.
        iterations: Hessian-vector products; as many as parameters are exact.

    References:
        LeCun, Kanter and Solla (1991), "Second order properties of error surfaces"; Golub and Van Loan (2013), "Matrix
        computations", section 10.1 (Lanczos); Pearlmutter (1994), "Fast exact multiplication by the Hessian".
    """
    product = hessian_product(network, inputs, targets, loss, l2_penalties)
    count = network.flat.shape[1]
    direction = torch.from_numpy(stream(0, "noise").standard_normal(count)).to(network.flat)  # the same for all members
    return _lanczos(product, direction.expand_as(network.flat), min(iterations, count))


def hessian_product(
    network: StackedNetwork, inputs: Tensor, targets: Tensor, loss: Loss, l2_penalties: np.ndarray
) -> Callable[[Tensor], Tensor]:
    """A function from directions ``(M, P)`` to the Hessian times each, by differentiating the gradient once more."""
    penalty = torch.from_numpy(l2_penalties[:, None] * network.architecture.penalized).to(network.flat)
    with torch.enable_grad():
        flat = network.flat.detach().requires_grad_()
        outputs = StackedNetwork(network.architecture, flat, network.buffers)(inputs).to(flat.dtype)
        objective = loss.value(outputs, targets).mean(1).sum() + 0.5 * (penalty * flat.square()).sum()
        (gradient,) = torch.autograd.grad(objective, flat, create_graph=True)

    def product(direction: Tensor) -> Tensor:
        (curved,) = torch.autograd.grad(gradient, flat, direction, retain_graph=True, allow_unused=True)
        return torch.zeros_like(direction) if curved is None else curved

    return product


def _lanczos(product: Callable[[Tensor], Tensor], start: Tensor, iterations: int) -> Tensor:
    basis: list[Tensor] = []
    diagonal, beside = [], []
    v = start / torch.linalg.vector_norm(start, dim=1, keepdim=True)
    for _ in range(iterations):
        basis.append(v)
        w = product(v)
        diagonal.append((w * v).sum(1))
        known_MJP = torch.stack(basis, 1)
        for _again in range(2):  # once is not enough in float32
            shares_MJ = (known_MJP * w[:, None]).sum(
                2
            )  # not a matrix product: that is rounded by the number of members
            w = w - (known_MJP * shares_MJ[:, :, None]).sum(1)
        length = torch.linalg.vector_norm(w, dim=1)
        # Where nothing is left, the directions so far span all that the start can reach: what follows must stay apart.
        left = length > 1e-6 * torch.linalg.vector_norm(torch.stack(diagonal, 1), dim=1).clamp(min=1e-30)
        beside.append(torch.where(left, length, 0.0))
        v = torch.where(left[:, None], w / length.clamp(min=1e-30)[:, None], 0.0)
    tridiagonal = torch.diag_embed(torch.stack(diagonal, 1).double())
    if iterations > 1:
        off = torch.stack(beside[:-1], 1).double()
        tridiagonal = tridiagonal + torch.diag_embed(off, 1) + torch.diag_embed(off, -1)
    finite = torch.isfinite(tridiagonal).all(dim=(1, 2))
    # A direction of length zero leaves a row of zeros, an eigenvalue 0 that no direction has: it must not be the largest.
    lengths = torch.stack([torch.linalg.vector_norm(vector, dim=1) for vector in basis], 1)
    lowest = tridiagonal.abs().sum(dim=(1, 2)).nan_to_num() + 1.0
    filled = torch.where(finite[:, None, None], tridiagonal, 0.0)
    filled = filled - torch.diag_embed(torch.where(lengths > 0, 0.0, 1.0).double() * lowest[:, None])
    largest = torch.linalg.eigvalsh(filled)[:, -1]
    return torch.where(finite, largest, float("nan"))
