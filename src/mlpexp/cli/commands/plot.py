"""``mlpexp plot``."""

from pathlib import Path
from typing import Annotated

import typer

from mlpexp.cli.options import DataDir, FigureStyle, FigureWidth, FontSize, PlotFormat, ResultName, RunsDir, Table
from mlpexp.cli.printing import print_path, say


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
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of

    formats, look = check_formats(plot_format), look_of(style, width, font_size)
    from mlpexp.api.plotting import plot as drawn
    from mlpexp.cli.training import data_folder
    from mlpexp.results.arm_named import arm_named
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    found = Result.open(find_result(result, runs_dir), table or ())
    number = None if arm is None else arm_named(found, arm, "arm")
    with drawn_for(look):
        written = drawn(found, number, formats, data_dir=data_folder(data_dir), say=say(quiet=False))
    for path in written:
        print_path(path)
