"""Verdicts in words: what was found, the numbers it rests on, what to try.

Texts are templates whose fields are the numbers of the verdict, as ``verdicts.py`` names them. Findings and meanings are
sentences of at most 20 words, titles and remedies are phrases.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from mlpexp.analysis.explain.verdicts import DEAD, Numbers, Verdict

CHANGE = re.compile(r"`(?P<key>[a-z_.]+): (?P<value>[^`]+)`")


@dataclass(frozen=True)
class Explanation:
    """A verdict in words."""

    title: str
    """A few words."""
    finding: str
    """What was measured."""
    meaning: str
    """Why it matters."""
    remedies: tuple[str, ...] = ()
    """What to try, the most promising first; config keys in backquotes, where it can be with the value: `` `key: value` ``."""

    @property
    def change(self) -> tuple[str, str] | None:
        """Key and value of the first remedy that has them; None if there is no such."""
        marked = (CHANGE.search(remedy) for remedy in self.remedies)
        return next(((match["key"], match["value"]) for match in marked if match), None)


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
    remedies = (filled(remedy, numbers) for remedy in text.remedies)
    return Explanation(
        text.title,
        filled(text.finding, numbers),
        filled(text.meaning, numbers),
        tuple(remedy for remedy in remedies if remedy),
    )


def _number(numbers: Numbers, key: str) -> float:
    value = numbers[key]
    assert not isinstance(value, str)
    return value


def _depth(n: Numbers) -> Numbers:
    layers = int(_number(n, "layers"))
    what = ("There is no hidden layer", "The hidden layer has the identity as activation")
    many = f"All {layers} hidden layers have the identity as activation"
    return {
        "what": what[layers] if layers < len(what) else many,
        "add_layer": "" if layers else "a hidden layer: `model.hidden_sizes: [16]`",
    }


def _overshoot(n: Numbers) -> Numbers:
    rate, start = _number(n, "rate"), _number(n, "start")
    what = {
        "diverged": "The loss was no longer finite after epoch {epochs:.0f}.",
        "unsteady": "The training loss does not settle. In the last quarter its spread is {unsteadiness:.0%} of its mean.",
        "worse": "The training loss ends at {last:.3g}, above the {first:.3g} at the start.",
    }
    limit, better = "", f"`optimizer.learning_rate: {rate / 100:.2g}` or so"
    if n["optimizer"] == "sgd":
        limit = f" With this rate, gradient descent is stable up to a curvature of {_number(n, 'limit'):.3g}."
        allowed = 0.5 * rate * _number(n, "limit") / start if start > 0 else rate  # half of what is stable at the start
        better = f"`optimizer.learning_rate: {min(allowed, rate / 10):.1g}`"
    return {"what": filled(what[str(n["how"])], n), "and_limit": limit, "better": better}


def _dawdling(n: Numbers) -> Numbers:
    rate, gone = _number(n, "rate"), max(_number(n, "learned"), 0.0)
    if n["optimizer"] == "sgd":
        has_momentum = _number(n, "momentum") > 0
        factor = "Learning rate / (1 - momentum)" if has_momentum else "Learning rate"
        stable = "" if has_momentum else " Training is stable below 2."
        basis = f"{factor} times largest curvature is {_number(n, 'product'):.2g}.{stable}"
        better = min(0.3 * rate / max(_number(n, "product"), 1e-12), 1000 * rate)
        momentum = "" if has_momentum else "momentum: `optimizer.momentum: 0.9`"
    else:
        basis, better = (
            f"A step changes a weight by about {_number(n, 'step'):.1g} of its size.",
            1e-2 * rate / _number(n, "step"),
        )
        momentum = ""
    return {"basis": basis, "wanted": better, "momentum": momentum, "gone": gone}


def _dead_since(n: Numbers) -> Numbers:
    """Units that were dead before the first step: no step was too large."""
    if _number(n, "before") < DEAD:
        return {
            "cause": "The usual cause is a step that was too large.",
            "revive": f"`optimizer.learning_rate: {_number(n, 'rate') / 10:.2g}`",
        }
    return {
        "cause": "It was so before the first step: the initial biases are below 0, or the initial weights too large.",
        "revive": "`model.bias_init: 0`, if it is below 0",
    }


def _longer(n: Numbers) -> Numbers:
    return {"longer": 4 * _number(n, "epochs")}


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
    "too_few_epochs": (_longer,),
    "underfitting": (_gone,),
    "converged": (_held, _gone, _without_minus_zero),
}

FIND_LR = "`mlpexp find-lr` on this config"
EARLY = "early stopping: `training.early_stopping`, with `dataset.validation_fraction: 0.2`"
PENALTY = "a penalty on the weights: `optimizer.l2_penalty`"
SMALLER = "smaller initial weights: `model.init: xavier_uniform`, or `he_normal` for ReLU"

TEXTS: dict[str, Explanation] = {
    "symmetric_units": Explanation(
        "symmetric hidden units",
        "At the end {twins:.0%} of the units of a hidden layer have exactly the weights of another unit. At the start "
        "it was {twins_at_start:.0%}. Training {score}: {train_score:.3f}.",
        "Units that begin equal get equal gradients and stay equal. The layer works as if it had one unit.",
        ("a random initialization: `model.init: he_normal` for ReLU, `xavier_uniform` for sigmoid and tanh",),
    ),
    "linear_network": Explanation(
        "a linear network",
        "{what}. Training {score}: {train_score:.3f}. Prediction from nearest neighbours: {neighbours:.3f}.",
        "A product of matrices is a matrix. Without a nonlinear activation, boundaries are straight, however many layers "
        "there are.",
        ("{add_layer}", "a nonlinear activation: `model.activation: relu` or tanh"),
    ),
    "unscaled_inputs": Explanation(
        "inputs that are not scaled",
        "The largest feature has a root mean square of {scale:.3g}. The spreads of features differ by a factor of "
        "{ratio:.3g}. The largest curvature of the loss at the start is {eigenvalue:.3g}.",
        "The curvature grows with the square of the inputs. So no learning rate suits all weights at once.",
        ("`dataset.standardize: true`",),
    ),
    "exploding_gradient": Explanation(
        "an exploding gradient",
        "At the start, the backward signal in the first of {layers:.0f} layers is {signal:.3g} times that in the last. "
        "The loss at the start is {start:.3g} times that of a constant output.",
        "Each layer enlarges the signal by a factor above 1, and the factors multiply.",
        (SMALLER, "fewer layers", "`training.gradient_clip: 1`", "`model.batch_norm: true`"),
    ),
    "saturation": Explanation(
        "saturated units",
        "{share:.0%} of the values of {layer} are saturated {when} ({end:.0%} at the end). There the derivative is below "
        "a tenth of its largest value.",
        "A saturated unit passes almost no gradient back. Its own weights change very little, too.",
        (
            SMALLER,
            "standardized inputs: `dataset.standardize: true`",
            "an activation that does not saturate: `model.activation: relu`",
        ),
    ),
    "vanishing_gradient": Explanation(
        "a vanishing gradient",
        "At the start, the backward signal in the first of {layers:.0f} layers is {signal:.1g} of that in the last. "
        "Training moved the weights of the first layer by {first_moved:.2g} of their norm. It moved those of the last "
        "layer by {last_moved:.2g}.",
        "Each layer ({function}) makes the signal smaller, and the factors multiply. So the first layers cannot learn.",
        (
            "an activation with slope 1: `model.activation: relu`",
            "`model.batch_norm: true`",
            "fewer layers",
            "larger initial weights, if they are smaller than usual: `model.init: xavier_uniform`, or `he_normal` for ReLU",
        ),
    ),
    "learning_rate_too_large": Explanation(
        "a learning rate that is too large",
        "{what} The learning rate is {rate:g}. The largest curvature at the start was {start:.3g}.{and_limit}",
        "A step goes too far: past the minimum, to a place where the loss is higher than before.",
        ("{better}", FIND_LR, "a slow start: `schedule.warmup_epochs`", "`training.gradient_clip`"),
    ),
    "dead_relu": Explanation(
        "dead ReLU units",
        "{share:.0%} of the units of {layer} give 0 for every training sample. Before training it was {before:.0%}. The "
        "learning rate is {rate:g}.",
        "A unit that is never active gets no gradient, so it stays as it is. {cause}",
        (
            "{revive}",
            "`model.init: he_normal`",
            "a slope below 0: `model.activation: leaky_relu`",
        ),
    ),
    "learning_rate_too_small": Explanation(
        "a learning rate that is too small",
        "{basis} The training loss was still falling. In the last fifth of the epochs it fell by {falling:.1%} of the "
        "loss of a constant output. In all, {gone:.0%} of that loss is gone.",
        "Training goes in the right direction, but slowly.",
        ("`optimizer.learning_rate` near {wanted:.1g}", FIND_LR, "{momentum}"),
    ),
    "label_noise": Explanation(
        "wrong labels, or classes that overlap",
        "For {contradicted:.0%} of {samples:.0f} training samples, at least 8 of the 10 nearest others agree on another "
        "class. Training accuracy: {train_score:.3f}{held}. Prediction from nearest neighbours: {neighbours:.3f}.",
        "No network can predict such labels on new data. A network that fits them has learned them by heart.",
        ("look at these samples", EARLY, PENALTY),
    ),
    "overfitting": Explanation(
        "overfitting",
        "On training data the {score} is {train_score:.3f} and the loss {train_loss:.3g}. On {part} data the {score} is "
        "{held_score:.3f} and the loss {held_loss:.3g}. The {part} loss was lowest, {lowest:.3g}, after epoch {epoch:.0f}.",
        "The network fits what is special in the training samples, and not in others.",
        ("more data", EARLY, PENALTY, "`model.dropout`", "fewer units"),
    ),
    "too_few_epochs": Explanation(
        "too few epochs",
        "After {epochs:.0f} epochs the training loss was still falling. In the last fifth of them it fell by {falling:.1%} "
        "of the loss of a constant output. Training {score}: {train_score:.3f}.",
        "Training ended before it was done.",
        ("`training.epochs: {longer:.0f}`", "a larger learning rate: `mlpexp find-lr` suggests one"),
    ),
    "underfitting": Explanation(
        "underfitting",
        "Training {score}: {train_score:.3f}. Prediction from nearest neighbours: {neighbours:.3f}. The training loss no "
        "longer falls. {gone:.0%} of the loss of a constant output is gone.",
        "The network is too small, or too strongly regularized for these data. Or training is on a plateau.",
        (
            "more hidden units or layers: `model.hidden_sizes`",
            "a smaller `optimizer.l2_penalty`, less `model.dropout`",
            "more epochs or another learning rate, in case it is a plateau: `mlpexp find-lr`",
        ),
    ),
    "edge_of_stability": Explanation(
        "at the edge of stability",
        "The largest curvature is {eigenvalue:.3g} at the end and {start:.3g} at the start. With learning rate {rate:g}, "
        "gradient descent is stable up to a curvature of {limit:.3g}. The training loss ends at {rise:.2g} times its lowest "
        "value.",
        "With full batches the curvature rises until it reaches 2 / learning rate, and stays there. The steps then go from "
        "one side of the minimum to the other. This is usual. It is no fault while the loss goes on falling.",
        (
            "a smaller learning rate, if the loss ends above its lowest value",
            "`diagnostics: full` records the curvature",
        ),
    ),
    "converged": Explanation(
        "converged",
        "Training {score}: {train_score:.3f}{held}. {gone:.0%} of the loss of a constant output is gone. In the last fifth "
        "of the epochs it fell by {falling:.1%} of that loss.",
        "None of the problems that this command looks for was found.",
    ),
}
