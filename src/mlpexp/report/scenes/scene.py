"""A drawing as marks on a page, whatever writes it: lengths in points (1/72 inch), from the upper left corner."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from unicodedata import east_asian_width

from mlpexp.report.drawing.style import INK

Point = tuple[float, float]
WIDE, NARROW = 1.0, 0.61  # width of a letter in units of its size: of Chinese ones, and of others on average


@dataclass(frozen=True)
class Polygon:
    """A filled area with an edge."""

    points: tuple[Point, ...]
    """Its corners."""
    fill: str
    """Colour."""
    edge: str
    """Colour of the edge."""


@dataclass(frozen=True)
class Disc:
    """A filled circle with an edge."""

    centre: Point
    """Its middle."""
    radius: float
    """In points."""
    fill: str
    """Colour."""
    edge: str
    """Colour of the edge."""


@dataclass(frozen=True)
class Stroke:
    """A thin line."""

    points: tuple[Point, ...]
    """Through which it goes."""
    colour: str
    """Of the line."""
    width: float = 0.5
    """In points."""


@dataclass(frozen=True)
class Label:
    """A line of text."""

    place: Point
    """Of its base line."""
    text: str
    """As it is to be read; no markup."""
    size: float
    """Of its letters."""
    anchor: Literal["start", "middle", "end"] = "middle"
    """Which of its points is at ``place``."""
    colour: str = INK
    """Of the letters."""
    bold: bool = False
    """Whether letters are heavy."""


Mark = Polygon | Disc | Stroke | Label


@dataclass
class Group:
    """Marks that belong together: a layer, or the lines between two."""

    name: str
    """What they are, in words."""
    marks: list[Mark] = field(default_factory=list)
    """Those behind first."""


@dataclass(frozen=True)
class Scene:
    """A whole drawing."""

    title: str
    """What it shows, in a line."""
    width: float
    """Of the page."""
    height: float
    """Of the page."""
    groups: Sequence[Group]
    """Those behind first."""


def text_width(text: str, size: float) -> float:
    """About how wide a line of text is, in points."""
    return size * sum(WIDE if east_asian_width(letter) in "WF" else NARROW for letter in text)
