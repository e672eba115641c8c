"""``mlpexp predict``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, ResultName, RunsDir, Table, Wide, check_format, option
from mlpexp.cli.printing import print_sentences, print_table, say
from mlpexp.cli.trained import TableSettings, TrainedArm, trained_arm
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.api.predicting import Predicted
    from mlpexp.report.tables.text_table import TextTable

FORMATS = ("csv", "table", "markdown", "json")
STANDARD_INPUT = "-"


def predict(
    result: ResultName,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Tables with the columns that were learned from (- reads standard input), or pictures.",
            show_default=False,
        ),
    ],
    arm: TrainedArm = None,
    seed: Annotated[int | None, option("--seed", help="The network of one seed [default: all together].")] = None,
    settings: TableSettings = None,
    all_classes: Annotated[
        bool, typer.Option("--all-classes", help="A column for the probability of each class.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="csv, table, markdown or json.")] = "csv",
    output: Annotated[Path | None, option("--output", "-o", help="Write into this new file.", metavar="FILE")] = None,
    save_seen: Annotated[
        Path | None,
        option("--save-seen", help="Of pictures: save what the network saw in this folder.", metavar="FOLDER"),
    ] = None,
    wide: Wide = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Predict rows or pictures that a network has not seen: class and probability, or value, with the spread over the seeds."""
    check_format(format_, FORMATS)
    _check_output(output)
    if save_seen is not None:
        from mlpexp.store.beside import refuse_results

        refuse_results("--save-seen", save_seen)
    from mlpexp.api.predicting import networks_for, of_pictures, of_tables
    from mlpexp.cli.training import data_folder

    tell = say(quiet=False)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    networks = networks_for(of_arm, seed, data_dir=data_folder(data_dir), say=tell)
    from mlpexp.report.tables.text_layout import as_text
    from mlpexp.store.beside import make_folders
    from mlpexp.store.files import write_text

    if networks.preparation.is_image:
        if settings:
            raise InputError(
                f"--set {settings[0]}: is for tables, and this result was trained on pictures; leave it out"
            )
        if STANDARD_INPUT in files:
            raise InputError("-: pictures are read from files, not from standard input; name the files")
        predicted = of_pictures(networks, [Path(file).expanduser() for file in files], save_seen, tell)
    elif save_seen is not None:
        raise InputError("--save-seen: is for pictures, and this result was trained on a table; leave it out")
    elif list(files).count(STANDARD_INPUT) > 1:
        raise InputError("-: standard input can be read once; name it once")
    else:
        predicted = of_tables(networks, [_content(file) for file in files], settings or (), tell)
    shown = _shown(predicted, format_, all_classes=all_classes)
    if output is not None:
        make_folders(output.parent)
        write_text(output, shown if isinstance(shown, str) else as_text(shown))
        print_sentences([f"written: {output}"], err=True)
    elif isinstance(shown, str):
        typer.echo(shown, nl=False)
    else:
        print_table(shown, wide=wide)


def _shown(predicted: "Predicted", format_: str, *, all_classes: bool) -> "str | TextTable":
    """Predictions in a format."""
    from mlpexp.report.tables.predictions import table_of

    print_sentences(filter(None, [predicted.meaning]), err=True)
    rows, networks = predicted.records(all_classes=all_classes), predicted.networks
    if format_ == "json":
        from mlpexp.store.json_files import as_json

        arm = networks.arm
        told = {"result": arm.result.path.name, "arm": arm.number, "label": arm.label, "seeds": list(networks.seeds)}
        return as_json({**told, "rows": rows})
    shown = table_of(rows, exact=format_ == "csv")
    texts = {"csv": shown.csv, "markdown": shown.markdown}
    return texts[format_]() if format_ in texts else shown


def _content(file: str) -> tuple[Path, bytes]:
    """What a file is called in messages, and its bytes."""
    if file == STANDARD_INPUT:
        return Path("standard input"), sys.stdin.buffer.read()
    from mlpexp.data.tables.text_file import read_bytes

    path = Path(file).expanduser()
    return path, read_bytes(path)


def _check_output(output: Path | None) -> None:
    """Refuses to write over a file, or into a result.

    Raises:
        InputError: It is one of these.
    """
    if output is None:
        return
    if output.exists():
        raise InputError(f"--output: {output} exists, and nothing is written over; name another file")
    from mlpexp.store.beside import refuse_results

    refuse_results("--output", output)
