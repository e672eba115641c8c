"""``mlpexp evaluate``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, ResultName, RunsDir, Table, Wide, check_format, option
from mlpexp.cli.printing import print_each_as, print_sentences, say
from mlpexp.cli.trained import TableSettings, TrainedArm, trained_arm

if TYPE_CHECKING:
    from mlpexp.results.on_new_data import OnNewData

FORMATS = ("table", "markdown", "json")


def evaluate(
    result: ResultName,
    on: Annotated[
        str,
        option("--on", help="A table, pictures, or a data set by its name: what it is judged by.", metavar="FILE|NAME"),
    ],
    arm: TrainedArm = None,
    seed: Annotated[int | None, option("--seed", help="The network of one seed [default: of all].")] = None,
    settings: TableSettings = None,
    format_: Annotated[str, typer.Option("--format", help="table, markdown or json.")] = "table",
    output: Annotated[
        Path | None,
        option("--output", "-o", help="Write into this new folder [default: RESULT-on-NAME].", metavar="FOLDER"),
    ] = None,
    wide: Wide = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Judge networks by other samples: all scores against those of their test part, and how far the columns have shifted."""
    check_format(format_, FORMATS)
    from mlpexp.api.judging import evaluate as judged
    from mlpexp.api.judging import folder_of
    from mlpexp.cli.training import data_folder

    tell = say(quiet=False)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    folder = folder_of(of_arm, f"on-{_file_name(on)}", output)
    evaluation = judged(of_arm, on, seed, settings or (), data_dir=data_folder(data_dir), say=tell)
    evaluation.write(folder)
    _show(evaluation.found, format_, wide=wide)
    print_sentences([f"written: {folder}"], err=True)


def _file_name(on: str) -> str:
    """What the folder is called by."""
    path = Path(on)
    return (path.name.split(".")[0] or path.resolve().name).replace(":", "-")


def _show(found: "OnNewData", format_: str, *, wide: bool) -> None:
    from mlpexp.report.tables.on_new_data import differences_table, record, scores_table, sentences, shift_table

    if format_ == "json":
        from mlpexp.store.json_files import as_json

        typer.echo(as_json(record(found)), nl=False)
        return
    tables = [scores_table(found), differences_table(found), shift_table(found)]
    print_each_as([table for table in tables if table is not None], format_, wide=wide)
    print_sentences(sentences(found), err=format_ != "table")
