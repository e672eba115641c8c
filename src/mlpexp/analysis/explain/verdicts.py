"""Why a network learned or did not: rules over what was measured, each with the numbers it rests on and what to try.

The order is that of causes: what is named first would, if mended, change the numbers that later rules look at. The
thresholds were set on one collection of runs and tested on others (``docs/explain.md``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from mlpexp.analysis.explain.examination import Examination

Numbers = dict[str, float | str]
Rule = Callable[[Examination], Numbers | None]

MOST_TWINS = 0.5  # of the units of a layer
LARGE_FEATURE, LARGE_RATIO = 10.0, 30.0  # root mean square; spread of one feature over that of another
FADED, GROWN = 1e-3, 30.0  # backward signal at the first layer over that at the last
SATURATED_AT_START, SATURATED_AT_END = 0.5, 0.9
DEAD = 0.4
LITTLE = 0.5  # of the loss of a constant output is gone
UNSTEADY = 0.25
FALLING, CLEARLY_FALLING = 0.01, 0.03  # of that loss, in the last fifth of the epochs
SMALL_PRODUCT = 0.02  # learning rate times largest curvature; 2 is the limit
SMALL_RELATIVE_STEP = 1e-3
CONTRADICTED, FEWEST_CONTRADICTED = 0.05, 5
NEAR_LIMIT = 0.85
SCORE_GAP = 0.05
LOSS_RATIO, CLEAR_RISE = 1.3, 2.0


@dataclass(frozen=True)
class Verdict:
    """One finding about a run."""

    kind: str
    """A key of ``RULES``, or ``converged``."""
    seeds: tuple[int, ...]
    """The seeds that show it."""
    num_seeds: int
    """Of all seeds."""
    numbers: Numbers
    """What it rests on: medians over the seeds that show it."""


def judge(examinations: Sequence[Examination]) -> list[Verdict]:
    """The verdicts that at least half of the seeds show, causes first; ``converged`` if half have no problem.

    Where the seeds fail in different ways, so that no problem is shown by half of them, those shown by a third are named.
    """
    shown = {kind: {one.seed: rule(one) for one in examinations} for kind, rule in RULES.items()}
    found = {kind: {seed: n for seed, n in by_seed.items() if n is not None} for kind, by_seed in shown.items()}
    troubled = {seed for kind in PROBLEMS for seed in found[kind]}
    sound = [one for one in examinations if one.seed not in troubled]
    total = len(examinations)
    verdicts = _shown_by(found, total, 2)
    if 2 * len(sound) >= total and not any(verdict.kind in PROBLEMS for verdict in verdicts):
        seeds = tuple(one.seed for one in sound)
        verdicts.append(Verdict("converged", seeds, total, _medians([_outcome(one) for one in sound])))
    return (
        verdicts
        or sorted(_shown_by(found, total, 3), key=lambda verdict: -len(verdict.seeds))
        or _shown_by(found, total, total)
    )


def _shown_by(found: Mapping[str, Mapping[int, Numbers]], total: int, part: int) -> list[Verdict]:
    """Those that at least one in ``part`` seeds shows."""
    return [
        Verdict(kind, tuple(by_seed), total, _medians(list(by_seed.values())))
        for kind, by_seed in found.items()
        if by_seed and part * len(by_seed) >= total
    ]


def _medians(numbers: Sequence[Mapping[str, float | str]]) -> Numbers:
    """Of numbers the median, of words the most frequent."""
    merged: Numbers = {}
    for key in numbers[0]:
        values = [one[key] for one in numbers]
        words = [value for value in values if isinstance(value, str)]
        merged[key] = max(words, key=words.count) if words else float(np.median(np.array(values, dtype=float)))
    return merged


def _outcome(one: Examination) -> Numbers:
    return {
        "learned": one.learned,
        "train_score": one.train_score,
        "held_score": one.held_score,
        "score": one.score_name,
        "part": one.held_part,
        "falling": one.still_falling,
    }


def _failed(one: Examination) -> bool:
    """Whether training reached less than it should: little of the loss is gone, or neighbours predict better."""
    return one.diverged or not one.learned >= LITTLE or one.train_score < one.data.neighbour_score - SCORE_GAP


def _settled(one: Examination) -> bool:
    """Whether training came to rest."""
    return one.still_falling < FALLING and _learning_rate_too_large(one) is None


def _symmetric_units(one: Examination) -> Numbers | None:
    if min(one.initial.twins, one.final.twins) < MOST_TWINS:
        return None  # units that became equal, all dead or all far out, are a consequence of something else
    return {
        "twins": one.final.twins,
        "twins_at_start": one.initial.twins,
        "train_score": one.train_score,
        "score": one.score_name,
    }


def _linear_network(one: Examination) -> Numbers | None:
    if any(name != "identity" for name in one.hidden_activations):
        return None
    if not one.hidden_activations and not (_failed(one) and _settled(one)):
        return None  # a linear model, chosen as such, or one that is not trained to its end
    return {
        "layers": float(len(one.hidden_activations)),
        "train_score": one.train_score,
        "score": one.score_name,
        "neighbours": one.data.neighbour_score,
    }


def _unscaled_inputs(one: Examination) -> Numbers | None:
    if one.data.largest_scale < LARGE_FEATURE and one.data.scale_ratio < LARGE_RATIO:
        return None
    return {
        "scale": one.data.largest_scale,
        "ratio": one.data.scale_ratio,
        "eigenvalue": one.initial.largest_eigenvalue,
        "limit": one.stability_limit,
    }


def _exploding_gradient(one: Examination) -> Numbers | None:
    start = one.train_loss[0] / one.data.chance_loss
    if not (one.initial.signal > GROWN and (_failed(one) or start > GROWN)):
        return None
    return {"signal": one.initial.signal, "layers": float(len(one.initial.deltas)), "start": float(start)}


def _saturation(one: Examination) -> Numbers | None:
    (start, start_layer), (end, end_layer) = one.initial.most_saturated, one.final.most_saturated
    if start > SATURATED_AT_START:
        return {"share": start, "layer": start_layer, "when": "before the first step", "end": end}
    if end > SATURATED_AT_END and _failed(one) and _learning_rate_too_large(one) is None:
        return {"share": end, "layer": end_layer, "when": "at the end", "end": end}
    return None


def _vanishing_gradient(one: Examination) -> Numbers | None:
    if not (one.initial.signal < FADED and one.learned < LITTLE):
        return None
    return {
        "signal": one.initial.signal,
        "layers": float(len(one.initial.deltas)),
        "function": _functions(one),
        "first_moved": one.moved[0],
        "last_moved": one.moved[-1],
    }


def _learning_rate_too_large(one: Examination) -> Numbers | None:
    limit = one.stability_limit
    above = max(one.initial.largest_eigenvalue, one.final.largest_eigenvalue) > limit
    unsteady = one.unsteadiness > UNSTEADY and one.learned < 1 - UNSTEADY
    worse = one.last_loss > one.train_loss[0]
    dead = one.final.most_dead[0] >= DEAD  # by a single large step, perhaps: the rule for dead units names the rate
    if not (one.diverged or ((unsteady or worse) and (above or not isfinite(limit)) and not dead)):
        return None
    how = "diverged" if one.diverged else "unsteady" if unsteady else "worse"
    return {
        "rate": one.learning_rate,
        "limit": limit,
        "start": one.initial.largest_eigenvalue,
        "optimizer": one.optimizer,
        "end": one.final.largest_eigenvalue,
        "epochs": float(one.epochs),
        "how": how,
        "first": float(one.train_loss[0]),
        "last": one.last_loss,
        "unsteadiness": one.unsteadiness,
        "momentum": one.momentum,
    }


def _dead_relu(one: Examination) -> Numbers | None:
    share, layer = one.final.most_dead
    before = one.initial.dead.get(layer, 0.0)
    if share < DEAD or "relu" not in layer or not _failed(one):
        return None
    return {"share": share, "layer": layer, "before": before, "rate": one.learning_rate}


def _learning_rate_too_small(one: Examination) -> Numbers | None:
    if not (_failed(one) or one.still_falling >= FALLING):
        return None
    product = one.learning_rate / (1 - one.momentum) * one.initial.largest_eigenvalue
    small = product < SMALL_PRODUCT if one.optimizer == "sgd" else one.relative_step < SMALL_RELATIVE_STEP
    if not small or one.diverged or one.still_falling <= 0:
        return None
    return {
        "rate": one.learning_rate,
        "product": product,
        "momentum": one.momentum,
        "step": one.relative_step,
        "optimizer": one.optimizer,
        "falling": one.still_falling,
        "learned": one.learned,
        "eigenvalue": one.initial.largest_eigenvalue,
    }


def _label_noise(one: Examination) -> Numbers | None:
    if one.data.contradicted < CONTRADICTED or one.data.contradicted * one.data.samples < FEWEST_CONTRADICTED:
        return None
    return {
        "contradicted": one.data.contradicted,
        "samples": float(one.data.samples),
        "train_score": one.train_score,
        "neighbours": one.data.neighbour_score,
        "held_score": one.held_score,
        "part": one.held_part,
    }


def _overfitting(one: Examination) -> Numbers | None:
    if not len(one.held_loss) or one.diverged:
        return None
    gap = one.train_score - one.held_score
    variance = max(one.held_score * (1 - one.held_score), 0.0) if one.score_name == "accuracy" else 0.0
    error = sqrt(variance / one.held_samples)
    lowest = float(np.nanmin(one.held_loss))
    rise = one.held_loss[-1] / lowest if lowest > 0 else 1.0
    seen = gap >= 2 * error or rise >= CLEAR_RISE
    if gap < SCORE_GAP or not seen or rise < LOSS_RATIO or one.held_loss[-1] < LOSS_RATIO * one.train_loss[-1]:
        return None
    return {
        "train_score": one.train_score,
        "held_score": one.held_score,
        "part": one.held_part,
        "score": one.score_name,
        "train_loss": float(one.train_loss[-1]),
        "held_loss": float(one.held_loss[-1]),
        "lowest": lowest,
        "epoch": float(one.epoch_of[int(np.nanargmin(one.held_loss))]),
    }


def _too_few_epochs(one: Examination) -> Numbers | None:
    needed = FALLING if _failed(one) else CLEARLY_FALLING
    if one.diverged or one.still_falling < needed or _learning_rate_too_small(one) is not None:
        return None
    return {
        "falling": one.still_falling,
        "epochs": float(one.epochs),
        "train_score": one.train_score,
        "score": one.score_name,
    }


def _underfitting(one: Examination) -> Numbers | None:
    if one.diverged or not _failed(one) or one.still_falling >= FALLING:
        return None
    return {
        "train_score": one.train_score,
        "neighbours": one.data.neighbour_score,
        "score": one.score_name,
        "learned": one.learned,
    }


def _edge_of_stability(one: Examination) -> Numbers | None:
    near = one.final.largest_eigenvalue > NEAR_LIMIT * one.stability_limit
    if one.diverged or one.batch_share < 0.5 or not near or _learning_rate_too_large(one) is not None:
        return None
    return {
        "eigenvalue": one.final.largest_eigenvalue,
        "limit": one.stability_limit,
        "start": one.initial.largest_eigenvalue,
        "rate": one.learning_rate,
        "momentum": one.momentum,
        "rise": float(one.train_loss[-1] / max(one.train_loss.min(), 1e-30)),
    }


def _functions(one: Examination) -> str:
    return ", ".join(dict.fromkeys(one.hidden_activations))


RULES: dict[str, Rule] = {
    "symmetric_units": _symmetric_units,
    "linear_network": _linear_network,
    "unscaled_inputs": _unscaled_inputs,
    "exploding_gradient": _exploding_gradient,
    "saturation": _saturation,
    "vanishing_gradient": _vanishing_gradient,
    "learning_rate_too_large": _learning_rate_too_large,
    "dead_relu": _dead_relu,
    "learning_rate_too_small": _learning_rate_too_small,
    "label_noise": _label_noise,
    "overfitting": _overfitting,
    "too_few_epochs": _too_few_epochs,
    "underfitting": _underfitting,
    "edge_of_stability": _edge_of_stability,
}
# What is usually no cause of its own where the key is: it is looked at again once the cause is mended.
FAILURES = frozenset(("underfitting", "too_few_epochs", "learning_rate_too_small", "edge_of_stability"))
CONSEQUENCES: dict[str, frozenset[str]] = {
    "symmetric_units": FAILURES | {"vanishing_gradient", "dead_relu", "linear_network"},
    "linear_network": frozenset(("underfitting",)),
    "unscaled_inputs": FAILURES | {"learning_rate_too_large", "saturation", "dead_relu", "exploding_gradient"},
    "exploding_gradient": FAILURES | {"learning_rate_too_large", "saturation", "dead_relu"},
    "saturation": FAILURES | {"vanishing_gradient", "learning_rate_too_large"},
    "vanishing_gradient": FAILURES,
    "learning_rate_too_large": FAILURES | {"saturation", "dead_relu"},
    "dead_relu": FAILURES,
    "learning_rate_too_small": FAILURES,
    "label_noise": frozenset(("overfitting", "underfitting")),
}
PROBLEMS = frozenset(RULES) - {"edge_of_stability"}
