"""The joint sign-flip test against plain enumeration in exact arithmetic, and what must not change it."""

import math
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from making.effort import num_calls, peak_bytes
from mlpexp.statistics import max_t
from mlpexp.statistics.max_t import max_t_p, smallest_max_t_p
from mlpexp.statistics.sign_flip import sign_flip_p, smallest_p

NAN = math.nan
WHOLE = arrays(float, (4, 5), elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0, NAN]))


def squared(differences: list[Fraction], signs: tuple[int, ...]) -> Fraction:
    total = sum(d * d for d in differences)
    return sum(s * d for s, d in zip(signs, differences, strict=True)) ** 2 / total if total else Fraction(0)


def by_enumeration(values: np.ndarray, reference: int, all_pairs: bool) -> np.ndarray:
    """The definition, in fractions: no rounding, so that ties are ties."""
    alive = [arm for arm in range(len(values)) if not np.isnan(values[arm]).all()]
    family = [pair for pair in combinations(alive, 2) if all_pairs or reference in pair]
    flips = list(product((1, -1), repeat=values.shape[1]))
    statistics = {}
    for i, j in family:
        differences = [Fraction(0 if np.isnan(d) else float(d)) for d in values[i] - values[j]]
        statistics[i, j] = [squared(differences, signs) for signs in flips]
    shown = sorted((pair for pair in family if reference in pair), key=lambda pair: -statistics[pair][0])
    adjusted, left, before, p = np.full(len(values), NAN), family, None, 0.0
    for pair in shown:
        seen = statistics[pair][0]
        if before is not None and seen < before:
            left = [one for one in left if statistics[one][0] < before]
        before = seen
        p = max(p, np.mean([any(statistics[one][s] >= seen for one in left) for s in range(len(flips))]))
        both = np.isfinite(values[pair[0]]) & np.isfinite(values[pair[1]])
        adjusted[pair[0] + pair[1] - reference] = p if both.any() else NAN
    return adjusted


@given(WHOLE, st.booleans())
def test_equals_enumeration_with_ties_and_missing_seeds(values: np.ndarray, all_pairs: bool) -> None:
    np.testing.assert_array_equal(max_t_p(values, 1, all_pairs=all_pairs), by_enumeration(values, 1, all_pairs))


@pytest.mark.parametrize("all_pairs", [True, False])
def test_equals_enumeration(all_pairs: bool) -> None:
    values = np.random.default_rng(0).normal(size=(6, 8)) + np.array([[0.0, 0.5, 1.0, 1.5, 1.6, 2.0]]).T
    found = max_t_p(values, 5, all_pairs=all_pairs)
    np.testing.assert_array_equal(found, by_enumeration(values, 5, all_pairs))
    assert len(set(found[:5])) > 2


@given(arrays(float, (2, 7), elements=st.sampled_from([0.0, 0.1, 0.2, 0.3, NAN])))
def test_one_pair_has_the_p_of_one_pair(values: np.ndarray) -> None:
    for all_pairs in (True, False):
        np.testing.assert_array_equal(
            max_t_p(values, 0, all_pairs=all_pairs)[1:], sign_flip_p((values[1:] - values[0]).T)
        )


@given(arrays(float, (5, 8), elements=st.integers(0, 45).map(lambda k: k / 45)))
def test_no_smaller_than_the_raw_p_nor_than_in_a_smaller_family(values: np.ndarray) -> None:
    raw = sign_flip_p((values - values[2]).T)
    baseline, best = (np.delete(max_t_p(values, 2, all_pairs=all_pairs), 2) for all_pairs in (False, True))
    assert (np.delete(raw, 2) <= baseline).all()
    assert (baseline <= best).all()


@given(WHOLE, st.permutations(range(4)), arrays(float, 5, elements=st.integers(-64, 64)), st.booleans())
def test_order_of_arms_seeds_and_what_arms_share_do_not_matter(
    values: np.ndarray, order: list[int], shared: np.ndarray, all_pairs: bool
) -> None:
    expected = max_t_p(values, 0, all_pairs=all_pairs)
    turned = max_t_p(-3 * (values + shared)[order][:, ::-1], order.index(0), all_pairs=all_pairs)
    np.testing.assert_array_equal(turned, expected[order])


@pytest.mark.parametrize(("arms", "n"), [(2, 6), (8, 10), (30, 10), (8, 30), (300, 20)])
def test_differences_in_every_seed_have_the_smallest_p(arms: int, n: int) -> None:
    """Whatever the number of arms: half of them 0.66, the others 0.95."""
    values = np.where(np.arange(arms) % 2, 0.66, 0.95)[:, None] + np.random.default_rng(0).normal(0, 1e-4, (arms, n))
    family = arms * (arms - 1) // 2
    found = max_t_p(values, 0, all_pairs=True)
    assert set(found[1::2]) == {smallest_max_t_p(n, family)}
    assert smallest_max_t_p(n, family) == (smallest_p(n) if n <= 10 else smallest_p(16 if arms == 8 else 13))


