"""What goes to the terminal: sentences, which break between words, and tables, which fit; in a pipe each line is whole."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import typer

from mlpexp.api.border import behind
from mlpexp.errors import visible
from mlpexp.report.words import NO_BREAK, in_lines

if TYPE_CHECKING:
    from mlpexp.report.tables.text_table import TextTable

STYLES = {"title": "italic", "heading": "bold", "rule": "", "body": ""}
WIDEST = 100  # characters of a line that is read, and not looked up


def print_sentences(sentences: Iterable[str], *, err: bool = False) -> None:
    """Prints each on lines of its own; a line break in a name begins none."""
    width = columns_available(err=err)
    for sentence in map(visible, sentences):
        text = in_lines(sentence, width) if width else sentence.replace(NO_BREAK, " ")
        typer.echo(text, err=err)


def print_path(path: Path) -> None:
    """Prints a path for other programs: in a pipe each byte as it is, on a terminal as it can be seen."""
    stream = behind(sys.stdout)
    is_exact = hasattr(stream, "buffer") and not stream.isatty()
    typer.echo(os.fsencode(path) if is_exact else path, file=stream if is_exact else sys.stdout)


def say(*, quiet: bool) -> Callable[[str], None]:
    """What prints sentences about what takes time."""
    return lambda sentence: None if quiet else print_sentences([sentence], err=True)


def reading_width() -> int:
    """Characters in a line of text: those of the terminal, but no more than are easy to read."""
    return min(WIDEST, columns_available() or WIDEST)


def print_table(table: "TextTable", *, wide: bool = False) -> None:
    """Prints a table that fits the terminal; in a pipe, and if it is to be wide, with every column and each row in a line."""
    from rich.text import Text

    from mlpexp.api.console import Terminal
    from mlpexp.report.tables.text_layout import laid_out, wrapped

    console = Terminal()
    width = None if wide else columns_available()
    layout = laid_out(table, width)
    plain = not console.encoding.startswith("utf")
    if not table.title:
        console.print()
    for line, after in zip(layout.lines, [*layout.lines[1:], None], strict=True):
        text = line.text.replace("─", "-") if plain and line.of == "rule" else line.text
        console.print(Text(text, STYLES[line.of]), soft_wrap=True)
        if line.of == "title" and (after is None or after.of != "title"):
            console.print()
    console.print()
    for note in wrapped(layout.note(), width):
        console.print(note, soft_wrap=True)
    if layout.hidden:
        console.print()


def columns_available(*, err: bool = False) -> int | None:
    """Characters in a line of the terminal; None in a pipe, where there is no end."""
    if not (sys.stderr if err else sys.stdout).isatty():
        return None
    return get_terminal_size().columns


def print_each_as(tables: "Sequence[TextTable]", format_: str, *, wide: bool = False) -> None:
    """Prints several in this way, with a line between them."""
    for place, table in enumerate(tables):
        if place > 0:
            typer.echo()
        print_as(table, format_, wide=wide)


def print_as(table: "TextTable", format_: str, *, wide: bool = False) -> None:
    """Prints a table for the terminal, or as Markdown, LaTeX or CSV."""
    if format_ == "table":
        print_table(table, wide=wide)
    else:
        text = {"markdown": table.markdown, "latex": table.latex, "csv": table.csv}[format_]()
        typer.echo(text, nl=False)
