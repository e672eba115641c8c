"""Paired differences against SciPy and Student's own example."""

import math

import numpy as np
import pytest
from scipy import stats

from mlpexp.statistics.intervals import MeanInterval, paired_difference


def test_sleep_of_student() -> None:
    """Student (1908), illustration I: ten patients, additional hours of sleep with two drugs; mean 1.58, std 1.23."""
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    found = paired_difference(second, first)
    assert (found.n, round(found.mean, 2), round(found.std, 2)) == (10, 1.58, 1.23)
    expected = stats.ttest_1samp(second - first, 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_what_arms_share_on_a_seed_cancels() -> None:
    generator = np.random.default_rng(0)
    a, b, shared = generator.normal(0, 0.01, (3, 8))
    one, other = paired_difference(a, b), paired_difference(a + 100 * shared, b + 100 * shared)
    assert (other.mean, other.std) == pytest.approx((one.mean, one.std), rel=1e-9)


def test_pairs_with_a_missing_value_are_left_out() -> None:
    a = np.array([1.0, math.nan, 3.0, 4.0, math.inf])
    b = np.array([0.5, 1.0, math.nan, 2.0, 1.0])
    assert paired_difference(a, b) == paired_difference(a[[0, 3]], b[[0, 3]])
    assert paired_difference(a, b).n == 2


@pytest.mark.filterwarnings("error")
def test_too_few_pairs_have_no_interval() -> None:
    nothing, one = paired_difference(np.array([math.nan, 1]), np.array([1, math.nan])), paired_difference([3.0], [1.0])
    assert nothing.n == 0
    assert all(math.isnan(value) for value in (nothing.mean, nothing.std, nothing.low, nothing.high))
    assert (one.n, one.mean) == (1, 2.0)
    assert all(math.isnan(value) for value in (one.std, one.low, one.high))


def test_equal_differences_are_a_point() -> None:
    assert paired_difference(np.array([3.0, 5.0, 7.0]), np.array([1.0, 3.0, 5.0])) == MeanInterval(
        3, 2.0, 0.0, 2.0, 2.0
    )


@pytest.mark.parametrize(("a", "b"), [(np.zeros(3), np.zeros(1)), (np.zeros((2, 2)), np.zeros((2, 2)))])
def test_unequal_shapes_are_refused(a: np.ndarray, b: np.ndarray) -> None:
    with pytest.raises(ValueError, match="shapes"):
        paired_difference(a, b)
