"""What the arms of a sweep are compared by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlpexp.errors import InputError

PARTS = ("train", "validation", "test")
KINDS = {"loss": "loss", "accuracy": "accuracy", "r2": "R²"}
NAME = re.compile(r"(?:(best|final)_)?(train|validation|test)_(loss|accuracy|r2)")
NAMES_OF_PARTS = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class Metric:
    """One number per trial.

    Attributes:
        part, kind: ``test`` and ``accuracy``.
        when: At the last epoch, or at the one with the lowest validation loss.
    """

    part: str
    kind: str
    when: Literal["final", "best"]

    @property
    def name(self) -> str:
        """``test_accuracy``: a column of ``metrics.csv``."""
        return f"{self.part}_{self.kind}"

    @property
    def column(self) -> str:
        """``final_test_accuracy``: a column of ``trials.csv``."""
        return f"{self.when}_{self.name}"

    @property
    def label(self) -> str:
        """In words."""
        return f"{NAMES_OF_PARTS[self.part]} {KINDS[self.kind]}"

    @property
    def higher_is_better(self) -> bool:
        """False for losses."""
        return self.kind != "loss"

    def described(self) -> dict[str, Any]:
        """For ``summary.json``."""
        return {
            "name": self.name, "when": self.when, "column": self.column, "label": self.label,
            "higher_is_better": self.higher_is_better,
            "selected_on": "validation_loss" if self.when == "best" else None,
        }  # fmt: skip


def choose_metric(wanted: str | None, parts: Sequence[str], task: str) -> Metric:
    """The metric by its name, or the one that a user would expect: accuracy (or R²) on the test part.

    With validation data it is read at the epoch with the lowest validation loss, else at the last epoch.

    Args:
        wanted: ``test_accuracy``, ``final_test_loss``, ``best_validation_accuracy``, ...
        parts: The parts that every arm has.
        task: ``classification`` or ``regression``.

    Raises:
        InputError: There is no such metric here.
    """
    when: Literal["final", "best"] = "best" if "validation" in parts else "final"
    kind = "accuracy" if task == "classification" else "r2"
    if wanted is None:
        return Metric(next(part for part in reversed(PARTS) if part in parts), kind, when)
    match = NAME.fullmatch(wanted)
    available = [f"{part}_{each}" for part in parts for each in ("loss", kind)]
    if match is None or f"{match.group(2)}_{match.group(3)}" not in available:
        raise InputError(f"sweep.metric: {wanted} is not measured here; choose from {', '.join(available)}")
    if match.group(1) == "best" and "validation" not in parts:
        raise InputError(f"sweep.metric: {wanted}: there is no best epoch without dataset.validation_fraction")
    chosen = match.group(1)
    return Metric(match.group(2), match.group(3), when if chosen is None else "best" if chosen == "best" else "final")
