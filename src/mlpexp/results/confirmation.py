"""What a confirmation of a sweep asks: which arms, against which, with how many fresh seeds, after how many looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlpexp.asking import either, keyword
from mlpexp.errors import InputError
from mlpexp.planning.sweep_options import SEED_AXES
from mlpexp.results.comparison import ArmsComparison, read_comparison
from mlpexp.results.looks import Looks, looks_at
from mlpexp.results.result import Result
from mlpexp.statistics.arm_comparison import ArmComparison
from mlpexp.statistics.best_arm import best_arm
from mlpexp.statistics.comparison import compare
from mlpexp.statistics.new_seeds import NewSeeds, seeds_to_decide, widest
from mlpexp.store.summary import ConfirmedArm, Confirms


@dataclass(frozen=True)
class Question:
    """What is asked again."""

    arms: tuple[int, ...]
    """Their numbers in the look that is confirmed; the first is the reference."""
    new_seeds: NewSeeds
    """About how many fresh seeds decide, as one of these few comparisons."""
    confirms: Confirms
    """The looks before, and what the one that is confirmed had said."""
    used: tuple[tuple[int, int], ...]
    """First and last seeds of all that has trained one of the arms."""


def confirming() -> str:
    """What asks a question again, for messages."""
    return either("--confirm", "confirm")


def question_of(result: Result, named: Sequence[int], baseline: int | None, folders: Iterable[Path]) -> Question:
    """The best arm against the reference, or the arms that are named.

    The reference is the baseline: the one that is named, else the sweep's own; without one it is the best arm, and the
    next best is asked against it, as it is where the baseline is the best.

    Args:
        result: The look to confirm.
        named: Numbers of the arms to ask about instead.
        baseline: That of another reference.
        folders: Where other looks may lie.

    Raises:
        InputError: There is nothing to confirm.
        RunError: A file is damaged.
    """
    summary = result.summary
    if summary.num_arms < 2:
        raise InputError(f"{confirming()}: {result.path} has one arm, so there is nothing to compare")
    if {axis.key for axis in summary.axes} & set(SEED_AXES):
        raise InputError(f"{confirming()}: {result.path} varies seeds, so its arms have no fresh ones")
    comparison = read_comparison(result)
    best = comparison.to_best.reference
    if best is None:
        raise InputError(f"{confirming()}: {result.path} has no result in any seed, so there is nothing to confirm")
    reference = comparison.shown.reference if baseline is None else baseline
    assert reference is not None
    others = list(dict.fromkeys(named))
    others = others or [best if best != reference else _next_best(comparison, best)]
    arms = (reference, *others)
    for number in arms:
        if np.isnan(comparison.values[number]).all():
            label = comparison.labels[number]
            raise InputError(f"{confirming()}: {label} has no result in any seed, so there is nothing to confirm")
    if reference in others:
        raise InputError(f"{keyword('arm', comparison.labels[reference])}: is the arm to compare with; name another")
    first = _first_look(result, comparison, arms)
    looks = looks_at(result, arms, folders)
    return Question(arms, _new_seeds(comparison, arms, first), _confirms(result, comparison, first, looks), looks.used)


def _next_best(comparison: ArmsComparison, best: int) -> int:
    values = comparison.values.copy()
    values[best] = np.nan
    number = best_arm(values, comparison.summary.metric.higher_is_better)
    if number is None:
        raise InputError(f"{confirming()}: no other arm than the best has a result, so there is nothing to confirm")
    return number


def _first_look(result: Result, comparison: ArmsComparison, arms: Sequence[int]) -> list[ArmComparison]:
    """What was said of the arms, with the reference of the confirmation."""
    shown = comparison.shown
    if shown.reference != arms[0]:
        shown = read_comparison(result, baseline=arms[0]).shown
    return [shown.arms[number] for number in arms]


def _new_seeds(comparison: ArmsComparison, arms: Sequence[int], first: Sequence[ArmComparison]) -> NewSeeds:
    """For the comparisons that are asked: what was better or worse is to be so again, the others are to be decided."""
    higher, margin = comparison.summary.metric.higher_is_better, comparison.shown.margin
    few = compare(comparison.values[list(arms)], higher, margin=margin, reference=0)
    ranges = [
        seeds_to_decide(
            arm.difference.std,
            arm.difference.mean,
            arm.difference.n,
            0.0 if before.verdict in ("better", "worse") else margin,
            few.alpha,
            few.family,
        )
        for arm, before in zip(few.arms, first, strict=True)
        if arm.difference
    ]
    possible = [seeds for seeds in ranges if seeds.low is not None]
    return widest(possible) if possible else NewSeeds(None, None)


def _confirms(result: Result, comparison: ArmsComparison, first: Sequence[ArmComparison], looks: Looks) -> Confirms:
    return Confirms(
        looks=looks.looks,
        confirmed=looks.confirmed,
        chosen_after=comparison.shown.chosen_after,
        arms=tuple(_confirmed(arm, result.planned_arms[arm.arm].data) for arm in first),
    )


def _confirmed(arm: ArmComparison, data: str) -> ConfirmedArm:
    pair = arm.difference
    if pair is None:
        return ConfirmedArm(data=data, n=arm.own.n, verdict=arm.verdict, said=arm.short)
    mean, low, high = (float(end) if np.isfinite(end) else None for end in (pair.mean, pair.low, pair.high))
    return ConfirmedArm(data=data, n=pair.n, difference=mean, low=low, high=high, verdict=arm.verdict, said=arm.short)
