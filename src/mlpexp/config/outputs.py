"""What the outputs of a network are: how many units there are, what they give, and what targets they are compared with.

A network ends in a linear layer, whose values are called logits here. The output activation makes outputs of them. It is
the config's ``model.output_activation``, else what goes with the loss. ``training/head.py`` computes what is described here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.networks import OutputActivation
from mlpexp.config.own_parts import is_own, short_name
from mlpexp.config.som import Som


@dataclass(frozen=True)
class KnownLoss:
    """A row of the table, without defaults, so that nothing is forgotten."""

    name: str
    """As in a config."""
    activations: tuple[OutputActivation, ...]
    """The output activations that it goes with; the first where the config names none."""
    factor: float | None
    """Before the sum of squares; None of cross-entropies."""
    is_mean: bool
    """Whether the sum of squares is divided by the number of outputs."""
    for_numbers: bool
    """Whether targets may be numbers."""
    label: str
    """In words."""

    @property
    def takes_logits(self) -> bool:
        """Whether it has one output activation, its own."""
        return len(self.activations) == 1


ANY: tuple[OutputActivation, ...] = ("none", "sigmoid", "tanh", "softmax")
_TABLE = (
    KnownLoss("cross_entropy", ("softmax",), None, False, False, "cross-entropy"),
    KnownLoss("binary_cross_entropy", ("sigmoid",), None, False, False, "binary cross-entropy"),
    KnownLoss("softmax_squared_error", ("softmax",), 0.5, False, False, "half the sum of squared errors"),
    KnownLoss("half_sum_squared_error", ANY, 0.5, False, True, "half the sum of squared errors"),
    KnownLoss("sum_squared_error", ANY, 1.0, False, True, "sum of squared errors"),
    KnownLoss("mean_squared_error", ANY, 1.0, True, True, "mean squared error"),
)  # fmt: skip
KNOWN_LOSSES: Mapping[str, KnownLoss] = {loss.name: loss for loss in _TABLE}


def known_loss(name: str, *, numbers: bool) -> KnownLoss:
    """What is known of a loss; one of one's own gets the logits of classes, or numbers as they are.

    Args:
        name: As in a config.
        numbers: Whether targets are numbers.
    """
    if not is_own(name):
        return KNOWN_LOSSES[name]
    return KnownLoss(name, ("none",) if numbers else ("softmax",), None, False, True, f"own loss {short_name(name)}")


RANGES: Mapping[str, tuple[float, float]] = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}  # of outputs
CODES: Mapping[str, tuple[float, float]] = {"tanh": (-1.0, 1.0)}  # of other and own class, else 0 and 1
ONE_UNIT: tuple[OutputActivation, ...] = ("sigmoid", "tanh")  # enough for two classes


@dataclass(frozen=True)
class Output:
    """What a network gives, and what that is compared with."""

    activation: OutputActivation
    """What makes outputs of logits."""
    loss: KnownLoss
    """What training lowers."""
    num_classes: int
    """0 where targets are numbers."""
    num_units: int
    """Of the output layer."""

    @property
    def is_single(self) -> bool:
        """Whether one unit stands for two classes: above the middle is the second."""
        return self.num_classes == 2 and self.num_units == 1

    @property
    def codes(self) -> tuple[float, float]:
        """What a unit should give for other classes, and for its own."""
        return CODES.get(self.activation, (0.0, 1.0))

    @property
    def is_probability(self) -> bool:
        """Whether outputs are read as probabilities of classes; those of one against rest need not have the sum 1."""
        return self.num_classes > 0 and (self.activation == "softmax" or self.loss.name == "binary_cross_entropy")

    @property
    def is_of_squares(self) -> bool:
        """Whether the loss is a sum of squares, so that it says the mean squared error."""
        return self.loss.factor is not None

    @property
    def square_factor(self) -> float:
        """What squared errors of all units of a sample are multiplied by before they are summed."""
        assert self.loss.factor is not None
        return self.loss.factor / self.num_units if self.loss.is_mean else self.loss.factor

    @property
    def in_words(self) -> str:
        """The units, what they give, and the loss."""
        kind = {"none": "linear"}.get(self.activation, self.activation)
        units = f"{self.num_units} {kind} unit{'s' if self.num_units > 1 else ''}"
        return f"{units}, {self.loss.label}{self._targets_in_words}"

    @property
    def loss_in_words(self) -> str:
        """What the loss of a sample is: losses compare where these words are the same.

        Of one sigmoid unit and of two softmax units it is the same: minus the logarithm of the probability of its class.
        """
        if is_own(self.loss.name):
            return f"own loss {self.loss.name.removeprefix('own:')} of {self.num_units} outputs"
        if self.loss.factor is None:
            every = self.loss.name == "cross_entropy" or self.is_single
            return "cross-entropy" if every else f"binary cross-entropy of {self.num_units} outputs"
        other, own = (f"{code:g}" for code in self.codes)
        targets = f" against {other} and {own}" if self.num_classes else ""
        return f"{self.loss.label} of {self.num_units} output{'s' if self.num_units > 1 else ''}{targets}"

    @property
    def _targets_in_words(self) -> str:
        if self.num_classes == 0 or self.loss.name == "cross_entropy" or is_own(self.loss.name):
            return ""
        other, own = (f"{code:g}" for code in self.codes)
        if self.is_single:
            return f" against {other} and {own} for the two classes"
        if self.loss.factor is None:
            return ", each class against the rest"
        return f" against one-hot targets ({own} for the class, else {other})"


def output_of(experiment: Experiment, facts: DatasetFacts) -> Output:
    """The outputs of a resolved experiment; of a map, which has none, those of plain numbers."""
    model, is_map = experiment.model, isinstance(experiment.model, Som)
    num_classes = facts.num_outputs if facts.task == "classification" else 0
    return output_for(
        experiment.loss or "mean_squared_error",
        None if isinstance(model, Som) else model.output_activation,
        num_classes=0 if is_map else num_classes,
        num_targets=facts.num_outputs,
    )


def output_for(loss: str, activation: OutputActivation | None, *, num_classes: int, num_targets: int = 1) -> Output:
    """The outputs that a loss and an output activation ask for.

    Args:
        loss: Its name.
        activation: None: what goes with the loss.
        num_classes: 0 where targets are numbers.
        num_targets: Numbers of a sample.
    """
    known = known_loss(loss, numbers=num_classes == 0)
    applied = activation or known.activations[0]
    if num_classes == 2 and applied in ONE_UNIT:
        return Output(applied, known, 2, 1)
    return Output(applied, known, num_classes, num_classes or num_targets)
