"""Holm's correction against its definition, published values and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.statistics.holm import holm

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_by_hand() -> None:
    """Four hypotheses 0.01, 0.04, 0.03, 0.005: R's ``p.adjust(method = "holm")`` gives 0.03, 0.06, 0.06, 0.02."""
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])


@given(SHARES, st.floats(0.001, 0.999))
def test_finds_what_the_step_down_procedure_finds(p: list[float], alpha: float) -> None:
    """The definition: from the smallest p upwards, reject while p <= alpha / (number left)."""
    rejected = set()
    for rank, position in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[position] * (len(p) - rank) > alpha:
            break
        rejected.add(position)
    assert set(np.flatnonzero(holm(np.array(p)) <= alpha)) == rejected


@given(SHARES)
def test_order_does_not_matter_and_missing_ones_do_not_count(p: list[float]) -> None:
    adjusted = holm(np.array(p))
    np.testing.assert_array_equal(holm(np.array(p[::-1]))[::-1], adjusted)
    with_missing = holm(np.array([math.nan, *p, math.nan]))
    np.testing.assert_array_equal(with_missing, [math.nan, *adjusted, math.nan])


@given(SHARES, SHARES)
def test_what_is_not_given_only_raises_the_adjusted_values(p: list[float], others: list[float]) -> None:
    family = len(p) + len(others)
    complete = holm(np.array(p + others))[: len(p)]
    partial = holm(np.array(p), family)
    assert (partial >= complete).all()
    np.testing.assert_array_equal(partial, holm(np.array(p + [1.0] * len(others)))[: len(p)])
    assert (partial <= np.minimum(family * np.array(p), 1)).all(), "no worse than Bonferroni"


def test_false_finds_stay_rare_when_some_are_true() -> None:
    """Two true effects among five: the factors of the others shrink once the two are found, and alpha still holds."""
    generator = np.random.default_rng(0)
    p = generator.uniform(0, 1, (8000, 5))
    p[:, :2] = 1e-9
    false_finds = np.mean([(holm(row)[2:] <= 0.05).any() for row in p])
    assert abs(false_finds - (1 - (1 - 0.05 / 3) ** 3)) < 4 * math.sqrt(0.05 / 8000)  # the least of three at 0.05 / 3


def test_nothing_to_adjust() -> None:
    assert holm(np.zeros(0)).shape == (0,)
    assert np.isnan(holm(np.array([math.nan, math.nan]))).all()


@pytest.mark.parametrize("p", [[-0.1], [1.1], [[0.5]]])
def test_what_is_no_p_is_refused(p: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm(np.array(p))


def test_a_family_smaller_than_what_is_given_is_refused() -> None:
    with pytest.raises(ValueError, match="a family of 1"):
        holm(np.array([0.1, 0.2]), 1)
    assert holm(np.array([0.1, math.nan]), 1)[0] == 0.1
