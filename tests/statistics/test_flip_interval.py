"""The interval of a difference and its test say the same: by brute force, and of every row of random comparisons."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpexp.statistics.comparison import compare
from mlpexp.statistics.flip_interval import sign_flip_interval
from mlpexp.statistics.intervals import mean_interval
from mlpexp.statistics.sign_flip import sign_flip_p

KINDS = ("normal", "accuracies", "skewed", "rare failures", "equal")


def values_of(kind: str, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    match kind:
        case "normal":
            return np.asarray(generator.normal(0.5, 0.1, shape))
        case "accuracies":
            return generator.binomial(45, 0.95, shape) / 45
        case "skewed":
            return np.asarray(generator.exponential(0.2, shape))
        case "rare failures":
            return np.where(generator.random(shape) < 0.05, 0.2, 0.98)
        case _:
            return np.full(shape, 29 / 30)


def by_brute_force(differences: np.ndarray, alpha: float) -> tuple[float, float]:
    """The ends, among all means of subsets, of the shifts that a test over every pattern does not reject."""
    n = len(differences)
    signs = np.array(list(product((1, -1), repeat=n)))
    places = sorted({differences[list(s)].mean() for s in (np.flatnonzero(row < 0) for row in signs) if len(s)})

    def p(shift: float) -> float:
        sums = abs(signs @ (differences - shift))
        return float((sums >= sums[0] - 1e-12).mean())

    inside = [place for place in places if p(place) > alpha]
    return min(inside), max(inside)


@pytest.mark.parametrize("n", [6, 7, 9, 11])
@pytest.mark.parametrize("kind", ["normal", "skewed"])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_ends_are_those_of_a_test_over_all_patterns(kind: str, n: int, alpha: float) -> None:
    differences = values_of(kind, (n,), np.random.default_rng(n))
    assert sign_flip_interval(differences, 1 - alpha) == pytest.approx(by_brute_force(differences, alpha), abs=1e-12)


def test_of_six_differences_the_interval_is_their_range() -> None:
    assert sign_flip_interval(np.array([0.1, 0.3, -0.2, 0.5, 0.4, 0.2])) == (-0.2, 0.5)


@pytest.mark.parametrize("n", [1, 3, 5])
def test_too_few_differences_rule_nothing_out(n: int) -> None:
    assert sign_flip_interval(np.arange(1.0, n + 1)) == (-math.inf, math.inf)


@pytest.mark.parametrize("n", [14, 15, 20, 40])
@pytest.mark.parametrize("kind", KINDS[:3])
def test_p_passes_the_level_at_either_end(kind: str, n: int) -> None:
    """Also where an end is searched for: to about a thousandth of the standard error."""
    differences = values_of(kind, (n,), np.random.default_rng(n)) - values_of(kind, (n,), np.random.default_rng(99))
    room = 2e-3 * differences.std() / math.sqrt(n)
    for end, outwards in zip(sign_flip_interval(differences), (-room, room), strict=True):
        shifted = np.stack([differences - end - outwards, differences - end + outwards], axis=1)
        outside, inside = sign_flip_p(shifted)
        assert outside <= 0.05 < inside


@pytest.mark.parametrize("n", [20, 40])
def test_of_many_normal_differences_it_is_that_of_student(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.1, 1, n)
    student = mean_interval(differences)
    assert sign_flip_interval(differences) == pytest.approx((student.low, student.high), abs=0.05 * student.std)


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
        sign_flip_interval(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="expected finite ones"):
        sign_flip_interval(np.array([0.0, math.nan]))
    with pytest.raises(ValueError, match="confidence 1"):
        sign_flip_interval(np.zeros(8), 1.0)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(KINDS), st.integers(1, 5), st.integers(2, 26), st.sampled_from([None, 0]), st.integers(0, 2**32 - 1)
)
def test_no_row_has_a_verdict_that_its_interval_contradicts(
    kind: str, others: int, seeds: int, reference: int | None, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    values = values_of(kind, (others + 1, seeds), generator)
    values[1] -= generator.choice([0.0, 0.01, 0.05, 0.2])  # near what these seeds can decide
    values[generator.random(values.shape) < 0.05] = math.nan
    found = compare(values, True, margin=0.02, reference=reference, ends=(0.0, 1.0))
    for row in found.arms:
        if row.difference is None or row.difference.n < 2:
            continue
        low, high = row.difference.low, row.difference.high
        if row.verdict in ("better", "worse"):
            assert low > 0 if row.verdict == "better" else high < 0
            assert not row.beside_zero
        else:
            assert row.beside_zero == (low > 0 or high < 0)
            assert row.beside_zero == (
                "; interval of this pair alone" in row.sentence or "; p is at least" in row.sentence
            )
        if row.verdict == "no difference":
            assert max(-low, high) <= row.largest_difference <= 0.02
        if found.family == 1 and row.difference.n > 5:
            assert (row.p <= 0.05) == (low > 0 or high < 0)


def test_intervals_end_where_the_quantity_does() -> None:
    values = np.array([[1.0] * 9 + [0.4], [0.0] * 9 + [0.9]])
    free = compare(values, True, margin=0.01, reference=0)
    ended = compare(values, True, margin=0.01, reference=0, ends=(0.0, 1.0))
    assert free.arms[0].own.high > 1
    assert free.arms[1].own.low < 0
    assert (ended.arms[0].own.high, ended.arms[1].own.low) == (1.0, 0.0)
    assert [row.own.mean for row in ended.arms] == [row.own.mean for row in free.arms]
    two = compare(values[:, -2:], True, margin=0.01, reference=0, ends=(0.0, 1.0)).arms[1].difference
    assert two is not None
    assert (two.low, two.high) == (-1.0, 1.0)


@pytest.mark.parametrize("value", [29 / 30, 0.1, 1 / 3, 0.7])
@pytest.mark.parametrize("n", [3, 10, 37])
def test_equal_values_have_no_spread(value: float, n: int) -> None:
    """Though their mean may be off by rounding, and so the squares of their distances from it are not 0."""
    interval = mean_interval(np.full(n, value))
    assert (interval.std, interval.low, interval.high) == (0.0, interval.mean, interval.mean)
    assert interval.mean == np.full(n, value).mean()
