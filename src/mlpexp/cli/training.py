"""Training a job and showing what came of it: what `mlpexp train` and `mlpexp sweep` share."""

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from mlpexp.api.second_process import SecondProcess
from mlpexp.api.trained import Finished, Ways, finish, train_all
from mlpexp.cli.printing import print_path, print_sentences

if TYPE_CHECKING:
    from mlpexp.execution.local import Runner
    from mlpexp.execution.meter import Update
    from mlpexp.execution.run import Job
    from mlpexp.results.result import Result


def train_job(
    job: "Job",
    run: "Runner",
    formats: list[str],
    *,
    reachable: bool = True,
    power: float | None = None,
    details: bool = False,
    wide: bool = False,
    quiet: bool,
    log_every: int | None = None,
) -> "Result":
    """Trains what is missing, draws the figures and prints the table.

    Args:
        job: What to train, and where.
        run: What trains stacks.
        formats: Of figures.
        reachable: Whether that can write into the folder.
        power: A difference whose seeds are to be shown.
        details: Whether all notes of a sweep are printed.
        wide: Whether tables have all columns, however narrow the terminal.
        quiet: Whether only the folder is printed, below the lines of ``log_every``.
        log_every: Epochs from one line of scores to the next; None: there are none.

    Raises:
        Interrupted: Naming the command that goes on.
        RunError: Likewise.
    """
    from mlpexp.cli.bar import EpochLog, ProgressBar
    from mlpexp.report.tables.sweep_plan import unusual

    if not quiet:
        print_sentences(unusual(job.plan, job.recording, job.stacking.num_trials, job.folder.path), err=True)
        if log_every and len(job.stacking.stacks) > 1:
            note = "seeds are trained one after the other; lines come with the last one, as means over all"
            print_sentences([note], err=True)
    log = EpochLog(job, log_every) if log_every else None
    ways = ways_of(job)
    with SecondProcess(needed=bool(formats), seconds=job.stacking.seconds) as second:
        with ProgressBar(job, shown=not quiet and sys.stderr.isatty()) as bar:

            def show(update: "Update") -> None:
                if update.note:
                    print_sentences([f"warning: {update.note}"], err=True)
                bar.show(update)
                if log:
                    log.show(update)

            train_all(job, run, show, ways, reachable=reachable)
            if log:
                log.close()
        finished = finish(job, formats, ways, second.draw)
        try:
            if not quiet:
                _print(finished, power=power, details=details, wide=wide)
        finally:
            drawn = finished.drawn()
    _print_written(finished, len(drawn), quiet=quiet)
    return finished.result


def data_folder(data_dir: Path | None) -> str | None:
    """The folder of image data sets as it was given, for workers that may run elsewhere."""
    return None if data_dir is None else str(data_dir)


def ways_of(job: "Job") -> Ways:
    """The commands that go on with a job."""
    path = quote(str(job.folder.path))
    resume = f"resume with: mlpexp {job.plan.planned_by} --resume {path}"
    resume += f" --data-dir {quote(job.data_dir)}" if job.data_dir else ""
    return Ways(resume, f"draw its plots with: mlpexp plot {path}")


def _print(finished: Finished, *, power: float | None, details: bool, wide: bool) -> None:
    """What came of it, while figures are drawn."""
    from mlpexp.cli.results import print_comparison, print_summary

    if finished.comparison:
        print_comparison(finished.result, finished.comparison, power=power, details=details, wide=wide)
    else:
        print_summary(finished.result, wide=wide)


def _print_written(finished: Finished, drawn: int, *, quiet: bool) -> None:
    """Where it is."""
    from mlpexp.cli.results import print_written

    if quiet:
        print_path(finished.result.path)
    else:
        print_written(finished.result, drawn)
