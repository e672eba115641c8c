"""Which rate is decided on, for scores that are known: trials are functions of the rate."""

from collections.abc import Callable, Sequence
from math import inf, log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.analysis.find_lr.noise import Noise
from mlpexp.analysis.find_lr.search import FIRST_RATES, MOST_RATES, Decision, Tried, decide, rate_of, rung_of

SEEDS = 4
MANY, FEW = Noise(1000, 1_000_000), Noise(5, 16)  # of which seeds are the noise; samples that are always the same
NOISE = np.linspace(-0.01, 0.01, SEEDS)  # the same at every rate, as paired seeds have it


def trials(score: Callable[[float], float], loss: Callable[[float], float] | None = None, diverges: float = inf):
    """What trains: scores and losses that follow from the rate alone, and the calls with their rates."""
    calls: list[list[float]] = []

    def try_rates(rates: Sequence[float]) -> list[Tried]:
        calls.append(list(rates))
        return [outcome(rate) for rate in rates]

    def outcome(rate: float) -> Tried:
        is_out = np.full(SEEDS, rate >= diverges)
        of_rate = 1 - score(rate) if loss is None else loss(rate)
        return Tried(rate, np.where(is_out, 0.0, score(rate) + NOISE), np.where(is_out, inf, of_rate), is_out)

    return try_rates, calls


def peak(best: float, width: float = 1.0, height: float = 0.9) -> Callable[[float], float]:
    """A score that is highest at a rate and falls with the decades from it, to that of chance."""
    return lambda rate: 0.5 + (height - 0.5) * float(np.exp(-((log10(rate / best) / width) ** 2)))


def decided(start: float, *args, **others) -> Decision:
    return decide(start, trials(*args, **others)[0], 0.5, MANY)


@pytest.mark.parametrize(("rung", "rate"), [(0, 1.0), (1, 2.0), (2, 5.0), (3, 10.0), (-1, 0.5), (-3, 0.1), (-7, 0.005)])
def test_the_ladder(rung: int, rate: float) -> None:
    assert rate_of(rung) == rate
    assert rung_of(rate) == rung


@given(st.floats(1e-9, 1e5))
def test_the_nearest_rung_is_at_most_a_factor_away(rate: float) -> None:
    assert 1 / 1.6 <= rate_of(rung_of(rate)) / rate <= 1.6


@given(best=st.integers(-15, 3), start=st.integers(-15, 3))
def test_the_best_rate_is_found_from_wherever_it_begins_if_something_is_learned_there(best: int, start: int) -> None:
    found = decided(rate_of(start), peak(rate_of(best), width=3.0))
    assert found.suggested == rate_of(best)
    assert len(found.tried) <= MOST_RATES + 4


@given(scale=st.integers(-3, 3))
def test_the_scale_of_rates_does_not_matter(scale: int) -> None:
    """Ten times the rates give ten times the answer."""
    here, there = decided(0.1, peak(0.02)), decided(0.1 * 10.0**scale, peak(0.02 * 10.0**scale))
    assert there.suggested == pytest.approx(here.suggested * 10.0**scale)
    assert there.as_good == pytest.approx([rate * 10.0**scale for rate in here.as_good])


def test_five_rates_first_then_the_neighbours_of_the_best() -> None:
    try_rates, calls = trials(peak(0.1))
    decide(0.1, try_rates, 0.5, MANY)
    assert calls == [[0.005, 0.02, 0.1, 0.5, 2.0], [0.05, 0.2]]
    assert len(calls[0]) == FIRST_RATES


@pytest.mark.parametrize("wrong", [0.01, 0.1, 10.0, 100.0])
def test_a_proposal_that_is_ten_or_a_hundred_times_off_is_mended(wrong: float) -> None:
    assert decided(0.05 * wrong, peak(0.05)).suggested == 0.05


def test_where_nothing_is_learned_both_sides_are_tried_up_to_a_bound() -> None:
    found = decided(0.1, lambda rate: 0.5)
    assert (found.suggested, found.as_good) == (None, ())
    assert len(found.tried) <= MOST_RATES + 1
    assert found.tried[0].rate < 1e-3
    assert found.tried[-1].rate > 10


def test_a_score_that_rises_for_ever_is_not_followed_for_ever() -> None:
    found = decided(1e-9, lambda rate: 0.7 + 0.02 * log10(rate))
    assert len(found.tried) <= MOST_RATES + 1
    assert found.suggested == found.tried[-1].rate


def test_where_large_rates_diverge_no_larger_ones_are_tried() -> None:
    found = decided(10.0, peak(1e-4), diverges=0.01)
    assert found.suggested == 1e-4
    assert found.tried[-1].rate == 200.0  # of the first five


def test_all_diverged() -> None:
    found = decided(0.1, peak(0.1), diverges=0.0)
    assert found.suggested is None
    assert found.best.loss == inf


def test_a_diverged_seed_counts_as_the_worst() -> None:
    def try_rates(rates: Sequence[float]) -> list[Tried]:
        found = []
        for rate in rates:
            scores = np.array([0.9, 0.9, 0.9, 0.0 if rate > 0.1 else 0.85])
            found.append(Tried(rate, scores, np.where(scores == 0, inf, 1 - rate / 1000), scores == 0))
        return found

    assert decide(0.1, try_rates, 0.5, MANY).suggested == 0.1


def test_of_rates_that_are_as_good_the_one_with_the_lowest_loss() -> None:
    found = decided(0.1, lambda rate: 0.9 if 0.01 <= rate <= 1 else 0.6, loss=lambda rate: 1 + abs(log10(rate / 0.05)))
    assert found.suggested == 0.05
    assert (found.rivals[0], found.rivals[-1]) == (0.01, 1.0)
    assert found.as_good == (0.05,)


