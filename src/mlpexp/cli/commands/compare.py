"""``mlpexp compare``."""

from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import Details, RunsDir, Wide, check_format
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.candidates import Candidate
    from mlpexp.results.result import Result
    from mlpexp.statistics.comparison import Comparison

MOST_SHOWN = 12
MOST_FACTORS = 6  # named in a sentence
MARGIN = 0.01


def compare(
    results: Annotated[
        list[str],
        typer.Argument(
            metavar="RESULTS...",
            help="Runs and sweeps: folders, `last`, hashes, names or unique parts of them.",
            show_default=False,
        ),
    ],
    metric: Annotated[
        str | None, typer.Option("--metric", help="What is compared, such as test_loss.", show_default=False)
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="N",
            show_default=False,
            help="Compare with arm or path number N, from 0, or an arm by KEY=VALUE,... [default: the best].",
        ),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin", help="A difference that matters [default: the sweep's, else 0.01].", show_default=False
        ),
    ] = None,
    power: Annotated[
        float | None,
        typer.Option("--power", help="Say how many seeds a difference of this size needs.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, latex or csv.")] = "table",
    details: Details = False,
    wide: Wide = False,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Compare runs and sweeps: first their configs, then their results, paired by seed."""
    check_format(format_)
    for option, value in (("--margin", margin), ("--power", power)):
        if value is not None and not 0 < value < inf:
            raise InputError(f"{option} {value:g}: expected a number above 0")
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    found = [Result.open(find_result(text, runs_dir)) for text in results]
    if len(found) > 1:
        _compare_results(found, metric, baseline, power or margin or MARGIN, format_, power, wide=wide)
        return
    (result,) = found
    if not result.summary.axes:
        raise InputError(f"compare: {result.path} is one run; name two or more, or a sweep")
    from mlpexp.cli.comparison import print_comparison
    from mlpexp.results.comparison import arm_named, read_comparison

    chosen = None if baseline is None else arm_named(result, baseline)
    comparison = read_comparison(result, metric, margin if power is None else power, chosen)
    print_comparison(result, comparison, power=power, details=details, wide=wide, format_=format_)


def _baseline(wanted: str | None, count: int) -> int | None:
    """The number of the arm to compare with, among those of several results."""
    if wanted is None:
        return None
    if wanted.isascii() and wanted.isdigit() and int(wanted) < count:
        return int(wanted)
    raise InputError(f"--baseline {wanted}: expected a number from 0 to {count - 1}")


def _compare_results(
    results: "Sequence[Result]",
    metric: str | None,
    baseline: str | None,
    margin: float,
    format_: str,
    power: float | None,
    *,
    wide: bool,
) -> None:
    from mlpexp.planning.factors import differences
    from mlpexp.results.candidates import candidates_in, common_metric, paired_values
    from mlpexp.statistics.comparison import compare as compare_arms

    found = candidates_in(results)
    reference = _baseline(baseline, len(found))
    factors = differences([one.config for one in found])
    if format_ == "table":
        _print_differences(found, factors, wide=wide)
    chosen = common_metric(found, metric)
    seeds, values = paired_values(found, chosen)
    result = compare_arms(values, chosen.score.higher_is_better, margin=margin, reference=reference)
    from mlpexp.cli.comparison import print_power
    from mlpexp.cli.printing import print_as, print_sentences
    from mlpexp.report.tables.conclusions import in_numbers

    table = _results_table(found, result, chosen.label, len(seeds), whole=format_ != "table")
    print_as(table, format_, wide=wide)
    print_sentences(_confounded(factors), err=format_ != "table")
    if format_ == "table":
        print_sentences(in_numbers(result))
    if power is not None and format_ == "table":
        print_power([one.label for one in found], result, power, wide=wide)


def _results_table(
    found: "Sequence[Candidate]", result: "Comparison", metric: str, num_seeds: int, *, whole: bool
) -> "TextTable":
    """A row per candidate: its mean, its difference to the reference, what can be said of it; whole to be pasted."""
    from mlpexp.report.tables.comparison_table import FIRST_TO_GO, interval, number
    from mlpexp.report.tables.text_table import TextTable

    rows = []
    for candidate, one in zip(found, result.arms, strict=True):
        own, difference = one.own, one.difference
        rows.append(
            [
                candidate.label,
                str(own.n),
                number(own.mean),
                interval(own.low, own.high),
                number(own.std),
                number(difference.mean, sign=True) if difference else "",
                interval(difference.low, difference.high, sign=True) if difference else "",
                number(one.p_adjusted),
                one.sentence if whole else one.short,
                f"{candidate.updates:,}",
            ]
        )
    mean = metric if whole else "mean"
    columns = (
        "what",
        "n",
        mean,
        "95 % interval",
        "std",
        "difference",
        "its 95 % interval",
        "p (adjusted)",
        "verdict",
        "updates",
    )
    numeric = frozenset(columns) - {"what", "verdict"}
    return TextTable(
        columns,
        rows,
        numeric,
        title=f"{metric}, {num_seeds} common seeds, paired",
        prose=frozenset({"verdict"}),
        droppable=FIRST_TO_GO,
    )


def _confounded(factors: dict[str, list[str]]) -> list[str]:
    """What must be said where more than one factor differs."""
    if len(factors) < 2:
        return []
    names = list(factors)
    more = f", and {len(names) - MOST_FACTORS} more" if len(names) > MOST_FACTORS else ""
    return [
        f"confounded: {len(names)} factors differ ({', '.join(names[:MOST_FACTORS])}{more})",
        "a difference in the results cannot be attributed to one of them",
    ]


def _print_differences(found: "Sequence[Candidate]", factors: dict[str, list[str]], *, wide: bool) -> None:
    """The config difference, a row per factor."""
    from mlpexp.cli.printing import print_table
    from mlpexp.report.tables.text_table import TextTable

    if not factors:
        typer.echo("the configs are equal, except for seeds and names")
        return
    shown = found[:MOST_SHOWN]
    rows = [[factor, *texts[:MOST_SHOWN]] for factor, texts in factors.items()]
    columns = ("factor", *(one.label for one in shown))
    print_table(TextTable(columns, rows, title="what differs", named_columns=True), wide=wide)
    if len(found) > MOST_SHOWN:
        typer.echo(f"... and {len(found) - MOST_SHOWN:,} more")
