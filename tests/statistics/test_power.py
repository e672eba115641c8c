"""Numbers of seeds against published tables, SciPy and simulation."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlpexp.statistics.power import MAX_SEEDS, detectable_difference, detection_power, seeds_needed
from mlpexp.statistics.sign_flip import sign_flip_p, smallest_p


@pytest.mark.parametrize(
    ("effect", "power", "n"), [(0.2, 0.8, 199), (0.5, 0.8, 34), (0.8, 0.8, 15), (0.5, 0.9, 44), (0.2, 0.95, 327)]
)
def test_published_numbers_of_pairs(effect: float, power: float, n: int) -> None:
    """G*Power 3 and statsmodels ``TTestPower().solve_power``: 198.15, 33.37, 14.30, 43.99, 326.81... rounded up."""
    assert seeds_needed(1.0, effect, 0.05, power) == n


@pytest.mark.parametrize("n", [30, 100, 900])
@pytest.mark.parametrize("effect", [0.0, 0.01, 0.1])
def test_power_equals_scipy(n: int, effect: float) -> None:
    """With 30 pairs the levels that can be attained lie so close that alpha is one of them, all but exactly."""
    critical = stats.t.ppf(0.975, n - 1)
    shift = effect * math.sqrt(n)
    expected = stats.nct.sf(critical, n - 1, shift) + stats.nct.cdf(-critical, n - 1, shift)
    assert detection_power(2.0, 2 * effect, n, 0.05) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(("n", "effect"), [(6, 2.0), (8, 1.2), (10, 1.0), (20, 0.7), (34, 0.5)])
def test_power_is_how_often_the_sign_flip_test_finds_the_difference(n: int, effect: float) -> None:
    differences = np.random.default_rng(n).normal(effect, 1.0, (n, 4000))
    found = (sign_flip_p(differences) <= 0.05).mean()
    # The t test is up to 0.07 stronger where the sign-flip test has few levels: 6 pairs must all be of one sign.
    assert found == pytest.approx(detection_power(1.0, effect, n, 0.05), abs=0.08 if n < 10 else 0.035)


def test_power_is_how_often_the_t_test_finds_the_difference() -> None:
    """Six pairs attain 2/64, not 0.05."""
    differences = np.random.default_rng(0).normal(1.5, 1.0, (6, 20_000))
    found = (stats.ttest_1samp(differences, 0.0).pvalue <= 2 / 64).mean()
    assert abs(found - detection_power(1.0, 1.5, 6, 0.05)) < 4 * math.sqrt(0.25 / 20_000)


@given(
    st.floats(1e-3, 1e3),
    st.floats(0.05, 5),
    st.sampled_from([1e-6, 0.003, 0.05, 0.5, 0.9]),
    st.sampled_from([0.1, 0.5, 0.8, 0.99]),
)
def test_the_number_is_the_smallest(std: float, effect: float, alpha: float, power: float) -> None:
    n = seeds_needed(std, effect * std, alpha, power)
    assert n is not None
    assert smallest_p(n) <= alpha
    assert detection_power(std, effect * std, n, alpha) >= power
    assert n == 2 or detection_power(std, effect * std, n - 1, alpha) < power


@pytest.mark.parametrize(("alpha", "n"), [(0.5, 2), (0.05, 6), (0.05 / 15, 10), (0.05 / 45, 11), (2**-23, 24)])
def test_no_difference_is_so_large_that_fewer_seeds_do(alpha: float, n: int) -> None:
    assert seeds_needed(1.0, 1e6, alpha) == n
    assert seeds_needed(0.0, 1e-6, alpha) == n
    assert detection_power(1.0, 1e6, n, alpha) == 1.0
    assert n == 2 or detection_power(1.0, 1e6, n - 1, alpha) == 0.0


@pytest.mark.parametrize("family", [3, 28, 499_500])
def test_a_family_divides_the_level_but_not_what_can_be_attained(family: int) -> None:
    assert seeds_needed(0.0, 1.0, 0.05, family=family) == seeds_needed(1.0, 1e6, 0.05, family=family) == 6
    assert detection_power(0.0, 1.0, 5, 0.05, family) == 0.0
    level = 50 / 1024 / family
    critical = stats.t.isf(level / 2, 9)
    expected = stats.nct.sf(critical, 9, 2 * math.sqrt(10)) + stats.nct.cdf(-critical, 9, 2 * math.sqrt(10))
    assert detection_power(0.5, 1.0, 10, 0.05, family) == pytest.approx(expected, rel=1e-6)
    counts = [seeds_needed(1.0, 0.5, 0.05, family=size) for size in (1, 2, family)]
    assert counts == sorted(counts)


@pytest.mark.parametrize("n", [6, 8, 12])
def test_power_far_out_is_that_of_the_noise_of_the_std(n: int) -> None:
    """With a huge family the critical value of six pairs is 60: sizes that large matter, and SciPy ends at about 37."""
    critical = stats.t.isf(smallest_p(n) * math.floor(0.05 / smallest_p(n)) / 499_500 / 2, n - 1)
    noise = np.random.default_rng(0)
    for shift in (29.0, 31.0, 60.0):
        t = (noise.normal(shift, 1, 200_000)) / np.sqrt(noise.chisquare(n - 1, 200_000) / (n - 1))
        found = detection_power(1.0, shift / math.sqrt(n), n, 0.05, 499_500)
        assert found == pytest.approx((t > critical).mean(), abs=0.01)


def test_what_no_number_of_seeds_shows() -> None:
    assert seeds_needed(1.0, 0.0, 0.05) is None
    assert seeds_needed(1.0, 1e-300, 0.05) is None
    assert seeds_needed(1.0, 1e6, 2**-23 * 0.99) is None
    last = detectable_difference(1.0, MAX_SEEDS, 0.05)
    assert seeds_needed(1.0, last * 1.000001, 0.05) == MAX_SEEDS
    assert seeds_needed(1.0, last * 0.9999, 0.05) is None


@given(st.floats(1e-3, 1e3), st.integers(6, 400), st.sampled_from([0.05, 0.2]), st.sampled_from([0.5, 0.8, 0.99]))
def test_detectable_difference_is_the_inverse(std: float, n: int, alpha: float, power: float) -> None:
    difference = detectable_difference(std, n, alpha, power)
    assert detection_power(std, difference, n, alpha) == pytest.approx(power, abs=1e-9)
    assert seeds_needed(std, difference * (1 + 1e-9), alpha, power) == n


def test_detectable_difference_at_the_ends() -> None:
    assert detectable_difference(1.0, 5, 0.05) == math.inf
    assert detectable_difference(0.0, 6, 0.05) == 0.0
    assert detectable_difference(1.0, 10, 0.5, 0.4) == 0.0, "chance alone finds it that often"


def test_impossible_arguments_are_refused() -> None:
    for std, difference in ((-1.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf)):
        with pytest.raises(ValueError, match="std"):
            seeds_needed(std, difference, 0.05)
    with pytest.raises(ValueError, match="a family of 0"):
        seeds_needed(1.0, 1.0, 0.05, family=0)
    for alpha, power in ((0.0, 0.8), (0.05, 1.0)):
        with pytest.raises(ValueError, match="alpha"):
            detectable_difference(1.0, 10, alpha, power)


def test_importing_imports_no_scipy() -> None:
    names = "comparison, optimism, variance_components, power"
    code = f"import sys\nfrom mlpexp.statistics import {names}\nprint('scipy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
