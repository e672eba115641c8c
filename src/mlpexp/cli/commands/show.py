"""``mlpexp show``."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import Details, LogEvery, ResultName, RunsDir, Wide, check_log_every
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.results.result import Result

MOST_VALUES = 20  # of an axis


def show(
    result: ResultName,
    arm: Annotated[
        int | None,
        typer.Option(
            "--arm", help="Of a sweep: print the config of this arm, to be trained alone.", show_default=False
        ),
    ] = None,
    details: Details = False,
    curve: Annotated[
        bool, typer.Option("--curve", help="Print scores over epochs, of a sweep those of --arm.")
    ] = False,
    log_every: LogEvery = None,
    wide: Wide = False,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Show one run or sweep at a glance: status, config, results."""
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    check_log_every(log_every)
    if log_every is not None and not curve:
        raise InputError("--log-every: only with --curve")
    found = Result.open(find_result(result, runs_dir))
    if curve:
        _print_curve(found, arm, log_every)
    elif arm is not None:
        _print_config(found, arm)
    elif found.summary.axes:
        _show_arms(found, details=details, wide=wide)
    else:
        _show_run(found, wide=wide)


def _print_config(result: "Result", arm: int) -> None:
    """The config of an arm, to be trained alone."""
    from mlpexp.planning.plan import arm_config

    if not result.summary.axes:
        raise InputError(f"--arm: {result.path} is a run, not a sweep")
    result.arm(arm)
    typer.echo(arm_config(result.folder.config, arm), nl=False)


def _print_curve(result: "Result", arm: int | None, every: int | None) -> None:
    """Scores over epochs, means over the seeds of an arm."""
    from mlpexp.report.tables.epoch_lines import curve_lines

    if arm is None and result.summary.axes:
        raise InputError(f"--curve: {result.path} is a sweep; name an arm, such as --arm 0")
    if arm is not None and not result.summary.axes:
        raise InputError(f"--arm: {result.path} is a run, not a sweep")
    for line in curve_lines(result.arm(arm or 0), every):
        typer.echo(line)


def _show_run(result: "Result", *, wide: bool) -> None:
    from mlpexp.cli.printing import print_sentences
    from mlpexp.cli.results import print_summary

    summary, folder = result.summary, result.folder
    model, environment = summary.model, result.environment
    torch_version = environment.get("packages", {}).get("torch", "?")
    print_sentences(
        [
            f"{summary.name} ({summary.hash}): {folder.status(summary)}",
            f"data   {summary.dataset.title}: {summary.dataset.in_words()}",
            f"model  {model.name}, {model.parameters:,} parameters",
            f"made   {environment.get('started', '?')} on {environment.get('device', '?')} with torch {torch_version}",
        ]
    )
    typer.echo(folder.config.read_text(encoding="utf-8", errors="replace"))
    if summary.outcome:
        print_summary(result, wide=wide)
    else:
        reason = f": {summary.reason}" if summary.reason else ""
        typer.echo(f"{folder.status(summary)}{reason}; {_again(result)}")
    names = sorted(path.name for path in result.path.iterdir() if not path.name.startswith("."))
    print_sentences([f"files: {', '.join(names)}"])


def _show_arms(result: "Result", *, details: bool, wide: bool) -> None:
    from mlpexp.cli.printing import print_sentences

    summary = result.summary
    lines = [f"{summary.title} ({summary.hash}): {result.folder.status(summary)}"]
    arms, seeds = summary.num_arms, len(summary.seeds)
    lines.append(f"{arms:,} arms x {seeds} seeds = {summary.num_trials:,} trials, {summary.method}")
    for axis in summary.axes:
        more = " ..." * (len(axis.values) > MOST_VALUES)
        lines.append(f"{axis.label} ({axis.key}): {', '.join(axis.values[:MOST_VALUES])}{more}")
    print_sentences(lines)
    if summary.outcome:
        from mlpexp.cli.comparison import print_comparison
        from mlpexp.results.comparison import read_comparison

        print_comparison(result, read_comparison(result), details=details, wide=wide)
    else:
        reason = f"{summary.reason}; " if summary.reason else ""
        typer.echo(f"{reason}{_again(result)}")


def _again(result: "Result") -> str:
    """How to go on with an unfinished result."""
    from mlpexp.store.result_folder import begun_by_older

    if result.summary.format == 1:
        return begun_by_older(result.folder)
    return f"go on with: mlpexp {result.summary.planned_by} --resume {quote(str(result.path))}"
