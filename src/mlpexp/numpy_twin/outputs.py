"""The output layer by hand: its activation is a function like that of any layer, and losses are of what it gives.

So squared errors go back through the output activation by the chain rule, step by step, where the engine has one formula.
Cross-entropies are of logits: ``exp`` and ``log`` behind one another lose what is small.

Axis letters: B batch, U output units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpexp.config.activations import PlainActivation
from mlpexp.config.outputs import Output
from mlpexp.numpy_twin.activations import Array, sigmoid
from mlpexp.numpy_twin.backprop import LOSSES, NumpyLayer, NumpyLoss, onehot

FUNCTIONS = {"sigmoid": PlainActivation(name="sigmoid"), "tanh": PlainActivation(name="tanh")}


@dataclass(frozen=True)
class NumpyHead:
    """Output activation and loss."""

    output: Output
    """What they are."""
    loss: NumpyLoss
    """Of what the network with its output activation gives, and targets."""

    def activate(self, layers: Sequence[NumpyLayer]) -> None:
        """Gives the last layer its activation; cross-entropies and softmax have theirs in the loss."""
        if self.output.loss.factor is not None and self.output.activation in FUNCTIONS:
            layers[-1].activation = FUNCTIONS[self.output.activation]

    def predicted(self, logits_BU: Array) -> Array:
        """The class of each sample, ``(B,)``."""
        return (logits_BU[:, 0] > 0).astype(np.int64) if self.output.is_single else logits_BU.argmax(1)


def head_of(output: Output) -> NumpyHead:
    """The head that is described."""
    return NumpyHead(output, _loss_of(output))


def _loss_of(output: Output) -> NumpyLoss:
    name, numbers = output.loss.name, output.num_classes == 0
    if name == "cross_entropy":
        return LOSSES[name]
    if output.activation == "softmax":
        loss, factor = LOSSES["softmax_squared_error"], 2 * output.square_factor
        return loss if factor == 1 else _scaled(loss, factor)
    if name == "mean_squared_error" and numbers:
        return LOSSES[name]
    loss = _binary_cross_entropy() if name == "binary_cross_entropy" else _squared_error(output.square_factor)
    if numbers:
        return loss
    return NumpyLoss(
        lambda outputs, targets: loss.value(outputs, codes(output, targets, outputs)),
        lambda outputs, targets: loss.gradient(outputs, codes(output, targets, outputs)),
    )


def codes(output: Output, targets_B: Array, like_BU: Array) -> Array:
    """What units should give for classes, ``(B, U)``."""
    other, own = output.codes
    hot = targets_B[:, None].astype(like_BU.dtype) if output.is_single else onehot(targets_B, like_BU)
    return other + (own - other) * hot


def _squared_error(factor: float) -> NumpyLoss:
    """``c sum_u (a_u - t_u)^2`` with derivative ``2 c (a_u - t_u)``."""
    return NumpyLoss(lambda a, t: factor * np.square(a - t).sum(1), lambda a, t: 2 * factor * (a - t))


def _binary_cross_entropy() -> NumpyLoss:
    """``-sum_u log q_u``, where ``q = sigmoid(s z)`` is the probability of what is true and s = 1 or -1 the sign of t.

    Its derivative is ``-1/q dq/dz`` with ``dq/dz = s q (1 - q)``, that is ``-s (1 - q)``.
    """
    return NumpyLoss(
        lambda z, t: np.logaddexp(0, (1 - 2 * t) * z).sum(1),
        lambda z, t: (1 - 2 * t) * sigmoid((1 - 2 * t) * z),
    )


def _scaled(loss: NumpyLoss, factor: float) -> NumpyLoss:
    return NumpyLoss(lambda o, t: factor * loss.value(o, t), lambda o, t: factor * loss.gradient(o, t))
