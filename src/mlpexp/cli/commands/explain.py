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
    check_format(format_, FORMATS)
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    opened = Result.open(find_result(result, runs_dir), table or ())
    number = _arm(opened, arm)
    from mlpexp.analysis.explain.advice import untried
    from mlpexp.analysis.explain.examine import examine
    from mlpexp.analysis.explain.trying import tried
    from mlpexp.analysis.explain.verdicts import judge
    from mlpexp.cli.training import data_folder
    from mlpexp.report.tables.comparison_table import shown_label
    from mlpexp.report.tables.explanation import as_json, as_markdown, as_text

    of_arm, seeds, folder, aloud = (
        opened.arm(number),
        None if seed is None else [seed],
        data_folder(data_dir),
        say(quiet=False),
    )
    verdicts = judge(examine(of_arm, seeds, folder, aloud, rehearsed=not quick))
    prepared = opened.plan.arms[number].prepared
    advice = untried(verdicts, prepared) if quick else tried(of_arm, verdicts, folder, aloud)
    name, run = opened.summary.name, None if opened.summary.axes else opened.path
    name += f", {shown_label(opened.arm(number).label)}" if run is None else ""
    texts = {
        "json": lambda: as_json(verdicts, advice),
        "markdown": lambda: as_markdown(name, verdicts, advice),
        "text": lambda: as_text(name, verdicts, advice, run, reading_width()),
    }
    typer.echo(texts[format_](), nl=False)


def _arm(result: "Result", name: str | None) -> int:
    """The number of the arm to explain."""
    from mlpexp.results.arm_named import arm_named

    if name is not None:
        return arm_named(result, name, "--arm")
    num_arms = result.summary.num_arms
    if num_arms > 1:
        raise InputError(
            f"{result.path}: is a sweep of {num_arms:,} arms; name one with --arm, by its number from 0 or by its values"
        )
    return 0
