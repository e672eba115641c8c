"""Sentences on the terminal: they break between words; in a pipe each is one line."""

from collections.abc import Iterable

import typer

from mlpexp.cli.tables import columns_available
from mlpexp.report.words import NO_BREAK, in_lines

WIDEST = 100  # characters of a line that is read, and not looked up


def print_sentences(sentences: Iterable[str], *, err: bool = False) -> None:
    """Prints each on lines of its own."""
    width = columns_available(err=err)
    for sentence in sentences:
        text = in_lines(sentence, width) if width else sentence.replace(NO_BREAK, " ")
        typer.echo(text, err=err)


def reading_width() -> int:
    """Characters in a line of text: those of the terminal, but no more than are easy to read."""
    return min(WIDEST, columns_available() or WIDEST)
