"""Verdicts in words: what was found, and the numbers it rests on; what to try stands in ``remedies.py``.

Texts are templates whose fields are the numbers of the verdict, as ``verdicts.py`` names them. Findings and meanings are
sentences of at most 20 words, titles are phrases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from mlpexp.analysis.explain.verdicts import DEAD, Numbers, Verdict


@dataclass(frozen=True)
class Explanation:
    """A verdict in words."""

    title: str
    """A few words."""
    finding: str
    """What was measured."""
    meaning: str
    """Why it matters."""


class _PerCent(Formatter):
    """Sets a space before the sign, as all sentences of the house have it: ``{:.0%}`` gives ``99 %``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        return text.replace("%", " %") if format_spec.endswith("%") else text


def filled(text: str, numbers: Numbers) -> str:
    """A sentence with its numbers."""
    return _PerCent().vformat(text, (), numbers)


def explained(verdict: Verdict) -> Explanation:
    """A verdict in words."""
    numbers = {**verdict.numbers}
    for change in ADDITIONS.get(verdict.kind, ()):
        numbers |= change(numbers)
    text = TEXTS[verdict.kind]
    return Explanation(text.title, filled(text.finding, numbers), filled(text.meaning, numbers))


def _number(numbers: Numbers, key: str) -> float:
    value = numbers[key]
    assert not isinstance(value, str)
    return value


def _depth(n: Numbers) -> Numbers:
    layers = int(_number(n, "layers"))
    what = ("There is no hidden layer", "The hidden layer has the identity as activation")
    many = f"All {layers} hidden layers have the identity as activation"
    return {"what": what[layers] if layers < len(what) else many}


def _overshoot(n: Numbers) -> Numbers:
    what = {
        "diverged": "The loss was no longer finite after epoch {epochs:.0f}.",
        "unsteady": "The training loss does not settle. In the last quarter its spread is {unsteadiness:.0%} of its mean.",
        "worse": "The training loss ends at {last:.3g}, above the {first:.3g} at the start.",
    }
    limit = ""
    if n["optimizer"] == "sgd":
        limit = f" With this rate, gradient descent is stable up to a curvature of {_number(n, 'limit'):.3g}."
    return {"what": filled(what[str(n["how"])], n), "and_limit": limit}


def _dawdling(n: Numbers) -> Numbers:
    if n["optimizer"] == "sgd":
        has_momentum = _number(n, "momentum") > 0
        factor = "Learning rate / (1 - momentum)" if has_momentum else "Learning rate"
        stable = "" if has_momentum else " Training is stable below 2."
        basis = f"{factor} times largest curvature is {_number(n, 'product'):.2g}.{stable}"
    else:
        basis = f"A step changes a weight by about {_number(n, 'step'):.1g} of its size."
    return {"basis": basis, **_gone(n)}


def _dead_since(n: Numbers) -> Numbers:
    """Units that were dead before the first step: no step was too large."""
    if _number(n, "before") < DEAD:
        return {"cause": "The usual cause is a step that was too large."}
    return {
        "cause": "It was so before the first step: the initial biases are below 0, or the initial weights too large."
    }


def _gone(n: Numbers) -> Numbers:
    return {"gone": max(_number(n, "learned"), 0.0)}


def _without_minus_zero(n: Numbers) -> Numbers:
    return {"falling": round(_number(n, "falling"), 3) + 0.0}


def _held(n: Numbers) -> Numbers:
    return {"held": f"; {n['part']}: {_number(n, 'held_score'):.3f}" if n["part"] else ""}


ADDITIONS: dict[str, tuple[Callable[[Numbers], Numbers], ...]] = {
    "linear_network": (_depth,),
    "learning_rate_too_large": (_overshoot,),
    "learning_rate_too_small": (_dawdling,),
    "dead_relu": (_dead_since,),
    "label_noise": (_held,),
    "underfitting": (_gone,),
    "converged": (_held, _gone, _without_minus_zero),
}

