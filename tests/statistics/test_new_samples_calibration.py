"""How often intervals and verdicts for new samples are right over 400 fresh data sets (``benchmarks/calibration.py``).

A rate over N data sets has a standard error of sqrt(rate (1 - rate) / N): a bound on a rate is what is promised plus two of them.
"""

from collections.abc import Iterator
from functools import cache
from math import sqrt

import pytest
import torch

from calibration import DESIGNS, FIXED, SEEDS, Rates, rates_by_design

DATA_SETS = 400
COVERAGE, WRONG = 0.93, 0.05 + 2 * sqrt(0.05 * 0.95 / DATA_SETS)
SPLITS, MIRRORED, FOLDS, NEW_DATA = DESIGNS
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from a second one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def measured(design: str, most_seeds: int) -> dict[int, Rates]:
    """By number of seeds; what is trained for many of them is trained once."""
    return {row.seeds: row for row in rates_by_design(design, DATA_SETS, [n for n in SEEDS if n <= most_seeds])}


@pytest.mark.parametrize(
    ("design", "most_seeds"), [(SPLITS, 200), (MIRRORED, 40), (FOLDS, 40), (NEW_DATA, 40), (FIXED, 10)]
)
def test_intervals_for_new_samples_contain_the_accuracy_of_new_samples(design: str, most_seeds: int) -> None:
    rows = measured(design, most_seeds)
    assert list(rows) == [n for n in SEEDS if n <= most_seeds]
    assert all(row.coverage >= COVERAGE for row in rows.values()), rows
    assert all(row.wrong <= WRONG for row in rows.values()), rows


@pytest.mark.parametrize(("design", "most_seeds"), [(SPLITS, 200), (MIRRORED, 40)])
def test_intervals_for_new_seeds_speak_of_these_samples_alone(design: str, most_seeds: int) -> None:
    """Without the correction they are the shorter the more seeds there are, and miss new samples the more often."""
    rows = list(measured(design, most_seeds).values())
    assert all(more.plain_coverage < fewer.plain_coverage < 0.8 for fewer, more in zip(rows, rows[1:], strict=False))
    assert all(more.plain_wrong > fewer.plain_wrong for fewer, more in zip(rows, rows[1:], strict=False))
    assert rows[-1].plain_wrong > 0.2


def test_with_new_data_for_each_seed_the_plain_interval_is_that_of_new_samples() -> None:
    for row in measured(NEW_DATA, 40).values():
        assert row.plain_coverage >= COVERAGE
        assert row.plain_wrong <= WRONG
