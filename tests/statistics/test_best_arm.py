"""The best arm, and how flattered it is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, stats

from mlpexp.statistics.best_arm import best_arm
from mlpexp.statistics.optimism import Optimism, optimism

NAN = math.nan


def expected_maximum(k: int) -> float:
    """E of the largest of k standard normal values: 1.1630 for 5, 1.5388 for 10 (Tippett, 1925)."""
    return integrate.quad(lambda x: x * k * stats.norm.pdf(x) * stats.norm.cdf(x) ** (k - 1), -9, 9)[0]


def one_seed_after_the_other(values: np.ndarray, higher_is_better: bool) -> float:
    """The definition of the optimism for complete values."""
    sign = 1 if higher_is_better else -1
    best = (sign * values).mean(axis=1).max()
    readings = []
    for seed in range(values.shape[1]):
        chosen = best_arm(np.delete(values, seed, axis=1), higher_is_better)
        readings.append(sign * values[chosen, seed])
    return float(best - np.mean(readings))


def test_best_by_mean_in_either_direction() -> None:
    values = np.array([[0.8, 0.9], [0.9, 0.9], [0.7, 0.9]])
    assert best_arm(values, True) == 1
    assert best_arm(values, False) == 2


def test_of_equal_arms_the_first_is_best() -> None:
    assert best_arm(np.array([[1.0, 2.0], [2.0, 1.0]]), True) == 0
    assert best_arm(np.array([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.2, 0.2, 0.2]]), True) == 0, "equal but for rounding"


def test_an_arm_that_failed_is_best_only_if_all_failed_as_often() -> None:
    assert best_arm(np.array([[0.9, NAN, 0.9], [0.5, 0.5, 0.5]]), True) == 1
    assert best_arm(np.array([[0.9, NAN, math.inf], [0.5, NAN, 0.5]]), True) == 1
    assert best_arm(np.array([[0.9, NAN], [NAN, 0.5]]), True) == 0
    assert best_arm(np.full((2, 3), NAN), True) is None


@given(arrays(float, (3, 4), elements=st.integers(-3, 3)), st.booleans())
def test_optimism_is_its_definition(values: np.ndarray, higher_is_better: bool) -> None:
    found = optimism(values, higher_is_better)
    assert found is not None
    assert found.arm == best_arm(values, higher_is_better)
    assert found.mean == values[found.arm].mean()
    assert found.optimism == pytest.approx(one_seed_after_the_other(values, higher_is_better), abs=1e-12)
    assert found.num_readings == 4
    assert found.mean - found.corrected == pytest.approx(found.optimism if higher_is_better else -found.optimism)


@pytest.mark.parametrize("k", [2, 5, 10])
def test_corrected_mean_of_equal_arms_is_unbiased(k: int) -> None:
    """The best of k equal arms is too good by E[max of k] std / sqrt(n); what they share on a seed changes nothing."""
    generator = np.random.default_rng(k)
    n, times = 8, 4000
    found = []
    for _ in range(times):
        values = generator.normal(0.0, 1.0, (k, n)) + generator.normal(0.0, 3.0, n)
        result = optimism(values, True)
        assert result is not None
        found.append((result.optimism, result.corrected))
    flattery, corrected = np.array(found).T
    assert abs(flattery.mean() - expected_maximum(k) / math.sqrt(n)) < 4 * flattery.std() / math.sqrt(times)
    assert abs(corrected.mean()) < 4 * corrected.std() / math.sqrt(times)
    assert flattery.mean() > 10 * flattery.std() / math.sqrt(times), "there is something to correct"


def test_a_clear_winner_is_not_flattered() -> None:
    values = np.random.default_rng(0).normal(0, 0.01, (4, 6))
    values[2] -= 1
    found = optimism(values, False)
    assert found is not None
    assert (found.arm, found.num_readings) == (2, 6)
    assert found.optimism == pytest.approx(0, abs=1e-12)


@pytest.mark.filterwarnings("error")
def test_optimism_with_missing_trials() -> None:
    complete = np.random.default_rng(1).normal(0, 1, (3, 6))
    with_failed = np.concatenate([complete, [[9, 9, 9, NAN, 9, 9]], [[NAN] * 6]])
    assert optimism(with_failed, True) == optimism(complete, True), "arms that failed more often are no candidates"
    one_seed_lost = np.insert(complete, 2, NAN, axis=1)
    assert optimism(one_seed_lost, True) == optimism(complete, True)
    assert optimism(np.full((2, 2), NAN), True) is None


@pytest.mark.filterwarnings("error")
def test_one_seed_tells_nothing_about_flattery() -> None:
    found = optimism(np.array([[0.5], [0.7]]), True)
    assert isinstance(found, Optimism)
    assert (found.arm, found.mean, found.num_readings) == (1, 0.7, 0)
    assert math.isnan(found.optimism)
    assert math.isnan(found.corrected)


def test_optimism_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        optimism(np.zeros(3), True)
