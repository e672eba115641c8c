"""Where the training of a result is: what the progress bar shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlpexp.execution.progress import Shares
from mlpexp.execution.tasks import Tick
from mlpexp.planning.stacks import Stacking
from mlpexp.store.result_folder import ResultFolder
from mlpexp.training.records import Record


@dataclass(frozen=True)
class Update:
    """Where the training of a result is, for a progress bar."""

    fraction: float
    """Of the estimated work, 0 to 1."""
    done: int
    """Trials that have ended."""
    diverged: int
    """How many of them diverged."""
    failed: int
    """How many of them failed."""
    total: int
    """Trials that are trained."""
    epoch: int = 0
    """Of the stack in training, where there is one in this process."""
    record: Record | None = None
    """The newest one of it."""
    note: str = ""
    """A sentence to be said."""


class Meter:
    """Counts what is done."""

    def __init__(self, folder: ResultFolder, stacking: Stacking) -> None:
        self.seconds = np.array([stack.cost.seconds for stack in stacking.stacks])
        self.total = stacking.num_trials
        self.shares = Shares.create(folder.path, len(stacking.stacks))
        self.done = self.diverged = self.failed = 0

    def add(self, stack: int, statuses: Sequence[str]) -> None:
        """Counts the trials of a stack that has ended."""
        self.shares.set(stack, 1.0)
        self.done += len(statuses)
        self.diverged += statuses.count("diverged")
        self.failed += statuses.count("failed")

    def update(self, tick: Tick | None = None, note: str = "") -> Update:
        """Where the training is now."""
        if tick:
            self.shares.set(tick.number, tick.share)
        fraction = float(self.seconds @ self.shares.shares / (self.seconds.sum() or 1.0))
        epoch, record, said = (tick.epoch, tick.record, tick.note) if tick else (0, None, "")
        return Update(fraction, self.done, self.diverged, self.failed, self.total, epoch, record, note or said)

    def updates(self, *notes: str) -> Iterator[Update]:
        """One for each sentence."""
        for note in filter(None, notes):
            yield self.update(note=note)
