"""A fair comparison of the arms of a sweep: paired, corrected for their number, and silent where seeds are too few."""

import math
from dataclasses import dataclass, replace

import numpy as np

from mlpexp.statistics.arm_comparison import ArmComparison, Verdict
from mlpexp.statistics.best_arm import best_arm
from mlpexp.statistics.flip_interval import sign_flip_interval
from mlpexp.statistics.intervals import MeanInterval, mean_interval, paired_difference
from mlpexp.statistics.max_t import max_t_p, smallest_max_t_p
from mlpexp.statistics.new_seeds import NewSeeds, seeds_to_decide
from mlpexp.statistics.sign_flip import sign_flip_p, smallest_p

MOST_PAIRS = 2_000_000  # 2,000 arms; more would take gigabytes
TOO_LARGE = 1e150  # has no square: as good as infinite


@dataclass(frozen=True)
class Comparison:
    """All arms of a sweep against one of them."""

    arms: tuple[ArmComparison, ...]
    """One comparison per arm, in the order of the sweep."""
    reference: int | None
    """The arm that the others are compared with; None if every trial diverged."""
    chosen_after: bool
    """The reference is the best arm, chosen after looking, and not a baseline named before."""
    family: int
    """Number of comparisons that corrections count: all pairs of arms if chosen after, else one per other arm."""
    margin: float
    """Absolute difference below which two arms are as good as equal."""
    alpha: float
    """Chance that the correction allows for one or more wrong finds."""


def compare(
    values: np.ndarray,
    higher_is_better: bool,
    *,
    margin: float,
    reference: int | None = None,
    alpha: float = 0.05,
    ends: tuple[float, float] = (-math.inf, math.inf),
) -> Comparison:
    """Compare arms over the seeds they share; ``values`` is ``(arms, seeds)``, not finite where a trial diverged or failed.

    Without a reference the best arm is the reference (see ``best_arm``). Since it was chosen after looking, each pair of
    arms could have been the one that is shown, and the family is all k(k-1)/2 pairs; for a reference named beforehand it
    is k-1. Arms that diverged on every seed are in no pair. Verdicts on the difference to the reference:

    - better, worse: the adjusted p of the joint sign-flip test of the family is at most alpha (see ``max_t_p``, also for
      what it assumes). It is a statement on the sign, so that the difference may be smaller than the margin.
    - no difference: the interval at level alpha / family (Bonferroni) lies within the margin, and the seeds are
      enough for better or worse to be possible. It is the family of the p values for the same reason: the pair
      was chosen after looking. So wrong finds and wrong claims of equality each stay below alpha for the whole sweep.
      Bonferroni may stay: an interval has no smallest p to run into, it is only a little wider than it had to be.
    - undecided: neither. ``new_seeds`` says how many new ones would decide (see ``seeds_to_decide``), each comparison at
      level alpha / family, which asks for more seeds than the joint test does.

    The interval of a difference that is shown is that of this pair alone, at level alpha: what the sign-flip test does not
    rule out (``sign_flip_interval``), so that better and worse have an interval without 0; Student's t with fewer seeds
    than that test can decide with. Intervals end at ``ends``, the lowest and the highest value there is. A
    difference rests on the seeds that both arms survived; what diverged is counted, and said in every sentence.

    Raises:
        ValueError: The values are not of shape ``(arms, seeds)`` with one or more of both, the reference is not an arm,
            the margin is negative or not finite, or alpha is not between 0 and 1.

    References:
        Westfall and Young (1993), see ``max_t_p``; equality within a margin: Schuirmann (1987), "A comparison of the two
        one-sided tests procedure and the power approach for assessing the equivalence of average bioavailability".
    """
    values = np.asarray(values, dtype=np.float64)
    _check(values, reference, margin, alpha)
    values = np.where(np.abs(values) < TOO_LARGE, values, np.nan)
    chosen = best_arm(values, higher_is_better) if reference is None else reference
    alive = np.isfinite(values).any(axis=1)
    family = math.comb(int(alive.sum()), 2) if reference is None else int(alive.sum() - alive[reference])
    if chosen is None:
        arms = tuple(_own(values, arm, "diverged", alpha, ends) for arm in range(len(values)))
        return Comparison(arms, None, True, 0, margin, alpha)
    p = sign_flip_p((values - values[chosen]).T)
    p[chosen] = np.nan
    adjusted = _adjusted(values, p, chosen, family, all_pairs=reference is None)
    question = _Question(values, chosen, higher_is_better, family, margin, alpha, ends)
    rows = tuple(question.row(arm, float(p[arm]), float(adjusted[arm])) for arm in range(len(values)))
    return Comparison(rows, chosen, reference is None, family, margin, alpha)


