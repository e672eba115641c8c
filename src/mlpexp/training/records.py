"""What the engine reports: a record per evaluated epoch, in columns with one entry per member.

Axis letters: A active members.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Status = Literal["running", "finished", "stopped early", "diverged"]


@dataclass(frozen=True)
class Row:
    """One member after one epoch.

    Attributes:
        member: Position in the stack.
        seed: Its seed.
        learning_rate: Of the last step taken.
        scores: ``train_loss``, ``train_accuracy`` (``train_r2`` for regression), ``validation_...``, ``test_...``.
        status: ``running``, or why it takes no further steps.
    """

    member: int
    seed: int
    learning_rate: float
    scores: dict[str, float]
    status: Status


@dataclass(frozen=True, eq=False)
class Record:
    """A stack after one epoch: the members that took part in it, in columns.

    Attributes:
        epoch: Epochs done; 0 is before the first step.
        step: Updates done.
        samples: Training samples seen.
        train_seconds: Time inside the steps since the last record.
        evaluation_seconds: Time of this evaluation.
        positions: Of the members in the stack, ``(A,)`` int64, ascending.
        seeds: Their seeds, ``(A,)`` int64.
        learning_rates: Of the last step taken, ``(A,)``.
        scores: By name, as in a row, each ``(A,)`` float64.
        statuses: As in a row, one per member.
        diagnostics: By layer and quantity, each ``(A,)``; NaN where there is none.
    """

    epoch: int
    step: int
    samples: int
    train_seconds: float
    evaluation_seconds: float
    positions: np.ndarray
    seeds: np.ndarray
    learning_rates: np.ndarray
    scores: dict[str, np.ndarray]
    statuses: list[Status]
    diagnostics: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The same, one member at a time."""
        columns = zip(*(scores.tolist() for scores in self.scores.values()), strict=True)
        named = [dict(zip(self.scores, values, strict=True)) for values in columns]
        numbers = (self.positions.tolist(), self.seeds.tolist(), self.learning_rates.tolist())
        return tuple(Row(*entries) for entries in zip(*numbers, named, self.statuses, strict=True))
