"""``mlpexp compare``."""

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

if TYPE_CHECKING:
    from mlpexp.api.compared import Compared
    from mlpexp.api.compared_results import ComparedResults


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
    check_drawn(output, plot_format=plot_format, style=style, width=width, font_size=font_size)
    from mlpexp.api.compared import Wanted, compared, folder_for, write
    from mlpexp.api.compared_arms import ComparedArms
    from mlpexp.cli.printing import print_sentences
    from mlpexp.cli.results import print_comparison
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    look, wanted = look_of(style, width, font_size), Wanted(metric, baseline, margin, power)
    wanted.check()
    opened = [Result.open(find_result(text, runs_dir), table or ()) for text in results]
    folder, formats = folder_for(opened, output), check_formats(plot_format)
    of = compared(opened, wanted)
    what: Compared = of
    if isinstance(of, ComparedArms):
        print_comparison(of.result, of.comparison, power=power, details=details, wide=wide, format_=format_)
    else:
        what = _print_results(of, format_, or_apart=folder is not None, wide=wide)
    if folder is not None:
        with drawn_for(look):
            write(what, folder, formats)
        print_sentences([f"written: {folder}"], err=True)


def _print_results(of: "ComparedResults", format_: str, *, or_apart: bool, wide: bool) -> "Compared":
    """Prints how several results compare, and says what is to be written.

    Args:
        of: The results.
        format_: Of the tables.
        or_apart: Whether they stand side by side where their numbers do not pair.
        wide: Whether lines may be longer than the terminal.

    Raises:
        NotPaired: Their numbers do not pair.
    """
    from mlpexp.api.compared_results import Apart, paired_or_apart
    from mlpexp.cli.printing import print_as, print_each_as, print_sentences, print_table

    is_table, is_pasted = format_ == "table", format_ in ("markdown", "latex")
    if is_table:
        _print_differences(of, wide=wide)
        print_sentences(of.identical)
    what = paired_or_apart(of, or_apart=or_apart)
    if isinstance(what, Apart):
        print_as(what.table(whole=not is_table), format_, wide=wide)
        print_sentences(what.sentences, err=not is_table)
        return what
    paired = of.paired
    tables = paired.to_paste() if is_pasted else [paired.table(whole=not is_table, sentences=format_ == "csv")]
    print_each_as(tables, format_, wide=wide)
    print_sentences(paired.warnings, err=not is_table)
    if is_table:
        print_sentences(paired.said)
        for table in of.powers:
            print_table(table, wide=wide)
    return of


def _print_differences(of: "ComparedResults", *, wide: bool) -> None:
    from mlpexp.cli.printing import print_table
    from mlpexp.report.tables.comparison_table import MOST_CANDIDATES, differences_table

    if not of.factors:
        typer.echo("the configs are equal, except for seeds and names")
        return
    print_table(differences_table(of.candidates, of.factors), wide=wide)
    if len(of.candidates) > MOST_CANDIDATES:
        typer.echo(f"... and {len(of.candidates) - MOST_CANDIDATES:,} more")