def _adjusted(values: np.ndarray, p: np.ndarray, reference: int, family: int, *, all_pairs: bool) -> np.ndarray:
    """P corrected for the family by joint flips; after Bonferroni, which is coarser, where there are too many pairs."""
    if family == 1:
        return p
    if family > MOST_PAIRS:
        return np.minimum(p * family, 1.0)
    # Beyond 16 seeds the joint test tries fewer flips than the test of one pair: its p may be smaller by chance.
    return np.maximum(p, max_t_p(values, reference, all_pairs=all_pairs))


@dataclass(frozen=True)
class _Question:
    """What is asked of every arm: ``values`` ``(arms, seeds)`` against those of the reference."""

    values: np.ndarray
    reference: int
    higher_is_better: bool
    family: int
    margin: float
    alpha: float
    ends: tuple[float, float]

    def row(self, arm: int, p: float, p_adjusted: float) -> ArmComparison:
        if arm == self.reference or np.isnan(self.values[arm]).all():
            verdict: Verdict = "diverged" if np.isnan(self.values[arm]).all() else "reference"
            return _own(self.values, arm, verdict, self.alpha, self.ends)
        difference = self._difference(arm)
        at_family = paired_difference(self.values[arm], self.values[self.reference], 1 - self.alpha / self.family)
        # The interval that stands beside it is no wider than what is said to be the largest difference.
        largest = max(abs(end) for interval in (at_family, difference) for end in (interval.low, interval.high))
        verdict = self._verdict(difference, p_adjusted, largest)
        needed = self._needed(difference) if verdict == "undecided" else None
        found = _own(self.values, arm, verdict, self.alpha, self.ends)
        numbers = (difference, p, p_adjusted, self.family, largest, needed)
        return ArmComparison(arm, verdict, found.own, found.median, found.num_missing, *numbers)

    def _difference(self, arm: int) -> MeanInterval:
        """The mean difference with what the test of this pair does not rule out."""
        values, others = self.values[arm], self.values[self.reference]
        difference, widest = paired_difference(values, others, 1 - self.alpha), self.ends[1] - self.ends[0]
        if smallest_p(difference.n) <= self.alpha and difference.std > 0:
            differences = values - others
            low, high = sign_flip_interval(differences[np.isfinite(differences)], 1 - self.alpha)
            difference = replace(difference, low=low, high=high)
        return difference.within(-widest, widest)

    def _verdict(self, difference: MeanInterval, p_adjusted: float, largest: float) -> Verdict:
        if p_adjusted <= self.alpha:
            return "better" if (difference.mean > 0) == self.higher_is_better else "worse"
        # The second condition keeps two or three seeds that happen to agree from passing as proof.
        decidable = smallest_max_t_p(difference.n, self.family) <= self.alpha
        return "no difference" if largest <= self.margin and decidable else "undecided"

    def _needed(self, difference: MeanInterval) -> NewSeeds:
        n = difference.n
        seeds = seeds_to_decide(difference.std, difference.mean, n, self.margin, self.alpha, self.family)
        # n seeds did not decide, whatever their power may be: it is estimated from no more than them.
        return NewSeeds(*(None if end is None else max(end, n + 1) for end in (seeds.low, seeds.high)))


def _own(values: np.ndarray, arm: int, verdict: Verdict, alpha: float, ends: tuple[float, float]) -> ArmComparison:
    """The arm by itself."""
    finite = values[arm][np.isfinite(values[arm])]
    num_missing = values.shape[1] - finite.size
    if finite.size == 0:
        return ArmComparison(arm, verdict, MeanInterval(0, *[math.nan] * 4), math.nan, num_missing)
    own = mean_interval(finite, 1 - alpha).within(*ends)
    return ArmComparison(arm, verdict, own, float(np.median(finite)), num_missing)


def _check(values: np.ndarray, reference: int | None, margin: float, alpha: float) -> None:
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(f"values of shape {values.shape}: expected (arms, seeds) with one or more of both")
    if reference is not None and not 0 <= reference < len(values):
        raise ValueError(f"reference {reference}: expected an arm from 0 to {len(values) - 1}")
    if not 0 <= margin < math.inf:
        raise ValueError(f"margin {margin:g}: expected a finite number of 0 or more")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha:g}: expected a number between 0 and 1, such as 0.05")
