"""What is said and shown while Python trains: sentences, and a bar where someone looks at it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mlpexp.errors import visible
from mlpexp.report.watching.progress_words import ProgressWords
from mlpexp.report.words import NO_BREAK

if TYPE_CHECKING:
    from mlpexp.execution.meter import Update
    from mlpexp.execution.run import Job

Tell = Callable[[str], None]
SECONDS = 0.2  # between two pictures of the bar


def teller(*, quiet: bool) -> Tell:
    """What says sentences: in a notebook below its cell, else on standard error."""
    if quiet:
        return lambda sentence: None
    return lambda sentence: print(visible(sentence).replace(NO_BREAK, " "), file=sys.stdout if kernel() else sys.stderr)


def kernel() -> Any:
    """The kernel of the notebook that this process is; None: it is none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None)


@contextmanager
def shown(job: "Job", *, quiet: bool) -> "Iterator[Callable[[Update], None]]":
    """What shows where a training is, while it lasts: a bar in a notebook and on a terminal; in a pipe warnings alone.

    Args:
        job: What is trained.
        quiet: Whether nothing is shown.
    """
    tell, words = teller(quiet=quiet), ProgressWords(job.plan)
    if quiet:
        yield lambda update: None
    elif kernel():
        with _in_notebook(words) as move:
            yield _with_notes(tell, move)
    elif sys.stderr.isatty():
        with _on_terminal(words) as move:
            yield _with_notes(tell, move)
    else:
        yield _with_notes(tell, lambda update: None)


def _with_notes(tell: Tell, move: "Callable[[Update], None]") -> "Callable[[Update], None]":
    def show(update: "Update") -> None:
        if update.note:
            tell(f"warning: {update.note}")
        move(update)

    return show


@contextmanager
def _on_terminal(words: ProgressWords) -> "Iterator[Callable[[Update], None]]":
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from mlpexp.api.console import Terminal

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Terminal(err=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda update: bar.update(task, completed=update.fraction, description=words.text(update))


@contextmanager
def _in_notebook(words: ProgressWords) -> "Iterator[Callable[[Update], None]]":
    """One line with a bar, which goes when the training has ended."""
    from html import escape
    from time import monotonic

    from IPython.display import HTML, display

    handle, drawn = display(HTML("<progress></progress> starting"), display_id=True), 0.0

    def move(update: "Update") -> None:
        nonlocal drawn
        now, text = monotonic(), words.text(update)
        if now - drawn > SECONDS:
            drawn = now
            handle.update(HTML(f'<progress value="{update.fraction:.3f}" max="1"></progress> {escape(text)}'))

    try:
        yield move
    finally:
        handle.update(HTML(""))
