"""How often intervals and verdicts for new samples are right over 400 or more fresh data sets (``benchmarks/calibration.py``).

A rate over N data sets has a standard error of sqrt(rate (1 - rate) / N): where a rate has a bound, it is what is promised plus
two of them.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import sqrt

import pytest
import torch

from calibration import DESIGNS, FIXED, FIXED_SEEDS, MANY_SAMPLES, SEEDS, Rates, rates_by_design, rates_of_fixed

DATA_SETS, MORE = 400, 1200  # more where the true rate is near the bound: the margin must be several data sets
COVERAGE = 0.93
SPLITS, MIRRORED, FOLDS, NEW_DATA = DESIGNS
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from a second one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def wrong_at_most(data_sets: int) -> float:
    """5 % and two standard errors."""
    return 0.05 + 2 * sqrt(0.05 * 0.95 / data_sets)


def measured(design: str, most_seeds: int, data_sets: int = DATA_SETS) -> list[Rates]:
    """By number of seeds. What is promised of new samples holds with each."""
    rows = list(rates_by_design(design, data_sets, [n for n in SEEDS if n <= most_seeds]))
    assert [row.seeds for row in rows] == [n for n in SEEDS if n <= most_seeds]
    assert all(row.coverage >= COVERAGE for row in rows), rows
    assert all(row.wrong <= wrong_at_most(data_sets) for row in rows), rows
    return rows


@pytest.mark.parametrize(("design", "most_seeds"), [(SPLITS, 200), (MIRRORED, 40)])
def test_new_splits(design: str, most_seeds: int) -> None:
    """For new seeds, intervals are the shorter the more seeds there are, and miss new samples the more often."""
    rows = measured(design, most_seeds)
    assert all(more.plain_coverage < fewer.plain_coverage < 0.8 for fewer, more in pairwise(rows))
    assert all(more.plain_wrong > fewer.plain_wrong for fewer, more in pairwise(rows))
    assert rows[-1].plain_wrong > 0.2


def test_folds() -> None:
    assert measured(FOLDS, 40)[-1].plain_coverage < 0.8


@pytest.mark.parametrize("seeds", FIXED_SEEDS)
def test_a_fixed_test_part(seeds: int) -> None:
    row = rates_of_fixed(FIXED, DATA_SETS, seeds)
    assert row.coverage >= COVERAGE, row
    assert row.wrong <= wrong_at_most(DATA_SETS), row
    assert seeds < 10 or row.plain_coverage < 0.8


@pytest.mark.parametrize("seeds", FIXED_SEEDS[:2])
def test_a_large_fixed_test_part_and_seeds_that_spread(seeds: int) -> None:
    """Here the error is that of seeds: the interval must know how few they are."""
    row = rates_of_fixed(MANY_SAMPLES, DATA_SETS, seeds)
    assert row.coverage >= COVERAGE, row
    assert row.wrong <= wrong_at_most(DATA_SETS), row


def test_with_new_data_for_each_seed_the_plain_interval_is_that_of_new_samples() -> None:
    for row in measured(NEW_DATA, 40, MORE):
        assert row.plain_coverage >= COVERAGE
        assert row.plain_wrong <= wrong_at_most(MORE)
