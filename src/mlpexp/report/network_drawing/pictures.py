"""What a stage looks like: a stack of planes, a bar for a vector, or the grid of a map."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlpexp.report.drawing.style import BLUE, GREEN, GREY, INK, ORANGE
from mlpexp.report.network_drawing.stages import Kind, Stage
from mlpexp.report.scenes.scene import Mark, Point, Polygon, Stroke

LARGEST, SMALLEST = 62.0, 6.0  # points: sides of a plane
LONGEST, SHORTEST, THICK, SLANT = 66.0, 14.0, 7.0, 0.3  # of the bar of a vector
MOST_PLANES, DEPTH, STEP = 16, 26.0, 5.0  # that are drawn; how far the last is from the first, and the next at most
CELLS = 12  # of a map, in a row of the drawing
DAMPED = 0.62  # power of a side: planes of 5x5 are to be seen beside those of 400x400

COLOURS: dict[Kind, tuple[str, str]] = {
    "input": ("#F2F2F2", GREY),
    "conv": ("#DCEBF5", BLUE),
    "pool": ("#DDF1EA", GREEN),
    "dense": ("#FBEBD0", ORANGE),
    "map": ("#FBEBD0", ORANGE),
}


@dataclass(frozen=True)
class Look:
    """Sizes of a picture."""

    width: float
    """Of a plane, or of the bar."""
    height: float
    """Of a plane, or of the bar."""
    step: float = 0
    """From a plane to the next, to the right and down."""
    count: int = 1
    """Planes."""

    @property
    def depth(self) -> float:
        """From the first plane to the last, to the right and down."""
        return self.step * (self.count - 1)


def look(stage: Stage, largest: int, longest: int) -> Look:
    """How large the picture of a stage is.

    Args:
        stage: What is drawn.
        largest: Side of a plane in the network.
        longest: Number of units of a vector in it.
    """
    if stage.grid is not None:
        rows, columns = (min(count, CELLS) for count in stage.grid)
        cell = LARGEST / max(rows, columns, 4)
        return Look(cell * columns, cell * rows)
    if len(stage.shape) == 1:
        height = SHORTEST + (LONGEST - SHORTEST) * (stage.shape[0] / longest) ** 0.4
        return Look(THICK + SLANT * height, height)
    height, width = (max(SMALLEST, LARGEST * (side / largest) ** DAMPED) for side in stage.shape[1:])
    count = min(stage.shape[0], MOST_PLANES)
    return Look(width, height, min(STEP, DEPTH / max(count - 1, 1)), count)


@dataclass(frozen=True)
class Picture:
    """The picture of a stage in its place."""

    stage: Stage
    """What it shows."""
    look: Look
    """Its sizes."""
    corner: Point
    """The upper left one of all of it."""

    @property
    def front(self) -> Point:
        """The upper left corner of the plane in front."""
        return self.corner[0] + self.look.depth, self.corner[1] + self.look.depth

    @property
    def is_bar(self) -> bool:
        """Whether it is a vector."""
        return len(self.stage.shape) == 1 and self.stage.grid is None

    @property
    def right_ends(self) -> tuple[Point, Point]:
        """Where lines to the next picture begin: above and below."""
        (x, y), size = self.front, self.look
        return (x + (THICK if self.is_bar else size.width), y), (x + size.width, y + size.height)

    @property
    def left_ends(self) -> tuple[Point, Point]:
        """Where lines from the picture before end: above and below."""
        x, y = self.corner
        return (x, y), (x + (self.look.width - THICK if self.is_bar else 0), y + self.look.height)

    def marks(self) -> Iterator[Mark]:
        """All that is drawn of it."""
        fill, edge = COLOURS[self.stage.kind]
        size, (left, top) = self.look, self.corner
        if self.is_bar:
            right, bottom = left + size.width, top + size.height
            corners = ((left, top), (left + THICK, top), (right, bottom), (right - THICK, bottom))
            yield Polygon(corners, fill, edge)
            return
        for plane in range(size.count):
            yield rectangle(left + plane * size.step, top + plane * size.step, size.width, size.height, fill, edge)
        if self.stage.grid is not None:
            yield from self._cells(edge)

    def _cells(self, edge: str) -> Iterator[Stroke]:
        """The lines between the units of a map."""
        assert self.stage.grid is not None
        rows, columns = (min(count, CELLS) for count in self.stage.grid)
        (left, top), (right, bottom) = self.corner, self.right_ends[1]
        for row in range(1, rows):
            y = top + (bottom - top) * row / rows
            yield Stroke(((left, y), (right, y)), edge)
        for column in range(1, columns):
            x = left + (right - left) * column / columns
            yield Stroke(((x, top), (x, bottom)), edge)


def rectangle(left: float, top: float, width: float, height: float, fill: str, edge: str) -> Polygon:
    """A rectangle with sides along the page."""
    right, bottom = left + width, top + height
    return Polygon(((left, top), (right, top), (right, bottom), (left, bottom)), fill, edge)


def connection(before: Picture, after: Picture) -> Iterator[Mark]:
    """From a picture to the next: a window and the value it gives, or all with all."""
    if not after.stage.window:
        for begin, end in zip(before.right_ends, after.left_ends, strict=True):
            yield Stroke((begin, end), GREY)
        return
    height, width = before.stage.shape[1:]
    size, (x, y) = before.look, before.front
    across = min(size.width, max(2.5, after.stage.window / width * size.width))
    down = min(size.height, max(2.5, after.stage.window / height * size.height))
    left, top = x + 0.72 * (size.width - across), y + 0.16 * (size.height - down)
    target_x, target_y = after.front
    value = 1.8
    to = (target_x + 0.22 * (after.look.width - value), target_y + 0.74 * (after.look.height - value))
    yield rectangle(left, top, across, down, "white", INK)
    for corner in (top, top + down):
        yield Stroke(((left + across, corner), (to[0], to[1] + value / 2)), INK)
    yield rectangle(*to, value, value, INK, INK)
