"""How often a comparison is wrong, and how often it finds what is there, over simulated sweeps whose truth is known.

6 arms, 10 seeds, and an effect of the seed that all arms share. Two kinds of values: normal ones, and accuracies on 45 test
samples, multiples of 1/45 near the top of their range; for wrong finds also accuracies still nearer to it, and other skewed
ones. A rate over N sweeps has a standard error of sqrt(rate (1 - rate) / N):
a bound on a rate is what is promised plus two of them.
"""

import math
from itertools import combinations

import numpy as np
import pytest

from mlpexp.statistics.best_arm import best_arm
from mlpexp.statistics.comparison import Comparison, compare
from mlpexp.statistics.max_t import max_t_p
from mlpexp.statistics.power import seeds_needed
from mlpexp.statistics.sign_flip import sign_flip_p

ARMS, SEEDS = 6, 10
SWEEPS = 1600
FEWER = 500  # where 14 or 24 seeds make a sweep slow to simulate
KINDS = ["normal", "accuracy"]
FAMILIES = pytest.mark.parametrize("reference", [None, 0], ids=["best", "baseline"])
pytestmark = pytest.mark.slow


def sweep(generator: np.random.Generator, kind: str, effects: list[float], n: int = SEEDS) -> np.ndarray:
    """``(arms, n)`` values around 0.9 plus the effects; differences have a std of 0.05 (normal) and 0.06."""
    shared = generator.normal(0, 0.1, n)
    if kind == "normal":
        return 0.9 + np.array(effects)[:, None] + shared + generator.normal(0, 0.035, (len(effects), n))
    if kind == "exponential":
        return np.array(effects)[:, None] + shared - generator.exponential(0.035, (len(effects), n))
    if kind == "rare failures":  # a training run in twenty ends far below the others
        noise = generator.normal(0, 0.01, (len(effects), n)) - 0.45 * (generator.random((len(effects), n)) < 0.05)
        return np.array(effects)[:, None] + shared + noise
    share = 0.9 + np.clip(shared / 4, -0.05, 0.05)  # symmetric, so that the mean share stays 0.9
    if kind == "accuracy near 1":
        share = 0.97 + np.clip(shared / 7, -0.03, 0.03)
    return generator.binomial(45, share + np.array(effects)[:, None]) / 45


def sweeps(
    kind: str, effects: list[float], reference: int | None, n: int = SEEDS, margin: float = 0.02, times: int = SWEEPS
) -> list[Comparison]:
    generator = np.random.default_rng(len(effects) + 10 * n)
    values = [sweep(generator, kind, effects, n) for _ in range(times)]
    return [compare(one, True, margin=margin, reference=reference) for one in values]


def wrong_finds(
    kind: str, effects: list[float], reference: int | None, wild: float = 0.0, times: int = SWEEPS
) -> float:
    """Share of sweeps with any p <= 0.05 among the comparisons shown of arms whose effect is 0."""
    generator = np.random.default_rng(len(effects))
    wrong = 0
    for _ in range(times):
        values = sweep(generator, kind, effects)
        values[-1] += generator.normal(0, wild, SEEDS) if wild else 0.0
        best = best_arm(values, True) if reference is None else reference
        p = max_t_p(values, best, all_pairs=reference is None)
        wrong += effects[best] == 0 and bool((p[np.array(effects) == 0] <= 0.05).any())
    return wrong / times


def at_most(rate: float, times: int) -> float:
    """The rate and two standard errors."""
    return rate + 2 * math.sqrt(rate * (1 - rate) / times)


def said(found: Comparison, *verdicts: str) -> bool:
    return any(arm.verdict in verdicts for arm in found.arms)


@pytest.mark.parametrize("arms", [ARMS, 20])
@pytest.mark.parametrize("kind", [*KINDS, "accuracy near 1", "exponential", "rare failures"])
@FAMILIES
def test_equal_arms_are_rarely_called_unequal(kind: str, reference: int | None, arms: int) -> None:
    """At most 5 % of sweeps have any wrong better or worse, also where noise is skewed and the test is not exact."""
    times = SWEEPS if arms == ARMS else FEWER
    wrong = wrong_finds(kind, [0.0] * arms, reference, times=times)
    assert wrong <= at_most(0.05, times)
    assert wrong > 0.01, "a test that never finds anything would pass too"


@pytest.mark.parametrize("kind", [*KINDS, "accuracy near 1"])
@FAMILIES
def test_equal_arms_are_rarely_called_unequal_next_to_bad_ones(kind: str, reference: int | None) -> None:
    """Three bad arms leave the family of the other three, of which one is the reference, as soon as they are found."""
    assert wrong_finds(kind, [0.0, 0.0, 0.0, -0.3, -0.3, -0.3], reference) <= at_most(0.05, SWEEPS)


@pytest.mark.parametrize("arms", [ARMS, 20])
@pytest.mark.parametrize("kind", [*KINDS, "accuracy near 1"])
@FAMILIES
def test_equal_arms_are_rarely_called_unequal_next_to_a_wild_one(kind: str, reference: int | None, arms: int) -> None:
    """One arm has ten times the spread."""
    wrong = wrong_finds(kind, [0.0] * arms, reference, wild=0.35, times=FEWER)
    assert wrong <= at_most(0.05, FEWER)


def test_the_joint_test_finds_what_holm_does_not() -> None:
    """Eight arms, ten seeds, 28 pairs: two of them good, six bad. Then a difference of one and of two standard deviations."""
    for effect, joint, after_holm in ((-0.29, 0.999, 0.0), (-0.10, 0.85, 0.0), (-0.05, 0.1, 0.0)):
        generator = np.random.default_rng(0)
        found = []
        for _ in range(300):
            values = sweep(generator, "normal", [0.0, 0.0, *[effect] * 6])
            best = best_arm(values, True)
            differences = np.array([values[i] - values[j] for i, j in combinations(range(8), 2)]).T
            holm = (
                28 * sign_flip_p(differences).min() <= 0.05
            )  # its first step: no other is tried unless this one succeeds
            found.append((np.mean(max_t_p(values, best, all_pairs=True)[2:] <= 0.05), holm))
        means = np.mean(found, axis=0)
        assert means[0] >= joint
        assert means[1] <= after_holm


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("effect", [0.0, -0.1])
def test_intervals_of_differences_cover(kind: str, effect: float) -> None:
    """Against a baseline; the difference to a best arm chosen after looking is flattered, see ``optimism``."""
    rows = [arm.difference for found in sweeps(kind, [0.0, *[effect] * 3], 0) for arm in found.arms[1:]]
    covered = np.mean([row.low - 1e-12 <= effect <= row.high + 1e-12 for row in rows if row is not None])
    assert 0.93 < covered < 0.97


@pytest.mark.parametrize("kind", KINDS)
def test_an_existing_difference_is_found_as_often_as_promised(kind: str) -> None:
    """``seeds_needed`` of the typical standard deviation is the number with which four of five sweeps find it."""
    rows = [found.arms[1].difference for found in sweeps(kind, [0.0, -0.04], 0, n=8, margin=0.04)]
    needed = seeds_needed(float(np.median([row.std for row in rows if row])), 0.04, 0.05)
    assert needed is not None
    enough = sweeps(kind, [0.0, -0.04], 0, n=needed, margin=0.0)
    assert 0.7 < np.mean([found.arms[1].verdict == "worse" for found in enough]) < 0.9
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
