"""What the arms of a sweep are compared by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlpexp.config.scores import LABELS, LOWER_IS_BETTER, PARTS, headline
from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError
from mlpexp.store.summary import MetricSummary

NAME = re.compile(rf"(?:(best|final)_)?({'|'.join(PARTS)})_({'|'.join(LABELS)})")
ERRORS = ("quantization_error", "topographic_error")
NAMES_OF_PARTS = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class Metric:
    """One number per trial."""

    part: str
    """``test``."""
    kind: str
    """``accuracy``."""
    when: Literal["final", "best"]
    """At the last epoch, or at the one with the lowest validation loss."""

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
        return f"{NAMES_OF_PARTS[self.part]} {LABELS[self.kind]}"

    @property
    def higher_is_better(self) -> bool:
        """False for losses and errors."""
        return self.kind not in LOWER_IS_BETTER

    @property
    def selected_on(self) -> str:
        """What the best epoch has the lowest of."""
        return "validation_quantization_error" if self.kind in ERRORS else "validation_loss"

    @property
    def described(self) -> MetricSummary:
        """For ``summary.json``."""
        return MetricSummary(
            name=self.name,
            when=self.when,
            column=self.column,
            label=self.label,
            higher_is_better=self.higher_is_better,
            selected_on=self.selected_on if self.when == "best" else None,
        )


def choose_metric(wanted: str | None, parts: Sequence[str], kinds: tuple[str, str]) -> Metric:
    """The metric by its name, or the one that a user would expect: accuracy (or R²) on the test part, of maps
    the quantization error.

    With validation data it is read at the epoch with the lowest validation loss, else at the last epoch.

    Args:
        wanted: ``test_accuracy``, ``final_test_loss``, ``best_validation_accuracy``, ...
        parts: The parts that every arm has.
        kinds: What every arm is measured by.

    Raises:
        InputError: There is no such metric here.
    """
    when: Literal["final", "best"] = "best" if "validation" in parts else "final"
    if wanted is None:
        return Metric(next(part for part in reversed(PARTS) if part in parts), headline(kinds), when)
    match = NAME.fullmatch(wanted)
    available = [f"{part}_{each}" for part in parts for each in kinds]
    if match is None or f"{match.group(2)}_{match.group(3)}" not in available:
        raise InputError(f"sweep.metric: {wanted} is not measured here{did_you_mean(wanted, available)}")
    if match.group(1) == "best" and "validation" not in parts:
        raise InputError(f"sweep.metric: {wanted}: there is no best epoch without dataset.validation_fraction")
    chosen = match.group(1)
    return Metric(match.group(2), match.group(3), when if chosen is None else "best" if chosen == "best" else "final")
