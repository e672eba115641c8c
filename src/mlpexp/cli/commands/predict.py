"""``mlpexp predict``."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, ResultName, RunsDir, Table, Wide, check_format, option
from mlpexp.cli.printing import print_sentences, print_table, say
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.networks import Networks
    from mlpexp.results.predictions import Predictions

FORMATS = ("csv", "table", "markdown", "json")
STANDARD_INPUT = "-"
MOST_SAID = 10  # rows whose notes are said


def predict(
    result: ResultName,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Tables with the columns that were learned from; - reads standard input.",
            show_default=False,
        ),
    ],
    arm: Annotated[
        str | None,
        option(
            "--arm",
            help="Of a sweep: number, label or KEY=VALUE [default: the best on validation data].",
            metavar="ARM",
        ),
    ] = None,
    seed: Annotated[int | None, option("--seed", help="The network of one seed [default: all together].")] = None,
    all_classes: Annotated[
        bool, typer.Option("--all-classes", help="A column for the probability of each class.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="csv, table, markdown or json.")] = "csv",
    output: Annotated[Path | None, option("--output", "-o", help="Write into this new file.", metavar="FILE")] = None,
    wide: Wide = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Predict rows that a network has not seen: class and probability, or value, with the spread over the seeds."""
    check_format(format_, FORMATS)
    _check_output(output)
    from mlpexp.cli.training import data_folder
    from mlpexp.results.arm_choice import chosen_arm, chosen_seeds
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    tell = say(quiet=False)
    opened = Result.open(find_result(result, runs_dir), table or ())
    of_arm = opened.arm(chosen_arm(opened, arm, tell))
    seeds = chosen_seeds(of_arm, seed, tell)
    from mlpexp.report.tables.text_layout import as_text
    from mlpexp.results.networks import networks_of
    from mlpexp.store.files import write_text

    networks = networks_of(of_arm, seeds, data_dir=data_folder(data_dir), say=tell)
    if networks.preparation.is_image:
        raise InputError(f"{opened.path}: was trained on pictures, and predict reads tables")
    shown = _of_tables(networks, files, format_, all_classes=all_classes)
    if output is not None:
        write_text(output, shown if isinstance(shown, str) else as_text(shown))
        print_sentences([f"written: {output}"], err=True)
    elif isinstance(shown, str):
        typer.echo(shown, nl=False)
    else:
        print_table(shown, wide=wide)


def _of_tables(networks: "Networks", files: Sequence[str], format_: str, *, all_classes: bool) -> "str | TextTable":
    """What is said of tables, in a format; says beside it what is odd.

    Raises:
        InputError: A file is no such table, or no row could be read.
    """
    from mlpexp.report.tables.predictions import meaning, records, table_of
    from mlpexp.results.predictions import predictions_for, sentences

    every = [predictions_for(networks, *_content(file)) for file in files]
    if not any(predictions.is_predicted.any() for predictions in every):
        raise InputError(f"no row could be predicted; {_first_note(every)}")
    for predictions in every:
        print_sentences([*sentences(predictions), *_notes(predictions)], err=True)
    print_sentences(filter(None, [meaning(every[0])]), err=True)
    rows = [
        row
        for predictions in every
        for row in records(predictions, file_column=len(files) > 1, all_classes=all_classes)
    ]
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


def _notes(predictions: "Predictions") -> list[str]:
    """A sentence for each of the first rows that are odd."""
    odd = [row for row, notes in enumerate(predictions.notes) if notes]
    said = [
        f"{predictions.path}:{predictions.lines[row]}: {'; '.join(predictions.notes[row])}" for row in odd[:MOST_SAID]
    ]
    more = len(odd) - len(said)
    return [*said, *[f"{predictions.path}: {more:,} more rows are odd; the column `notes` says how"] * (more > 0)]


def _first_note(every: "Sequence[Predictions]") -> str:
    return next((sentence for predictions in every for sentence in _notes(predictions)), "the tables have no rows")


def _check_output(output: Path | None) -> None:
    """Refuses to write over a file, or into a result.

    Raises:
        InputError: It is one of these.
    """
    if output is None:
        return
    if output.exists():
        raise InputError(f"--output: {output} exists, and nothing is written over; name another file")
    for folder in output.absolute().parents:
        if (folder / "summary.json").exists():
            raise InputError(f"--output: {folder} is a result, which is left as it is; name another folder")
