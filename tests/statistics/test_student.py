"""Quantiles of Student's t from a table."""

import math
from statistics import NormalDist

import pytest
from scipy import stats
from scipy.special import stdtrit

from mlpexp.statistics.student import TABLE, USUAL, t_quantile


@pytest.mark.parametrize("degrees", [1, 2, 3, 9, 29, 99, len(TABLE), len(TABLE) + 1, 1000])
def test_the_probability_below_a_quantile_is_the_one_asked_for(degrees: int) -> None:
    for probability in (0.6, 0.9, USUAL, 0.995):
        assert stats.t.cdf(t_quantile(probability, degrees), degrees) == pytest.approx(probability, abs=1e-12)


def test_the_table_holds_what_scipy_computes() -> None:
    computed = [float(stdtrit(degrees, USUAL)) for degrees in range(1, len(TABLE) + 1)]
    assert pytest.approx(computed, rel=1e-9) == TABLE  # not every version of SciPy has the same last digits


def test_the_table_of_one_and_two_degrees_is_known_in_closed_form() -> None:
    assert TABLE[0] == pytest.approx(math.tan(math.pi * (USUAL - 0.5)), rel=1e-14)
    share = 2 * USUAL - 1
    assert TABLE[1] == pytest.approx(share * math.sqrt(2 / (1 - share**2)), rel=1e-14)


def test_quantiles_fall_to_the_normal_one() -> None:
    falling = [t_quantile(USUAL, degrees) for degrees in range(1, 130)]
    assert falling == sorted(falling, reverse=True)
    assert t_quantile(USUAL, 10**6) == pytest.approx(NormalDist().inv_cdf(USUAL), abs=1e-5)
