"""Ranges of new seeds: whether so many decide, by the very function that decides, and what the ends rest on."""

import math

import numpy as np
import pytest
from scipy import stats

from mlpexp.statistics.comparison import compare
from mlpexp.statistics.new_seeds import NewSeeds, seeds_to_decide, seeds_to_show, std_interval, undecided_chance
from mlpexp.statistics.power import seeds_needed

MARGIN, PILOTS = 0.02, 200


def values(generator: np.random.Generator, kind: str, effects: list[float], n: int) -> np.ndarray:
    """``(arms, n)``: normal values, or accuracies on 45 test samples."""
    shared = generator.normal(0, 0.1, n)
    if kind == "normal":
        return 0.9 + np.array(effects)[:, None] + shared + generator.normal(0, 0.035, (len(effects), n))
    return generator.binomial(45, 0.9 + np.clip(shared / 4, -0.05, 0.05) + np.array(effects)[:, None]) / 45


def decided(kind: str, effects: list[float], n: int, pilots: int, end: str = "high") -> float:
    """Share of the open questions of pilots that fresh seeds of that number decide."""
    generator = np.random.default_rng(n)
    answers: list[bool] = []
    for _ in range(10 * pilots):
        pilot = compare(values(generator, kind, effects, n), True, margin=MARGIN, reference=0)
        ranges = {arm.arm: arm.new_seeds for arm in pilot.arms if arm.new_seeds}
        if not ranges:
            continue
        number = max(getattr(seeds, end) for seeds in ranges.values())
        fresh = compare(values(generator, kind, effects, number), True, margin=MARGIN, reference=0)
        answers += [fresh.arms[arm].verdict != "undecided" for arm in ranges]
        if len(answers) >= pilots:
            return float(np.mean(answers))
    raise AssertionError("too few undecided pilots")


@pytest.mark.parametrize("kind", ["normal", pytest.param("accuracy", marks=pytest.mark.slow)])
@pytest.mark.parametrize("effect", [pytest.param(0.0, marks=pytest.mark.slow), -0.01, -0.02])
def test_the_upper_end_decides(kind: str, effect: float) -> None:
    """In four of five cases, over 200 undecided pilots: no difference, half of one that matters, one that matters."""
    assert decided(kind, [0.0, effect], 8, PILOTS) >= 0.8


def test_the_lower_end_does_not() -> None:
    """It is for the case that all turns out well, so that the range is no larger than it must be."""
    assert decided("normal", [0.0, -0.01], 8, 60, "low") < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["normal", "accuracy"])
@pytest.mark.parametrize("effects", [[0.0, 0.0, -0.01, -0.02], [0.0] * 4])
def test_the_upper_end_decides_of_several_arms(kind: str, effects: list[float]) -> None:
    assert decided(kind, effects, 12, PILOTS) >= 0.8


def test_the_chance_to_stay_undecided_is_that_of_simulated_means() -> None:
    generator = np.random.default_rng(0)
    std, n, margin, family = 0.05, 60, 0.02, 3
    reach = stats.t.ppf(1 - 0.05 / family / 2, n - 1) * std / math.sqrt(n)
    for mean in (0.0, 0.01, 0.02, 0.03):
        sizes = np.abs(generator.normal(mean, std / math.sqrt(n), 200_000))
        open_ = (sizes <= reach) & (sizes + reach > margin)
        assert undecided_chance(std, mean, n, margin, 0.05, family) == pytest.approx(open_.mean(), abs=0.005)


def test_the_interval_of_a_standard_deviation_covers_it() -> None:
    stds = np.random.default_rng(0).normal(0, 1, (5000, 7)).std(axis=1, ddof=1)
    covered = [low <= 1 <= high for low, high in (std_interval(float(std), 7) for std in stds)]
    assert np.mean(covered) == pytest.approx(0.8, abs=0.02)


def test_more_first_seeds_make_the_range_narrower() -> None:
    ranges = [seeds_to_decide(0.05, 0.01, n, 0.02, 0.05) for n in (6, 20, 100, 10_000)]
    widths = [(seeds.high or 0) / (seeds.low or 1) for seeds in ranges]
    assert widths == sorted(widths, reverse=True)
    assert seeds_to_show(0.05, 1_000_000, 0.02, 0.05).low == pytest.approx(seeds_needed(0.05, 0.02, 0.05), abs=1)


def test_the_ends_of_what_can_be_said() -> None:
    assert seeds_to_decide(math.nan, math.nan, 1, 0.01, 0.05) == NewSeeds(6, None), (
        "one pair: at least six could decide"
    )
    assert seeds_to_decide(0.0, 0.0, 3, 0.01, 0.05) == NewSeeds(6, 6), "equal differences: as soon as any can"
    assert seeds_to_decide(0.1, 0.0, 10, 0.0, 0.05).high is None, "without a margin there is no proof of equality"
    assert seeds_to_decide(0.1, 0.0, 10, 0.01, 2**-24) == NewSeeds(None, None)
    assert seeds_to_decide(1.0, 0.0, 10, 1e-4, 0.05).high is None


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (16, 60, "about 16 to 60 new seeds"),
        (1234, 5432, "about 1,200 to 5,500 new seeds"),
        (9, 101, "about 9 to 110 new seeds"),
        (6, 6, "about 6 new seeds"),
        (30, None, "at least 30 new seeds"),
    ],
)
def test_ranges_in_words(low: int, high: int | None, words: str) -> None:
    assert NewSeeds(low, high).in_words == words
