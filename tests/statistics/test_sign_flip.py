"""The sign-flip test against SciPy, plain enumeration, and random flips."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from making.effort import num_calls, peak_bytes
from mlpexp.statistics.sign_flip import _sign_patterns, sign_flip_p, smallest_p


def column(values: list[float] | np.ndarray) -> float:
    return float(sign_flip_p(np.asarray(values, dtype=float)[:, None])[0])


def by_enumeration(differences: list[float]) -> float:
    """All 2^n patterns, one after the other; whole numbers, so that ties are exact."""
    observed = abs(sum(differences))
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(one >= observed for one in sums) / len(sums)


@pytest.mark.parametrize("n", [3, 6, 11, 13])
def test_equals_scipy(n: int) -> None:
    generator = np.random.default_rng(n)
    differences = generator.normal(0.5, 1.0, (n, 4))
    expected = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True, axis=0
    )
    np.testing.assert_allclose(sign_flip_p(differences), expected.pvalue, rtol=1e-12)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_equals_enumeration_with_ties(differences: list[int]) -> None:
    assert column(differences) == by_enumeration(differences)


@given(st.lists(st.integers(-45, 45), min_size=1, max_size=8))
def test_rounding_breaks_no_tie(differences: list[int]) -> None:
    """Accuracies on 45 samples are not exact in binary: 0.1 + 0.2 is not 0.3, yet as far from 0 as 0.3 is."""
    assert column([0.1 * d / 45 for d in differences]) == by_enumeration(differences)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=30))
def test_sign_and_scale_do_not_matter(differences: list[int]) -> None:
    p = column(differences)
    assert column([-d for d in differences]) == p
    assert column([1e-7 * d for d in differences]) == p
    assert smallest_p(len(differences)) <= p <= 1


@pytest.mark.parametrize("n", [2, 5, 10, 23, 24, 25, 30, 100])
def test_differences_of_one_sign_give_the_smallest_p(n: int) -> None:
    assert column(np.arange(1.0, n + 1)) == smallest_p(n)
    assert column(-np.arange(1.0, n + 1)) == smallest_p(n)


def test_smallest_p_of_the_design_document() -> None:
    assert [smallest_p(n) for n in (1, 2, 3, 6, 10)] == [1.0, 0.5, 0.25, 2 / 64, 2 / 1024]
    assert smallest_p(0) == 1.0
    assert smallest_p(24) == smallest_p(25) == smallest_p(1000) == 2**-23


def test_degenerate_columns() -> None:
    nan = math.nan
    found = sign_flip_p(np.array([[0.0, nan, nan, -3.0], [0.0, nan, 2.0, 3.0], [0.0, nan, nan, nan]]))
    np.testing.assert_array_equal(found, [1.0, nan, 1.0, 1.0])
    assert sign_flip_p(np.zeros((0, 2))).shape == (2,)
    assert np.isnan(sign_flip_p(np.zeros((0, 2)))).all()
    assert sign_flip_p(np.zeros((3, 0))).shape == (0,)


@pytest.mark.parametrize("n", [8, 30])
def test_missing_pairs_are_left_out(n: int) -> None:
    differences = np.random.default_rng(0).normal(0.4, 1.0, n)
    holes = np.insert(differences, [0, 3, n], math.nan)
    assert column(holes) == column(differences) < 1


@pytest.mark.parametrize("n", [25, 31, 74])
@pytest.mark.parametrize("shift", [0.1, 0.3, 0.5])
def test_the_subgroup_stands_for_all_flips(n: int, shift: float) -> None:
    """400,000 random flips of all 2^n: the share that reaches is p but for the error of the draw."""
    generator = np.random.default_rng(n)
    differences = generator.gamma(1.0, 1.0, n) - 1 + shift
    signs = generator.choice([-1.0, 1.0], (400_000, n))
    expected = (np.abs(signs @ differences) >= abs(differences.sum())).mean()
    assert abs(column(differences) - expected) < 5 * math.sqrt(expected / 400_000) + 1e-5


@pytest.mark.parametrize("n", [13, 37])
def test_the_subgroup_has_the_first_five_moments_of_all_flips(n: int) -> None:
    """The product of any one to five signs averages to 0, and every pattern has its negative."""
    patterns = _sign_patterns(n)
    assert patterns.shape == (2**12, n)
    words = set(map(tuple, patterns))
    assert len(words) == 2**12, "no pattern counts twice"
    assert {tuple(-sign for sign in word) for word in words} == words
    for size in (1, 2, 3, 4, 5):
        for columns in np.random.default_rng(size).permuted(np.tile(np.arange(n), (300, 1)), axis=1)[:, :size]:
            assert patterns[:, columns].prod(axis=1).sum() == 0
    pairs = [(patterns[:, i] * patterns[:, j]).tobytes() for i, j in combinations(range(n), 2)]
    assert len(set(pairs)) == len(pairs), "no four signs depend on each other"


@pytest.mark.parametrize("n", [7, 26])
def test_p_is_valid_for_symmetric_differences(n: int) -> None:
    """P(p <= level) <= level, and equal where the level can be attained: the test is exact."""
    differences = np.random.default_rng(n).standard_t(2, (n, 4000))
    p = sign_flip_p(differences)
    for level in (2 / 64, 6 / 64, 0.25):
        assert abs((p <= level).mean() - level) < 4 * math.sqrt(level / 4000)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        sign_flip_p(np.zeros(3))
    with pytest.raises(ValueError, match="infinite"):
        sign_flip_p(np.array([[math.inf], [1.0]]))


def test_a_comparison_takes_a_few_calls_and_the_memory_of_half_of_its_pairs() -> None:
    """The patterns are made once for all comparisons; 2^24 sums of all pairs would be 128 MiB."""
    differences = np.random.default_rng(0).normal(0, 1, (24, 500))
    sign_flip_p(differences[:, :1])
    assert num_calls(lambda: sign_flip_p(differences)) < 50 * 500
    assert peak_bytes(lambda: sign_flip_p(differences)) < 4e6
