"""The interval of one arm's mean for new samples, by its design."""

from math import nan
from typing import assert_never

from mlpexp.statistics.fixed_test import share_interval
from mlpexp.statistics.new_samples import Design, FixedTest, Folds, NoDesign, Population, Redrawn, interval_of


def own_interval(n: int, mean: float, std: float, design: Design, *, is_share: bool) -> tuple[float, float]:
    """The 95 % interval for new samples of a mean over n seeds; NaN where none holds.

    Args:
        n: Number of seeds.
        mean: Their mean.
        std: Their standard deviation.
        design: How they came by their samples.
        is_share: Whether the values are shares of right samples: of a fixed test part only they have an interval.
    """
    match design:
        case NoDesign():
            return nan, nan
        case FixedTest(num_test):
            return share_interval(n, mean, std, num_test) if is_share and n else (nan, nan)
        case Redrawn() | Folds() | Population():
            return interval_of(n, mean, std, design) if n > 1 else (nan, nan)
        case _:
            assert_never(design)
