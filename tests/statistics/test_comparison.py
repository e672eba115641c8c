"""Verdicts and sentences of single sweeps; how often they are wrong is in test_calibration."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from making.effort import num_calls
from mlpexp.statistics.comparison import Comparison, compare
from mlpexp.statistics.flip_interval import sign_flip_interval
from mlpexp.statistics.intervals import mean_interval, paired_difference
from mlpexp.statistics.max_t import max_t_p
from mlpexp.statistics.new_seeds import NewSeeds
from mlpexp.statistics.sign_flip import sign_flip_p

NAN = math.nan
SWEEP = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.4, NAN])


def sweep(means: list[float], n: int, noise: float = 0.01, seed: int = 0) -> np.ndarray:
    """Arms with these means whose seeds share a strong effect."""
    generator = np.random.default_rng(seed)
    return np.array(means)[:, None] + generator.normal(0, noise, (len(means), n)) + generator.normal(0, 0.2, n)


def verdicts(found: Comparison) -> list[str]:
    return [arm.verdict for arm in found.arms]


def test_a_baseline_has_better_worse_and_equal_arms() -> None:
    found = compare(sweep([0.8, 0.85, 0.7, 0.8], 12), True, margin=0.03, reference=0)
    assert verdicts(found) == ["reference", "better", "worse", "no difference"]
    assert (found.reference, found.chosen_after, found.family) == (0, False, 3)
    turned = compare(sweep([0.8, 0.85, 0.7, 0.8], 12), False, margin=0.03, reference=0)
    assert verdicts(turned) == ["reference", "worse", "better", "no difference"]


def test_the_numbers_are_those_of_the_parts() -> None:
    values = sweep([0.8, 0.82, 0.79], 9)
    found = compare(values, True, margin=0.01, reference=0)
    p = sign_flip_p((values[1:] - values[0]).T)
    for arm, own_p, adjusted in zip((1, 2), p, max_t_p(values, 0, all_pairs=False)[1:], strict=True):
        row = found.arms[arm]
        assert row.arm == arm
        assert row.own == mean_interval(values[arm])
        assert row.median == np.median(values[arm])
        low, high = sign_flip_interval(values[arm] - values[0])
        assert row.difference == replace(paired_difference(values[arm], values[0]), low=low, high=high)
        assert (row.p, row.p_adjusted, row.family) == (own_p, adjusted, 2)
        wide = paired_difference(values[arm], values[0], 1 - 0.05 / 2)
        assert row.largest_difference == max(-wide.low, wide.high)
    assert found.arms[0].difference is None
    assert math.isnan(found.arms[0].p)


def test_the_best_arm_has_the_family_of_all_pairs() -> None:
    values = sweep([0.8, 0.9, 0.5, 0.5, 0.2], 12, noise=0.03)
    found = compare(values, True, margin=0.01)
    assert (found.reference, found.chosen_after, found.family) == (1, True, 10)
    np.testing.assert_array_equal([arm.p_adjusted for arm in found.arms], max_t_p(values, 1, all_pairs=True))


@given(arrays(float, (4, 20), elements=SWEEP), st.sampled_from([None, 0]))
def test_an_adjusted_p_is_no_smaller_than_that_of_the_pair(values: np.ndarray, reference: int | None) -> None:
    """Also where the joint test has to do with a subgroup of all flips."""
    found = compare(values, True, margin=0.1, reference=reference)
    alive = int(np.isfinite(values).any(axis=1).sum())
    assert found.family == (alive * (alive - 1) // 2 if reference is None else alive - np.isfinite(values[0]).any())
    for row in found.arms:
        if row.difference is not None and row.difference.n:
            assert row.p <= row.p_adjusted <= 1
            assert found.family > 1 or row.p_adjusted == row.p


@pytest.mark.parametrize("arms", [8, 40])
def test_a_clear_difference_is_found_among_any_number_of_arms(arms: int) -> None:
    """0.66 against 0.95 in each of ten seeds."""
    values = np.random.default_rng(0).normal(0, 0.02, (arms, 10)) + np.where(np.arange(arms) < 3, 0.95, 0.66)[:, None]
    found = compare(values, True, margin=0.01)
    assert {arm.verdict for arm in found.arms[3:]} == {"worse"}
    assert {arm.p_adjusted for arm in found.arms[3:]} == {2 / 1024}
    assert "adjusted p = 0.002" in found.arms[-1].sentence


def test_three_seeds_decide_nothing() -> None:
    """However clear it looks: the smallest p is 0.25."""
    found = compare(sweep([0.2, 0.9, 0.2], 3, noise=1e-3), True, margin=0.1)
    assert verdicts(found) == ["undecided", "reference", "undecided"]
    assert found.arms[0].p == 0.25
    assert found.arms[0].new_seeds == NewSeeds(6, 6)
    assert found.arms[0].sentence == "cannot be decided with 3 seeds, about 6 new seeds needed; p is at least 0.25"


def test_seeds_that_happen_to_agree_do_not_prove_equality() -> None:
    equal = np.full((2, 5), 29 / 30)
    row = compare(equal, True, margin=0.01, reference=0).arms[1]
    assert (row.verdict, row.new_seeds) == ("undecided", NewSeeds(6, 6))
    assert row.sentence == "cannot be decided with 5 seeds, about 6 new seeds needed"
    row = compare(np.full((2, 6), 29 / 30), True, margin=0.0, reference=0).arms[1]
    assert (row.verdict, row.sentence) == ("no difference", "no difference in any of 6 seeds; others may differ")


def test_what_no_number_of_seeds_decides() -> None:
    values = np.array([[0.0] * 8, [-1.0, 1.0] * 4])
    row = compare(values, True, margin=0.0, reference=0).arms[1]
    assert row.new_seeds is not None and row.new_seeds.high is None
    assert row.sentence == f"cannot be decided with 8 seeds, {row.new_seeds.in_words} needed"
    row = compare(values, True, margin=0.0, reference=0, alpha=1e-9).arms[1]
    assert (row.verdict, row.new_seeds) == ("undecided", NewSeeds(None, None))
    assert row.sentence == "cannot be decided with 8 seeds, nor with any number that can be trained"


@given(arrays(float, (3, 7), elements=st.floats(-1, 1)), st.sampled_from([0.0, 0.1, 0.5, 3.0]), st.booleans())
def test_verdicts_follow_their_rules(values: np.ndarray, margin: float, higher_is_better: bool) -> None:
    found = compare(values, higher_is_better, margin=margin)
    for row in found.arms:
        assert row.sentence
        if row.difference is None:
            assert row.verdict == "reference"
            continue
        assert (row.verdict in ("better", "worse")) == (row.p_adjusted <= 0.05)
        assert row.verdict != "better", "than the best"
        assert (row.verdict == "no difference") == (row.p_adjusted > 0.05 and row.largest_difference <= margin)
        assert row.largest_difference >= abs(row.difference.mean)
        assert (row.new_seeds is not None) == (row.verdict == "undecided")
        if row.new_seeds:
            low, high = row.new_seeds.low, row.new_seeds.high
            assert low is not None and row.difference.n < low <= (high or low)


def test_diverged_trials_are_counted_and_shown() -> None:
    values = sweep([0.8, 0.7, 0.9, 0.8], 8)
    values[1, :2] = NAN
    values[2] = math.inf
    values[3, 1:] = NAN
    found = compare(values, True, margin=0.01)
    assert (found.reference, found.family) == (0, 3)
    assert [arm.num_missing for arm in found.arms] == [0, 2, 8, 7]
    assert verdicts(found) == ["reference", "worse", "diverged", "undecided"]
    assert found.arms[2].sentence == "no result in any of 8 seeds"
    assert (found.arms[2].own.n, math.isnan(found.arms[2].median)) == (0, True)
    assert found.arms[1].difference is not None
    assert found.arms[1].difference.n == 6
    assert found.arms[1].sentence.endswith("; no result in 2 of 8 seeds")
    assert (
        found.arms[3].sentence
        == "cannot be decided with one common seed, at least 6 new seeds needed; no result in 7 of 8 seeds"
    )


@pytest.mark.filterwarnings("error")
def test_nothing_finite() -> None:
    found = compare(np.full((2, 3), NAN), True, margin=0.01)
    assert (found.reference, verdicts(found)) == (None, ["diverged", "diverged"])
    assert compare(np.full((1, 1), NAN), True, margin=0.01).arms[0].sentence == "no result in 1 seed"


@pytest.mark.filterwarnings("error")
def test_a_baseline_that_diverged() -> None:
    found = compare(np.array([[NAN, NAN], [1.0, 2.0]]), True, margin=0.01, reference=0)
    assert verdicts(found) == ["diverged", "undecided"]
    assert found.arms[1].sentence == "cannot be decided with no common seed, at least 6 new seeds needed"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("reference", [None, 0])
def test_a_single_arm_has_only_its_own_numbers(reference: int | None) -> None:
    found = compare(np.array([[0.8, 0.9, 0.7]]), True, margin=0.01, reference=reference)
    assert (found.family, len(found.arms), found.arms[0].sentence) == (0, 1, "the reference")
    assert found.arms[0].own == mean_interval([0.8, 0.9, 0.7])


@pytest.mark.slow
def test_a_thousand_arms_take_the_work_of_arms_and_not_of_pairs() -> None:
    values = sweep([0.8] * 1000, 10)
    compare(values[:3], True, margin=0.01)
    few, many = (num_calls(lambda: compare(values[:arms], True, margin=0.01)) for arms in (250, 1000))  # noqa: B023
    assert many < 8 * few  # about 4 by arms, 16 by pairs
    found = compare(values, True, margin=0.01)
    assert found.family == 499_500
    assert min(arm.p_adjusted for arm in found.arms if arm.difference) > 0.05


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (np.zeros(3), {}, "shape"),
        (np.zeros((0, 3)), {}, "shape"),
        (np.zeros((2, 0)), {}, "shape"),
        (np.zeros((2, 3)), {"reference": 2}, "reference 2: expected an arm from 0 to 1"),
        (np.zeros((2, 3)), {"reference": -1}, "reference -1"),
        (np.zeros((2, 3)), {"margin": -0.1}, "margin -0.1"),
        (np.zeros((2, 3)), {"margin": math.inf}, "margin inf"),
        (np.zeros((2, 3)), {"alpha": 5.0}, "alpha 5"),
    ],
)
def test_wrong_arguments_are_refused(values: np.ndarray, options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compare(values, True, **{"margin": 0.01, **options})
