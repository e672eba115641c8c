"""``mlpexp show``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import Details, LogEvery, ResultName, RunsDir, Table, Wide, check_log_every
from mlpexp.errors import InputError, RunError

if TYPE_CHECKING:
    from mlpexp.results.result import Result


def show(
    result: ResultName,
    arm: Annotated[
        str | None,
        typer.Option(
            "--arm",
            metavar="ARM",
            help="Of a sweep: print the config of this arm, by number, label or KEY=VALUE,..., to be trained alone.",
            show_default=False,
        ),
    ] = None,
    details: Details = False,
    curve: Annotated[
        bool, typer.Option("--curve", help="Print scores over epochs, of a sweep those of --arm.")
    ] = False,
    log_every: LogEvery = None,
    wide: Wide = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Show one run or sweep at a glance: status, config, results."""
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    check_log_every(log_every)
    if log_every is not None and not curve:
        raise InputError("--log-every: only with --curve")
    opened = Result.open(find_result(result, runs_dir), table or ())
    number = None if arm is None else _number(opened, arm)
    if curve:
        _print_curve(opened, number, log_every)
    elif number is not None:
        _print_config(opened, number)
    elif opened.summary.axes:
        _show_arms(opened, details=details, wide=wide)
    else:
        _show_run(opened, wide=wide)
    _say_unlike(opened)


def _say_unlike(result: "Result") -> None:
    """Which files are gone or cut, whether or not they are shown; what `plot` makes again may go."""
    from mlpexp.store.as_written import unlike

    again = {path.name for path in result.folder.evaluation.glob("arm-*/*.csv")}
    lost = [name for name in unlike(result.path) if not name.startswith(("plots/", "comparison."))]
    names = [name for name in lost if not (name.startswith("evaluation/") and Path(name).name in again)]
    if names:
        typer.echo(f"warning: {result.path}: missing, or not as long as it was written: {', '.join(names)}", err=True)


def _number(result: "Result", arm: str) -> int:
    """The number of the arm that is named."""
    from mlpexp.results.arm_named import arm_named

    if not result.summary.axes:
        raise InputError(f"--arm: {result.path} is a run, not a sweep")
    return arm_named(result, arm, "arm")


def _print_config(result: "Result", arm: int) -> None:
    """The config of an arm, to be trained alone."""
    from mlpexp.planning.plan import arm_config

    typer.echo(arm_config(result.plan.told_in(Path.cwd()), arm), nl=False)


def _print_curve(result: "Result", arm: int | None, every: int | None) -> None:
    """Scores over epochs, means over the seeds of an arm."""
    from mlpexp.report.tables.epoch_lines import curve_lines

    if arm is None and result.summary.axes:
        raise InputError(f"--curve: {result.path} is a sweep; name an arm, such as --arm 0")
    for line in curve_lines(result.arm(arm or 0), every):
        typer.echo(line)


def _show_run(result: "Result", *, wide: bool) -> None:
    from mlpexp.cli.printing import print_sentences
    from mlpexp.cli.results import print_summary
    from mlpexp.report.tables.arm_results import about_run, unfinished
    from mlpexp.store.as_written import content_of

    print_sentences(about_run(result))
    path = result.folder.config
    try:
        typer.echo(content_of(path).decode("utf-8", errors="replace"))
    except RunError as error:
        typer.echo(f"warning: not shown: {error}", err=True)
    except OSError as error:
        typer.echo(f"warning: {path}: cannot be read: {error.strerror or error}", err=True)
    if result.summary.outcome:
        print_summary(result, wide=wide)
    else:
        print_sentences([unfinished(result)])
    names = sorted(path.name for path in result.path.iterdir() if not path.name.startswith("."))
    print_sentences([f"files: {', '.join(names)}"])


def _show_arms(result: "Result", *, details: bool, wide: bool) -> None:
    from mlpexp.cli.printing import print_sentences
    from mlpexp.cli.results import print_comparison
    from mlpexp.report.tables.arm_results import about_sweep, unfinished
    from mlpexp.results.comparison import read_comparison

    print_sentences(about_sweep(result))
    if result.summary.outcome:
        print_comparison(result, read_comparison(result), details=details, wide=wide)
    else:
        print_sentences([unfinished(result)])
