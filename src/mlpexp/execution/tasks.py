"""What is handed to a worker and what comes back: plain data that travel between processes and machines."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlpexp.config.experiment import Experiment
from mlpexp.store.sweep_folder import TrialBlock


@dataclass(frozen=True)
class StackTask:
    """One stack to be trained.

    Attributes:
        number: Of the stack.
        members: The experiments, each with its seed.
        arms: Number of each member's arm.
        data_dir: Where image data sets lie; None: as the environment says.
        folder: The sweep's folder where it can be reached, for checkpoints and progress; None on other machines.
    """

    number: int
    members: list[Experiment]
    arms: list[int]
    data_dir: str | None = None
    folder: str | None = None


@dataclass(frozen=True)
class StackOutcome:
    """A stack that was trained, or whose trials failed, each with its reason.

    Attributes:
        number: Of the stack.
        blocks: Results, in the order of the members.
        timing: Steps and seconds of the stack, device and engine.
    """

    number: int
    blocks: list[TrialBlock]
    timing: dict[str, Any] = field(default_factory=dict)


def failed(task: StackTask, reason: str) -> StackOutcome:
    """The outcome of a stack none of whose trials could be trained."""
    described = {"status": "failed", "ended_epoch": 0, "best_epoch": 0, "reason": reason, "final": {}, "best": {}}
    blocks = [
        TrialBlock(arm, member.seed, described, (), "") for arm, member in zip(task.arms, task.members, strict=True)
    ]
    return StackOutcome(task.number, blocks, {})


def halves(task: StackTask) -> list[StackTask]:
    """The two halves of a stack that cannot be trained as a whole; without the folder, whose checkpoint is of all of it."""
    middle = len(task.members) // 2
    return [
        replace(task, members=task.members[where], arms=task.arms[where], folder=None)
        for where in (slice(middle), slice(middle, None))
    ]


def joined(outcomes: Sequence[StackOutcome]) -> StackOutcome:
    """The outcome of a stack from those of its halves."""
    times = ("trials", "train_seconds", "evaluation_seconds")
    timing = {key: sum(one.timing.get(key, 0) for one in outcomes) for key in times}
    known = next((one.timing for one in outcomes if one.timing), {})
    return StackOutcome(outcomes[0].number, [block for one in outcomes for block in one.blocks], {**known, **timing})
