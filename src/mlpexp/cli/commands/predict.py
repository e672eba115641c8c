"""``mlpexp predict``."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, ResultName, RunsDir, Table, Wide, check_format, option
from mlpexp.cli.printing import print_sentences, print_table, say
from mlpexp.cli.trained import TableSettings, TrainedArm, trained_arm
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.data.pictures.unseen import UnseenPicture
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
    from mlpexp.cli.training import data_folder
    from mlpexp.results.arm_choice import chosen_seeds

    tell = say(quiet=False)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    seeds = chosen_seeds(of_arm, seed, tell)
    from mlpexp.report.tables.text_layout import as_text
    from mlpexp.results.networks import networks_of
    from mlpexp.store.beside import make_folders
    from mlpexp.store.files import write_text

    networks = networks_of(of_arm, seeds, data_dir=data_folder(data_dir), say=tell)
    if networks.preparation.is_image:
        if settings:
            raise InputError(
                f"--set {settings[0]}: is for tables, and this result was trained on pictures; leave it out"
            )
        every = _of_pictures(networks, files, save_seen)
    elif save_seen is not None:
        raise InputError("--save-seen: is for pictures, and this result was trained on a table; leave it out")
    else:
        every = _of_tables(networks, files, settings or ())
    shown = _shown(networks, every, format_, all_classes=all_classes)
    if output is not None:
        make_folders(output.parent)
        write_text(output, shown if isinstance(shown, str) else as_text(shown))
        print_sentences([f"written: {output}"], err=True)
    elif isinstance(shown, str):
        typer.echo(shown, nl=False)
    else:
        print_table(shown, wide=wide)


def _of_tables(networks: "Networks", files: Sequence[str], settings: Sequence[str]) -> "list[Predictions]":
    """What is said of tables; says what is odd.

    Raises:
        InputError: A file is no such table, or no row could be read.
    """
    from mlpexp.results.predictions import predictions_for, sentences

    if list(files).count(STANDARD_INPUT) > 1:
        raise InputError("-: standard input can be read once; name it once")
    every = [predictions_for(networks, *_content(file), settings) for file in files]
    if not any(predictions.is_predicted.any() for predictions in every):
        raise InputError(f"no row could be predicted; {_first_note(every)}; --set KEY=VALUE says how a file is written")
    for predictions in every:
        print_sentences([*sentences(predictions), *_notes(predictions)], err=True)
    return every


def _of_pictures(networks: "Networks", files: Sequence[str], save_seen: Path | None) -> "list[Predictions]":
    """What is said of pictures; says what was done to each, and what is odd.

    Raises:
        InputError: None of them could be read, or what was seen cannot be saved.
    """
    from mlpexp.results.predictions import pictures_for, predictions_of_pictures, sentences

    if STANDARD_INPUT in files:
        raise InputError("-: pictures are read from files, not from standard input; name the files")
    pictures = pictures_for(networks, [Path(file).expanduser() for file in files])
    if all(picture.pixels is None for picture in pictures):
        raise InputError("\n".join(note for picture in pictures for note in picture.notes))
    if save_seen is not None:
        _save(pictures, save_seen)
    every = predictions_of_pictures(networks, pictures)
    for predictions in every:
        notes = [f"{predictions.path.name}: {note}" for note in predictions.notes[0]]
        print_sentences([*sentences(predictions), *(notes if predictions.said else predictions.notes[0])], err=True)
    if save_seen is not None:
        print_sentences([f"written: what the network saw, in {save_seen}"], err=True)
    return every


def _save(pictures: "Sequence[UnseenPicture]", folder: Path) -> None:
    """What the network saw of each file, under its name; of equal names later ones get a number.

    Raises:
        InputError: A file of that name exists.
    """
    from mlpexp.data.pictures.unseen import as_png
    from mlpexp.store.beside import make_folders
    from mlpexp.store.files import write_bytes

    contents: dict[Path, bytes] = {}
    for picture in pictures:
        if picture.pixels is not None:
            names = (
                f"{picture.path.stem}{number}.png" for number in ("", *map("-{}".format, range(2, len(pictures) + 2)))
            )
            path = next(folder / name for name in names if folder / name not in contents)
            contents[path] = as_png(picture.pixels)
    for path in [folder] if folder.is_file() else contents:
        if path.exists():
            raise InputError(f"--save-seen: {path} exists, and nothing is written over; name another folder")
    make_folders(folder)
    for path, content in contents.items():
        write_bytes(path, content)


def _shown(
    networks: "Networks", every: "Sequence[Predictions]", format_: str, *, all_classes: bool
) -> "str | TextTable":
    """Predictions in a format."""
    from mlpexp.report.tables.predictions import meaning, records, table_of

    print_sentences(filter(None, [meaning(every[0])]), err=True)
    of_pictures = networks.preparation.is_image
    rows = [
        row
        for predictions in every
        for row in records(
            predictions,
            file_column=of_pictures or len(every) > 1,
            row_column=not of_pictures,
            all_classes=all_classes,
        )
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
    places = [f":{predictions.lines[row]}" if predictions.lines else f": row {row + 1}" for row in odd[:MOST_SAID]]
    said = [
        f"{predictions.path}{place}: {'; '.join(predictions.notes[row])}"
        for place, row in zip(places, odd[:MOST_SAID], strict=True)
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
    from mlpexp.store.beside import refuse_results

    refuse_results("--output", output)
