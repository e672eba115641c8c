"""The time of a step: median and quartiles over epochs, of each stack."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpexp.results.costs import costs, step_seconds, time_spread, timing_in
from mlpexp.store.plan_files import PlannedArm, StackRecord, StacksRecord


def stack(part: str, steps: int, seconds: float, *seeds: int) -> StackRecord:
    trials = tuple((0, seed) for seed in seeds)
    return StackRecord(part=part, program=0, threads=1, trials=trials, steps=steps, train_seconds=seconds)


def timing(*rows: tuple[int, int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["stack", "epoch", "step", "train_seconds"])


WARM = [(0, 0, 0, 0.0), (0, 1, 10, 5.0), (0, 2, 20, 0.1), (0, 3, 30, 0.1), (0, 5, 50, 0.4)]


def test_the_slow_first_epoch_does_not_count() -> None:
    stacks = StacksRecord(stacks=(stack("stack-0", 50, 5.6, 0, 1),))
    (seconds,) = step_seconds(stacks, timing(*WARM))
    assert seconds == pytest.approx([0.5, 0.01, 0.01, 0.02])
    assert time_spread(seconds).median == pytest.approx(0.015)
    table = costs(stacks, [PlannedArm(label="", identity="a", data="")], timing(*WARM))
    assert table["microseconds_per_step"].tolist() == [pytest.approx(7_500)]  # an equal share of each trial
    assert table["train_seconds"].tolist() == [2.8]  # the whole time: all that it took


def test_each_stack_and_each_half_of_a_stack_has_its_own() -> None:
    halves = stack("stack-0.0", 10, 1.0, 0), stack("stack-0.1", 10, 2.0, 1)
    stacks = StacksRecord(stacks=(*halves, stack("stack-1", 0, 0.0, 2), stack("stack-2", 10, 3.0, 3)))
    rows = [
        (0, 0, 0, 0.0),
        (0, 1, 10, 1.0),
        (0, 0, 0, 0.0),
        (0, 1, 10, 2.0),
        (1, 0, 0, 0.0),
        (2, 0, 0, 0.0),
        (2, 1, 10, 3.0),
    ]
    seconds = step_seconds(stacks, timing(*rows))
    assert [times.tolist() for times in seconds] == [
        [pytest.approx(0.1)],
        [pytest.approx(0.2)],
        [],
        [pytest.approx(0.3)],
    ]


@pytest.mark.parametrize("table", [None, timing(*WARM, (1, 0, 0, 0.0), (1, 1, 10, 1.0))])
def test_the_mean_where_the_table_is_missing_or_of_other_stacks(table: pd.DataFrame | None) -> None:
    (seconds,) = step_seconds(StacksRecord(stacks=(stack("stack-0", 50, 5.0, 0),)), table)
    assert seconds.tolist() == [0.1]


def test_quartiles_are_said_from_four_times_on_and_ratios_where_they_are_near() -> None:
    few, steady, busy = (time_spread(np.array(times)) for times in ([1.0, 9.0], [1.0, 2, 2, 3, 3], [1.0, 1, 3, 3, 9]))
    assert (few.median, np.isnan(few.low), few.is_steady) == (5.0, True, True)
    assert (steady.low, steady.median, steady.high, steady.is_steady) == (2.0, 2.0, 3.0, True)
    assert (busy.low, busy.high, busy.is_steady) == (1.0, 3.0, False)


@pytest.mark.parametrize("content", [None, "", "stack,epoch\n", "arm,train_seconds\n0,1\n", b"\xff\n\xfe\n"])
def test_no_timing(content: str | bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "timing.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    assert timing_in(tmp_path) is None
