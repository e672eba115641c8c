"""Of new samples of the same source, what a mean over seeds says: by how its test samples were drawn.

Seeds of one experiment share samples, so their values depend on each other, and ``std / sqrt(n)`` is the error of the mean for
new seeds on these samples only. A *design* says how the seeds came by their test samples; it gives the error for new ones.
"""

import math
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from mlpexp.statistics.intervals import mean_interval
from mlpexp.statistics.new_seeds import mean_reach, std_interval
from mlpexp.statistics.student import t_quantile

OTHER_SAMPLES = "the arms have different samples"


@dataclass(frozen=True)
class Redrawn:
    """Each seed draws its test part and its training part anew from the same samples."""

    num_test: int
    """Samples of the test part."""
    num_train: int
    """Samples that are learned from."""


@dataclass(frozen=True)
class Folds:
    """Each seed tests on another of k folds of the same samples, and learns from the others."""

    folds: int
    """Their number k."""
    repeated: bool = True
    """Whether each repetition draws folds anew; else seeds beyond the first k test on the same folds again."""


@dataclass(frozen=True)
class Population:
    """Each seed has samples of its own."""


@dataclass(frozen=True)
class FixedTest:
    """Every seed is tested on the same samples."""

    num_test: int
    """Their number."""


@dataclass(frozen=True)
class NoDesign:
    """Nothing can be said of new samples."""

    reason: str
    """Why not, in few words."""


Design = Redrawn | Folds | Population | FixedTest | NoDesign


@dataclass(frozen=True)
class Estimate:
    """A mean with its error for new samples."""

    mean: float
    """The mean over the seeds."""
    error: float
    """Its standard error; 0 where values have no spread, which tells nothing."""
    degrees: float
    """Degrees of freedom of that error."""
    reach: float
    """How far from it the mean of any number of further seeds may lie: half of the 80 % interval for new seeds."""
    least_error: float
    """What any number of seeds leaves of the error, because the samples stay as few: the low end of its 80 % interval."""

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Student's t interval; NaN without spread."""
        return _t_interval(self.mean, self.error, self.degrees, confidence)

    @property
    def p(self) -> float:
        """Two-sided p of a true mean of 0; NaN without spread."""
        from scipy.special import stdtr

        return 2 * float(stdtr(self.degrees, -abs(self.mean) / self.error)) if self.error > 0 else math.nan

    @property
    def least_p(self) -> float:
        """The smallest p that more seeds may lead to: with the mean at the far end of its reach, and the least error."""
        if not self.error > 0:
            return math.nan
        farthest = abs(self.mean) + self.reach
        return math.erfc(farthest / self.least_error / math.sqrt(2)) if self.least_error > 0 else 0.0


def variance_factor(design: Redrawn | Folds | Population, n: int) -> float:
    """The variance of the mean of n seeds for new samples, in units of the variance of the seeds.

    - test part drawn anew for each seed: 1/n + n_test / n_train (Nadeau and Bengio). The second term stands for what all
      seeds share, and it stays however many there are. It is a heuristic: it supposes that what is learned hardly depends
      on which samples are learned from. Where the test part is larger than the training part, that is least likely to be so.
    - k folds: 1/n + 1/(k - 1), n_test / n_train for folds. Folds run again with other weights count once. There is no
      unbiased estimator of this variance (Bengio and Grandvalet).
    - samples of its own for each seed: 1/n; nothing is shared.

    The factor multiplies all of the variance, also what comes from initial weights and batch order alone, which new samples
    have nothing to do with: there it is too large, and the interval too wide.

    References:
        Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52, section 4.2.2; folds:
        Bouckaert and Frank (2004), "Evaluating the replicability of significance tests for comparing learning algorithms";
        Bengio and Grandvalet (2004), "No unbiased estimator of the variance of k-fold cross-validation".
    """
    return 1 / _independent(design, n) + shared_factor(design)


def shared_factor(design: Redrawn | Folds | Population) -> float:
    """The part of ``variance_factor`` that no number of seeds makes smaller."""
    match design:
        case Redrawn(num_test, num_train):
            return num_test / num_train
        case Folds(folds):
            return 1 / (folds - 1)
        case Population():
            return 0.0
        case _:
            assert_never(design)


def estimate(values: np.ndarray, design: Redrawn | Folds | Population) -> Estimate | None:
    """The mean of one value per seed, such as a difference of two arms; None with fewer than two.

    Args:
        values: One per seed, ``(seeds,)``; those that are not finite are left out.
        design: How seeds came by their samples.

    References:
        Nadeau and Bengio (2003), see ``variance_factor``: the corrected resampled t test, with n - 1 degrees of freedom.
    """
    finite = values[np.isfinite(values)]
    if finite.size < 2:
        return None
    mean = mean_interval(finite)
    return estimate_of(mean.n, mean.mean, mean.std, design)


def interval_of(n: int, mean: float, std: float, design: Redrawn | Folds | Population) -> tuple[float, float]:
    """The 95 % interval of ``estimate_of``, without what further seeds may make of it, which takes SciPy."""
    error = std * math.sqrt(variance_factor(design, n))
    return _t_interval(mean, error, _independent(design, n) - 1, 0.95)


def estimate_of(n: int, mean: float, std: float, design: Redrawn | Folds | Population) -> Estimate:
    """The same from number, mean and standard deviation of two or more values."""
    independent = _independent(design, n)
    if not std > 0:
        return Estimate(mean, 0.0, independent - 1, 0.0, 0.0)
    smallest, _ = std_interval(std, independent)
    error, least = std * math.sqrt(variance_factor(design, n)), smallest * math.sqrt(shared_factor(design))
    return Estimate(mean, error, independent - 1, mean_reach(std, independent), least)


def wider(first: Design, second: Design) -> Design:
    """The design of a difference of two arms: the one with the larger shared factor; none where they are of two kinds."""
    if isinstance(first, NoDesign) or first == second:
        return first
    if isinstance(second, NoDesign):
        return second
    if isinstance(first, Redrawn | Folds) and isinstance(second, Redrawn | Folds) and type(first) is type(second):
        return first if shared_factor(first) >= shared_factor(second) else second
    return NoDesign(OTHER_SAMPLES)


def _t_interval(mean: float, error: float, degrees: float, confidence: float) -> tuple[float, float]:
    """Student's t interval of a mean with a standard error; NaN without one."""
    if not error > 0:
        return math.nan, math.nan
    half = t_quantile((1 + confidence) / 2, degrees) * error
    return mean - half, mean + half


def _independent(design: Redrawn | Folds | Population, n: int) -> int:
    """How many of n seeds count: all, but for folds that are run again."""
    return min(n, design.folds) if isinstance(design, Folds) and not design.repeated else n
