"""Losses per sample, for all members at once, with their gradients by hand.

Axis letters: M members, B batch, K classes, T target values.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Loss:
    """A loss of outputs against targets.

    Attributes:
        value: Loss of each sample, ``(M, B)``.
        gradient: Its derivative with respect to the sample's outputs, ``(M, B, K)``.
    """

    value: Callable[[Tensor, Tensor], Tensor]
    gradient: Callable[[Tensor, Tensor], Tensor]


def cross_entropy(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``-log softmax(logits)[target]``, shape ``(M, B)``, in nats.

    References:
        Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs".
    """
    loss = F.cross_entropy(logits_MBK.flatten(0, 1), targets_MB.flatten(), reduction="none")
    return loss.view(targets_MB.shape)


def cross_entropy_gradient(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``softmax(logits) - onehot(target)``, shape ``(M, B, K)``."""
    probabilities = torch.softmax(logits_MBK, 2)
    return probabilities.scatter_add_(
        2, targets_MB.unsqueeze(2), probabilities.new_full((1, 1, 1), -1.0).expand(*targets_MB.shape, 1)
    )


def softmax_squared_error(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``1/2 sum_k (softmax(logits)_k - onehot_k)^2``, shape ``(M, B)``: squared error *on the softmax output*.

    References:
        Bishop (1995), "Neural networks for pattern recognition", section 6.1 (sum-of-squares error).
    """
    probabilities = torch.softmax(logits_MBK, 2)
    onehot = F.one_hot(targets_MB, logits_MBK.shape[2])
    return 0.5 * (probabilities - onehot).square().sum(2)


def softmax_squared_error_gradient(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``y_j (y_j - z_j) - y_j sum_m y_m (y_m - z_m)`` with y the softmax and z the one-hot target."""
    probabilities = torch.softmax(logits_MBK, 2)
    error = probabilities * (probabilities - F.one_hot(targets_MB, logits_MBK.shape[2]))
    return error - probabilities * error.sum(2, keepdim=True)


def mean_squared_error(outputs_MBT: Tensor, targets_MBT: Tensor) -> Tensor:
    """``mean_t (output_t - target_t)^2``, shape ``(M, B)``."""
    return (outputs_MBT - targets_MBT).square().mean(2)


def mean_squared_error_gradient(outputs_MBT: Tensor, targets_MBT: Tensor) -> Tensor:
    """``2 (output - target) / T``, shape ``(M, B, T)``."""
    return (outputs_MBT - targets_MBT).mul_(2 / outputs_MBT.shape[2])


LOSSES: dict[str, Loss] = {
    "cross_entropy": Loss(cross_entropy, cross_entropy_gradient),
    "softmax_squared_error": Loss(softmax_squared_error, softmax_squared_error_gradient),
    "mean_squared_error": Loss(mean_squared_error, mean_squared_error_gradient),
}
