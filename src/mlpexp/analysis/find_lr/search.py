"""Which learning rate to use: rates around a proposal are tried until the best lies between worse ones.

The rates are 1, 2 and 5 times powers of ten, the *rungs* of a ladder. Every trial of a rate is one with the same seeds
on the same samples, so that two rates are compared seed by seed.

Axis letters: S seeds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10, sqrt

import numpy as np

from mlpexp.analysis.find_lr.noise import Noise

DIGITS = (1, 2, 5)  # of the rungs
LOWEST_RUNG, HIGHEST_RUNG = -36, 18  # 1e-12 and 1e6
STRIDE = 2  # rungs between the first five rates: a factor of 4 or 5
FIRST_RATES, MOST_RATES = 5, 13
AS_GOOD = 0.005  # of the score: less does not matter
LOSS_AS_GOOD = 0.05  # of the lowest loss: likewise
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
    """The rate to use; None if nothing was learned at any, or if none can be told from another."""
    as_good: tuple[float, ...]
    """Neighbouring rates, ascending, that neither score nor loss tells from the one with the lowest loss."""
    rivals: tuple[float, ...] = ()
    """All rates, ascending, whose score differs from the highest by no more than noise."""

    @property
    def best(self) -> Tried:
        """The one with the highest score."""
        return max(self.tried, key=_merit)

    @property
    def chosen(self) -> Tried | None:
        """The one to use."""
        return next((tried for tried in self.tried if tried.rate == self.suggested), None)


TryRates = Callable[[Sequence[float]], Sequence[Tried]]


def decide(start: float, try_rates: TryRates, chance: float, noise: Noise) -> Decision:
    """Tries five rates around ``start``, more where the best is at an edge, then the neighbours of those that are good.

    After ``MOST_RATES`` only the two neighbours of the best are tried.

    Args:
        start: What the range test proposes.
        try_rates: Trains at some rates, and says what came of each.
        chance: The score of a constant prediction.
        noise: Of the trials.
    """
    tried: dict[int, Tried] = {}

    def try_rungs(rungs: Iterable[int]) -> None:
        new = sorted(rungs)
        tried.update(zip(new, try_rates([rate_of(rung) for rung in new]), strict=True))

    half = STRIDE * (FIRST_RATES // 2)
    centre = min(max(rung_of(start), LOWEST_RUNG + half), HIGHEST_RUNG - half)
    try_rungs(range(centre - half, centre + half + 1, STRIDE))
    while len(tried) < MOST_RATES and (beyond := _beyond(tried, chance, noise)):
        try_rungs(beyond)
    if not _learned(tried[_best(tried)], chance):
        return Decision(_ascending(tried), chance, None, ())
    while between := _between(tried, chance, noise):
        try_rungs(between)
    rivals, good = _rivals(tried, chance, noise), _good_run(tried, chance, noise)
    suggested = None if len(good) == len(tried) else rate_of(_chosen(tried, rivals))
    return Decision(_ascending(tried), chance, suggested, tuple(map(rate_of, good)), tuple(map(rate_of, rivals)))


def rate_of(rung: int) -> float:
    """The learning rate of a rung: 1 of rung 0, 2 of rung 1, 5 of rung 2, 10 of rung 3."""
    return float(f"{DIGITS[rung % len(DIGITS)]}e{rung // len(DIGITS)}")


def rung_of(rate: float) -> int:
    """The nearest rung, on a logarithmic scale."""
    lowest = len(DIGITS) * floor(log10(rate))
    return min(range(lowest, lowest + len(DIGITS) + 1), key=lambda rung: abs(log10(rate_of(rung) / rate)))


def _beyond(tried: Mapping[int, Tried], chance: float, noise: Noise) -> set[int]:
    """The rungs to be tried beyond an edge, where the best is there, or one that is as good as the best."""
    lowest, highest, best = min(tried), max(tried), _best(tried)
    if _learned(tried[best], chance):
        good = {best, *_good_run(tried, chance, noise)}
        edges = {(lowest, lowest - STRIDE), (highest, highest + STRIDE)}
        return _known({beyond for edge, beyond in edges if edge in good})
    below, above = lowest - STRIDE, highest + STRIDE
    return _known({below} if tried[highest].diverged_S.all() else {below, above})


def _between(tried: Mapping[int, Tried], chance: float, noise: Noise) -> set[int]:
    """The neighbours of the best that were not tried yet, and while there is room those of rates that may be as good.

    There is always room for the first: without them the answer is too coarse. None lies beyond an edge.
    """

    def neighbours(rung: int) -> set[int]:
        return {other for other in (rung - 1, rung + 1) if min(tried) < other < max(tried)} - tried.keys()

    wanted = neighbours(_best(tried)) | neighbours(_chosen(tried, _rivals(tried, chance, noise)))
    rivals = _rivals(tried, chance, noise, SURE)
    for rung in sorted(rivals, key=lambda rung: _merit(tried[rung]), reverse=True):
        if len(tried) + len(wanted | neighbours(rung)) <= MOST_RATES:
            wanted |= neighbours(rung)
    return wanted


def _known(rungs: set[int]) -> set[int]:
    """Those that the ladder has."""
    return {rung for rung in rungs if LOWEST_RUNG <= rung <= HIGHEST_RUNG}


def _rivals(tried: Mapping[int, Tried], chance: float, noise: Noise, errors: float = 1.0) -> list[int]:
    """The rungs above chance whose mean difference from the best, seed by seed, is within errors, or does not matter."""
    best = tried[_best(tried)]
    least = max(AS_GOOD, noise.step(len(best.scores_S)))

    def is_rival(other: Tried) -> bool:
        difference_S = best.scores_S - other.scores_S
        return float(difference_S.mean()) <= max(least, errors * noise.error(difference_S))

    return [rung for rung in sorted(tried) if is_rival(tried[rung]) and _learned(tried[rung], chance, errors=0)]


def _chosen(tried: Mapping[int, Tried], rivals: Sequence[int]) -> int:
    """The one with the lowest loss, which is less a matter of luck than the score."""
    return min(rivals, key=lambda rung: tried[rung].loss)


def _good_run(tried: Mapping[int, Tried], chance: float, noise: Noise) -> list[int]:
    """The rung to use and those on both sides of it, up to the first with a worse score or loss.

    A loss is worse if it is higher by more than the standard error of the lowest one: errors of large losses are large,
    too, and would hide any difference.
    """
    rungs, rivals = sorted(tried), _rivals(tried, chance, noise)
    chosen = _chosen(tried, rivals)
    loss = tried[chosen].loss
    highest = loss + max(LOSS_AS_GOOD * loss, noise.error(tried[chosen].losses_S))
    good = [rung in rivals and tried[rung].loss <= highest for rung in rungs]
    first = last = rungs.index(chosen)
    while first > 0 and good[first - 1]:
        first -= 1
    while last < len(rungs) - 1 and good[last + 1]:
        last += 1
    return rungs[first : last + 1]


def _best(tried: Mapping[int, Tried]) -> int:
    return max(tried, key=lambda rung: _merit(tried[rung]))


def _merit(tried: Tried) -> tuple[float, float]:
    """The score; the loss decides between equal ones."""
    return round(tried.score, 9), -tried.loss


def _learned(tried: Tried, chance: float, errors: float = SURE) -> bool:
    """Whether the score is above that of a constant prediction, by more than the seeds differ by chance."""
    error = float(tried.scores_S.std(ddof=1)) / sqrt(len(tried.scores_S)) if len(tried.scores_S) > 1 else 0.0
    return tried.score > chance + max(LEAST_GAIN * (1 - chance), errors * error)


def _ascending(tried: Mapping[int, Tried]) -> tuple[Tried, ...]:
    return tuple(tried[rung] for rung in sorted(tried))
