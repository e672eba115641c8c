"""The loss of logits that are given, by the formulas with which networks are trained, in float64.

Axis letters: N rows, U output units, K classes.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch

from mlpexp.config.outputs import Output
from mlpexp.errors import InputError
from mlpexp.numpy_twin.activations import Array
from mlpexp.training.head import Head, codes, loss_of


@dataclass(frozen=True, eq=False)
class LossSheet:
    """Rows of logits with all that a loss makes of them."""

    output: Output
    """What outputs and targets are."""
    logits: Array
    """``(N, U)``."""
    targets: Array
    """Class numbers ``(N,)``, or numbers ``(N, U)``."""
    codes: Array
    """What the outputs are compared with, ``(N, U)``."""
    outputs: Array
    """``(N, U)``."""
    predicted: Array
    """Class numbers ``(N,)``; of numbers the outputs."""
    of_target: Array
    """The output of the class that is true, ``(N,)``; of numbers ``(0,)``."""
    losses: Array
    """``(N,)``."""
    gradients: Array
    """Of each loss by the logits of its row, ``(N, U)``."""


def loss_sheet(output: Output, logits_NU: Array, targets: Array) -> LossSheet:
    """Outputs, losses and gradients of rows.

    Args:
        output: What they are.
        logits_NU: Finite.
        targets: Class numbers ``(N,)``, or numbers ``(N, U)``.

    Raises:
        InputError: A loss or a gradient is larger than a number can be.
    """
    head = Head(output, loss_of(output))
    logits, goals = torch.from_numpy(logits_NU)[None], torch.from_numpy(targets)[None]
    losses, gradients = head.loss.value(logits, goals)[0].numpy(), head.loss.gradient(logits, goals)[0].numpy()
    is_finite = np.isfinite(losses) & np.isfinite(gradients).all(1)
    if not is_finite.all():
        raise InputError(f"row {int(np.argmin(is_finite)) + 1}: its loss is too large for a number; scale the logits")
    if not np.isfinite(math.fsum(losses / len(losses)) * len(losses)):
        raise InputError("the sum of the losses is too large for a number; scale the logits")
    of_classes = output.num_classes > 0
    return LossSheet(
        output=output,
        logits=logits_NU,
        targets=targets,
        codes=(codes(output, goals, logits.dtype) if of_classes else goals)[0].numpy(),
        outputs=head.outputs(logits)[0].numpy(),
        predicted=(head.predicted(logits) if of_classes else head.outputs(logits))[0].numpy(),
        of_target=head.of_classes(logits)[0].numpy()[range(len(targets)), targets] if of_classes else np.zeros(0),
        losses=losses,
        gradients=gradients,
    )
