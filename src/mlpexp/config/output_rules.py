"""Rules for the loss and the output activation: which go together, with which targets."""

from collections.abc import Iterator, Sequence

from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.map_rules import Finding
from mlpexp.config.outputs import KNOWN_LOSSES, RANGES, known_loss
from mlpexp.config.own_parts import is_own
from mlpexp.config.som import Som
from mlpexp.config.target_rules import learned_range

OF_NUMBERS = ("none", *RANGES)  # output activations


def output_violations(experiment: Experiment, facts: DatasetFacts) -> Iterator[Finding]:
    """The rules that loss and output activation of a resolved experiment break; none of a map."""
    model = experiment.model
    if isinstance(model, Som):
        return
    numbers = facts.task == "regression"
    loss, activation = known_loss(str(experiment.loss), numbers=numbers), model.output_activation
    if numbers and is_own(loss.name) and experiment.training.train_metrics == "running":
        yield ("training", "train_metrics"), "a loss of one's own does not say R² while training; use exact"
    if numbers and not loss.for_numbers:
        yield ("loss",), f"{loss.name} is for class labels, but this data set has numbers; use mean_squared_error"
    elif activation is not None and activation not in loss.activations:
        yield ("model", "output_activation"), apart(activation, loss.name, loss.activations[0])
    elif numbers and activation == "softmax":
        message = f"softmax is for class labels, but this data set has numbers; use {_either(OF_NUMBERS)}"
        yield ("model", "output_activation"), message
    elif numbers and activation is not None and activation in RANGES:
        yield from _out_of_range(experiment, facts, activation)


def apart(activation: str, loss: str, own: str) -> str:
    """That an output activation does not go with a loss, and which losses it goes with."""
    others = [known.name for known in KNOWN_LOSSES.values() if activation in known.activations]
    if is_own(loss):
        return (
            f"{activation} does not go with a loss of one's own, which gets the values of the last layer; leave it out"
        )
    return (
        f"{activation} does not go with loss: {loss}, which has {own}; leave it out, or set loss to {_either(others)}"
    )


def _out_of_range(experiment: Experiment, facts: DatasetFacts, activation: str) -> Iterator[Finding]:
    """That numbers cannot be reached by outputs between two bounds."""
    low, high = RANGES[activation]
    outputs = f"{activation} gives {low:g} to {high:g}"
    numbers = learned_range(experiment, facts)
    if numbers is None:
        message = (
            f"{outputs}, but numbers are learned minus mean, divided by spread; set dataset.target.standardize: false"
        )
        yield ("model", "output_activation"), message
    elif numbers.lowest < low or numbers.highest > high:
        message = f"{outputs}, but the numbers to predict go from {numbers.lowest:.4g} to {numbers.highest:.4g}; use "
        yield ("model", "output_activation"), message + _either(_wide_enough(numbers.lowest, numbers.highest))


def _wide_enough(lowest: float, highest: float) -> list[str]:
    reaching = [name for name, (low, high) in RANGES.items() if low <= lowest and highest <= high]
    return ["none", *reaching]


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
