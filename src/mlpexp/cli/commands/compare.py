"""``mlpexp compare``."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import Details, RunsDir, Table, Wide, check_format
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.results.candidates import Candidate
    from mlpexp.results.result import Result

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
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Compare runs and sweeps: first their configs, then their results, paired by seed."""
    check_format(format_)
    for option, value in (("--margin", margin), ("--power", power)):
        if value is not None and not 0 < value < inf:
            raise InputError(f"{option} {value:g}: expected a number above 0")
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    opened = [Result.open(find_result(text, runs_dir), table or ()) for text in results]
    if len(opened) > 1:
        _compare_results(opened, metric, baseline, power or margin or MARGIN, format_, power, wide=wide)
        return
    (result,) = opened
    if not result.summary.axes:
        raise InputError(f"compare: {result.path} is one run; name two or more, or a sweep")
    from mlpexp.cli.results import print_comparison
    from mlpexp.results.comparison import arm_named, read_comparison

    reference = None if baseline is None else arm_named(result, baseline)
    comparison = read_comparison(result, metric, margin if power is None else power, reference)
    print_comparison(result, comparison, power=power, details=details, wide=wide, format_=format_)


def _baseline(text: str | None, count: int) -> int | None:
    """The number of the arm to compare with, among those of several results."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and int(text) < count:
        return int(text)
    raise InputError(f"--baseline {text}: expected a number from 0 to {count - 1}")


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
    from mlpexp.cli.printing import print_each_as, print_sentences, print_table
    from mlpexp.planning.factors import differences
    from mlpexp.planning.sample_designs import speaks_of
    from mlpexp.report.tables.comparison_table import (
        NEW_SAMPLES,
        NUMBERS_NEW,
        candidates_table,
        candidates_to_paste,
        power_table,
    )
    from mlpexp.report.tables.conclusions import confounded, in_numbers, intervals_of_differences, of_new_samples
    from mlpexp.results.candidates import by_sample, candidates_in, common_metric, paired_values
    from mlpexp.statistics.comparison import compare as compare_arms

    candidates, summaries = candidates_in(results), [result.summary for result in results]
    reference = _baseline(baseline, len(candidates))
    factors = differences([candidate.config for candidate in candidates])
    if format_ == "table":
        _print_differences(candidates, factors, wide=wide)
    column = common_metric(candidates, metric)
    seeds, values = paired_values(candidates, column)
    score = column.score
    comparison = compare_arms(values, score.higher_is_better, margin=margin, reference=reference, ends=score.ends)
    new = by_sample(candidates, column, seeds, values)
    against, whole = new.against(comparison), format_ != "table"
    table = candidates_table(
        candidates, comparison, against, new.own(), column.label, len(seeds), whole=whole, sentences=format_ == "csv"
    )
    always = dict.fromkeys(summary.dataset.always(column.part) for summary in summaries if column.is_accuracy)
    if sentence := "; ".join(filter(None, always)):
        table = replace(table, title=f"{table.title}; {sentence}")
    if new.seeds_are_samples:
        table = table.without({NEW_SAMPLES, *NUMBERS_NEW})
    pasted = format_ in ("markdown", "latex") and not new.seeds_are_samples
    print_each_as(candidates_to_paste(table) if pasted else [table], format_, wide=wide)
    known_samples = dict.fromkeys(text for summary in summaries for text in summary.known_samples)
    print_sentences([*confounded(factors), *known_samples], err=format_ != "table")
    if format_ == "table":
        print_sentences([f"verdicts are for {speaks_of(results[0].config, summaries[0])}"])
        print_sentences(intervals_of_differences(comparison))
        print_sentences([*in_numbers(comparison), *of_new_samples(new, against, len(seeds))])
    if power is not None and format_ == "table":
        print_table(power_table([candidate.label for candidate in candidates], comparison, power), wide=wide)


def _print_differences(candidates: "Sequence[Candidate]", factors: dict[str, list[str]], *, wide: bool) -> None:
    from mlpexp.cli.printing import print_table
    from mlpexp.report.tables.comparison_table import MOST_CANDIDATES, differences_table

    if not factors:
        typer.echo("the configs are equal, except for seeds and names")
        return
    print_table(differences_table(candidates, factors), wide=wide)
    if len(candidates) > MOST_CANDIDATES:
        typer.echo(f"... and {len(candidates) - MOST_CANDIDATES:,} more")
