"""Sentences: the numbers of a row in plain words, rounded so that they promise nothing that is not so."""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.statistics.arm_comparison import ArmComparison, Verdict
from mlpexp.statistics.comparison import compare
from mlpexp.statistics.intervals import MeanInterval

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
OWN = MeanInterval(10, 0.9, 0.01, 0.89, 0.91)


def test_sentences_in_plain_words() -> None:
    differences = np.array([0.012, 0.021, 0.030, 0.018, 0.024, 0.015, 0.027, 0.021])
    values = np.array([np.full(8, 0.9), 0.9 - differences, 0.9 - 0.1 * (differences - 0.021)])
    found = compare(values, True, margin=0.01, reference=0)
    assert found.arms[1].sentence == "worse by 0.021 (0.016 to 0.026), adjusted p = 0.008"
    assert found.arms[2].sentence == "no difference larger than 0.0007"
    alone = compare(-values[:2], False, margin=0.01, reference=1)
    assert alone.arms[0].sentence == "better by 0.021 (0.016 to 0.026), p = 0.008"
    many = compare(np.concatenate([values, values], axis=1), True, margin=0.01, reference=0)
    assert many.arms[1].sentence == "worse by 0.0210 (0.0180 to 0.0240), adjusted p < 0.001"


@pytest.mark.parametrize(
    ("mean", "half", "expected"),
    [
        (-0.0213, 0.0091, "0.021 (0.012 to 0.030)"),
        (0.0213, 0.0301, "0.02 (-0.01 to 0.05)"),
        (21.3, 9.0, "21 (12 to 30)"),
        (1234.0, 0.5, "1234.0 (1233.5 to 1234.5)"),
        (-2e-7, 1e-7, "0.00000020 (0.00000010 to 0.00000030)"),
        (0.5, 0.0, "0.5 (0.5 to 0.5)"),
    ],
)
def test_a_size_has_the_decimals_that_its_interval_supports(mean: float, half: float, expected: str) -> None:
    row = ArmComparison(1, "worse", OWN, 0.9, 0, MeanInterval(10, mean, 0.01, mean - half, mean + half), 0.02, 0.04, 2)
    assert row.sentence == f"worse by {expected}, adjusted p = 0.040"


@given(st.floats(5e-324, 1e300))
def test_a_bound_is_never_rounded_down(largest: float) -> None:
    row = ArmComparison(1, "no difference", OWN, 0.9, 0, MeanInterval(10, 0, 0, 0, 0), largest_difference=largest)
    said = float(row.sentence.removeprefix("no difference larger than "))
    assert said >= largest * (1 - 2e-9)
    assert said <= 1.4 * largest or math.isclose(said, 1e-15)


def test_the_reference_shows_its_failures_too() -> None:
    assert ArmComparison(0, "reference", OWN, 0.9, 0).sentence == "the reference"
    assert ArmComparison(0, "reference", OWN, 0.9, 2).sentence == "the reference; no result in 2 of 12 seeds"


def test_a_row_of_a_table_says_it_in_few_words() -> None:
    difference = MeanInterval(10, -0.0213, 0.01, -0.0304, -0.0122)
    shorts = {"worse": "worse by 0.021", "better": "better by 0.021", "no difference": "no difference"}
    shorts |= {"undecided": "undecided", "diverged": "no result"}
    for verdict in VERDICTS:
        row = ArmComparison(1, verdict, OWN, 0.9, 0, None if verdict == "diverged" else difference)
        assert row.short == shorts.get(verdict, "the reference")
