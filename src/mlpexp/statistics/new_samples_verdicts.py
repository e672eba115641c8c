"""Verdicts on arms for new samples of the same source, beside those for new seeds on these samples."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mlpexp.statistics.arm_comparison import ArmComparison
from mlpexp.statistics.comparison import Comparison
from mlpexp.statistics.holm import holm
from mlpexp.statistics.new_samples import Estimate

NewVerdict = Literal[
    "reference", "better", "worse", "no difference", "undecided", "needs more samples", "no interval", "diverged"
]
NOWHERE = (math.nan, math.nan)


@dataclass(frozen=True)
class ArmForNewSamples:
    """One arm of a sweep against the reference, for new samples."""

    verdict: NewVerdict
    """What can be said."""
    difference: tuple[float, float] = NOWHERE
    """Interval of the difference to the reference, of this pair alone; NaN where there is none."""
    p: float = math.nan
    """Of the difference, by the corrected t test."""
    p_adjusted: float = math.nan
    """The same for the family, by Holm's steps."""


def for_new_samples(comparison: Comparison, estimates: Sequence[Estimate | None]) -> tuple[ArmForNewSamples, ...]:
    """What a comparison says of new samples, by arm.

    The difference is the same as for new seeds; its error is larger. Verdicts:

    - better, worse: the adjusted p is at most alpha, and so is that for new seeds. What is not known of new seeds on these
      samples is not known of new ones.
    - no difference: the interval at level alpha / family lies within the margin, and "no difference" holds for new seeds.
    - needs more samples: neither, and no number of seeds is likely to change it: even where the mean and the spread, which are
      estimates, are at the better ends of their 80 % intervals, the error that stays (``Estimate.least_error``) leaves p above
      alpha, and the interval wider than the margin.
    - undecided: neither, and more seeds may change it. Also where all differences are equal: no spread was seen, so there is
      no error to judge by, and that is no proof of equality, for a rare failure may not have been met.
    - no interval: there is no estimate, as without a design or with fewer than two common seeds.

    P values are corrected by Holm's steps. The joint sign flips of the first reading do not carry over: they say how the means
    of exchangeable seeds scatter, whose variance is s²/n. Here the variance is larger by what all seeds share, and no flip of
    seeds shows that. Holm supposes nothing of how the tests depend on each other. The family is that of the comparison: all
    pairs where the best arm is the reference.

    Args:
        comparison: For new seeds.
        estimates: By arm, of the difference to the reference; None where there is none.

    References:
        Nadeau and Bengio (2003), see ``variance_factor``; Holm (1979), see ``holm``.
    """
    family = max(comparison.family, 1)
    arms = [
        (arm, None if arm.difference is None else difference)
        for arm, difference in zip(comparison.arms, estimates, strict=True)
    ]
    adjusted, least_adjusted = (
        holm(
            np.array([math.nan if difference is None else getattr(difference, name) for _, difference in arms]), family
        )
        for name in ("p", "least_p")
    )
    limits = _Limits(comparison.margin, comparison.alpha, family)
    rows = []
    for (arm, difference), p, least_p in zip(arms, adjusted.tolist(), least_adjusted.tolist(), strict=True):
        if difference is None:
            rows.append(ArmForNewSamples(_without(arm)))
            continue
        verdict = limits.verdict(arm, difference, p, least_p)
        rows.append(ArmForNewSamples(verdict, difference.interval(1 - comparison.alpha), difference.p, p))
    return tuple(rows)


@dataclass(frozen=True)
class _Limits:
    """What decides: the margin, alpha, and the size of the family."""

    margin: float
    alpha: float
    family: int

    def verdict(self, arm: ArmComparison, difference: Estimate, p: float, least_p: float) -> NewVerdict:
        """By the p of this family, and the least that it may come to."""
        if not difference.error > 0:
            return "undecided"
        if p <= self.alpha and arm.verdict in ("better", "worse"):
            return arm.verdict
        low, high = difference.interval(1 - self.alpha / self.family)
        if max(abs(low), abs(high)) <= self.margin and arm.verdict == "no difference":
            return "no difference"
        return "needs more samples" if self._hopeless(difference, least_p) else "undecided"

    def _hopeless(self, difference: Estimate, least_p: float) -> bool:
        from statistics import NormalDist

        nearest = max(abs(difference.mean) - difference.reach, 0.0)
        half = NormalDist().inv_cdf(1 - self.alpha / self.family / 2) * difference.least_error
        return least_p > self.alpha and nearest + half > self.margin


def _without(arm: ArmComparison) -> NewVerdict:
    """The verdict where there is no estimate."""
    if arm.verdict in ("reference", "diverged"):
        return arm.verdict
    return "no interval"


def as_for_new_seeds(comparison: Comparison) -> tuple[ArmForNewSamples, ...]:
    """Where each seed has samples of its own, new seeds are new samples: the numbers and verdicts of the comparison itself."""
    rows = []
    for arm in comparison.arms:
        interval = (arm.difference.low, arm.difference.high) if arm.difference else NOWHERE
        rows.append(ArmForNewSamples(arm.verdict, interval, arm.p, arm.p_adjusted))
    return tuple(rows)
