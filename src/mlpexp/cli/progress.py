"""The progress bar of training."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from mlpexp.config.scores import LABELS

if TYPE_CHECKING:
    from mlpexp.execution.meter import Update
    from mlpexp.execution.run import Job


class ProgressBar:
    """What is done and the time left, on standard error; nothing where that is no terminal.

    Of one arm the epoch, training loss and accuracy; of several the trials done, diverged and failed.
    """

    def __init__(self, job: "Job", *, shown: bool) -> None:
        base = job.plan.base
        self.epochs, self.several = base.experiment.training.epochs, len(job.plan.arms) > 1
        parts = list(base.sizes.bounds)
        self.parts = ("train", "validation" if "validation" in parts else parts[-1])
        columns = (
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn(),
        )  # fmt: skip
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
        text = self._trials(update) if self.several else self._epoch(update)
        self.bar.update(self.task, completed=update.fraction, description=text)

    def _trials(self, update: "Update") -> str:
        text = f"{update.done:,}/{update.total:,} trials"
        for count, word in ((update.diverged, "diverged"), (update.failed, "failed")):
            text += f", {count:,} {word}" if count else ""
        return text

    def _epoch(self, update: "Update") -> str:
        if update.record:
            shown = []
            kinds = list(dict.fromkeys(name.partition("_")[2] for name in update.record.scores))
            for part, kind in zip(self.parts, kinds, strict=True):
                mean = update.record.scores[f"{part}_{kind}"].mean()
                shown.append(f"{part} {LABELS[kind]} {mean:.4f}")
            self.scores = "  ".join(shown)
        return f"epoch {update.epoch}/{self.epochs}  {self.scores}"
