"""Losses per sample, for all members at once, with their gradients by hand.

torch computes a softmax over a few values that lie side by side one row at a time, but vectorized over the samples if each
class is a row of its own: logits are therefore turned to ``(M, K, B)``, which for three classes is ten times as fast.

Axis letters: M members, B batch, K classes, T target values.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.config.activations import PlainActivation
from mlpexp.nn.activations import Elementwise, elementwise, whole_vectors


@dataclass(frozen=True)
class Loss:
    """A loss of outputs against targets."""

    value: Callable[[Tensor, Tensor], Tensor]
    """Loss of each sample, ``(M, B)``."""
    gradient: Callable[[Tensor, Tensor], Tensor]
    """Its derivative with respect to the sample's outputs, ``(M, B, K)``."""


def cross_entropy(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``-log softmax(logits)[target]``, shape ``(M, B)``, in nats.

    References:
        Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs".
    """
    log_probabilities_MKB = torch.log_softmax(_by_class(logits_MBK), 1)
    return log_probabilities_MKB.gather(1, targets_MB.unsqueeze(1)).squeeze(1).neg()


def cross_entropy_gradient(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``softmax(logits) - onehot(target)``, shape ``(M, B, K)``."""
    probabilities_MKB = torch.softmax(_by_class(logits_MBK), 1)
    index = targets_MB.unsqueeze(1)
    probabilities_MKB.scatter_add_(1, index, probabilities_MKB.new_full((1, 1, 1), -1.0).expand_as(index))
    return probabilities_MKB.mT.contiguous()


def softmax_squared_error(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``1/2 sum_k (softmax(logits)_k - onehot_k)^2``, shape ``(M, B)``: squared error *on the softmax output*.

    References:
        Bishop (1995), "Neural networks for pattern recognition", section 6.1 (sum-of-squares error).
    """
    probabilities = torch.softmax(_by_class(logits_MBK), 1).mT
    onehot = F.one_hot(targets_MB, logits_MBK.shape[2])
    return 0.5 * (probabilities - onehot).square().sum(2)


def softmax_squared_error_gradient(logits_MBK: Tensor, targets_MB: Tensor) -> Tensor:
    """``y_j (y_j - z_j) - y_j sum_m y_m (y_m - z_m)`` with y the softmax and z the one-hot target."""
    probabilities = torch.softmax(_by_class(logits_MBK), 1).mT.contiguous()
    error = probabilities * (probabilities - F.one_hot(targets_MB, logits_MBK.shape[2]))
    return error - probabilities * error.sum(2, keepdim=True)


def mean_squared_error(outputs_MBT: Tensor, targets_MBT: Tensor) -> Tensor:
    """``mean_t (output_t - target_t)^2``, shape ``(M, B)``."""
    return (outputs_MBT - targets_MBT).square().mean(2)


def mean_squared_error_gradient(outputs_MBT: Tensor, targets_MBT: Tensor) -> Tensor:
    """``2 (output - target) / T``, shape ``(M, B, T)``."""
    return (outputs_MBT - targets_MBT).mul_(2 / outputs_MBT.shape[2])


def binary_cross_entropy(logits_MBU: Tensor, codes_MBU: Tensor) -> Tensor:
    """``-sum_u (t log p + (1 - t) log(1 - p))`` with p the logistic function of the logits and t 0 or 1, ``(M, B)``.

    References:
        Bishop (2006), "Pattern recognition and machine learning", equation 4.90; as ``log(1 + exp(-z))`` of the logit z
        with the sign of the class, which no logit makes infinite.
    """
    return _log_logistic((2 * codes_MBU - 1) * logits_MBU).neg().sum(2)


def binary_cross_entropy_gradient(logits_MBU: Tensor, codes_MBU: Tensor) -> Tensor:
    """``p - t``, ``(M, B, U)``."""
    return elementwise(PlainActivation(name="sigmoid")).value(logits_MBU).sub(codes_MBU)


def squared_error(function: Elementwise, factor: float) -> Loss:
    """``factor sum_u (f(z_u) - t_u)^2`` of outputs f(z), with gradient ``2 factor (f(z_u) - t_u) f'(z_u)``.

    References:
        Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors", equation 3.
    """

    def value(logits_MBU: Tensor, targets_MBU: Tensor) -> Tensor:
        return (function.value(logits_MBU) - targets_MBU).square().sum(2).mul(factor)

    def gradient(logits_MBU: Tensor, targets_MBU: Tensor) -> Tensor:
        outputs_MBU = function.value(logits_MBU)
        return function.backward((outputs_MBU - targets_MBU).mul_(2 * factor), logits_MBU, outputs_MBU)

    return Loss(value, gradient)


def scaled(loss: Loss, factor: float) -> Loss:
    """A loss times a number."""
    if factor == 1:
        return loss
    return Loss(
        lambda logits, targets: loss.value(logits, targets).mul(factor),
        lambda logits, targets: loss.gradient(logits, targets).mul_(factor),
    )


def against(loss: Loss, codes: Callable[[Tensor, torch.dtype], Tensor]) -> Loss:
    """A loss that is given targets as they come, of one that compares units with codes.

    Args:
        loss: Of logits and codes ``(M, B, U)``.
        codes: From targets to codes of a type.
    """
    return Loss(
        lambda logits, targets: loss.value(logits, codes(targets, logits.dtype)),
        lambda logits, targets: loss.gradient(logits, codes(targets, logits.dtype)),
    )


def weighted(loss: Loss, weights_MK: Tensor) -> Loss:
    """A loss of which each sample counts by its class.

    Args:
        loss: Of class labels.
        weights_MK: By member and class; one row serves all members.
    """

    def of_samples(targets_MB: Tensor) -> Tensor:
        return weights_MK.expand(len(targets_MB), -1).gather(1, targets_MB)

    def value(outputs_MBK: Tensor, targets_MB: Tensor) -> Tensor:
        losses_MB = loss.value(outputs_MBK, targets_MB)
        return losses_MB * of_samples(targets_MB).to(losses_MB.dtype)

    def gradient(outputs_MBK: Tensor, targets_MB: Tensor) -> Tensor:
        gradient_MBK = loss.gradient(outputs_MBK, targets_MB)
        return gradient_MBK.mul_(of_samples(targets_MB).to(gradient_MBK.dtype).unsqueeze(2))

    return Loss(value, gradient)


def largest(outputs_MBK: Tensor) -> Tensor:
    """The class with the largest output (of equal ones the first), ``(M, B)`` int64."""
    return _by_class(outputs_MBK).max(1).indices


_log_logistic = whole_vectors(F.logsigmoid)


def _by_class(logits_MBK: Tensor) -> Tensor:
    return logits_MBK.mT.contiguous()


LOSSES: dict[str, Loss] = {
    "cross_entropy": Loss(cross_entropy, cross_entropy_gradient),
    "softmax_squared_error": Loss(softmax_squared_error, softmax_squared_error_gradient),
    "mean_squared_error": Loss(mean_squared_error, mean_squared_error_gradient),
}
"""Those with a form of their own, of classes by softmax and of numbers; ``training/head.py`` has all."""
