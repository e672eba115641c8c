"""Heads of networks that there is no config of."""

from typing import get_args

from mlpexp.config.networks import OutputActivation
from mlpexp.config.outputs import KNOWN_LOSSES, output_for
from mlpexp.training.head import Head, loss_of

PAIRS = [(loss.name, activation) for loss in KNOWN_LOSSES.values() for activation in loss.activations]
OF_NUMBERS = [
    (loss.name, activation)
    for loss in KNOWN_LOSSES.values()
    if loss.for_numbers
    for activation in get_args(OutputActivation)
    if activation != "softmax"
]
# (loss, activation, classes): 0 classes are numbers
CASES = [(*pair, classes) for pair in PAIRS for classes in (2, 3)] + [(*pair, 0) for pair in OF_NUMBERS]


def head_for(loss: str, activation: OutputActivation | None = None, classes: int = 0, targets: int = 1) -> Head:
    """The head of a loss and an output activation."""
    output = output_for(loss, activation, num_classes=classes, num_targets=targets)
    return Head(output, loss_of(output))
