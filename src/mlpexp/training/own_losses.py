"""Losses of one's own: a loss per sample of outputs and targets, and autograd gives the gradient."""

import torch
from torch import Tensor

from mlpexp.config.own_parts import part_of
from mlpexp.training.losses import Loss


def own_loss(reference: str) -> Loss:
    """The loss that a config names.

    Raises:
        InputError: It is not known in this process.
    """
    function = part_of(reference, "loss").function

    def value(outputs_MBU: Tensor, targets: Tensor) -> Tensor:
        losses_MB: Tensor = function(outputs_MBU, targets)
        return losses_MB

    def gradient(outputs_MBU: Tensor, targets: Tensor) -> Tensor:
        with torch.enable_grad():
            outputs = outputs_MBU.detach().requires_grad_()
            (gradient_MBU,) = torch.autograd.grad(function(outputs, targets).sum(), outputs)
        return gradient_MBU.contiguous()

    return Loss(value, gradient)
