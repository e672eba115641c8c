"""What is made of the logits of a network: outputs, predictions, probabilities and losses, decided here for all.

Axis letters: M members, B batch, U output units, K classes, T target values.
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.config.activations import PlainActivation
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.outputs import Output, output_of
from mlpexp.config.own_parts import is_own
from mlpexp.nn.activations import Elementwise, elementwise
from mlpexp.training.losses import (
    LOSSES,
    Loss,
    against,
    binary_cross_entropy,
    binary_cross_entropy_gradient,
    largest,
    scaled,
    squared_error,
)
from mlpexp.training.own_losses import own_loss

FUNCTIONS: dict[str, Literal["identity", "sigmoid", "tanh"]] = {
    "none": "identity", "sigmoid": "sigmoid", "tanh": "tanh",
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """Output activation and loss of the members of a stack. All is computed from logits ``(M, B, U)``."""

    output: Output
    """What they are."""
    loss: Loss
    """Of logits and targets."""
    own_scores: tuple[str, ...] = ()
    """The scores of one's own that the config asks for, by reference."""

    def outputs(self, logits_MBU: Tensor) -> Tensor:
        """What the output layer gives, ``(M, B, U)``."""
        return torch.softmax(logits_MBU, 2) if self.output.activation == "softmax" else self._function.value(logits_MBU)

    def predicted(self, logits_MBU: Tensor) -> Tensor:
        """The class, ``(M, B)`` int64: with the largest output, of one unit by whether it is above the middle.

        An output above the middle, or above another, has a logit above 0, or above the other's.
        """
        return (logits_MBU[:, :, 0] > 0).long() if self.output.is_single else largest(logits_MBU)

    def of_classes(self, logits_MBU: Tensor) -> Tensor:
        """An output for each class, ``(M, B, K)``: the probabilities, where they are any.

        Of one unit, the first class has its output mirrored at the middle: 1 - y of a sigmoid, -y of a tanh.
        """
        outputs_MBU = self.outputs(logits_MBU)
        return torch.cat([self.outputs(-logits_MBU), outputs_MBU], 2) if self.output.is_single else outputs_MBU

    def evidence(self, logits_MBU: Tensor) -> Tensor:
        """What orders samples, for each class, as its outputs do, also where these cannot be told apart, ``(M, B, K)``."""
        if self.output.activation == "softmax":
            return log_odds(logits_MBU)
        return torch.cat([-logits_MBU, logits_MBU], 2) if self.output.is_single else logits_MBU

    @property
    def classes(self) -> int:
        """K; 0 where targets are numbers."""
        return self.output.num_classes

    def beside_loss(self, logits_MBU: Tensor, targets: Tensor) -> Tensor:
        """What else is summed over samples, ``(M, B)``: whether the class is right, or a squared error.

        The squared error of numbers is that of a loss of one's own, which does not say it itself; else 0.
        """
        if self.classes:
            return self.predicted(logits_MBU) == targets
        if self.output.is_of_squares:
            return logits_MBU.new_zeros(logits_MBU.shape[:2])
        return (logits_MBU - targets).square().mean(2)

    @property
    def square_share(self) -> float:
        """What the loss is multiplied by to be the mean of squared errors."""
        return 1 / (self.output.square_factor * self.output.num_units)

    @property
    def _function(self) -> Elementwise:
        return elementwise(PlainActivation(name=FUNCTIONS[self.output.activation]))


def head_of(experiment: Experiment, facts: DatasetFacts) -> Head:
    """The head of a resolved experiment."""
    output = output_of(experiment, facts)
    return Head(output, loss_of(output), tuple(filter(is_own, experiment.more_scores)))


def loss_of(output: Output) -> Loss:
    """The loss of logits ``(M, B, U)`` and targets: classes ``(M, B)``, or numbers ``(M, B, T)``."""
    name, numbers = output.loss.name, output.num_classes == 0
    if is_own(name):
        return own_loss(name)
    if name in ("cross_entropy", "softmax_squared_error") or (name, output.activation, numbers) == PLAIN_REGRESSION:
        return LOSSES[name]
    if output.activation == "softmax":
        return scaled(LOSSES["softmax_squared_error"], 2 * output.square_factor)
    if name == "binary_cross_entropy":
        loss = Loss(binary_cross_entropy, binary_cross_entropy_gradient)
    else:
        function = elementwise(PlainActivation(name=FUNCTIONS[output.activation]))
        loss = squared_error(function, output.square_factor)
    return loss if numbers else against(loss, lambda targets, dtype: codes(output, targets, dtype))


PLAIN_REGRESSION = ("mean_squared_error", "none", True)


def codes(output: Output, targets_MB: Tensor, dtype: torch.dtype) -> Tensor:
    """What units should give for classes, ``(M, B, U)``."""
    other, own = output.codes
    units = targets_MB.unsqueeze(2) if output.is_single else F.one_hot(targets_MB, output.num_classes)
    hot = units.to(dtype)
    return hot if (other, own) == (0, 1) else hot.mul_(own - other).add_(other)


def log_odds(logits_MBK: Tensor) -> Tensor:
    """``log p - log(1 - p)`` of each class by softmax, ``(M, B, K)``.

    They order samples as the probabilities do, also where these can no longer be told from 1.
    """
    (first, second), (top, _) = (pair.split(1, 2) for pair in logits_MBK.topk(2, 2))
    below = (logits_MBK - first).exp().scatter(2, top, 0.0)
    others = 1 + below.sum(2, keepdim=True) - below  # of the classes but one, for all but the top class
    odds = logits_MBK - first - others.log()
    without_top = (logits_MBK - second).scatter(2, top, -torch.inf)
    rest = without_top.exp().sum(2, keepdim=True)  # for the top class: by the second
    return odds.scatter(2, top, first - second - rest.log())
