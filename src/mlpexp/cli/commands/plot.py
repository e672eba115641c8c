"""``mlpexp plot``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, FigureStyle, FigureWidth, FontSize, PlotFormat, ResultName, RunsDir, Table
from mlpexp.cli.printing import print_path, say

if TYPE_CHECKING:
    from mlpexp.results.result import Result


def plot(
    result: ResultName,
    arm: Annotated[
        str | None,
        typer.Option(
            "--arm",
            metavar="N",
            show_default=False,
            help="Of a sweep: draw the figures of one arm, by number, label or KEY=VALUE,..., into plots/arm-N.",
        ),
    ] = None,
    plot_format: PlotFormat = None,
    style: FigureStyle = None,
    width: FigureWidth = None,
    font_size: FontSize = None,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Draw the plots of a run or sweep again, from its files; of a sweep its tables of arms and comparison, too."""
    from contextlib import suppress

    from mlpexp.errors import RunError
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of

    formats, look = check_formats(plot_format), look_of(style, width, font_size)
    from mlpexp.report.figures.catalogue import draw_figures
    from mlpexp.report.tables.comparison_files import rebuild
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result
    from mlpexp.store.result_folder import refuse_old

    found = Result.open(find_result(result, runs_dir), table or ())
    if not found.summary.complete:
        refuse_old(found.folder)
    with suppress(RunError):  # another process holds it
        found.folder.tidy_up(found.summary)
    number = None
    if arm is not None:
        from mlpexp.results.arm_named import arm_named

        number = arm_named(found, arm, "--arm")
        _evaluate(found, number, data_dir)
    else:
        rebuild(found)
    with drawn_for(look):
        drawn = draw_figures(found, formats, number)
    for path in drawn:
        print_path(path)


def _evaluate(result: "Result", arm: int, data_dir: Path | None) -> None:
    """Makes the tables of an arm that are not there, from kept weights or by training again."""
    from mlpexp.cli.training import data_folder
    from mlpexp.results.evaluate import evaluate

    evaluate(result.arm(arm), data_folder(data_dir), say(quiet=False))
