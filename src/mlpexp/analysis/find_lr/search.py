"""Which learning rate to use: rates around a proposal are tried until the best lies between worse ones.

The rates are 1, 2 and 5 times powers of ten, the *rungs* of a ladder. Every trial of a rate is one with the same seeds
on the same samples, so that two rates are compared seed by seed.

Axis letters: S seeds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10, sqrt

import numpy as np

DIGITS = (1, 2, 5)  # of the rungs
LOWEST_RUNG, HIGHEST_RUNG = -36, 18  # 1e-12 and 1e6
STRIDE = 2  # rungs between the first five rates: a factor of 4 or 5
FIRST_RATES, MOST_RATES = 5, 13
AS_GOOD = 0.005  # of the score: less does not matter
LEAST_GAIN = 0.02  # of the way from the score of a constant to 1: with less, nothing was learned
SURE = 2.0  # standard errors


@dataclass(frozen=True, eq=False)
class Tried:
    """What came of a learning rate on samples that were held out."""

    rate: float
    """The learning rate."""
    scores_S: np.ndarray
    """By seed; of a seed that diverged, or that predicts worse than the mean, 0."""
    losses_S: np.ndarray
    """By seed; infinite where training diverged."""
    diverged_S: np.ndarray
    """Whether it did."""

    @property
    def score(self) -> float:
        """Mean over seeds."""
        return float(self.scores_S.mean())

    @property
    def loss(self) -> float:
        """Mean over seeds; infinite if one diverged."""
        return float(self.losses_S.mean())


@dataclass(frozen=True, eq=False)
class Decision:
    """The rates that were tried, and the one to use."""

    tried: tuple[Tried, ...]
    """Ascending."""
    chance: float
    """The score of a constant prediction."""
    suggested: float | None
    """The rate to use; None if nothing was learned at any."""
    as_good: tuple[float, ...]
    """Neighbouring rates, ascending, whose score is that of the best or differs from it by no more than noise."""

    @property
    def best(self) -> Tried:
        """The one with the highest score."""
        return max(self.tried, key=_merit)

    @property
    def chosen(self) -> Tried | None:
        """The one to use."""
        return next((tried for tried in self.tried if tried.rate == self.suggested), None)


TryRates = Callable[[Sequence[float]], Sequence[Tried]]


def decide(start: float, try_rates: TryRates, chance: float) -> Decision:
    """Tries five rates around ``start``, more where the best is at an edge, then the neighbours of those that are good.

    After ``MOST_RATES`` only the two neighbours of the best are tried.

    Args:
        start: What the range test proposes.
        try_rates: Trains at some rates, and says what came of each.
        chance: The score of a constant prediction.
    """
    tried: dict[int, Tried] = {}

    def try_rungs(rungs: Iterable[int]) -> None:
        new = sorted(rungs)
        tried.update(zip(new, try_rates([rate_of(rung) for rung in new]), strict=True))

    half = STRIDE * (FIRST_RATES // 2)
    centre = min(max(rung_of(start), LOWEST_RUNG + half), HIGHEST_RUNG - half)
    try_rungs(range(centre - half, centre + half + 1, STRIDE))
    while len(tried) < MOST_RATES and (beyond := _beyond(tried, chance)):
        try_rungs(beyond)
    if not _learned(tried[_best(tried)], chance):
        return Decision(_ascending(tried), chance, None, ())
    while between := _between(tried):
        try_rungs(between)
    good = _good_run(tried)
    return Decision(_ascending(tried), chance, rate_of(_chosen(tried, good)), tuple(map(rate_of, good)))


def rate_of(rung: int) -> float:
    """The learning rate of a rung: 1 of rung 0, 2 of rung 1, 5 of rung 2, 10 of rung 3."""
    return float(f"{DIGITS[rung % len(DIGITS)]}e{rung // len(DIGITS)}")


def rung_of(rate: float) -> int:
    """The nearest rung, on a logarithmic scale."""
    lowest = len(DIGITS) * floor(log10(rate))
    return min(range(lowest, lowest + len(DIGITS) + 1), key=lambda rung: abs(log10(rate_of(rung) / rate)))


def _beyond(tried: Mapping[int, Tried], chance: float) -> set[int]:
    """The rungs to be tried beyond an edge, where the best is there, or one that is as good as the best."""
    lowest, highest, best = min(tried), max(tried), _best(tried)
    if _learned(tried[best], chance):
        good = _good_run(tried)
        edges = {(lowest, lowest - STRIDE), (highest, highest + STRIDE)}
        return _known({beyond for edge, beyond in edges if edge in good})
    below, above = lowest - STRIDE, highest + STRIDE
    return _known({below} if tried[highest].diverged_S.all() else {below, above})


def _between(tried: Mapping[int, Tried]) -> set[int]:
    """The neighbours of the best that were not tried yet, and while there is room those of rates that may be as good.

    There is always room for the first: without them the answer is too coarse. None lies beyond an edge.
    """

    def neighbours(rung: int) -> set[int]:
        return {other for other in (rung - 1, rung + 1) if min(tried) < other < max(tried)} - tried.keys()

    best = _best(tried)
    wanted = neighbours(best)
    rivals = [rung for rung in tried if _is_as_good(tried[rung], tried[best], SURE)]
    for rung in sorted(rivals, key=lambda rung: _merit(tried[rung]), reverse=True):
        if len(tried) + len(wanted | neighbours(rung)) <= MOST_RATES:
            wanted |= neighbours(rung)
    return wanted


def _known(rungs: set[int]) -> set[int]:
    """Those that the ladder has."""
    return {rung for rung in rungs if LOWEST_RUNG <= rung <= HIGHEST_RUNG}


def _good_run(tried: Mapping[int, Tried]) -> list[int]:
    """The best rung and those on both sides of it, up to the first that is worse by more than noise."""
    rungs, best = sorted(tried), _best(tried)
    good = [_is_as_good(tried[rung], tried[best]) for rung in rungs]
    first = last = rungs.index(best)
    while first > 0 and good[first - 1]:
        first -= 1
    while last < len(rungs) - 1 and good[last + 1]:
        last += 1
    return rungs[first : last + 1]


def _is_as_good(other: Tried, best: Tried, errors: float = 1.0) -> bool:
    """Whether the mean difference of scores, seed by seed, is within standard errors, or too small to matter."""
    difference_S = best.scores_S - other.scores_S
    return float(difference_S.mean()) <= max(AS_GOOD, errors * _standard_error(difference_S))


def _standard_error(values_S: np.ndarray) -> float:
    """Of the mean; 0 of one seed."""
    return float(values_S.std(ddof=1)) / sqrt(len(values_S)) if len(values_S) > 1 else 0.0


def _chosen(tried: Mapping[int, Tried], good: Sequence[int]) -> int:
    """The one with the lowest loss, which is less a matter of luck than the score."""
    return min(good, key=lambda rung: tried[rung].loss)


def _best(tried: Mapping[int, Tried]) -> int:
    return max(tried, key=lambda rung: _merit(tried[rung]))


def _merit(tried: Tried) -> tuple[float, float]:
    """The score; the loss decides between equal ones."""
    return round(tried.score, 9), -tried.loss


def _learned(tried: Tried, chance: float) -> bool:
    """Whether the score is above that of a constant prediction, by more than noise."""
    return tried.score > chance + max(LEAST_GAIN * (1 - chance), SURE * _standard_error(tried.scores_S))


def _ascending(tried: Mapping[int, Tried]) -> tuple[Tried, ...]:
    return tuple(tried[rung] for rung in sorted(tried))
