"""One step of training: forward, one backward pass for all members, update.

Axis letters: M members, P parameters of a member, B batch.
"""

import numpy as np
import torch
from torch import Tensor

from mlpexp.nn.mode import Mode, typed
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.hyper import HyperParameters, StepCoefficients
from mlpexp.training.losses import Loss
from mlpexp.training.optimizers import Slots


class Stepper:
    """Changes a network, the optimizer's slots and the weight average in place, one batch at a time."""

    def __init__(
        self, network: StackedNetwork, slots: Slots, averaged: Tensor | None, hyper: HyperParameters, loss: Loss
    ) -> None:
        self.network, self.slots, self.averaged, self.loss = network, slots, averaged, loss
        self.update = hyper.optimizer.update
        self.watched = False  # whether to keep the next gradient (M, P), penalty included, before it is clipped
        self.gradient: Tensor | None = None
        flat = network.flat
        weights = network.architecture.penalized
        penalty = hyper.arrays["l2_penalty"][:, None] * weights
        self.penalty = _tensor(penalty, flat) if penalty.any() else None
        self.weights = _tensor(weights, flat) if hyper.arrays["weight_decay"].any() else None
        self.clip = _tensor(hyper.clip[:, None], flat) if np.isfinite(hyper.clip).any() else None

    @torch.no_grad()
    def __call__(self, inputs: Tensor, targets: Tensor, mode: Mode, coefficients: StepCoefficients) -> Tensor:
        """Takes a step on inputs ``(M, B, ...)`` and returns the outputs ``(M, B, K)`` before it.

        The mean loss of its batch is each member's objective.
        """
        outputs, gradient = self._gradient(self.network, inputs, targets, mode)
        self._apply(gradient, coefficients)
        return typed(outputs, self.network.flat.dtype)

    @torch.no_grad()
    def gradient_before(self, inputs: Tensor, targets: Tensor, mode: Mode) -> Tensor:
        """The gradient ``(M, P)`` of a step that is not taken, penalty included, before it is clipped; nothing changes."""
        flat, buffers = self.network.flat, self.network.buffers.clone()  # batch normalization notes what passes by
        _, gradient = self._gradient(StackedNetwork(self.network.architecture, flat, buffers), inputs, targets, mode)
        return gradient

    def _gradient(self, network: StackedNetwork, inputs: Tensor, targets: Tensor, mode: Mode) -> tuple[Tensor, Tensor]:
        """Outputs before the step, and the gradient of the objective, penalty included."""
        dtype, batch_size = network.flat.dtype, inputs.shape[1]

        def output_gradient(outputs: Tensor) -> Tensor:
            gradient = self.loss.gradient(typed(outputs, dtype), targets).div_(batch_size)
            return typed(gradient, outputs.dtype)

        outputs, gradient = network.forward_backward(inputs, mode, output_gradient, of_frozen=False)
        if self.penalty is not None:
            gradient.addcmul_(network.flat, self.penalty)
        return outputs, gradient

    def _apply(self, gradient: Tensor, c: StepCoefficients) -> None:
        flat = self.network.flat
        if self.watched:
            self.gradient = gradient if self.clip is None else gradient.clone()
        if self.clip is not None:
            norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
            gradient.mul_((self.clip / (norm + 1e-6)).clamp_(max=1.0))
        if self.weights is not None:
            flat.mul_(1 - self.weights * (1 - c.shrink))
        self.update(flat, gradient, self.slots, c.own)
        if self.averaged is not None:
            self.averaged.add_((flat - self.averaged) * c.follow)


def _tensor(array: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(array).to(like.device, like.dtype)
