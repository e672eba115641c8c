"""Where the training of a result is: what workers write of it in a small file, and what the progress bar shows."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from mlpexp.execution.tasks import Tick
from mlpexp.planning.stacks import Stacking
from mlpexp.store.files import write_errors
from mlpexp.store.inside import refuse_links
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
        self.said: set[str] = set()

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
        epoch, record, told = (tick.epoch, tick.record, tick.note) if tick else (0, None, "")
        sentence = self._new(note or told)
        return Update(fraction, self.done, self.diverged, self.failed, self.total, epoch, record, sentence)

    def _new(self, sentence: str) -> str:
        """The sentence, unless another stack has said it."""
        if sentence in self.said:
            return ""
        self.said.add(sentence)
        return sentence

    def updates(self, *notes: str) -> Iterator[Update]:
        """One for each sentence."""
        for note in filter(None, notes):
            yield self.update(note=note)


SHARES_FILE = ".progress"


class Shares:
    """The share done of each stack, 0 to 1. Of no consequence: results do not depend on it."""

    def __init__(self, shares: np.ndarray) -> None:
        self.shares = shares

    @classmethod
    def create(cls, folder: Path, num_stacks: int) -> Self:
        """A fresh file with all shares 0."""
        refuse_links(folder / SHARES_FILE)
        with write_errors(folder / SHARES_FILE):
            (folder / SHARES_FILE).write_bytes(np.zeros(max(num_stacks, 1)).tobytes())
        return cls.open(str(folder))

    @classmethod
    def open(cls, folder: str) -> Self:
        """The file of a result that is being trained."""
        return cls(np.memmap(Path(folder) / SHARES_FILE, dtype=np.float64, mode="r+"))

    def set(self, stack: int, share: float) -> None:
        """Notes how far a stack is."""
        self.shares[stack] = share

    def close(self, folder: Path) -> None:
        """Removes the file."""
        self.shares = np.zeros(0)
        with suppress(OSError):  # the folder may be gone
            (folder / SHARES_FILE).unlink()
