"""What is shown while training: the progress bar, and lines of scores."""

import sys
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from mlpexp.api.border import border
from mlpexp.api.console import Terminal
from mlpexp.cli.failures import unwritten
from mlpexp.cli.printing import print_sentences
from mlpexp.cli.streams import lead_nowhere
from mlpexp.report.tables.epoch_lines import EpochLines
from mlpexp.report.watching.progress_words import ProgressWords
from mlpexp.results.in_training import rows_by_part

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.execution.meter import Update
    from mlpexp.execution.run import Job


class ProgressBar:
    """What is done and the time left, on standard error; nothing where that is no terminal.

    Of one arm the epoch, training loss and accuracy; of several the trials done, diverged and failed.
    """

    def __init__(self, job: "Job", *, shown: bool) -> None:
        self.words = ProgressWords(job.plan)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        self.bar = Progress(
            *columns,
            console=Terminal(err=True),
            transient=True,
            disable=not shown,
            redirect_stdout=sys.stdout.isatty(),  # lines stand above the bar; but those for a pipe go into the pipe
        )
        self.task = self.bar.add_task("starting", total=1.0)
        self.open = ExitStack()

    def __enter__(self) -> Self:
        if not self.bar.disable:  # a bar that shows nothing would end a line, with rich before 15
            self.open.enter_context(self.bar)
        self.open.enter_context(border())  # the bar has put streams of its own in their place
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open.__exit__(kind, error, trace)

    def show(self, update: "Update") -> None:
        """Moves the bar."""
        self.bar.update(self.task, completed=update.fraction, description=self.words.text(update))


class EpochLog:
    """Lines of scores on standard output, each as soon as all seeds have passed its epoch.

    Where a run is gone on with, its first lines are those of epochs that some seed had not passed.
    """

    def __init__(self, job: "Job", every: int) -> None:
        self.lines = EpochLines(every, job.folder.read_summary())
        for table, done in rows_by_part(job.folder, "metrics"):
            with suppress(KeyError, ValueError):  # a damaged part is trained again
                self._pass(table, done=done)

    def show(self, update: "Update") -> None:
        """Prints what is new."""
        record = update.record
        if record:
            seeds = record.seeds.tolist()
            ended = {seed for seed, status in zip(seeds, record.statuses, strict=True) if status != "running"}
            scores = {name: record.scores[name].tolist() for name in self.lines.columns}
            _print(self.lines.add(record.epoch, seeds, scores, ended))

    def close(self) -> None:
        """Prints what is left at the end."""
        _print(self.lines.close())

    def _pass(self, table: "pd.DataFrame", *, done: bool) -> None:
        """Takes in the rows of a part without printing them; who has none of its last epoch has ended before."""
        latest = table.groupby("seed")["epoch"].max()
        last = dict(zip(latest.index.tolist(), latest.tolist(), strict=True))
        newest = max(last.values())
        for key, rows in table.groupby("epoch"):
            epoch, seeds = int(str(key)), rows["seed"].tolist()
            scores = {name: rows[name].tolist() for name in self.lines.columns}
            ended = {seed for seed in seeds if last[seed] == epoch and (done or epoch < newest)}
            self.lines.add(epoch, seeds, scores, ended)


def _print(lines: list[str]) -> None:
    try:
        for line in lines:
            print(line, flush=True)
    except OSError as error:  # the reader of a pipe went away, or the disk is full
        lead_nowhere(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            print_sentences([f"warning: {unwritten(error)}; training goes on without its lines"], err=True)
