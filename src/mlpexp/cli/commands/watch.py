"""``mlpexp watch``."""

from pathlib import Path
from signal import SIGINT
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import ResultName, RunsDir, option
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from mlpexp.results.result import Result
    from mlpexp.results.watched import Watched

STYLES = {"": "", "title": "bold", "quiet": "dim", "band": "dim", "first": "blue", "second": "red"}
WIDEST = 110  # characters


def watch(
    result: ResultName,
    once: Annotated[bool, typer.Option("--once", help="Print what there is now, and end.")] = False,
    html: Annotated[
        Path | None,
        option("--html", help="Write a page that renews itself in the browser, too.", metavar="FILE"),
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, metavar="SECONDS", help="Time from look to look.")] = 2,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Show the curves of a run or sweep while it trains; it ends with the training, or with Ctrl-C."""
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    opened = Result.open(find_result(result, runs_dir))
    file = None if html is None else html.expanduser()
    if file is not None:
        _check_page(file, opened)
    try:
        _watch(opened, file, every, once=once)
    except KeyboardInterrupt:
        raise typer.Exit(128 + SIGINT) from None


def _watch(result: "Result", html: Path | None, every: int, *, once: bool) -> None:
    """Shows it until it ends; a page that nobody writes any more does not say that it is renewed."""
    from mlpexp.api.console import Terminal
    from mlpexp.results.watched import Watched

    watched, console = Watched(result), Terminal()
    follows = watched.goes_on and not once and (console.is_terminal or html is not None)
    try:
        if follows:
            _follow(watched, console, html, every)
        else:
            console.print(_text(watched, console, whole=True), soft_wrap=True)
    finally:
        _write(watched, html, None)
    if not watched.goes_on:
        _print_end(result)


def _check_page(file: Path, result: "Result") -> None:
    """Refuses to write over what is no page of this result.

    Raises:
        InputError: It is something else, or in a result.
    """
    from mlpexp.config.given_files import why_no_file
    from mlpexp.report.watching.page import marker
    from mlpexp.store.beside import refuse_results

    if file.suffix != ".html":
        raise InputError(f"--html: {file}: expected a name that ends in .html")
    refuse_results("--html", file)
    if what := why_no_file(file):
        raise InputError(f"--html: {file} {what}")
    if file.exists() and marker(result.path.name) not in file.read_text(encoding="utf-8", errors="replace"):
        raise InputError(f"--html: {file} exists, and is no page of this result; name another file")


def _follow(watched: "Watched", console: "Console", html: Path | None, every: int) -> None:
    """Looks again and again, until nothing trains any more."""
    from time import sleep

    from rich.live import Live

    _write(watched, html, every)
    with Live(
        _text(watched, console), console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
    ) as live:
        while watched.goes_on:
            sleep(every)
            watched.look()
            _write(watched, html, every)
            live.update(_text(watched, console), refresh=True)


def _text(watched: "Watched", console: "Console", *, whole: bool = False) -> "Text":
    """The frame, as wide as the terminal, and no higher unless it is ``whole``."""
    from rich.text import Text

    from mlpexp.report.watching.frame import frame

    width = min(console.width, WIDEST) if console.is_terminal else None
    height = None if whole or width is None else console.height - 1
    text = Text(no_wrap=True, overflow="ignore" if width is None else "ellipsis")
    for number, line in enumerate(frame(watched, width, height)[:height]):
        text.append("\n" if number else "")
        for piece in line:
            text.append(piece.text, STYLES[piece.style])
    return text


def _write(watched: "Watched", html: Path | None, every: int | None) -> None:
    if html is not None:
        from datetime import datetime

        from mlpexp.report.watching.page import progress_page
        from mlpexp.store.beside import make_folders
        from mlpexp.store.files import write_text

        make_folders(html.parent)
        write_text(html, progress_page(watched, datetime.now(), every))


def _print_end(result: "Result") -> None:
    """How it ended, and what comes next."""
    from mlpexp.cli.printing import print_sentences
    from mlpexp.report.tables.arm_results import unfinished
    from mlpexp.results.result import Result

    now = Result.open(result.path)
    if now.summary.complete:
        name = result.path.name
        print_sentences([f"{now.summary.status}: `mlpexp show {name}` has the results, `mlpexp report {name}` a page"])
    else:
        print_sentences([unfinished(now)])
