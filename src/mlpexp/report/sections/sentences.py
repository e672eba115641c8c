"""Sentences of tables and conclusions as a document has them."""

from collections.abc import Sequence

from mlpexp.report.document.blocks import Bullets, Code, Prose


def capital(text: str) -> str:
    """With a capital letter in front; all other letters stay as they are: ``Test R²``, ``Area under ROC``."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital letter and a full stop; a name in front stays as it is."""
    first = text.split(" ", 1)[0].rstrip(":,;")
    begun = capital(text) if first.isalpha() and first != "p" else text
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."


def bullets(sentences: Sequence[str]) -> Bullets:
    """Sentences with ``code`` in backquotes as items."""
    return Bullets([words_of(text) for text in sentences])


def words_of(text: str) -> Prose:
    """A text whose backquotes hold code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # a backquote of a user's name
        return (text,)
    return tuple(Code(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece)
