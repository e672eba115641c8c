"""What the engine reports: a record per evaluated epoch, a row per member."""

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True)
class Record:
    """A stack after one epoch.

    Attributes:
        epoch: Epochs done; 0 is before the first step.
        step: Updates done.
        samples: Training samples seen.
        train_seconds: Time of the steps since the last record.
        evaluation_seconds: Time of this evaluation.
        rows: The members that took part in this epoch.
    """

    epoch: int
    step: int
    samples: int
    train_seconds: float
    evaluation_seconds: float
    rows: tuple[Row, ...]
