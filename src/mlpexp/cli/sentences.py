"""Sentences on the terminal: they break between words; in a pipe each is one line."""

from collections.abc import Iterable
from textwrap import fill

import typer

from mlpexp.cli.tables import columns_available

WIDEST = 100  # characters of a line that is read, and not looked up
NO_BREAK = "\u00a0"  # holds the words of a path together


def print_sentences(sentences: Iterable[str], *, err: bool = False) -> None:
    """Prints each on lines of its own."""
    width = columns_available(err=err)
    for sentence in sentences:
        text = filled(sentence, width) if width else sentence.replace(NO_BREAK, " ")
        typer.echo(text, err=err)


def reading_width() -> int:
    """Characters in a line of text: those of the terminal, but no more than are easy to read."""
    return min(WIDEST, columns_available() or WIDEST)


def filled(text: str, width: int, first: str = "", then: str = "") -> str:
    """Text in lines of at most ``width`` characters; no name, number or path is broken.

    Args:
        text: Words with blanks between.
        width: Of the lines.
        first: What the first line begins with.
        then: What the others begin with.
    """
    lines = fill(
        text, width, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
    return lines.replace(NO_BREAK, " ")
