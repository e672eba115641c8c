"""``mlpexp compare``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import (
    Details,
    FigureStyle,
    FigureWidth,
    FontSize,
    PlotFormat,
    RunsDir,
    Table,
    Wide,
    check_drawn,
    check_format,
    option,
)
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.config.scores import Column
    from mlpexp.report.comparison_folder import Written
    from mlpexp.report.drawing.look import Asked
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.candidates import Candidate
    from mlpexp.results.comparison import ArmsComparison
    from mlpexp.results.result import Result


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
    output: Annotated[
        Path | None, option("--output", "-o", help="Write tables and a figure into this new folder.", metavar="FOLDER")
    ] = None,
    plot_format: PlotFormat = None,
    style: FigureStyle = None,
    width: FigureWidth = None,
    font_size: FontSize = None,
    details: Details = False,
    wide: Wide = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Compare runs and sweeps: first their configs, then their results, paired by seed."""
    check_format(format_)
    for word, value in (("--margin", margin), ("--power", power)):
        if value is not None and not 0 < value < inf:
            raise InputError(f"{word} {value:g}: expected a number above 0")
    check_drawn(output, plot_format=plot_format, style=style, width=width, font_size=font_size)
    from mlpexp.report.drawing.look import look_of
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    look = look_of(style, width, font_size)
    opened = [Result.open(find_result(text, runs_dir), table or ()) for text in results]
    to = _destination(output, opened[0], plot_format, look)
    if len(opened) > 1:
        _compare_results(opened, metric, baseline, margin, format_, power, to, wide=wide)
        return
    (result,) = opened
    if not result.summary.axes:
        raise InputError(f"compare: {result.path} is one run; name two or more, or a sweep")
    from mlpexp.cli.results import print_comparison
    from mlpexp.results.arm_named import arm_named
    from mlpexp.results.comparison import read_comparison

    reference = None if baseline is None else arm_named(result, baseline)
    comparison = read_comparison(result, metric, margin if power is None else power, reference)
    print_comparison(result, comparison, power=power, details=details, wide=wide, format_=format_)
    if to is not None:
        _write_arms(result, comparison, power, to)


@dataclass(frozen=True)
class Destination:
    """Where tables and a figure go."""

    folder: Path
    """A new one."""
    formats: list[str]
    """Of the figure."""
    look: "Asked"
    """Of the figure."""


def _destination(output: Path | None, result: "Result", formats: list[str] | None, look: "Asked") -> Destination | None:
    if output is None:
        return None
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.store.beside import folder_beside

    return Destination(folder_beside(result.path, "comparison", output), check_formats(formats), look)


def _write_arms(result: "Result", comparison: "ArmsComparison", power: float | None, to: Destination) -> None:
    """The comparison of a sweep in a folder of its own."""
    from mlpexp.config.scores import column_of
    from mlpexp.report.comparison_folder import Written
    from mlpexp.report.tables.comparison_files import to_export, to_paste
    from mlpexp.report.tables.comparison_table import power_table
    from mlpexp.report.tables.conclusions import conclusions
    from mlpexp.results.candidates import candidates_in

    said, metric = conclusions(comparison, shows_all=True), comparison.summary.metric
    column = column_of(metric.name)
    assert column is not None, metric.name
    sentences = [*said.warnings, *said.footnotes]
    tables = to_paste(comparison)
    if power is not None:
        tables.append(power_table(comparison.labels, comparison.shown, power))
    written = Written(to_export(result, comparison), tables, sentences)
    _write(written, candidates_in([result]), replace(column, when=metric.when), metric.label, to)


