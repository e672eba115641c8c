"""The blocks of a section, each a kind of content; how it looks is the writer's business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlpexp.report.document.formulas import Formula
from mlpexp.report.tables.text_table import TextTable

if TYPE_CHECKING:
    from mlpexp.report.drawing.style import Drawing


@dataclass(frozen=True)
class Code:
    """What is typed or read by a program, within a line."""

    text: str
    """As it is."""


@dataclass(frozen=True)
class Link:
    """A place of the same document, or a file beside it, within a line."""

    text: str
    """What is read."""
    target: str
    """The name of a section (``#``, its name), or the address of a file from the folder of the document."""


Inline = str | Code | Formula | Link
Prose = Sequence[Inline]
"""One line or paragraph: plain text, code, formulas and links, one after the other."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    words: Prose
    """What it says."""
    important: bool = False
    """Whether it is the one to be read, such as the answer."""
    language: str = ""
    """Of its words, as HTML names it; empty: that of the document."""


@dataclass(frozen=True)
class Bullets:
    """Short sentences below each other, in no order."""

    items: Sequence[Prose]
    """One each."""


@dataclass(frozen=True)
class CodeBlock:
    """Lines to be copied: a command, a config."""

    text: str
    """The lines."""
    language: str = ""
    """``sh``, ``yaml``."""


@dataclass(frozen=True)
class Equation:
    """A formula in a line of its own."""

    formula: Formula
    """What is shown."""


@dataclass(frozen=True)
class TableBlock:
    """A table; its title is the caption."""

    name: str
    """Of its own within its section, for links and files: ``comparison``."""
    table: TextTable
    """Cells as text."""
    links: Sequence[str] = ()
    """Of each row where its first cell leads, as ``Link.target``; empty: nowhere."""
    searched: bool = False
    """Whether it is long, and a reader looks for some of its rows."""
    elsewhere: Prose = ()
    """A sentence that says where all its rows are, if some may be left out; else empty."""


@dataclass(frozen=True)
class FigureBlock:
    """A figure, with all the numbers that it shows."""

    name: str
    """That of its files in ``plots/``: ``loss``."""
    caption: str
    """What it is and how it is read."""
    alternative: str
    """What it shows, for those who cannot see it."""
    drawing: "Drawing"
    """The figure, and its numbers."""
    is_picture: bool = False
    """Whether it shows pictures, whose light and dark mean something."""
    elsewhere: Prose = ()
    """Sentences that say where it is, and its numbers, if a page has no room for them."""
    has_numbers: bool = True
    """Whether its numbers stand beside it, where they can be opened."""


@dataclass(frozen=True)
class LiveNetwork:
    """A trained network that computes in a page with scripts."""

    name: str
    """Of its own within its section."""
    caption: str
    """Which network it is, and its limits."""
    without: str
    """What is said where nothing computes: on paper, or with scripts off."""
    told: Mapping[str, Any]
    """What is computed with, as JSON has it: input, layers, output, samples, epochs, widget."""


Block = Paragraph | Bullets | CodeBlock | Equation | TableBlock | FigureBlock | LiveNetwork