def test_pairs_found_before_leave_the_family() -> None:
    """Two bad arms beside two that are close: the close ones are compared as if alone with each other."""
    generator = np.random.default_rng(3)
    close = generator.normal(0, 1.0, (2, 9)) + np.array([[1.2], [0.0]])
    bad = np.array([[-50.0], [-90.0]]) + generator.normal(0, 0.1, (2, 9))
    found = max_t_p(np.concatenate([close, bad]), 0, all_pairs=False)
    assert found[1] == sign_flip_p((close[1:] - close[0]).T)[0]
    assert found[2] == found[3] == smallest_p(9)


def test_a_pair_with_few_seeds_takes_nothing_from_complete_ones() -> None:
    """Its |t| is infinite under half of all flips; the statistic stays below sqrt(2)."""
    values = np.random.default_rng(0).normal(0, 0.1, (3, 10)) + np.array([[1.0], [0.0], [0.5]])
    alone = max_t_p(values[:2], 0, all_pairs=True)[1]
    values[2, 2:] = NAN
    values[2, :2] = values[0, :2] - 1.0
    found = max_t_p(values, 0, all_pairs=True)
    assert found[1] == alone == smallest_p(10)
    assert found[2] >= 0.5


@pytest.mark.filterwarnings("error")
def test_degenerate_families() -> None:
    assert np.isnan(max_t_p(np.zeros((1, 4)), 0, all_pairs=True)).all()
    assert np.isnan(max_t_p(np.full((2, 4), NAN), 0, all_pairs=True)).all()
    np.testing.assert_array_equal(max_t_p(np.zeros((3, 4)), 0, all_pairs=True), [NAN, 1.0, 1.0])
    tiny = np.array([[0.0] * 4, [5e-324] * 4, [math.inf] * 4])
    np.testing.assert_array_equal(max_t_p(tiny, 0, all_pairs=True), [NAN, 2 / 16, NAN])
    np.testing.assert_array_equal(max_t_p(np.array([[NAN, 1.0], [1.0, NAN]]), 0, all_pairs=True), [NAN, NAN])


@pytest.mark.parametrize(("n", "family"), [(20, 10), (30, 499_500), (9, 10**8)])
def test_patterns_of_a_large_family_are_a_group_with_negatives(n: int, family: int) -> None:
    bits = max_t._bits(n, family)
    half = max_t._half_of_the_patterns(n, bits)
    assert half.shape == (2 ** (bits - 1), n)
    assert bits == {20: 16, 30: 10, 9: 8}[n]
    words = {tuple(word) for word in np.concatenate([half, -half])}
    assert len(words) == 2**bits
    chosen = np.random.default_rng(0).choice(half, 50)
    assert all(tuple(a * b) in words for a, b in combinations(chosen, 2))


def test_a_subgroup_is_close_to_all_flips() -> None:
    """Of 17 seeds every second pattern is tried."""
    values = np.random.default_rng(5).normal(0, 1.0, (3, 17)) + np.array([[0.0, 0.4, 0.7]]).T
    signs = 1 - 2 * (np.arange(2**16)[:, None] >> np.arange(17) & 1)  # all others are their negatives
    differences = np.array([values[1] - values[0], values[2] - values[0], values[2] - values[1]])
    statistics = abs(differences @ signs.T) / np.linalg.norm(differences, axis=1, keepdims=True)
    first, second = sorted((0, 1), key=lambda pair: -statistics[pair, 0])
    others = [pair for pair in range(3) if statistics[pair, 0] < statistics[first, 0]]
    p = {first: (statistics.max(0) >= statistics[first, 0] - 1e-9).mean()}
    p[second] = max(p[first], (statistics[others].max(0) >= statistics[second, 0] - 1e-9).mean())
    np.testing.assert_allclose(max_t_p(values, 0, all_pairs=True)[1:], [p[0], p[1]], atol=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 30])
def test_all_pairs_of_a_thousand_arms_are_neither_gone_through_one_by_one_nor_held_at_once(n: int) -> None:
    """499,500 pairs under 512 patterns are 2 GB of statistics."""
    values = np.random.default_rng(0).normal(size=(1000, n))
    assert num_calls(lambda: max_t_p(values, 0, all_pairs=True)) < 100_000
    assert peak_bytes(lambda: max_t_p(values, 0, all_pairs=True)) < 300e6
