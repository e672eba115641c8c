"""How often a comparison is wrong, and how often it finds what is there, over simulated sweeps whose truth is known.

6 arms, 10 seeds, and an effect of the seed that all arms share. Two kinds of values: normal ones, and accuracies on 45 test
samples, multiples of 1/45 near the top of their range. A rate over N sweeps has a standard error of sqrt(rate (1 - rate) / N):
a bound on a rate is what is promised plus two of them.
"""

import math

import numpy as np
import pytest

from mlpexp.statistics.comparison import Comparison, compare

ARMS, SEEDS = 6, 10
SWEEPS = 2000
FEWER = 800  # where 14 or 24 seeds make a sweep slow to simulate
KINDS = ["normal", "accuracy"]
FAMILIES = pytest.mark.parametrize("reference", [None, 0], ids=["best", "baseline"])
pytestmark = pytest.mark.slow


def sweep(generator: np.random.Generator, kind: str, effects: list[float], n: int = SEEDS) -> np.ndarray:
    """``(arms, n)`` values around 0.9 plus the effects; differences have a std of 0.05 (normal) and 0.06."""
    shared = generator.normal(0, 0.1, n)
    if kind == "normal":
        return 0.9 + np.array(effects)[:, None] + shared + generator.normal(0, 0.035, (len(effects), n))
    share = 0.9 + np.clip(shared / 4, -0.05, 0.05)  # symmetric, so that the mean share stays 0.9
    return generator.binomial(45, share + np.array(effects)[:, None]) / 45


def sweeps(
    kind: str, effects: list[float], reference: int | None, n: int = SEEDS, margin: float = 0.02, times: int = SWEEPS
) -> list[Comparison]:
    generator = np.random.default_rng(len(effects) + 10 * n)
    values = [sweep(generator, kind, effects, n) for _ in range(times)]
    return [compare(one, True, margin=margin, reference=reference) for one in values]


def at_most(rate: float, times: int) -> float:
    """The rate and two standard errors."""
    return rate + 2 * math.sqrt(rate * (1 - rate) / times)


def said(found: Comparison, *verdicts: str) -> bool:
    return any(arm.verdict in verdicts for arm in found.arms)


@pytest.mark.parametrize("kind", KINDS)
@FAMILIES
@pytest.mark.parametrize("n", [SEEDS, 14])
def test_equal_arms_are_rarely_called_unequal(kind: str, reference: int | None, n: int) -> None:
    """At most 5 % of sweeps have any wrong better or worse; with 14 seeds p is fine enough to come close."""
    wrong = np.mean([said(found, "better", "worse") for found in sweeps(kind, [0.0] * ARMS, reference, n)])
    assert wrong <= at_most(0.05, SWEEPS)
    assert wrong > 0, "a test that never finds anything would pass too"


@pytest.mark.parametrize("kind", KINDS)
@FAMILIES
def test_equal_arms_are_rarely_called_unequal_next_to_bad_ones(kind: str, reference: int | None) -> None:
    """Three bad arms lower Holm's factors for the other three, of which one is the reference: the hardest case."""
    found = sweeps(kind, [0.0, 0.0, 0.0, -0.3, -0.3, -0.3], reference, n=14, times=FEWER)
    assert all(one.reference in (0, 1, 2) for one in found)
    wrong = np.mean([any(one.arms[arm].verdict in ("better", "worse") for arm in range(3)) for one in found])
    assert wrong <= at_most(0.05, FEWER)
    assert np.mean([all(arm.verdict == "worse" for arm in one.arms[3:]) for one in found]) > 0.99


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("effect", [0.0, -0.1])
def test_intervals_of_differences_cover(kind: str, effect: float) -> None:
    """Against a baseline; the difference to a best arm chosen after looking is flattered, see ``optimism``."""
    rows = [arm.difference for found in sweeps(kind, [0.0, *[effect] * 3], 0) for arm in found.arms[1:]]
    covered = np.mean([row.low - 1e-12 <= effect <= row.high + 1e-12 for row in rows if row is not None])
    assert 0.93 < covered < 0.97


@pytest.mark.parametrize("kind", KINDS)
def test_an_existing_difference_is_found_as_often_as_promised(kind: str) -> None:
    """``seeds_needed`` of an undecided sweep is the number with which four of five sweeps decide, on average over its noise."""
    few = [found.arms[1].seeds_needed for found in sweeps(kind, [0.0, -0.04], 0, n=8, margin=0.04)]
    needed = round(float(np.median([one for one in few if one is not None])))
    enough = sweeps(kind, [0.0, -0.04], 0, n=needed, margin=0.0)
    assert 0.6 < np.mean([found.arms[1].verdict == "worse" for found in enough]) < 0.95
    assert np.mean([found.arms[1].verdict == "better" for found in enough]) < 0.005
    assert np.mean([found.arms[1].verdict == "worse" for found in sweeps(kind, [0.0, -0.04], 0, n=6)]) < 0.6


@pytest.mark.parametrize("kind", KINDS)
@FAMILIES
@pytest.mark.parametrize("n", [SEEDS, 24])
def test_no_difference_is_rarely_said_of_one_beyond_the_margin(kind: str, reference: int | None, n: int) -> None:
    """Five arms are a little more than the margin worse than the first: most easily mistaken for equal."""
    found = sweeps(kind, [0.0, *[-0.041] * (ARMS - 1)], reference, n, margin=0.04, times=FEWER)
    wrong = np.mean([one.reference == 0 and said(one, "no difference") for one in found])
    assert wrong <= at_most(0.05, FEWER)


@pytest.mark.parametrize("kind", KINDS)
@FAMILIES
def test_the_named_bound_holds_in_all_comparisons_of_a_sweep(kind: str, reference: int | None) -> None:
    """True differences beyond "no difference larger than d", for any arm of a sweep, whatever the arm chosen as best."""
    effects = np.array([0.0, 0.0, -0.005, -0.01, -0.02, -0.03])
    found = sweeps(kind, list(effects), reference, n=24, margin=0.1, times=FEWER)
    wrong = [
        any(
            abs(effects[a.arm] - effects[one.reference]) > a.largest_difference
            for a in one.arms
            if a.verdict == "no difference"
        )
        for one in found
    ]
    assert np.mean(wrong) <= at_most(0.05, FEWER)
    assert np.mean([said(one, "no difference") for one in found]) > 0.9, "equality can be found"
