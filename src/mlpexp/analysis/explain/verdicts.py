"""Why a network learned or did not: which rules hold for a run, in the order of causes.

What is named first would, if mended, change the numbers that later rules look at. The thresholds were set on one collection
of runs and tested on others (``docs/explain.md``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlpexp.analysis.explain.examination import Examination
from mlpexp.analysis.explain.rules import of_data, of_length, of_network, of_rate
from mlpexp.analysis.explain.rules.numbers import Numbers, Rule, scored


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
    if verdicts and verdicts[0].kind in FAILURES:  # how it failed: why may differ from seed to seed
        causes = [each for each in _shown_by(numbers, total, 3) if each.kind not in FAILURES]
        explained = {seed for each in causes for seed in each.seeds}
        if 2 * len(explained) >= total:
            verdicts = causes + [each for each in verdicts if each.kind in FAILURES]
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
    return scored(
        trial,
        learned=trial.learned,
        falling=trial.still_falling,
        behind=float(trial.failed),
        tolerance=trial.tolerance,
    )


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        of_network.symmetric_units,
        of_network.linear_network,
        of_data.outliers,
        of_data.unscaled_target,
        of_data.unscaled_inputs,
        of_network.exploding_gradient,
        of_network.saturation,
        of_network.vanishing_gradient,
        of_rate.small_batches,
        of_rate.learning_rate_too_large,
        of_rate.clipping_too_tight,
        of_rate.schedule_too_fast,
        of_length.too_much_decay,
        of_length.too_much_dropout,
        of_network.no_bias,
        of_network.dead_relu,
        of_rate.learning_rate_too_small,
        of_length.stopped_early,
        of_data.label_noise,
        of_data.imbalance,
        of_length.overfitting,
        of_length.too_few_epochs,
        of_network.underfitting,
        of_rate.edge_of_stability,
    )
}
# What is usually no cause of its own where the key is: it is looked at again once the cause is mended.
FAILURES = frozenset(("underfitting", "too_few_epochs", "learning_rate_too_small", "edge_of_stability"))
RESTLESS = frozenset(("learning_rate_too_large", "saturation", "dead_relu"))
CONSEQUENCES: dict[str, frozenset[str]] = {
    "symmetric_units": FAILURES | {"vanishing_gradient", "dead_relu", "linear_network"},
    "linear_network": frozenset(("underfitting",)),
    "outliers": FAILURES | RESTLESS | {"unscaled_inputs", "unscaled_target"},
    "unscaled_target": FAILURES | RESTLESS,
    "unscaled_inputs": FAILURES | RESTLESS | {"exploding_gradient"},
    "exploding_gradient": FAILURES | RESTLESS,
    "saturation": FAILURES | {"vanishing_gradient", "learning_rate_too_large"},
    "vanishing_gradient": FAILURES,
    "small_batches": FAILURES | {"learning_rate_too_large"},
    "learning_rate_too_large": FAILURES | {"saturation", "dead_relu"},
    "dead_relu": FAILURES,
    "clipping_too_tight": FAILURES,
    "schedule_too_fast": FAILURES,
    "too_much_decay": FAILURES | {"dead_relu"},
    "too_much_dropout": FAILURES | {"dead_relu"},
    "no_bias": FAILURES | {"dead_relu"},
    "learning_rate_too_small": FAILURES,
    "stopped_early": FAILURES,
    "label_noise": frozenset(("overfitting", "underfitting")),
    "imbalance": FAILURES,
}
PROBLEMS = frozenset(RULES) - {"edge_of_stability"}
