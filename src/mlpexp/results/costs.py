"""What each arm of a result cost, from the stacks that its trials were trained in."""

from collections.abc import Sequence
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mlpexp.store.frames import Absent, complete_table
from mlpexp.store.plan_files import PlannedArm, StacksRecord

if TYPE_CHECKING:
    import pandas as pd

COSTS = (
    "microseconds_per_step",
    "microseconds_low",
    "microseconds_high",
    "steps",
    "train_seconds",
)
SPREAD = 3.0  # upper quartile / lower quartile, from which times are those of a busy machine
FEWEST_EPOCHS = 4  # from which quartiles are more than the ends


class TimeSpread(NamedTuple):
    """Times of the same work: median and quartiles, NaN where they are not known."""

    median: float
    """Which a few slow ones do not change."""
    low: float
    """Lower quartile."""
    high: float
    """Upper quartile."""

    @property
    def is_steady(self) -> bool:
        """Whether a ratio of such times says something: not where the quartiles are a factor of three apart."""
        return not self.high >= SPREAD * self.low


def time_spread(times: "np.ndarray") -> TimeSpread:
    """Median of times, and their quartiles if there are enough."""
    if not times.size:
        return TimeSpread(nan, nan, nan)
    low, median, high = (float(value) for value in np.quantile(times, (0.25, 0.5, 0.75)))
    return TimeSpread(median, low, high) if times.size >= FEWEST_EPOCHS else TimeSpread(median, nan, nan)


def step_seconds(stacks: StacksRecord, timing: "pd.DataFrame | None") -> list[np.ndarray]:
    """Times of an update of each stack, one per epoch: a slow first one does not change their median.

    Args:
        stacks: As they were trained; a stack without updates has none.
        timing: ``timing.csv``, the rows of the stacks one after the other; None, or rows of other stacks: the mean of all
            updates.
    """
    measured = [] if timing is None else _by_epoch(timing)
    trained = [stack for stack in stacks.stacks if stack.steps]
    if len(measured) != len(trained):
        measured = [np.array([stack.train_seconds / stack.steps]) for stack in trained]
    rest = iter(measured)
    return [next(rest) if stack.steps else np.empty(0) for stack in stacks.stacks]


def timing_in(folder: Path) -> "pd.DataFrame | None":
    """``timing.csv`` of a result; None where it is not there, is damaged or is of the format before."""
    try:
        table = complete_table(folder / "timing.csv")
    except (Absent, ValueError):
        return None
    needed = ["stack", "epoch", "step", "train_seconds"]
    is_whole = set(needed) <= set(table.columns) and all(kind.kind in "if" for kind in table[needed].dtypes)
    return table if is_whole else None


def _by_epoch(timing: "pd.DataFrame") -> list[np.ndarray]:
    """Of each stack that has updates; halves of a stack have the same number, but the second begins at epoch 0 again."""
    stack, epoch = timing["stack"].to_numpy(), timing["epoch"].to_numpy()
    begins = np.flatnonzero((np.diff(stack) != 0) | (np.diff(epoch) <= 0)) + 1
    times = []
    for rows in np.split(timing[["step", "train_seconds"]].to_numpy(dtype=float), begins):
        steps = np.diff(rows[:, 0], prepend=0.0)
        if steps.any():
            times.append(rows[steps > 0, 1] / steps[steps > 0])
    return times


def costs(stacks: StacksRecord, arms: Sequence[PlannedArm], timing: "pd.DataFrame | None" = None) -> "pd.DataFrame":
    """What a trial of each arm costs; trials of one stack are charged an equal share of it.

    Args:
        stacks: As they were trained.
        arms: As planned.
        timing: See ``step_seconds``.

    Returns:
        Column arm; of an update the median and the quartiles over the epochs of all its stacks, in microseconds; means over
        its stacks of the number of updates and of the seconds of training. NaN where nothing was trained.
    """
    import pandas as pd

    shares: dict[int, list[tuple[float, float]]] = {}
    times: dict[int, list[np.ndarray]] = {}
    for stack, seconds in zip(stacks.stacks, step_seconds(stacks, timing), strict=True):
        size = len(stack.trials)
        if stack.steps:
            for arm in dict.fromkeys(arm for arm, _ in stack.trials):
                times.setdefault(arm, []).append(1e6 * seconds / size)
            for arm, _ in stack.trials:
                shares.setdefault(arm, []).append((stack.steps, stack.train_seconds / size))
    first: dict[str, int] = {}
    same_as = [first.setdefault(arm.identity, number) for number, arm in enumerate(arms)]
    rows = []
    for same in same_as:
        spread = time_spread(np.concatenate(times.get(same, [np.empty(0)])))
        rows.append((spread.median, spread.low, spread.high, *np.mean(shares.get(same, [(nan, nan)]), 0)))
    table = pd.DataFrame(np.array(rows, dtype=float), columns=list(COSTS))
    table.insert(0, "arm", np.arange(len(arms)))
    return table
