"""Losses per sample, for all members at once.

Axis letters: M members, B batch, K classes, T target values.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

PerSampleLoss = Callable[[Tensor, Tensor], Tensor]


def cross_entropy(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``-log softmax(logits)[target]``, shape ``(M, B)``.

    References:
        Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs".
    """
    loss = F.cross_entropy(logits_MBK.flatten(0, 1), targets_MB.flatten(), reduction="none")
    return loss.view(targets_MB.shape)


def softmax_squared_error(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``1/2 sum_k (softmax(logits)_k - onehot_k)^2``, shape ``(M, B)``: squared error *on the softmax output*.

    References:
        Bishop (1995), "Neural networks for pattern recognition", section 6.1 (sum-of-squares error).
    """
    probabilities = torch.softmax(logits_MBK, 2)
    onehot = F.one_hot(targets_MB, logits_MBK.shape[2])
    return 0.5 * (probabilities - onehot).square().sum(2)


def mean_squared_error(outputs_MBT: Tensor, targets_MBT: Tensor) -> Tensor:
    """``mean_t (output_t - target_t)^2``, shape ``(M, B)``."""
    return (outputs_MBT - targets_MBT).square().mean(2)


LOSSES: dict[str, PerSampleLoss] = {
    "cross_entropy": cross_entropy,
    "softmax_squared_error": softmax_squared_error,
    "mean_squared_error": mean_squared_error,
}
