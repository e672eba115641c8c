"""A document: sections within sections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlpexp.report.document.blocks import Block, Paragraph


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    name: str
    """Of its own among its neighbours, in small letters, for links: ``curves``."""
    title: str
    """The heading."""
    blocks: Sequence[Block]
    """In the order of reading."""
    sections: Sequence["Section"] = ()
    """Those within it."""


@dataclass(frozen=True)
class Room:
    """What a page may take, in bytes; a network that computes in it has limits of its own."""

    words: int
    """Of all but pictures."""
    pictures: int
    """Of embedded ones."""


@dataclass(frozen=True)
class Document:
    """A whole report. Equal results make equal documents: there is no date of making in it."""

    title: str
    """The heading of all."""
    lead: Sequence[Paragraph]
    """What stands before the first section."""
    sections: Sequence[Section]
    """Of one result its sections; of several one for each result, with those within."""
    source: str
    """What it was made of: the folder names of the results, by which a file is known to be a report of them."""
    language: str = "en"
    """Of its words, as HTML names it."""
    room: Room | None = None
    """Of a page of it; None: as much as it needs."""


def walked(document: Document) -> Iterator[tuple[tuple[str, ...], Section]]:
    """All sections in the order of reading, each with its path: the names of those around it, and its own."""
    yield from _below((), document.sections)


def _below(path: tuple[str, ...], sections: Sequence[Section]) -> Iterator[tuple[tuple[str, ...], Section]]:
    for section in sections:
        inner = (*path, section.name)
        yield inner, section
        yield from _below(inner, section.sections)
