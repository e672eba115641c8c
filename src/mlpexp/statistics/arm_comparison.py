"""What a comparison says about one arm, in numbers and in words."""

import math
from dataclasses import dataclass
from typing import Literal

from mlpexp.statistics.intervals import MeanInterval
from mlpexp.statistics.new_seeds import NewSeeds
from mlpexp.statistics.sign_flip import smallest_p

Verdict = Literal["reference", "better", "worse", "no difference", "undecided", "diverged"]
SHORT = {"reference": "the reference", "diverged": "no result"}  # the other verdicts are their own words


@dataclass(frozen=True)
class ArmComparison:
    """One arm of a sweep against the reference."""

    arm: int
    """Its position in the sweep."""
    verdict: Verdict
    """What can be said."""
    own: MeanInterval
    """The arm's own mean over the seeds that ended well, with the t interval of that mean."""
    median: float
    """Median over the same seeds; NaN if there are none."""
    num_missing: int
    """Number of seeds that diverged or failed."""
    difference: MeanInterval | None = None
    """This arm minus the reference over the seeds of both, with the interval that agrees with the test of this pair; None
    for the reference itself and without one.
    """
    p: float = math.nan
    """Sign-flip p of the difference; NaN without pairs."""
    p_adjusted: float = math.nan
    """p of the joint sign-flip test of the family."""
    family: int = 0
    """Number of comparisons that the correction counts."""
    largest_difference: float = math.nan
    """The larger absolute end of the difference's interval at the level of the family: no true difference beyond it is
    plausible. NaN with fewer than two pairs.
    """
    new_seeds: NewSeeds | None = None
    """About how many new seeds would decide; None unless undecided."""

    @property
    def short(self) -> str:
        """The verdict in few words, for a row of a table: ``worse by 0.045``, ``undecided``."""
        if self.verdict in ("better", "worse") and self.difference:
            return f"{self.verdict} by {_fixed(abs(self.difference.mean), _scale(self.difference))}"
        return SHORT.get(self.verdict, self.verdict)

    @property
    def sentence(self) -> str:
        """The verdict in plain words, with the numbers it rests on."""
        num_seeds = self.own.n + self.num_missing
        if self.verdict == "diverged":
            return f"no result in {'any of ' if num_seeds > 1 else ''}{_seeds(num_seeds)}"
        missing = f"; no result in {self.num_missing} of {_seeds(num_seeds)}" if self.num_missing else ""
        return self._finding() + self._why_in_spite() + missing

    @property
    def beside_zero(self) -> bool:
        """Whether the interval of the difference has no 0 in it, though the verdict is neither better nor worse."""
        is_found = self.verdict in ("better", "worse") or self.difference is None
        return not is_found and self.difference is not None and not self.difference.low <= 0 <= self.difference.high

    def _why_in_spite(self) -> str:
        """Why there is a verdict that the interval beside it seems to contradict."""
        if not self.beside_zero or self.difference is None or self.difference.n < 2:
            return ""
        if (least := smallest_p(self.difference.n)) > 0.05:
            return f"; p is at least {least:.4g}"
        return "; interval of this pair alone"

    def _finding(self) -> str:
        if self.difference is None:
            return "the reference"
        if self.verdict in ("better", "worse"):
            return f"{self.verdict} by {_size(self.difference)}, {_p(self.p_adjusted, self.family)}"
        if self.verdict == "no difference":
            if self.largest_difference == 0:
                return f"no difference in any of {_seeds(self.difference.n)}; others may differ"
            return f"no difference larger than {rounded_up(self.largest_difference)}"
        return self._undecided(self.difference)

    def _undecided(self, difference: MeanInterval) -> str:
        common = {0: "no common seed", 1: "one common seed"}.get(difference.n, _seeds(difference.n))
        start, needed = f"cannot be decided with {common}", self.new_seeds
        if needed is None or needed.low is None:
            return f"{start}, nor with any number that can be trained"
        return f"{start}, {needed.in_words} needed"


def _seeds(count: int) -> str:
    return f"{count} seed" if count == 1 else f"{count} seeds"


def _p(p: float, family: int) -> str:
    which = "adjusted p" if family > 1 else "p"
    return f"{which} < 0.001" if p < 0.001 else f"{which} = {p:.3f}"


def _size(difference: MeanInterval) -> str:
    """``0.021 (0.012 to 0.030)``: size and interval of a difference, turned so that the size is positive.

    An end that is not 0 is not printed as 0.
    """
    low, high = sorted(math.copysign(1, difference.mean) * end for end in (difference.low, difference.high))
    scale = _scale(difference)
    nearest = min((abs(end) for end in (low, high) if end), default=scale)
    scale = scale if round(nearest, _decimals(scale)) else nearest
    return f"{_fixed(abs(difference.mean), scale)} ({_fixed(low, scale)} to {_fixed(high, scale)})"


def _scale(difference: MeanInterval) -> float:
    """Half of the interval, which says how many decimals of a difference mean anything."""
    return (difference.high - difference.low) / 2 or abs(difference.mean)


def _decimals(scale: float) -> int:
    """Decimals that show a number of this size with one digit, or two if it begins with 1 or 2: 3 for 0.009 and 0.012."""
    return min(max(0, -math.floor(math.log10(scale) - math.log10(3))), 15) if scale > 0 else 0


def _fixed(value: float, scale: float) -> str:
    return f"{value:.{_decimals(scale)}f}"


def rounded_up(value: float) -> str:
    """No smaller than the value: a bound rounded down would promise too much."""
    power = 10.0 ** _decimals(value)
    return _fixed(math.ceil(value * power * (1 - 1e-9)) / power, value)