def small_table(rates: Sequence[float]) -> list[Tried]:
    """Accuracy on five samples that goes up and down by one of them, and a loss that grows beyond 0.01."""
    right = {0.002: 18, 0.005: 17, 0.01: 19, 0.02: 18, 0.05: 17, 0.1: 18, 0.2: 18, 0.5: 19, 1.0: 18, 2.0: 20}
    found = []
    for rate in rates:
        rng = np.random.default_rng(round(1e6 * rate))
        samples = rng.permutation(np.arange(20) < right.get(round(rate, 9), 11))
        losses = 0.2 * max(rate / 0.01, (0.01 / rate) ** 0.5) * np.array([0.7, 1.3, 0.9, 1.1])
        found.append(Tried(rate, samples.reshape(SEEDS, 5).mean(1), losses, np.zeros(SEEDS, bool)))
    return found


def test_on_a_handful_of_samples_the_loss_decides() -> None:
    """One sample more at 2 is no ground for a loss 200 times as high."""
    found = decide(0.1, small_table, 0.5, FEW)
    assert found.best.rate == 2.0
    assert 2.0 in found.rivals
    assert found.suggested == 0.01
    assert found.as_good[-1] < 0.05


@given(scores=st.lists(st.integers(3, 5), min_size=60, max_size=60))
def test_no_score_on_a_handful_of_samples_makes_a_rate_good_whose_loss_is_far_higher(scores: list[int]) -> None:
    def try_rates(rates: Sequence[float]) -> list[Tried]:
        right = {rate: np.resize(scores[rung_of(rate) % 15 * SEEDS :], SEEDS) for rate in rates}
        return [
            Tried(rate, right[rate] / 5, tried.losses_S, tried.diverged_S)
            for rate, tried in zip(rates, small_table(rates), strict=True)
        ]

    found = decide(0.1, try_rates, 0.2, FEW)
    losses = {tried.rate: tried.loss for tried in found.tried}
    assert all(losses[rate] < 2 * min(losses[other] for other in found.rivals) for rate in found.as_good)
    assert found.suggested in (None, min(found.rivals, key=losses.__getitem__))


@pytest.mark.parametrize(("small", "suggested"), [((0.0, 0.4, 0.8, 0.8), 0.05), ((0.2, 0.9, 1.0, 0.8), 0.005)])
def test_a_rate_that_is_not_above_chance_is_not_used_however_low_its_loss(
    small: tuple[float, ...], suggested: float
) -> None:
    """Few samples do not tell it from the best. One that is above chance is used, though it may be so by luck."""

    def try_rates(rates: Sequence[float]) -> list[Tried]:
        scores = {rate: np.array(small) if rate < 0.05 else np.full(SEEDS, 0.8) for rate in rates}
        losses = {rate: np.full(SEEDS, 1 + abs(log10(rate / 0.005))) for rate in rates}
        return [Tried(rate, scores[rate], losses[rate], np.zeros(SEEDS, bool)) for rate in rates]

    assert decide(0.1, try_rates, 0.5, Noise(5, 5)).suggested == suggested


def test_where_nothing_can_be_told_apart_no_rate_is_named() -> None:
    found = decided(0.1, lambda rate: 0.9, loss=lambda rate: 0.3)
    assert found.suggested is None
    assert found.as_good == tuple(tried.rate for tried in found.tried)


def test_more_seeds_on_the_same_samples_do_not_make_a_mean_certain() -> None:
    values = np.resize([0.8, 1.0], 1000)
    assert Noise(5, 20).error(values) == pytest.approx(0.05, rel=0.01)  # half of the spread, however many seeds
    assert Noise(5, 1_000_000).error(values) == pytest.approx(0.1 / 1000**0.5, rel=0.01)
    assert Noise(5, 20).error(values[:1]) == 0.0


def test_of_one_seed_a_difference_of_one_sample_is_none() -> None:
    def try_rates(rates: Sequence[float]) -> list[Tried]:
        return [
            Tried(rate, np.array([1.0 if rate > 1 else 0.8]), np.full(1, rate), np.zeros(1, bool)) for rate in rates
        ]

    found = decide(0.1, try_rates, 0.5, FEW)
    assert found.suggested == found.tried[0].rate


def test_noise_within_a_standard_error_is_no_difference() -> None:
    """A mean that is lower because of one seed is as good; one that is lower with every seed is not."""
    unlucky, lower = np.array([0.0, 0.0, 0.0, -0.08]), np.full(SEEDS, -0.02)

    def try_rates(rates: Sequence[float]) -> list[Tried]:
        shifts = {0.1: 0.0, 0.05: unlucky, 0.2: lower}
        scores = {rate: 0.9 + shifts.get(round(rate, 9), -0.2) + np.zeros(SEEDS) for rate in rates}
        return [Tried(rate, s, np.full(SEEDS, rate), np.zeros(SEEDS, bool)) for rate, s in scores.items()]

    assert decide(0.1, try_rates, 0.5, MANY).rivals == (0.05, 0.1)


def test_a_score_that_is_above_chance_by_luck_alone_is_not_learned() -> None:
    def try_rates(rates: Sequence[float]) -> list[Tried]:
        scores = np.array([0.3, 0.45, 0.6, 0.8])
        return [Tried(rate, scores, np.ones(SEEDS), np.zeros(SEEDS, bool)) for rate in rates]

    assert decide(0.1, try_rates, 0.5, MANY).suggested is None


def test_of_one_seed_there_is_no_noise_to_go_by() -> None:
    def try_rates(rates: Sequence[float]) -> list[Tried]:
        return [Tried(rate, np.array([peak(0.1)(rate)]), np.ones(1), np.zeros(1, bool)) for rate in rates]

    assert decide(0.1, try_rates, 0.5, MANY).suggested == 0.1
