"""``mlpexp explain``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, ResultName, RunsDir, Table, check_format
from mlpexp.cli.printing import reading_width, say
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.results.result import Result

FORMATS = ("text", "markdown", "json")


def explain(
    result: ResultName,
    arm: Annotated[
        str | None,
        typer.Option(
            "--arm", metavar="N", help="Of a sweep: which arm, by number, label or KEY=VALUE,....", show_default=False
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="One seed [default: all].", show_default=False)] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Try no remedies.")] = False,
    format_: Annotated[str, typer.Option("--format", help="text, markdown or json.")] = "text",
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Say why a run, or an arm of a sweep, learned or did not: verdicts, the numbers they rest on, what helps against it."""
    format_ = check_format(format_, FORMATS)
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    opened = Result.open(find_result(result, runs_dir), table or ())
    number = _arm(opened, arm)
    from mlpexp.api.explaining import explain as explained
    from mlpexp.cli.training import data_folder

    said = explained(opened.arm(number), seed, quick=quick, data_dir=data_folder(data_dir), say=say(quiet=False))
    texts = {"json": said.json, "markdown": said.markdown, "text": lambda: said.text(reading_width())}
    typer.echo(texts[format_](), nl=False)


def _arm(result: "Result", name: str | None) -> int:
    """The number of the arm to explain."""
    from mlpexp.results.arm_named import all_arms, arm_named

    if name is not None:
        return arm_named(result, name, "arm")
    num_arms = result.summary.num_arms
    if num_arms > 1:
        raise InputError(f"--arm: {result.path} is a sweep of {num_arms:,} arms; choose: {all_arms(result)}")
    return 0
