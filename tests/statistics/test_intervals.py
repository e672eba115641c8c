"""Intervals against SciPy, closed forms and simulation."""

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from mlpexp.statistics.intervals import MeanInterval, mean_interval, wilson_interval


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_mean_interval_equals_scipy(n: int, confidence: float) -> None:
    values = np.random.default_rng(n).normal(3.0, 2.0, n)
    found = mean_interval(values, confidence)
    expected = stats.t.interval(confidence, n - 1, loc=values.mean(), scale=stats.sem(values))
    np.testing.assert_allclose((found.low, found.high), expected, rtol=1e-12)
    assert (found.n, found.mean) == (n, values.mean())
    assert found.std == pytest.approx(values.std(ddof=1), rel=1e-14)


def test_mean_interval_by_hand() -> None:
    """Three values 1, 2, 3: standard error 1/sqrt(3); for two degrees of freedom t = (2p - 1) / sqrt(2 p (1 - p))."""
    half = 0.95 / math.sqrt(2 * 0.975 * 0.025) / math.sqrt(3)
    found = mean_interval([1, 2, 3])
    assert (found.n, found.mean, found.std) == (3, 2.0, 1.0)
    assert found.low == pytest.approx(2 - half, abs=1e-12)
    assert found.high == pytest.approx(2 + half, abs=1e-12)


def test_one_value_has_no_interval() -> None:
    found = mean_interval([0.9])
    assert (found.n, found.mean) == (1, 0.9)
    assert all(math.isnan(value) for value in (found.std, found.low, found.high))


def test_equal_values_have_an_interval_of_length_zero() -> None:
    assert mean_interval([0.5] * 4) == MeanInterval(4, 0.5, 0.0, 0.5, 0.5)


@pytest.mark.parametrize("values", [[1.0, math.inf], [1.0, math.nan], [math.inf, -math.inf]])
@pytest.mark.filterwarnings("error")
def test_a_value_that_is_not_finite_hides_behind_no_interval(values: list[float]) -> None:
    found = mean_interval(values)
    assert found.n == 2
    assert not math.isfinite(found.mean)
    assert all(math.isnan(value) for value in (found.std, found.low, found.high))


def test_mean_interval_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(0)
    found = [mean_interval(generator.normal(5.0, 1.0, 6), 0.9) for _ in range(4000)]
    covered = np.mean([one.low <= 5.0 <= one.high for one in found])
    assert abs(covered - 0.9) < 4 * math.sqrt(0.9 * 0.1 / 4000)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(29, 30, 0.8333, 0.9941), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)  # the last: Newcombe (1998), table I, method 3
def test_wilson_interval_of_known_cases(successes: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (7, 30), (29, 30), (9_812, 10_000)])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_interval_equals_scipy(successes: int, n: int, confidence: float) -> None:
    expected = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert wilson_interval(successes, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.97])
def test_wilson_interval_covers_about_as_often_as_it_says(share: float) -> None:
    """Exact coverage, summed over all outcomes of 45 samples; the normal interval falls to 0.74 at 0.97."""
    ends = [wilson_interval(k, 45) for k in range(46)]
    covered = sum(stats.binom.pmf(k, 45, share) for k, (low, high) in enumerate(ends) if low <= share <= high)
    assert 0.92 < covered < 0.99


def test_wilson_interval_takes_fractional_successes() -> None:
    low, high = wilson_interval(0.95 * 30, 30)
    assert wilson_interval(28, 30)[0] < low < wilson_interval(29, 30)[0]
    assert wilson_interval(28, 30)[1] < high < wilson_interval(29, 30)[1]


@pytest.mark.parametrize("bad", [(-1, 10), (11, 10), (0, 0), (math.nan, 10)])
def test_impossible_counts_are_refused(bad: tuple[float, int]) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson_interval(*bad)


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        mean_interval([])
    with pytest.raises(ValueError, match="confidence"):
        mean_interval([1, 2], 95)
    with pytest.raises(ValueError, match="confidence"):
        wilson_interval(1, 2, 0.0)


def test_importing_intervals_imports_no_scipy() -> None:
    code = "import sys, mlpexp.statistics.intervals\nprint('scipy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
