"""Where a training is, in one line: of one arm the epoch with its scores, of several the trials."""

from typing import TYPE_CHECKING

from mlpexp.config.scores import Column, column_of
from mlpexp.report.words import number

if TYPE_CHECKING:
    from mlpexp.execution.meter import Update
    from mlpexp.planning.plan import Plan


class ProgressWords:
    """Says where a training is.

    Args:
        plan: What is trained.
    """

    def __init__(self, plan: "Plan") -> None:
        base = plan.base
        self.epochs, self.several = base.experiment.training.epochs, len(plan.arms) > 1
        parts = list(base.sizes.bounds)
        self.parts = ("train", "validation" if "validation" in parts else parts[-1])
        self.scores, self.epoch = "", 0

    def text(self, update: "Update") -> str:
        """Of one arm the epoch, training loss and accuracy; of several the trials done, diverged and failed."""
        return self._trials(update) if self.several else self._epoch(update)

    def _trials(self, update: "Update") -> str:
        text = f"{update.done:,}/{update.total:,} trials"
        for count, word in ((update.diverged, "diverged"), (update.failed, "failed")):
            text += f", {count:,} {word}" if count else ""
        return text

    def _epoch(self, update: "Update") -> str:
        if update.record:
            columns = [column for name in update.record.scores if (column := column_of(name))]
            scores = dict.fromkeys(column.score for column in columns)
            shown = [Column(part, score) for part, score in zip(self.parts, scores, strict=False)]
            means = {column: float(update.record.scores[column.name].mean()) for column in shown}
            texts = [f"{column.part} {column.score.label} {number(mean)}" for column, mean in means.items()]
            self.scores = "  ".join(texts)
        self.epoch = update.epoch or self.epoch  # 0: no stack is in training here
        return f"epoch {self.epoch}/{self.epochs}  {self.scores}"
