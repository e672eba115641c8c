"""The progress bar of a sweep."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from mlpexp.execution.sweep_run import Update


class SweepBar:
    """Trials done, diverged and failed, and time left, on standard error; nothing where that is no terminal."""

    def __init__(self, *, shown: bool) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown)
        self.task = self.bar.add_task("starting", total=1.0)

    def __enter__(self) -> Self:
        self.bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.__exit__(kind, error, trace)

    def show(self, update: "Update") -> None:
        """Moves the bar."""
        text = f"{update.done:,}/{update.total:,} trials"
        for count, word in ((update.diverged, "diverged"), (update.failed, "failed")):
            text += f", {count:,} {word}" if count else ""
        self.bar.update(self.task, completed=update.fraction, description=text)
