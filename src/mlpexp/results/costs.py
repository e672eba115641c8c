"""What each arm of a result cost, from the stacks that its trials were trained in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.store.plan_files import PlannedArm, StacksRecord

if TYPE_CHECKING:
    import pandas as pd

COSTS = ("microseconds_per_step", "train_seconds", "trials_per_stack")


def costs(stacks: StacksRecord, arms: Sequence[PlannedArm]) -> "pd.DataFrame":
    """Means over the stacks of an arm's seeds; trials of one stack are charged an equal share of it.

    Returns:
        Columns arm, microseconds_per_step, train_seconds, trials_per_stack; NaN where nothing was trained.
    """
    import pandas as pd

    shares: dict[int, list[tuple[float, float, float]]] = {}
    for stack in stacks.stacks:
        size = len(stack.trials)
        if stack.steps:
            share = (1e6 * stack.train_seconds / stack.steps / size, stack.train_seconds / size, float(size))
            for arm, _ in stack.trials:
                shares.setdefault(arm, []).append(share)
    first: dict[str, int] = {}
    same_as = [first.setdefault(arm.identity, number) for number, arm in enumerate(arms)]
    rows = [np.mean(shares[same], 0) if same in shares else (np.nan,) * 3 for same in same_as]
    table = pd.DataFrame(np.array(rows, dtype=float), columns=list(COSTS))
    table.insert(0, "arm", np.arange(len(arms)))
    return table
