"""A network as a row of pictures, after figure 2 of LeCun, Bottou, Bengio and Haffner (1998); in rows as wide as a page."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mlpexp.report.drawing.style import INK
from mlpexp.report.network_drawing.pictures import Look, Picture, connection, look
from mlpexp.report.network_drawing.stage_words import (
    ABOVE,
    BELOW_TITLE,
    MARGIN,
    height_below,
    title_group,
    title_width,
    words_above,
    words_below,
    words_width,
)
from mlpexp.report.network_drawing.stages import Stage
from mlpexp.report.scenes.scene import Group, Scene, Stroke

PAGE = 560.0  # points: rows are no wider
GAP = 13.0  # between the columns of stages
BETWEEN = 16.0  # rows


class Column(NamedTuple):
    """A stage in a row."""

    stage: Stage
    """What is drawn."""
    look: Look
    """Sizes of its picture."""
    width: float
    """With its words."""


def planes(title: str, stages: Sequence[Stage]) -> Scene:
    """The drawing.

    Args:
        title: What it shows.
        stages: The input first.
    """
    groups, lines = [title_group(title)], []
    rows = list(_rows(stages))
    top, indent = BELOW_TITLE, GAP if len(rows) > 1 else 0
    for number, row in enumerate(rows):
        pictures = list(_pictures(row, MARGIN + (indent if number else 0), top + ABOVE))
        bottom = top + ABOVE + _height(row)
        groups += [_group(picture, middle, top, bottom) for picture, middle in pictures]
        placed = [picture for picture, _ in pictures]
        lines += [
            Group(f"from {before.stage.name} to {after.stage.name}", list(connection(before, after)))
            for before, after in pairwise(placed)
        ]
        lines += [_arrow("the row above goes on", placed[0].corner[0] - GAP, placed[0])] if number else []
        lines += [_arrow("goes on below", placed[-1].right_ends[1][0] + 3, placed[-1])] if row is not rows[-1] else []
        top = bottom + max(height_below(column.stage) for column in row) + BETWEEN
    width = max(sum(column.width for column in row) + GAP * (len(row) - 1) for row in rows) + 2 * indent
    return Scene(title, max(width + 2 * MARGIN, title_width(title)), top - BETWEEN + MARGIN, [*groups, *lines])


def _rows(stages: Sequence[Stage]) -> Iterator[list[Column]]:
    """As many stages as a page is wide."""
    largest = max((max(stage.shape[1:]) for stage in stages if len(stage.shape) == 3), default=1)
    longest = max((stage.shape[0] for stage in stages if len(stage.shape) == 1), default=1)
    row: list[Column] = []
    used = 2 * MARGIN
    for stage in stages:
        size = look(stage, largest, longest)
        column = Column(stage, size, max(size.width + size.depth, words_width(stage)))
        if row and used + column.width > PAGE:
            yield row
            row, used = [], 2 * MARGIN + GAP
        row.append(column)
        used += column.width + GAP
    yield row


def _height(row: Sequence[Column]) -> float:
    return max(column.look.height + column.look.depth for column in row)


def _pictures(row: Sequence[Column], left: float, top: float) -> Iterator[tuple[Picture, float]]:
    """The pictures of a row, around its middle, each with the middle of its column."""
    for stage, size, width in row:
        middle = left + width / 2
        above = (_height(row) - size.height - size.depth) / 2
        yield Picture(stage, size, (middle - (size.width + size.depth) / 2, top + above)), middle
        left += width + GAP


def _group(picture: Picture, middle: float, top: float, bottom: float) -> Group:
    stage = picture.stage
    words = [*words_above(stage, middle, top), *words_below(stage, middle, bottom)]
    return Group(f"{stage.name}: {stage.size}", [*picture.marks(), *words])


def _arrow(name: str, left: float, beside: Picture) -> Group:
    """A small arrow to the right, as high as a picture."""
    y = beside.corner[1] + (beside.look.height + beside.look.depth) / 2
    end = left + GAP - 4
    return Group(
        name,
        [Stroke(((left, y), (end, y)), INK, 0.8), Stroke(((end - 3, y - 2), (end, y), (end - 3, y + 2)), INK, 0.8)],
    )
