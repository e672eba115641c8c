"""What is advised: a remedy, and what came of trying it, if it was tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlpexp.analysis.explain.remedy import Remedy
from mlpexp.analysis.explain.suggestions import suggestions
from mlpexp.analysis.explain.verdicts import CONSEQUENCES, Verdict
from mlpexp.planning.prepare import Preparation, Prepared

Effect = Literal["better", "worse", "same"]


@dataclass(frozen=True)
class Outcome:
    """What came of trying a remedy."""

    num_seeds: int
    """Trained with each of so many seeds."""
    held_out: int
    """Samples that each was judged on."""
    score: str
    """Name of the score."""
    before: float
    """Mean of it over the seeds, with the experiment's own setting."""
    after: float
    """Mean of it with the remedy."""
    loss_before: float | None
    """Mean of the loss; None where it is not finite, or not of the same kind in both."""
    loss_after: float | None
    """Likewise."""
    diverged: int
    """Seeds that diverged with the remedy."""
    effect: Effect
    """Whether it helps."""
    by_loss: bool = False
    """Whether the loss decides, because the score stays as it is."""
    diverged_before: int = 0
    """Seeds that diverged with the experiment's own setting."""


@dataclass(frozen=True)
class Advice:
    """A remedy, and what is known of it."""

    remedy: Remedy
    """What to try."""
    outcome: Outcome | None = None
    """What came of it; None: it was not tried."""
    why_not: str = ""
    """Why it was not tried, where there is a reason to tell."""
    seconds: float | None = None
    """How long that would have taken, where it is the reason."""

    @property
    def advised(self) -> bool | None:
        """Whether it helps; None: that is not known."""
        return None if self.outcome is None else self.outcome.effect == "better"


def causes_of(verdicts: Sequence[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """Causes, and what the first of them usually brings about."""
    first, *others = verdicts
    follow = CONSEQUENCES.get(first.kind, frozenset())
    return [first, *(v for v in others if v.kind not in follow)], [v for v in others if v.kind in follow]


def untried(verdicts: Sequence[Verdict], prepared: Prepared) -> list[list[Advice]]:
    """The remedies of each verdict, of which none was tried."""
    preparation = Preparation()
    return [[Advice(each.remedy) for each in suggestions(verdict, prepared, preparation)] for verdict in verdicts]