def _write(
    written: "Written",
    candidates: "Sequence[Candidate]",
    column: "Column",
    label: str,
    to: Destination,
    seeds: Sequence[int] | None = None,
) -> None:
    from mlpexp.cli.printing import print_sentences
    from mlpexp.report.comparison_folder import write_comparison
    from mlpexp.report.drawing.look import drawn_for

    with drawn_for(to.look):
        write_comparison(written, candidates, column, label, to.folder, to.formats, seeds)
    print_sentences([f"written: {to.folder}"], err=True)


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
    margin: float | None,
    format_: str,
    power: float | None,
    to: Destination | None,
    *,
    wide: bool,
) -> None:
    from mlpexp.cli.printing import print_each_as, print_sentences, print_table
    from mlpexp.planning.factors import differences
    from mlpexp.report.tables.comparison_table import power_table
    from mlpexp.report.tables.paired_results import MARGIN, PairedResults
    from mlpexp.report.tables.shared_seeds import identical
    from mlpexp.results.candidates import NotPaired, candidates_in, common_metric

    candidates = candidates_in(results)
    reference = _baseline(baseline, len(candidates))
    factors = differences([candidate.config for candidate in candidates])
    if format_ == "table":
        _print_differences(candidates, factors, wide=wide)
        print_sentences(identical(results))
    column = common_metric(candidates, metric)
    try:
        paired = PairedResults(results, candidates, factors, column, power or margin or MARGIN, reference)
    except NotPaired as error:
        if to is None:
            raise
        asked = {"--baseline": baseline, "--margin": margin, "--power": power}
        idle = [option for option, value in asked.items() if value is not None]
        _write_apart(candidates, column, error.message, idle, format_, to, wide=wide)
        return
    is_pasted = format_ in ("markdown", "latex")
    tables = paired.to_paste() if is_pasted else [paired.table(whole=format_ != "table", sentences=format_ == "csv")]
    print_each_as(tables, format_, wide=wide)
    print_sentences(paired.warnings, err=format_ != "table")
    labels = [arm.label for arm in candidates]
    powers = [] if power is None else [power_table(labels, paired.comparison, power, heading="what")]
    if format_ == "table":
        print_sentences(paired.said)
        for each in powers:
            print_table(each, wide=wide)
    if to is not None:
        from mlpexp.report.comparison_folder import Written

        exact = paired.table(whole=True, sentences=True)
        short = [*_keys(candidates, factors), *paired.to_paste(), *powers]
        written = Written(exact, short, [*paired.warnings, *paired.said])
        _write(written, candidates, column, column.label, to, paired.seeds)


def _write_apart(
    candidates: "Sequence[Candidate]",
    column: "Column",
    reason: str,
    idle: Sequence[str],
    format_: str,
    to: Destination,
    *,
    wide: bool,
) -> None:
    """Prints and writes the mean of each candidate by its own seeds, and why nothing is tested.

    Args:
        candidates: What stands side by side.
        column: The metric.
        reason: Why nothing is tested.
        idle: Options that were given, and are for tests.
        format_: Of what is printed.
        to: Where it goes.
        wide: Whether lines may be longer than the terminal.
    """
    from math import isfinite

    from mlpexp.cli.printing import print_as, print_sentences
    from mlpexp.planning.factors import differences
    from mlpexp.report.comparison_folder import Written
    from mlpexp.report.tables.comparison_table import apart_table
    from mlpexp.report.tables.paired_results import warnings_of
    from mlpexp.results.candidates import own_values
    from mlpexp.statistics.intervals import mean_interval

    values = [[*filter(isfinite, own_values(candidate, column).values())] for candidate in candidates]
    means = [mean_interval(of_one).within(*column.score.ends) if of_one else None for of_one in values]
    factors = differences([candidate.config for candidate in candidates])
    said = [
        *warnings_of(list(dict.fromkeys(candidate.place[0] for candidate in candidates)), factors),
        f"nothing is tested: {reason.removeprefix('cannot be compared: ')}",
        *([f"{', '.join(idle)}: of no use where nothing is tested"] if idle else []),
        "each interval is of one mean, over the seeds of this result",
    ]
    print_as(apart_table(candidates, means, column, whole=format_ != "table"), format_, wide=wide)
    print_sentences(said, err=format_ != "table")
    whole = apart_table(candidates, means, column, whole=True)
    tables = [*_keys(candidates, factors), whole]
    _write(Written(whole, tables, said), candidates, column, column.label, to)


def _keys(candidates: "Sequence[Candidate]", factors: dict[str, list[str]]) -> "list[TextTable]":
    """The table of what differs, where anything does."""
    from mlpexp.report.tables.comparison_table import keys_table

    return [keys_table(candidates, factors)] if factors else []


def _print_differences(candidates: "Sequence[Candidate]", factors: dict[str, list[str]], *, wide: bool) -> None:
    from mlpexp.cli.printing import print_table
    from mlpexp.report.tables.comparison_table import MOST_CANDIDATES, differences_table

    if not factors:
        typer.echo("the configs are equal, except for seeds and names")
        return
    print_table(differences_table(candidates, factors), wide=wide)
    if len(candidates) > MOST_CANDIDATES:
        typer.echo(f"... and {len(candidates) - MOST_CANDIDATES:,} more")
