"""Causes that lie in the network: its layers, and the weights that it begins with."""

from mlpexp.analysis.explain.examination import Examination
from mlpexp.analysis.explain.rules.numbers import Numbers, scored
from mlpexp.analysis.explain.rules.of_rate import DEAD, learning_rate_too_large

MOST_TWINS = 0.5  # of the units of a layer
FADED, GROWN = 1e-3, 30.0  # backward signal at the first layer over that at the last
SATURATED_AT_START, SATURATED_AT_END = 0.5, 0.9
SETTLED = 0.01  # of the loss of a constant output, in the last fifth of the epochs: falls less
LITTLE = 0.5  # of what the best reference is better than a constant


def settled(trial: Examination) -> bool:
    """Whether training came to rest."""
    return trial.still_falling < SETTLED and learning_rate_too_large(trial) is None


def symmetric_units(trial: Examination) -> Numbers | None:
    """Units of a layer are equal, and were so from the beginning."""
    if min(trial.initial.twins, trial.final.twins) < MOST_TWINS or not trial.failed:
        return None  # units that became equal, all dead or all far out, are a consequence of something else
    return scored(trial, twins=trial.final.twins, twins_at_start=trial.initial.twins)


def linear_network(trial: Examination) -> Numbers | None:
    """No activation bends anything, and something that bends is better."""
    functions, references = trial.settings.hidden_activations, trial.references
    straight = all(name == "identity" for name in functions)
    if not (straight and trial.failed and references.curved > trial.train_score + trial.tolerance):
        return None
    if not functions and not settled(trial):
        return None  # a linear model that is not trained to its end
    return scored(trial, layers=float(len(functions)))


def exploding_gradient(trial: Examination) -> Numbers | None:
    """The backward signal grows from layer to layer."""
    if not (trial.initial.signal > GROWN and trial.failed):
        return None
    start = float(trial.train_loss[0] / trial.data.chance_loss)
    return {"signal": trial.initial.signal, "layers": float(len(trial.initial.deltas)), "start": start}


def saturation(trial: Examination) -> Numbers | None:
    """Units are so far out that their derivative is next to nothing."""
    (start, start_layer), (end, end_layer) = trial.initial.most_saturated, trial.final.most_saturated
    if not trial.failed:
        return None
    if start > SATURATED_AT_START:
        return {"share": start, "layer": start_layer, "when": "before the first step", "end": end}
    if end > SATURATED_AT_END and learning_rate_too_large(trial) is None:
        return {"share": end, "layer": end_layer, "when": "at the end", "end": end}
    return None


def vanishing_gradient(trial: Examination) -> Numbers | None:
    """The backward signal fades from layer to layer, while units are alive."""
    references = trial.references
    little = trial.train_score - references.constant < LITTLE * (references.best - references.constant)
    if not (trial.initial.signal < FADED and trial.unfit and little) or trial.initial.most_dead[0] >= DEAD:
        return None
    return {
        "signal": trial.initial.signal,
        "layers": float(len(trial.initial.deltas)),
        "function": ", ".join(dict.fromkeys(trial.settings.hidden_activations)),
        "first_moved": trial.moved[0],
        "last_moved": trial.moved[-1],
    }


def dead_relu(trial: Examination) -> Numbers | None:
    """Units that are never active."""
    share, layer = trial.final.most_dead
    if share < DEAD or "relu" not in layer or not trial.unfit:
        return None
    return {
        "share": share,
        "layer": layer,
        "before": trial.initial.dead.get(layer, 0.0),
        "rate": trial.settings.learning_rate,
    }


def no_bias(trial: Examination) -> Numbers | None:
    """Layers cannot shift what they give."""
    if trial.settings.bias or not trial.behind:
        return None
    return scored(trial)


def underfitting(trial: Examination) -> Numbers | None:
    """Training came to rest above what the data allow."""
    if trial.diverged or not trial.unfit or trial.still_falling >= SETTLED:
        return None
    return scored(trial, learned=trial.learned)
