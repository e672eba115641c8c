"""Training a job and showing what came of it: what `mlpexp train` and `mlpexp sweep` share."""

import signal
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from mlpexp.cli.printing import print_path, print_sentences
from mlpexp.errors import AllFailed, Interrupted, LostFolder, RunError

if TYPE_CHECKING:
    from mlpexp.execution.local import Runner
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
    from mlpexp.execution.run import train
    from mlpexp.report.tables.sweep_plan import unusual
    from mlpexp.results.result import Result

    if not quiet:
        print_sentences(unusual(job.plan, job.recording, job.stacking.num_trials), err=True)
        if log_every and len(job.stacking.stacks) > 1:
            note = "seeds are trained one after the other; lines come with the last one, as means over all"
            print_sentences([note], err=True)
    log = EpochLog(job, log_every) if log_every else None
    again = f"resume with: mlpexp {job.plan.planned_by} --resume {quote(str(job.folder.path))}"
    again += f" --data-dir {quote(job.data_dir)}" if job.data_dir else ""
    try:
        with ProgressBar(job, shown=not quiet and sys.stderr.isatty()) as bar:
            for update in train(job, run, reachable=reachable):
                if update.note:
                    print_sentences([f"warning: {update.note}"], err=True)
                bar.show(update)
                if log:
                    log.show(update)
            if log:
                log.close()
    except Interrupted as stop:
        raise Interrupted(f"{stop}; {again}", stop.exit_code - 128) from None
    except KeyboardInterrupt:  # a second Ctrl-C, while the first is being obeyed
        raise Interrupted(f"interrupted; {again}", signal.SIGINT) from None
    except LostFolder:
        raise
    except AllFailed as error:
        raise AllFailed(f"{error}; if the machine was the cause, {again}") from None
    except RunError as error:
        raise RunError(f"{error}; {again}") from None
    result = Result.open(job.folder.path)
    _show(result, formats, power=power, details=details, wide=wide, quiet=quiet)
    return result


def data_folder(data_dir: Path | None) -> str | None:
    """The folder of image data sets as it was given, for workers that may run elsewhere."""
    return None if data_dir is None else str(data_dir)


def left_aside(config: str) -> str:
    """That a run does without the ``sweep:`` section of its config, and which command trains that."""
    return f"the sweep: section is left aside; `mlpexp sweep {quote(config)}` trains it"


def _show(result: "Result", formats: list[str], *, power: float | None, details: bool, wide: bool, quiet: bool) -> None:
    from mlpexp.report.figures.catalogue import draw_figures

    compares = bool(result.summary.axes)
    rest = f"the {result.summary.word} is complete; draw its plots with: mlpexp plot {quote(str(result.path))}"
    try:
        if compares:
            from mlpexp.report.tables.comparison_files import write_files

            comparison = write_files(result)
        drawn = draw_figures(result, formats)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {rest}", signal.SIGINT) from None
    except RunError as error:
        raise RunError(f"{error}; {rest}") from None
    if quiet:
        print_path(result.path)
        return
    if compares:
        from mlpexp.cli.results import print_arms

        print_arms(result, comparison, drawn, power=power, details=details, wide=wide)
    else:
        from mlpexp.cli.results import print_results

        print_results(result, drawn, wide=wide)
