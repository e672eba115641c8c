"""``mlpexp mistakes``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import (
    DataDir,
    FigureStyle,
    FigureWidth,
    FontSize,
    PlotFormat,
    ResultName,
    RunsDir,
    Table,
    Wide,
    check_format,
    option,
)
from mlpexp.cli.printing import print_sentences, print_table, say
from mlpexp.cli.trained import TrainedArm, trained_arm

if TYPE_CHECKING:
    from mlpexp.report.tables.mistakes import Record
    from mlpexp.results.mistakes import Mistakes

FORMATS = ("table", "markdown", "json", "csv")


def mistakes(
    result: ResultName,
    arm: TrainedArm = None,
    seed: Annotated[int | None, option("--seed", help="The network of one seed [default: all together].")] = None,
    most: Annotated[int, typer.Option("--most", min=1, metavar="N", help="How many are shown.")] = 10,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, json or csv.")] = "table",
    output: Annotated[
        Path | None,
        option("--output", "-o", help="Write into this new folder [default: RESULT-mistakes].", metavar="FOLDER"),
    ] = None,
    plot_format: PlotFormat = None,
    style: FigureStyle = None,
    width: FigureWidth = None,
    font_size: FontSize = None,
    wide: Wide = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Show the test samples that most seeds get wrong with most confidence; all mistakes and a figure in a new folder."""
    check_format(format_, FORMATS)
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of

    formats, look = check_formats(plot_format), look_of(style, width, font_size)
    from mlpexp.api.judging import folder_of
    from mlpexp.api.mistaking import mistakes as mistaken
    from mlpexp.cli.training import data_folder

    tell = say(quiet=False)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    folder = folder_of(of_arm, "mistakes", output)
    found = mistaken(of_arm, seed, data_dir=data_folder(data_dir), say=tell)
    with drawn_for(look):
        found.write(folder, formats)
    print_sentences(found.sentences, err=True)
    _print(found.samples.mistakes, found.records[:most], format_, wide=wide)
    print_sentences([f"written: {folder}"], err=True)


def _print(of_arm: "Mistakes", records: "list[Record]", format_: str, *, wide: bool) -> None:
    """The worst ones in a format."""
    from mlpexp.report.tables.mistakes import about, table_of_mistakes

    if format_ == "json":
        from mlpexp.store.json_files import as_json

        typer.echo(as_json({**about(of_arm), "rows": records}), nl=False)
        return
    shown = table_of_mistakes(records, exact=format_ == "csv")
    if format_ != "table":
        typer.echo(shown.csv() if format_ == "csv" else shown.markdown(), nl=False)
    elif records:
        print_table(shown, wide=wide)
