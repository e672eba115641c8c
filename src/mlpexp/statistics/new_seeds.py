"""How many new seeds decide a comparison, as a range that holds what the seeds there are leave uncertain."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import NormalDist

from mlpexp.statistics.power import MAX_SEEDS, seeds_needed
from mlpexp.statistics.sign_flip import smallest_p

CERTAINTY = 0.8  # of the intervals of a standard deviation and of a mean that a range is computed from
POWER = 0.8
WIDE = 10  # times the low end: a range from which no number can be chosen


@dataclass(frozen=True)
class NewSeeds:
    """About how many new seeds decide."""

    low: int | None
    """If what is uncertain turns out well; None if no number up to 100,000 would do."""
    high: int | None
    """If it does not; None if more than 100,000."""

    @property
    def is_wide(self) -> bool:
        """Whether the range is too wide to plan by."""
        return self.low is not None and self.high is not None and self.high >= WIDE * self.low

    @property
    def in_words(self) -> str:
        """``about 16 to 60 new seeds``: two digits, the low end rounded down and the high one up."""
        if self.low is None:
            return "no number of new seeds that can be trained"
        low, high = _rounded(self.low, math.floor), None if self.high is None else _rounded(self.high, math.ceil)
        if high is None:
            return f"at least {low:,} new seeds"
        return f"about {low:,} new seeds" if low == high else f"about {low:,} to {high:,} new seeds"


def widest(ranges: Iterable[NewSeeds]) -> NewSeeds:
    """From the least to the most of several ranges, of which one or more has a low end."""
    possible = [seeds for seeds in ranges if seeds.low is not None]
    highs = [seeds.high for seeds in possible]
    ends = [high for high in highs if high is not None]
    return NewSeeds(
        min(seeds.low for seeds in possible if seeds.low is not None), max(ends) if len(ends) == len(highs) else None
    )


def seeds_to_decide(std: float, difference: float, n: int, margin: float, alpha: float, family: int = 1) -> NewSeeds:
    """With how many new pairs ``compare`` says something other than *undecided* in four of five cases.

    The n pairs of a first look are a sample: its standard deviation gets its chi-square interval, its mean difference
    that of Student's t, each at 80 %. The high end decides with the largest standard deviation, wherever in its interval
    the mean is: also near half of the margin, where it is hardest to say whether there is a difference or none. The low
    end decides with the smallest, at the better end of the mean. Pairs are counted alone: the first n are not among them.

    Args:
        std: Of the n differences.
        difference: Their mean.
        n: Their number; with fewer than two, only a low end can be named, of pairs that could decide at all.
        margin: Absolute difference below which two arms are as good as equal.
        alpha: Level of the whole family.
        family: Number of comparisons; each is asked at level alpha / family (see ``detection_power``).

    Raises:
        ValueError: A number is negative or not finite, alpha is not between 0 and 1, or the family is empty.

    References:
        Pilots: Browne (1995), "On the use of a pilot sample for sample size determination". Two one-sided tests:
        Schuirmann (1987), see ``compare``.
    """
    fewest = seeds_needed(0.0, 1.0, alpha, family=family)
    if n < 2 or fewest is None:
        return NewSeeds(fewest, None)
    if std == 0:
        return NewSeeds(fewest, fewest)
    smallest, largest = std_interval(std, n)
    half = mean_reach(std, n)
    near, far = max(abs(difference) - half, 0.0), abs(difference) + half
    hardest = min(max(margin / 2, near), far)
    hard = (near, (near + hardest) / 2, hardest)

    def most(count: int) -> float:
        return max(undecided_chance(largest, mean, count, margin, alpha, family) for mean in hard)

    def least(count: int) -> float:
        return min(undecided_chance(smallest, mean, count, margin, alpha, family) for mean in (near, far))

    return NewSeeds(_first(least, fewest), _first(most, fewest))


def seeds_to_show(std: float, n: int, difference: float, alpha: float, family: int = 1) -> NewSeeds:
    """How many new pairs show a true difference of this size with 80 % power, over the chi-square interval of the std.

    Args:
        std: Of the n differences of a first look.
        n: Two or more.
        difference: The true one that is asked about.
        alpha: Level of the whole family.
        family: Number of comparisons.
    """
    low, high = (seeds_needed(end, difference, alpha, POWER, family) for end in std_interval(std, n))
    return NewSeeds(low, high)


def std_interval(std: float, n: int) -> tuple[float, float]:
    """The 80 % interval of a standard deviation that n normal values have given.

    References:
        Snedecor and Cochran (1989), "Statistical methods", section 5.11.
    """
    from scipy.special import chdtri

    tail = (1 - CERTAINTY) / 2
    return std * math.sqrt((n - 1) / float(chdtri(n - 1, tail))), std * math.sqrt(
        (n - 1) / float(chdtri(n - 1, 1 - tail))
    )


def mean_reach(std: float, n: int) -> float:
    """Half of Student's 80 % interval of the mean of n values."""
    return _t_quantile(n - 1, (1 - CERTAINTY) / 2) * std / math.sqrt(n)


def undecided_chance(std: float, difference: float, n: int, margin: float, alpha: float, family: int = 1) -> float:
    """Chance that n pairs neither show a difference nor exclude one beyond the margin, for normal means.

    The standard deviation of the n differences is taken as known: with the pairs that this takes, it nearly is.
    """
    level = math.floor(alpha / smallest_p(n)) * smallest_p(n) / family
    if level == 0:
        return 1.0
    error = std / math.sqrt(n)
    reach = _t_quantile(n - 1, level / 2) * error  # a mean beyond it is a difference
    equal = max(margin - reach, 0.0)  # a mean within it is none
    if equal >= reach:
        return 0.0
    below = NormalDist(difference, error).cdf
    return below(reach) - below(equal) + below(-equal) - below(-reach)


def _t_quantile(degrees: int, tail: float) -> float:
    from scipy.special import stdtrit

    return -float(stdtrit(degrees, tail))


def _first(undecided: Callable[[int], float], fewest: int) -> int | None:
    """The smallest number of pairs that decides with the power, found by doubling and halving; the chance falls with n."""
    low, high = fewest - 1, fewest
    while undecided(high) > 1 - POWER:
        if high >= MAX_SEEDS:
            return None
        low, high = high, min(2 * high, MAX_SEEDS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if undecided(middle) > 1 - POWER else (low, middle)
    return high


def _rounded(count: int, towards: Callable[[float], int]) -> int:
    unit = 10 ** max(len(str(count)) - 2, 0)
    return towards(count / unit) * unit
