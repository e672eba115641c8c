"""The program ``mlpexp``: its commands, and the one place where errors become messages."""

import io
import os
import signal
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from mlpexp import __version__
from mlpexp.cli import (
    activations,
    check,
    compare,
    examples,
    explain,
    find_lr,
    gradcheck,
    listing,
    params,
    runs,
    sweep,
    train,
)
from mlpexp.errors import Interrupted, MlpexpError

# Waiting OpenMP threads sleep rather than spin: on a busy machine spinning makes small convolutions 20 to 100 times slower
# (benchmarks/LOG.md). The variable is read when torch is loaded, which is later.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


class _Program(TyperGroup):
    """Ctrl-C outside training, too, is reported by ``main``; typer itself exits without a word, with 130 or (older) 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted("interrupted", signal.SIGINT) from None


app = typer.Typer(
    name="mlpexp",
    cls=_Program,
    help="A laboratory for small neural networks: one YAML file is one experiment.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("train")(train.train)
app.command("sweep")(sweep.sweep)
app.command("compare")(compare.compare)
app.command("params")(params.params)
app.command("explain")(explain.explain)
app.command("find-lr")(find_lr.find_lr)
app.command("activations")(activations.activations)
app.command("gradcheck")(gradcheck.gradcheck)
app.command("check")(check.check)
app.command("examples")(examples.examples)
app.command("list")(listing.list_)
app.command("show")(runs.show)
app.command("plot")(runs.plot)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mlpexp {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    pass


def main() -> None:
    """Runs the command line; every failure ends in one sentence on standard error and an exit code.

    Exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted (128 + signal number). With ``MLPEXP_DEBUG=1`` in the
    environment the traceback is shown as well.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an output that knows no ± or ² shows a question mark
    try:
        app()
    except MlpexpError as error:
        _report(str(error), error)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of a pipe went away: `mlpexp list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        text = (str(error) or "no message").splitlines()[0]
        _report(
            f"internal error: {type(error).__name__}: {text} (a defect of mlpexp; MLPEXP_DEBUG=1 shows where)", error
        )
        sys.exit(1)


def _report(message: str, error: BaseException) -> None:
    if os.environ.get("MLPEXP_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    print("\n".join(f"error: {line}" for line in message.splitlines()), file=sys.stderr)
