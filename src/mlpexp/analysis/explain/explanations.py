"""Verdicts in words: what was found, and the numbers it rests on; what to try stands in ``remedies.py``.

Texts are templates whose fields are the numbers of the verdict, as ``verdicts.py`` names them. Findings and meanings are
sentences of at most 20 words, titles are phrases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from mlpexp.analysis.explain.rules.numbers import Numbers
from mlpexp.analysis.explain.rules.of_rate import DEAD
from mlpexp.analysis.explain.verdicts import Verdict


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
    if "reference" in numbers:
        numbers |= _compared(numbers)
    text = TEXTS[verdict.kind]
    title = "no cause found" if numbers.get("behind") else text.title
    return Explanation(title, filled(text.finding, numbers), filled(text.meaning, numbers))


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
        "huge": "The very first steps throw the weights far out.",
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


def _compared(n: Numbers) -> Numbers:
    """The scores of the run, and that of the best reference on the same held-out samples."""
    training, best = f"Training {n['score']}: {_number(n, 'train_score'):.3f}", f"{_number(n, 'best'):.3f}"
    if "held_score" not in n:
        return {"compared": f"{training}. The best reference, {n['reference']}, has {best} on held-out samples."}
    own = f"{training}; on held-out samples: {_number(n, 'held_score'):.3f}."
    return {"compared": f"{own} The best reference there, {n['reference']}, has {best}."}


def _against(n: Numbers) -> Numbers:
    """Whether the best reference is better than what was trained, by more than what is tolerated."""
    if _number(n, "behind"):
        return {"judgement": "It predicts better, and none of the problems that this command looks for was found."}
    which = "either score" if "held_score" in n else "the training score"
    healthy = (
        f"No reference beats {which} by more than {{tolerance:.3f}}, and none of the problems looked for was found."
    )
    return {"judgement": filled(healthy, n)}


def _rising(n: Numbers) -> Numbers:
    """The course of the loss on held-out samples; where nothing was rehearsed, what is known without."""
    if "held_score" not in n:
        return {"course": "So samples were learned by heart that nothing can predict."}
    course = "The held-out loss was lowest, {lowest:.3g}, after epoch {epoch:.0f}, and ended at {held_loss:.3g}. "
    return {"course": filled(course + "The training loss ended at {train_loss:.3g}.", n)}


ADDITIONS: dict[str, tuple[Callable[[Numbers], Numbers], ...]] = {
    "linear_network": (_depth,),
    "learning_rate_too_large": (_overshoot,),
    "learning_rate_too_small": (_dawdling,),
    "dead_relu": (_dead_since,),
    "overfitting": (_rising,),
    "underfitting": (_gone,),
    "converged": (_gone, _without_minus_zero, _against),
}

TEXTS: dict[str, Explanation] = {
    "symmetric_units": Explanation(
        "symmetric hidden units",
        "At the end {twins:.0%} of the units of a hidden layer have exactly the weights of another unit. At the start "
        "it was {twins_at_start:.0%}. {compared}",
        "Units that begin equal get equal gradients and stay equal. The layer works as if it had one unit.",
    ),
    "linear_network": Explanation(
        "a linear network",
        "{what}. {compared}",
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
        "wrong labels",
        "The best reference errs on {errors:.0%} of the held-out samples{which}. Of those it is most sure of, it errs on "
        "{confident:.0%}. "
        "{compared}",
        "Where classes merely overlap, errors lie where they meet. Errors that are everywhere are wrong labels. A network that "
        "fits them learns them by heart.",
    ),
    "overfitting": Explanation(
        "overfitting",
        "{compared} {course}",
        "The network fits what is special in the training samples, and not in others.",
    ),
    "too_few_epochs": Explanation(
        "too few epochs",
        "After {epochs:.0f} epochs the training loss was still falling. In the last fifth of them it fell by {falling:.1%} "
        "of the loss of a constant output. {compared}",
        "Training ended before it was done.",
    ),
    "underfitting": Explanation(
        "underfitting",
        "{compared} The training loss no longer falls. {gone:.0%} of the loss of a constant output is gone.",
        "The network is too small, or too strongly regularized for these data. Or training is on a plateau.",
    ),
    "outliers": Explanation(
        "outliers",
        "A few values of {column} make its spread {squeeze:.3g} times as large as that of all others. The farthest lies "
        "{largest_z:.3g} standard deviations from the mean. {compared}",
        "What is standardized is divided by that spread. So all other samples lie so close together that they look alike.",
    ),
    "unscaled_target": Explanation(
        "a target that is not scaled",
        "The numbers to learn have a standard deviation of {scale:.3g}. Their mean lies {offset:.3g} times that from 0. "
        "{compared}",
        "Outputs begin near 0 and have a long way to go. Steps that suit the inputs do not suit such an output.",
    ),
    "no_bias": Explanation(
        "no biases",
        "The layers have no biases. {compared}",
        "Without a bias, most units give 0 for an input of 0. So the network cannot shift a boundary or a curve.",
    ),
    "small_batches": Explanation(
        "batch normalization with tiny batches",
        "Each batch has {batch:.0f} samples, and is normalized by their own mean and variance. {compared}",
        "Mean and variance of so few samples are little more than chance. What a unit gives depends on its neighbours.",
    ),
    "clipping_too_tight": Explanation(
        "gradients that are clipped too tightly",
        "Each gradient is shortened to a norm of {clip:g}. So all steps together move the weights by at most {reach:.2g} of "
        "their norm. {compared}",
        "Training cannot go as far as it needs to in these epochs.",
    ),
    "schedule_too_fast": Explanation(
        "a schedule that ends training too soon",
        "Over the {epochs:.0f} epochs the mean learning rate is {mean_rate:.1%} of the largest. {compared}",
        "In most epochs the steps are too small to change anything.",
    ),
    "too_much_decay": Explanation(
        "a penalty that is too strong",
        "`optimizer.{key}` is {decay:g}. The norm of the weights ended at {shrunk:.2g} of what it was at the start. "
        "{compared}",
        "The penalty pulls all weights towards 0, more strongly than the data pull them away.",
    ),
    "too_much_dropout": Explanation(
        "too much dropout",
        "In each step {dropout:.0%} of the units of a layer are dropped. {compared}",
        "The units that remain are too few, and others in each step, to learn what the data hold.",
    ),
    "stopped_early": Explanation(
        "training that was stopped too early",
        "Training ended ({status}) after {epochs:.0f} of {configured:.0f} epochs. {compared}",
        "Losses go up and down by chance. A little patience less, and the first bad epoch ends the training.",
    ),
    "imbalance": Explanation(
        "a rare class that is overlooked",
        "The most frequent class has {majority:.1%} of the samples, the rarest {rarest:.1%}. Balanced accuracy on held-out "
        "samples: {balanced:.3f}. With classes that count the same, references reach {best_balanced:.3f}.",
        "Whoever always names the frequent class is right most of the time. So accuracy hides that the rare one is not found.",
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
        "{compared} {gone:.0%} of the loss of a constant output is gone. In the last fifth of the epochs it fell by "
        "{falling:.1%} of that loss.",
        "{judgement}",
    ),
}
