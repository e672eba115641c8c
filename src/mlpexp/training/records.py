"""What the engine reports: a record per evaluated epoch, in columns with one entry per member.

Axis letters: A active members.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Status = Literal["running", "finished", "stopped early", "converged", "diverged"]


@dataclass(frozen=True)
class MemberRow:
    """One member after one epoch."""

    member: int
    """Position in the stack."""
    seed: int
    """Its seed."""
    learning_rate: float
    """Of the last step taken."""
    scores: dict[str, float]
    """``train_loss``, ``train_accuracy`` (``train_r2`` for regression), ``validation_...``, ``test_...``."""
    status: Status
    """``running``, or why it takes no further steps."""


@dataclass(frozen=True, eq=False)
class Record:
    """A stack after one epoch: the members that took part in it, in columns."""

    epoch: int
    """Epochs done; 0 is before the first step."""
    step: int
    """Updates done."""
    samples: int
    """Training samples seen."""
    train_seconds: float
    """Time inside the steps since the last record."""
    evaluation_seconds: float
    """Time of this evaluation."""
    positions: np.ndarray
    """Of the members in the stack, ``(A,)`` int64, ascending."""
    seeds: np.ndarray
    """Their seeds, ``(A,)`` int64."""
    learning_rates: np.ndarray
    """Of the last step taken, ``(A,)``."""
    scores: dict[str, np.ndarray]
    """By name, as in a row, each ``(A,)`` float64."""
    statuses: list[Status]
    """As in a row, one per member."""
    diagnostics: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    """By layer and quantity, each ``(A,)``; NaN where there is none."""

    @property
    def rows(self) -> tuple[MemberRow, ...]:
        """The same, one member at a time."""
        columns = zip(*(scores.tolist() for scores in self.scores.values()), strict=True)
        named = [dict(zip(self.scores, values, strict=True)) for values in columns]
        numbers = (self.positions.tolist(), self.seeds.tolist(), self.learning_rates.tolist())
        return tuple(MemberRow(*entries) for entries in zip(*numbers, named, self.statuses, strict=True))
