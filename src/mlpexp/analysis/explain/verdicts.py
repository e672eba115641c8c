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
    numbers_by_seed = {
        kind: {examination.seed: rule(examination) for examination in examinations} for kind, rule in RULES.items()
    }
    numbers = {
        kind: {seed: n for seed, n in by_seed.items() if n is not None} for kind, by_seed in numbers_by_seed.items()
    }
    troubled = {seed for kind in PROBLEMS for seed in numbers[kind]}
    sound = [examination for examination in examinations if examination.seed not in troubled]
    total = len(examinations)
    verdicts = _shown_by(numbers, total, 2)
    if 2 * len(sound) >= total and not any(verdict.kind in PROBLEMS for verdict in verdicts):
        seeds = tuple(examination.seed for examination in sound)
        verdicts.append(Verdict("converged", seeds, total, _medians([_outcome(examination) for examination in sound])))
    return (
        verdicts
        or sorted(_shown_by(numbers, total, 3), key=lambda verdict: -len(verdict.seeds))
        or _shown_by(numbers, total, total)
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
        values = [of_trial[key] for of_trial in numbers]
        words = [value for value in values if isinstance(value, str)]
        merged[key] = max(words, key=words.count) if words else float(np.median(np.array(values, dtype=float)))
    return merged


def _outcome(trial: Examination) -> Numbers:
    return {
        "learned": trial.learned,
        "train_score": trial.train_score,
        "held_score": trial.held_score,
        "score": trial.score_name,
        "part": trial.held_part,
        "falling": trial.still_falling,
    }


def _failed(trial: Examination) -> bool:
    """Whether training reached less than it should: little of the loss is gone, or neighbours predict better."""
    return trial.diverged or not trial.learned >= LITTLE or trial.train_score < trial.data.neighbour_score - SCORE_GAP


def _settled(trial: Examination) -> bool:
    """Whether training came to rest."""
    return trial.still_falling < FALLING and _learning_rate_too_large(trial) is None


def _symmetric_units(trial: Examination) -> Numbers | None:
    if min(trial.initial.twins, trial.final.twins) < MOST_TWINS:
        return None  # units that became equal, all dead or all far out, are a consequence of something else
    return {
        "twins": trial.final.twins,
        "twins_at_start": trial.initial.twins,
        "train_score": trial.train_score,
        "score": trial.score_name,
    }


def _linear_network(trial: Examination) -> Numbers | None:
    if any(name != "identity" for name in trial.hidden_activations):
        return None
    if not trial.hidden_activations and not (_failed(trial) and _settled(trial)):
        return None  # a linear model, chosen as such, or one that is not trained to its end
    return {
        "layers": float(len(trial.hidden_activations)),
        "train_score": trial.train_score,
        "score": trial.score_name,
        "neighbours": trial.data.neighbour_score,
    }


def _unscaled_inputs(trial: Examination) -> Numbers | None:
    if trial.data.largest_scale < LARGE_FEATURE and trial.data.scale_ratio < LARGE_RATIO:
        return None
    return {
        "scale": trial.data.largest_scale,
        "ratio": trial.data.scale_ratio,
        "eigenvalue": trial.initial.largest_eigenvalue,
        "limit": trial.stability_limit,
    }


def _exploding_gradient(trial: Examination) -> Numbers | None:
    start = trial.train_loss[0] / trial.data.chance_loss
    if not (trial.initial.signal > GROWN and (_failed(trial) or start > GROWN)):
        return None
    return {"signal": trial.initial.signal, "layers": float(len(trial.initial.deltas)), "start": float(start)}


def _saturation(trial: Examination) -> Numbers | None:
    (start, start_layer), (end, end_layer) = trial.initial.most_saturated, trial.final.most_saturated
    if start > SATURATED_AT_START:
        return {"share": start, "layer": start_layer, "when": "before the first step", "end": end}
    if end > SATURATED_AT_END and _failed(trial) and _learning_rate_too_large(trial) is None:
        return {"share": end, "layer": end_layer, "when": "at the end", "end": end}
    return None


def _vanishing_gradient(trial: Examination) -> Numbers | None:
    if not (trial.initial.signal < FADED and trial.learned < LITTLE):
        return None
    return {
        "signal": trial.initial.signal,
        "layers": float(len(trial.initial.deltas)),
        "function": _functions(trial),
        "first_moved": trial.moved[0],
        "last_moved": trial.moved[-1],
    }


def _learning_rate_too_large(trial: Examination) -> Numbers | None:
    limit = trial.stability_limit
    above = max(trial.initial.largest_eigenvalue, trial.final.largest_eigenvalue) > limit
    unsteady = trial.unsteadiness > UNSTEADY and trial.learned < 1 - UNSTEADY
    worse = trial.last_loss > trial.train_loss[0]
    dead = trial.final.most_dead[0] >= DEAD  # by a single large step, perhaps: the rule for dead units names the rate
    if not (trial.diverged or ((unsteady or worse) and (above or not isfinite(limit)) and not dead)):
        return None
    how = "diverged" if trial.diverged else "unsteady" if unsteady else "worse"
    return {
        "rate": trial.learning_rate,
        "limit": limit,
        "start": trial.initial.largest_eigenvalue,
        "optimizer": trial.optimizer,
        "end": trial.final.largest_eigenvalue,
        "epochs": float(trial.epochs),
        "how": how,
        "first": float(trial.train_loss[0]),
        "last": trial.last_loss,
        "unsteadiness": trial.unsteadiness,
        "momentum": trial.momentum,
    }


def _dead_relu(trial: Examination) -> Numbers | None:
    share, layer = trial.final.most_dead
    before = trial.initial.dead.get(layer, 0.0)
    if share < DEAD or "relu" not in layer or not _failed(trial):
        return None
    return {"share": share, "layer": layer, "before": before, "rate": trial.learning_rate}


def _learning_rate_too_small(trial: Examination) -> Numbers | None:
    if not (_failed(trial) or trial.still_falling >= FALLING):
        return None
    product = trial.learning_rate / (1 - trial.momentum) * trial.initial.largest_eigenvalue
    small = product < SMALL_PRODUCT if trial.optimizer == "sgd" else trial.relative_step < SMALL_RELATIVE_STEP
    if not small or trial.diverged or trial.still_falling <= 0:
        return None
    return {
        "rate": trial.learning_rate,
        "product": product,
        "momentum": trial.momentum,
        "step": trial.relative_step,
        "optimizer": trial.optimizer,
        "falling": trial.still_falling,
        "learned": trial.learned,
        "eigenvalue": trial.initial.largest_eigenvalue,
    }


def _label_noise(trial: Examination) -> Numbers | None:
    if trial.data.contradicted < CONTRADICTED or trial.data.contradicted * trial.data.samples < FEWEST_CONTRADICTED:
        return None
    return {
        "contradicted": trial.data.contradicted,
        "samples": float(trial.data.samples),
        "train_score": trial.train_score,
        "neighbours": trial.data.neighbour_score,
        "held_score": trial.held_score,
        "part": trial.held_part,
    }


def _overfitting(trial: Examination) -> Numbers | None:
    if not len(trial.held_loss) or trial.diverged:
        return None
    gap = trial.train_score - trial.held_score
    variance = max(trial.held_score * (1 - trial.held_score), 0.0) if trial.score_is_share else 0.0
    error = sqrt(variance / trial.held_samples)
    lowest = float(np.nanmin(trial.held_loss))
    rise = trial.held_loss[-1] / lowest if lowest > 0 else 1.0
    seen = gap >= 2 * error or rise >= CLEAR_RISE
    if gap < SCORE_GAP or not seen or rise < LOSS_RATIO or trial.held_loss[-1] < LOSS_RATIO * trial.train_loss[-1]:
        return None
    return {
        "train_score": trial.train_score,
        "held_score": trial.held_score,
        "part": trial.held_part,
        "score": trial.score_name,
        "train_loss": float(trial.train_loss[-1]),
        "held_loss": float(trial.held_loss[-1]),
        "lowest": lowest,
        "epoch": float(trial.epoch_of[int(np.nanargmin(trial.held_loss))]),
    }


def _too_few_epochs(trial: Examination) -> Numbers | None:
    needed = FALLING if _failed(trial) else CLEARLY_FALLING
    if trial.diverged or trial.still_falling < needed or _learning_rate_too_small(trial) is not None:
        return None
    return {
        "falling": trial.still_falling,
        "epochs": float(trial.epochs),
        "train_score": trial.train_score,
        "score": trial.score_name,
    }


def _underfitting(trial: Examination) -> Numbers | None:
    if trial.diverged or not _failed(trial) or trial.still_falling >= FALLING:
        return None
    return {
        "train_score": trial.train_score,
        "neighbours": trial.data.neighbour_score,
        "score": trial.score_name,
        "learned": trial.learned,
    }


def _edge_of_stability(trial: Examination) -> Numbers | None:
    near = trial.final.largest_eigenvalue > NEAR_LIMIT * trial.stability_limit
    if trial.diverged or trial.batch_share < 0.5 or not near or _learning_rate_too_large(trial) is not None:
        return None
    return {
        "eigenvalue": trial.final.largest_eigenvalue,
        "limit": trial.stability_limit,
        "start": trial.initial.largest_eigenvalue,
        "rate": trial.learning_rate,
        "momentum": trial.momentum,
        "rise": float(trial.train_loss[-1] / max(trial.train_loss.min(), 1e-30)),
    }


def _functions(trial: Examination) -> str:
    return ", ".join(dict.fromkeys(trial.hidden_activations))


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
