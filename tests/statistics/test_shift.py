"""Shifts of columns against SciPy and plain formulas; a difference of two means against a published table."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlpexp.statistics.intervals import wilson_interval
from mlpexp.statistics.shift import (
    difference_of_means,
    kolmogorov_smirnov,
    largest_by_chance,
    largest_variation_by_chance,
    standardized_difference,
    total_variation,
)

VALUES = st.lists(st.integers(-5, 5), min_size=1, max_size=30).map(lambda values: np.array(values, dtype=float))


@given(VALUES, VALUES)
def test_the_distance_is_the_largest_of_the_shares(new: np.ndarray, learned: np.ndarray) -> None:
    expected = max(abs((new <= x).mean() - (learned <= x).mean()) for x in range(-5, 6))
    assert kolmogorov_smirnov(new, learned) == pytest.approx(expected, abs=1e-12)
    assert kolmogorov_smirnov(learned, new) == pytest.approx(expected, abs=1e-12)


def test_the_distance_is_that_of_scipy() -> None:
    draw = np.random.default_rng(0)
    new, learned = draw.normal(0.3, 1, 80), draw.normal(0, 1.2, 130)
    expected = stats.ks_2samp(new, learned, method="asymp").statistic
    assert kolmogorov_smirnov(new, learned) == pytest.approx(expected, abs=1e-12)


def test_chance_exceeds_the_distance_as_often_as_it_says() -> None:
    limit = stats.kstwobign.ppf(0.95)
    assert largest_by_chance(300, 100) == pytest.approx(limit * np.sqrt(1 / 300 + 1 / 100), rel=1e-4)
    draw = np.random.default_rng(1)
    distances = [kolmogorov_smirnov(draw.normal(size=300), draw.normal(size=100)) for _ in range(800)]
    assert 0.02 < np.mean(np.array(distances) > largest_by_chance(300, 100)) < 0.07
    assert largest_by_chance(1, 1) == 1


def test_a_difference_of_means_is_in_standard_deviations() -> None:
    draw = np.random.default_rng(2)
    new, learned = draw.normal(3, 2, 100_000), draw.normal(1, 2, 100_000)
    assert standardized_difference(new, learned) == pytest.approx(1.0, abs=0.02)
    assert standardized_difference(learned, new) == -standardized_difference(new, learned)
    few, others = np.array([1.0, 2.0, 6.0]), np.array([2.0, 3.0, 3.0, 8.0])
    spread = ((statistics.variance(few) + statistics.variance(others)) / 2) ** 0.5  # with n - 1
    assert standardized_difference(few, others) == pytest.approx((few.mean() - others.mean()) / spread)
    assert np.isnan(standardized_difference(few[:1], others))
    assert standardized_difference(np.ones(3), np.ones(5)) == 0
    assert np.isnan(standardized_difference(np.ones(3), np.zeros(5)))
    assert np.isnan(standardized_difference(np.ones(0), np.ones(5)))


def test_the_variation_is_the_share_that_would_have_to_change() -> None:
    assert total_variation(np.array([30, 10, 0]), np.array([60, 20, 0])) == 0
    assert total_variation(np.array([5, 0]), np.array([0, 7])) == 1
    assert total_variation(np.array([8, 2]), np.array([5, 5])) == pytest.approx(0.3)


def test_the_interval_of_a_difference_is_that_of_the_paper() -> None:
    """Newcombe (1998), table II: 56 of 70 and 48 of 80, 5 of 56 and 0 of 29, by method 10."""
    cases = {((56, 70), (48, 80)): (0.0524, 0.3339), ((5, 56), (0, 29)): (-0.0381, 0.1926)}
    for (first, second), (low, high) in cases.items():
        ends = [(a / n, *wilson_interval(a, n)) for a, n in (first, second)]
        assert difference_of_means(*ends)[1:] == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize("counts", [([30, 70, 0], [120, 280, 10]), ([5, 5], [70, 30]), ([9], [40])])
def test_levels_of_one_source_exceed_their_distance_in_one_case_of_twenty(counts: tuple[list[int], list[int]]) -> None:
    new, learned = (np.array(numbers) for numbers in counts)
    limit = largest_variation_by_chance(new, learned)
    shares, draw = (new + learned) / (new + learned).sum(), np.random.default_rng(8)
    distances = [
        total_variation(draw.multinomial(new.sum(), shares), draw.multinomial(learned.sum(), shares))
        for _ in range(2_000)
    ]
    assert np.mean(np.array(distances) > limit + 1e-12) < 0.07
    assert np.mean(np.array(distances) > limit - 0.03) > 0.03 or limit == 0


def test_nothing_is_exceeded_by_chance_where_there_are_no_values() -> None:
    assert math.isnan(largest_by_chance(0, 10))
    assert math.isnan(largest_variation_by_chance(np.zeros(2), np.array([3, 4])))


def test_equal_values_have_no_spread_whatever_rounding_leaves() -> None:
    for count in range(2, 40):
        assert standardized_difference(np.full(count, 0.1), np.full(count + 5, 0.1)) == 0
        assert math.isnan(standardized_difference(np.full(count, 0.1), np.full(count, 0.3)))