TEXTS: dict[str, Explanation] = {
    "symmetric_units": Explanation(
        "symmetric hidden units",
        "At the end {twins:.0%} of the units of a hidden layer have exactly the weights of another unit. At the start "
        "it was {twins_at_start:.0%}. Training {score}: {train_score:.3f}.",
        "Units that begin equal get equal gradients and stay equal. The layer works as if it had one unit.",
    ),
    "linear_network": Explanation(
        "a linear network",
        "{what}. Training {score}: {train_score:.3f}. Prediction from nearest neighbours: {neighbours:.3f}.",
        "A product of matrices is a matrix. Without a nonlinear activation, boundaries are straight, however many layers "
        "there are.",
    ),
    "unscaled_inputs": Explanation(
        "inputs that are not scaled",
        "The largest feature has a root mean square of {scale:.3g}. The spreads of features differ by a factor of "
        "{ratio:.3g}. The largest curvature of the loss at the start is {eigenvalue:.3g}.",
        "The curvature grows with the square of the inputs. So no learning rate suits all weights at once.",
    ),
    "exploding_gradient": Explanation(
        "an exploding gradient",
        "At the start, the backward signal in the first of {layers:.0f} layers is {signal:.3g} times that in the last. "
        "The loss at the start is {start:.3g} times that of a constant output.",
        "Each layer enlarges the signal by a factor above 1, and the factors multiply.",
    ),
    "saturation": Explanation(
        "saturated units",
        "{share:.0%} of the values of {layer} are saturated {when} ({end:.0%} at the end). There the derivative is below "
        "a tenth of its largest value.",
        "A saturated unit passes almost no gradient back. Its own weights change very little, too.",
    ),
    "vanishing_gradient": Explanation(
        "a vanishing gradient",
        "At the start, the backward signal in the first of {layers:.0f} layers is {signal:.1g} of that in the last. "
        "Training moved the weights of the first layer by {first_moved:.2g} of their norm. It moved those of the last "
        "layer by {last_moved:.2g}.",
        "Each layer ({function}) makes the signal smaller, and the factors multiply. So the first layers cannot learn.",
    ),
    "learning_rate_too_large": Explanation(
        "a learning rate that is too large",
        "{what} The learning rate is {rate:g}. The largest curvature at the start was {start:.3g}.{and_limit}",
        "A step goes too far: past the minimum, to a place where the loss is higher than before.",
    ),
    "dead_relu": Explanation(
        "dead ReLU units",
        "{share:.0%} of the units of {layer} give 0 for every training sample. Before training it was {before:.0%}. The "
        "learning rate is {rate:g}.",
        "A unit that is never active gets no gradient, so it stays as it is. {cause}",
    ),
    "learning_rate_too_small": Explanation(
        "a learning rate that is too small",
        "{basis} The training loss was still falling. In the last fifth of the epochs it fell by {falling:.1%} of the "
        "loss of a constant output. In all, {gone:.0%} of that loss is gone.",
        "Training goes in the right direction, but slowly.",
    ),
    "label_noise": Explanation(
        "wrong labels, or classes that overlap",
        "For {contradicted:.0%} of {samples:.0f} training samples, at least 8 of the 10 nearest others agree on another "
        "class. Training accuracy: {train_score:.3f}{held}. Prediction from nearest neighbours: {neighbours:.3f}.",
        "No network can predict such labels on new data. A network that fits them has learned them by heart.",
    ),
    "overfitting": Explanation(
        "overfitting",
        "On training data the {score} is {train_score:.3f} and the loss {train_loss:.3g}. On {part} data the {score} is "
        "{held_score:.3f} and the loss {held_loss:.3g}. The {part} loss was lowest, {lowest:.3g}, after epoch {epoch:.0f}.",
        "The network fits what is special in the training samples, and not in others.",
    ),
    "too_few_epochs": Explanation(
        "too few epochs",
        "After {epochs:.0f} epochs the training loss was still falling. In the last fifth of them it fell by {falling:.1%} "
        "of the loss of a constant output. Training {score}: {train_score:.3f}.",
        "Training ended before it was done.",
    ),
    "underfitting": Explanation(
        "underfitting",
        "Training {score}: {train_score:.3f}. Prediction from nearest neighbours: {neighbours:.3f}. The training loss no "
        "longer falls. {gone:.0%} of the loss of a constant output is gone.",
        "The network is too small, or too strongly regularized for these data. Or training is on a plateau.",
    ),
    "edge_of_stability": Explanation(
        "at the edge of stability",
        "The largest curvature is {eigenvalue:.3g} at the end and {start:.3g} at the start. With learning rate {rate:g}, "
        "gradient descent is stable up to a curvature of {limit:.3g}. The training loss ends at {rise:.2g} times its lowest "
        "value.",
        "With full batches the curvature rises until it reaches 2 / learning rate, and stays there. The steps then go from "
        "one side of the minimum to the other. This is usual. It is no fault while the loss goes on falling.",
    ),
    "converged": Explanation(
        "converged",
        "Training {score}: {train_score:.3f}{held}. {gone:.0%} of the loss of a constant output is gone. In the last fifth "
        "of the epochs it fell by {falling:.1%} of that loss.",
        "None of the problems that this command looks for was found.",
    ),
}
