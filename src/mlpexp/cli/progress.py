"""The progress bar of a training run."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from mlpexp.config.scores import LABELS, score_kinds

if TYPE_CHECKING:
    from mlpexp.execution.run import Update
    from mlpexp.planning.prepare import Prepared


class ProgressBar:
    """Epoch, training loss, accuracy and time left, on standard error; nothing where that is no terminal."""

    def __init__(self, prepared: "Prepared", *, shown: bool) -> None:
        self.epochs = prepared.experiment.training.epochs
        self.kinds = score_kinds(prepared.experiment, prepared.facts.task)
        self.part = list(prepared.sizes.bounds)[-1] if prepared.sizes.validation == 0 else "validation"
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown)
        self.task = self.bar.add_task("starting", total=1.0)
        self.scores = ""

    def __enter__(self) -> Self:
        self.bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.__exit__(kind, error, trace)

    def show(self, update: "Update") -> None:
        """Moves the bar."""
        if update.record:
            rows = update.record.rows
            shown = []
            for part, kind in zip(("train", self.part), self.kinds, strict=True):
                mean = sum(row.scores[f"{part}_{kind}"] for row in rows) / len(rows)
                shown.append(f"{part} {LABELS[kind]} {mean:.4f}")
            self.scores = "  ".join(shown)
        self.bar.update(
            self.task, completed=update.fraction, description=f"epoch {update.epoch}/{self.epochs}  {self.scores}"
        )
