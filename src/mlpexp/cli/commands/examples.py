"""``mlpexp examples``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import Wide, check_format
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.report.tables.text_table import TextTable


def examples(
    name: Annotated[
        str | None, typer.Argument(help="Print this one, such as iris/mlp; or those of a folder.", show_default=False)
    ] = None,
    copy: Annotated[
        Path | None,
        typer.Option(
            "--copy", metavar="PATH", help="Copy it, to be changed: a folder or a new file.", show_default=False
        ),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, latex or csv.")] = "table",
    wide: Wide = False,
) -> None:
    """List the experiments that come with the program, each with its question; print or copy one."""
    from mlpexp.config.shipped import example_names, example_text, find_example

    check_format(format_)
    folders = {example.split("/")[0] for example in example_names()}
    if name is None or (name in folders and copy is None):
        if copy is not None:
            raise InputError("--copy: which example? for example `mlpexp examples iris/mlp --copy .`")
        from mlpexp.cli.printing import print_as

        print_as(_table(name), format_, wide=wide)
        if format_ == "table":
            typer.echo("train one: mlpexp train iris/mlp\nread one:  mlpexp examples iris/mlp")
            typer.echo("copy one:  mlpexp examples iris/mlp --copy .")
        return
    example = find_example(name)
    if copy is None:
        typer.echo(example_text(example), nl=False)
    else:
        typer.echo(f"copied to {_copied(example, copy)}")


def _table(folder: str | None) -> "TextTable":
    from mlpexp.config.shipped import example_names, example_path, header
    from mlpexp.report.tables.text_table import TextTable

    headers = {name: header(example_path(name)) for name in example_names() if folder in (None, name.split("/")[0])}
    rows = [(name, of.command, of.first_question, of.time_alone) for name, of in headers.items()]
    columns, sentences = ("example", "command", "question", "time"), frozenset(("question",))
    return TextTable(columns, rows, prose=sentences, least_prose=40, droppable=("time", "command"))


def _copied(example: str, target: Path) -> Path:
    """Copies an example into a folder, or as a file that is not there yet."""
    from mlpexp.config.shipped import example_path, example_text

    path = target / example_path(example).name if target.is_dir() else target
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(example_text(example))
    except FileExistsError:
        raise InputError(f"--copy: {path} is there already; name another file") from None
    except OSError as error:
        raise InputError(f"--copy: {path} cannot be written: {error.strerror or error}") from None
    return path
