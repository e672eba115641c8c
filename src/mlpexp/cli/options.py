"""Options that several commands share."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mlpexp.errors import InputError


def option(*names: str, help: str, metavar: str | None = None) -> Any:
    """An option that is absent unless it is given, so that its help names no default."""
    return typer.Option(*names, help=help, metavar=metavar, show_default=False)


TABLE_FORMATS = ("table", "markdown", "latex", "csv")  # of `--format`, where a command has no others
ResultName = Annotated[
    str,
    typer.Argument(
        metavar="RESULT", help="A run or sweep: its folder, `last`, its hash, its name or any unique part of it.",
        show_default=False,
    ),
]  # fmt: skip
RunsDir = Annotated[Path, typer.Option("--runs-dir", help="The folder of all runs.")]


def check_format(name: str, formats: Sequence[str] = TABLE_FORMATS) -> str:
    """Refuses a format that a command does not have; `table` is `text` where that is what the terminal gets.

    Raises:
        InputError: It is one.
    """
    from mlpexp.config.words import did_you_mean

    if name == "table" and "text" in formats:
        return "text"
    if name not in formats:
        raise InputError(f"--format: {name!r} is not known{did_you_mean(name, formats)}")
    return name


def refuse_beside_resume(word: str, given: Sequence[str], others: Mapping[str, object]) -> None:
    """Refuses options that would change a training that goes on.

    Args:
        word: ``run`` or ``sweep``.
        given: Options that were given.
        others: Values of more options, by their names without dashes; what is empty was not given.

    Raises:
        InputError: Names them.
    """
    refuse_beside(f"--resume: goes on with the {word} as it was", given, others)


def refuse_beside(what: str, given: Sequence[str], others: Mapping[str, object]) -> None:
    """Refuses options beside one that leaves them no meaning.

    Args:
        what: That option, and what it does.
        given: Options that were given.
        others: Values of more options, by their names without dashes; what is empty was not given.

    Raises:
        InputError: Names them.
    """
    clash = [*given, *(f"--{name}" for name, value in others.items() if value not in (None, False, [], ()))]
    if clash:
        raise InputError(f"{what}; it cannot be combined with {', '.join(clash)}")


def refuse_table(tables: Sequence[Path] | None) -> None:
    """Refuses to name the table of a result where nothing is gone on with.

    Raises:
        InputError: It is named.
    """
    if tables:
        raise InputError(f"--table {tables[0]}: names the table of a result, beside --resume; --data FILE trains on it")


def check_log_every(every: int | None) -> None:
    """Refuses a number of epochs that is not positive.

    Raises:
        InputError: It is not.
    """
    if every is not None and every < 1:
        raise InputError(f"--log-every: {every} is not a positive number")


def check_output(output: Path | None) -> None:
    """Refuses a folder that cannot be written into, or that belongs to a run or sweep.

    Raises:
        InputError: It is one of these.
    """
    if output is None:
        return
    for folder in (output.absolute(), *output.absolute().parents):
        if folder.is_file():
            raise InputError(f"--output: {folder} is a file; expected a folder")
        if (folder / "summary.json").exists():
            raise InputError(
                f"--output: {folder} is the folder of a run or sweep, which is left as it is; name another"
            )


def check_drawn(output: Path | None, **options: object) -> None:
    """Refuses options of figures, by name, where no folder is named for them.

    Raises:
        InputError: One is given.
    """
    for name, value in options.items():
        if value is not None and output is None:
            raise InputError(f"--{name.replace('_', '-')}: nothing is drawn without --output")


DataDir = Annotated[
    Path | None,
    option("--data-dir", help="The folder of image data sets [default: MLPEXP_DATA_DIR, else a cache folder]."),
]
Table = Annotated[
    list[Path] | None,
    option("--table", help="A table or pictures of the result, where they are now; repeatable.", metavar="PATH"),
]
Device = Annotated[str | None, option("--device", help="auto, cpu, cuda, cuda:1 or mps.")]
PlotFormat = Annotated[
    list[str] | None, option("--plot-format", help="png, svg, pdf or tex (pgfplots); repeatable [default: png].")
]
FigureWidth = Annotated[
    str | None, option("--width", help="Of each figure, such as 8.5cm, 85mm, 3.3in or 240pt.", metavar="W")
]
FontSize = Annotated[float | None, option("--font-size", help="Of the letters in figures, in points.", metavar="P")]
FigureStyle = Annotated[
    str | None, option("--style", help="Of figures: paper (5.5in, 9 points) or slides (10in, 18 points).")
]
Details = Annotated[bool, typer.Option("--details", help="Print all notes below the table of arms.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the folder.")]
LogEvery = Annotated[int | None, option("--log-every", help="Print the scores of every N-th epoch.", metavar="N")]
Wide = Annotated[
    bool,
    typer.Option("--wide", help="Show every column of a table, and each row in one line, however narrow the terminal."),
]
