"""One step of training: forward, one backward pass for all members, update.

Axis letters: M members, P parameters of a member, B batch.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor

from mlpexp.nn.network import StackedNetwork, penalized
from mlpexp.nn.operations import Mode
from mlpexp.training.hyper import HyperParameters, StepCoefficients
from mlpexp.training.losses import PerSampleLoss
from mlpexp.training.optimizers import Slots


class Stepper:
    """Changes a network, the optimizer's slots and the weight average in place, one batch at a time."""

    def __init__(
        self, network: StackedNetwork, slots: Slots, averaged: Tensor | None, hyper: HyperParameters,
        loss: PerSampleLoss, *, mixed_precision: bool,
    ) -> None:  # fmt: skip
        self.network, self.slots, self.averaged, self.loss = network, slots, averaged, loss
        self.parameters = list(network.parameters.values())
        self.update = hyper.optimizer.update
        flat = network.flat
        weights = penalized(network.architecture)
        penalty = hyper.arrays["l2_penalty"][:, None] * weights
        self.penalty = _tensor(penalty, flat) if penalty.any() else None
        self.weights = _tensor(weights, flat) if hyper.arrays["weight_decay"].any() else None
        self.clip = _tensor(hyper.clip[:, None], flat) if np.isfinite(hyper.clip).any() else None
        self.mixed_precision = mixed_precision

    def __call__(
        self, inputs: Tensor, targets: Tensor, mode: Mode, coefficients: StepCoefficients
    ) -> tuple[Tensor, Tensor]:
        """Takes a step on inputs ``(M, B, ...)``; returns outputs ``(M, B, K)`` and losses ``(M, B)`` before it."""
        with autocast(inputs.device, enabled=self.mixed_precision):
            outputs = self.network(inputs, mode)
        losses = self.loss(outputs.to(self.network.flat.dtype), targets)
        # The sum over members gives each its own gradient; the mean over the batch is each member's objective.
        gradients = torch.autograd.grad(losses.sum() / inputs.shape[1], self.parameters)
        with torch.no_grad():
            self._apply(gradients, coefficients)
        return outputs.detach(), losses.detach()

    def _apply(self, gradients: Sequence[Tensor], c: StepCoefficients) -> None:
        flat = self.network.flat
        gradient = torch.cat([g.flatten(1) for g in gradients], 1)
        if self.penalty is not None:
            gradient.addcmul_(flat, self.penalty)
        if self.clip is not None:
            norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
            gradient.mul_(torch.clamp(self.clip / (norm + 1e-6), max=1.0))
        if self.weights is not None:
            flat.mul_(1 - self.weights * (1 - c.shrink))
        self.update(flat, gradient, self.slots, c.own)
        if self.averaged is not None:
            self.averaged.add_((flat - self.averaged) * c.follow)


def _tensor(array: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(array).to(like.device, like.dtype)


def autocast(device: torch.device, *, enabled: bool) -> AbstractContextManager[object]:
    """bfloat16 for matrix products and convolutions where enabled, otherwise nothing."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if enabled else nullcontext()
