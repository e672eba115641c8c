"""From a job to a finished result: trained, compared and drawn; the way of commands and Python alike."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.api.second_process import draw_here
from mlpexp.asking import in_commands
from mlpexp.errors import AllFailed, Interrupted, LostFolder, RunError

if TYPE_CHECKING:
    from mlpexp.execution.local import Runner
    from mlpexp.execution.meter import Update
    from mlpexp.execution.run import Job
    from mlpexp.results.comparison import ArmsComparison
    from mlpexp.results.result import Result


@dataclass(frozen=True)
class Ways:
    """How to go on after a stop, in the words of whoever asked."""

    resume: str
    """Training: ``resume with: mlpexp train --resume runs/iris``."""
    draw: str
    """Drawing, after training is complete."""


@dataclass(frozen=True)
class Finished:
    """A result that has ended, and what was made of it."""

    result: "Result"
    """Its files."""
    comparison: "ArmsComparison | None"
    """Of its arms; None: there is one."""
    drawn: Callable[[], Sequence[Path]]
    """Waits for its pictures, and gives them."""


def train_all(job: "Job", run: "Runner", show: "Callable[[Update], None]", ways: Ways, *, reachable: bool) -> None:
    """Trains what is missing of a job.

    Args:
        job: What to train, and where.
        run: What trains stacks.
        show: Is given where the training is.
        ways: How to go on after a stop.
        reachable: Whether ``run`` can write into the folder.

    Raises:
        Interrupted: Naming the way to go on.
        RunError: Likewise.
    """
    from mlpexp.execution.run import train

    again = ways.resume
    try:
        for update in train(job, run, reachable=reachable):
            show(update)
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


def finish(
    job: "Job",
    formats: Sequence[str],
    ways: Ways,
    draw: "Callable[[Result, Sequence[str]], Callable[[], Sequence[Path]]]" = draw_here,
) -> Finished:
    """Compares the arms of a trained job, and has its figures drawn.

    Args:
        job: Whose training is complete.
        formats: Of figures; empty: none is drawn.
        ways: How to go on after a stop.
        draw: Begins to draw all figures of a result, and gives what waits for them.

    Raises:
        Interrupted: Naming the way to go on.
        RunError: Likewise.
    """
    from mlpexp.results.result import Result

    result = Result.open(job.folder.path)
    with _complete(result, ways):
        wait = draw(result, formats) if formats else list
        comparison = _compared(result) if result.summary.axes else None
    return Finished(result, comparison, _complete(result, ways)(wait))


def _compared(result: "Result") -> "ArmsComparison":
    from mlpexp.report.tables.comparison_files import write_files  # a sixth of a second, which one arm does not need

    return write_files(result)


@contextmanager
def _complete(result: "Result", ways: Ways) -> Iterator[None]:
    """For what is made of a trained result: its files are the same whoever asked, and after a stop it is complete."""
    rest = f"the {result.summary.word} is complete; {ways.draw}"
    try:
        with in_commands():
            yield
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {rest}", signal.SIGINT) from None
    except RunError as error:
        raise RunError(f"{error}; {rest}") from None
