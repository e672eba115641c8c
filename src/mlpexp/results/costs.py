"""What each arm of a result cost, from the stacks that its trials were trained in."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.store.frames import Absent, complete_table
from mlpexp.store.plan_files import PlannedArm, StacksRecord

if TYPE_CHECKING:
    import pandas as pd

COSTS = ("microseconds_per_step", "train_seconds", "trials_per_stack")


def step_seconds(stacks: StacksRecord, timing: "pd.DataFrame | None") -> list[float]:
    """Time of an update of each stack: the median over its epochs, so that a slow first one does not count.

    Args:
        stacks: As they were trained; a stack without updates has NaN.
        timing: ``timing.csv``, the rows of the stacks one after the other; None, or rows of other stacks: the mean of all
            updates.
    """
    medians = [] if timing is None else _medians(timing)
    trained = [stack for stack in stacks.stacks if stack.steps]
    if len(medians) != len(trained):
        medians = [stack.train_seconds / stack.steps for stack in trained]
    rest = iter(medians)
    return [next(rest) if stack.steps else np.nan for stack in stacks.stacks]


def timing_in(folder: Path) -> "pd.DataFrame | None":
    """``timing.csv`` of a result; None where it is not there, is damaged or is of the format before."""
    try:
        table = complete_table(folder / "timing.csv")
    except (Absent, ValueError):
        return None
    needed = ["stack", "epoch", "step", "train_seconds"]
    is_whole = set(needed) <= set(table.columns) and all(kind.kind in "if" for kind in table[needed].dtypes)
    return table if is_whole else None


def _medians(timing: "pd.DataFrame") -> list[float]:
    """Of each stack that has updates; halves of a stack have the same number, but the second begins at epoch 0 again."""
    stack, epoch = timing["stack"].to_numpy(), timing["epoch"].to_numpy()
    begins = np.flatnonzero((np.diff(stack) != 0) | (np.diff(epoch) <= 0)) + 1
    medians = []
    for rows in np.split(timing[["step", "train_seconds"]].to_numpy(dtype=float), begins):
        steps = np.diff(rows[:, 0], prepend=0.0)
        if steps.any():
            medians.append(float(np.median(rows[steps > 0, 1] / steps[steps > 0])))
    return medians


def costs(stacks: StacksRecord, arms: Sequence[PlannedArm], timing: "pd.DataFrame | None" = None) -> "pd.DataFrame":
    """Means over the stacks of an arm's seeds; trials of one stack are charged an equal share of it.

    Args:
        stacks: As they were trained.
        arms: As planned.
        timing: See ``step_seconds``.

    Returns:
        Columns arm, microseconds_per_step, train_seconds, trials_per_stack; NaN where nothing was trained.
    """
    import pandas as pd

    shares: dict[int, list[tuple[float, float, float]]] = {}
    for stack, seconds in zip(stacks.stacks, step_seconds(stacks, timing), strict=True):
        size = len(stack.trials)
        if stack.steps:
            share = (1e6 * seconds / size, stack.train_seconds / size, float(size))
            for arm, _ in stack.trials:
                shares.setdefault(arm, []).append(share)
    first: dict[str, int] = {}
    same_as = [first.setdefault(arm.identity, number) for number, arm in enumerate(arms)]
    rows = [np.mean(shares[same], 0) if same in shares else (np.nan,) * 3 for same in same_as]
    table = pd.DataFrame(np.array(rows, dtype=float), columns=list(COSTS))
    table.insert(0, "arm", np.arange(len(arms)))
    return table
