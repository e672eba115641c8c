"""Which of the marks on a paper are the figure: specks and marks at the edge are left out, a second figure is refused.

Axis letters: H height, W width.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mlpexp.data.ink.paper import Ink
from mlpexp.data.ink.strokes import MEASURABLE, stroke_width

NO_INK = "no ink was found on it; if there is some, cut out the figure"
TOUCHING = np.ones((3, 3), dtype=bool)  # neighbours at corners, too, belong together
LEAST_SIDE = 4  # pixels; smaller marks are grain
SPECK = 0.2  # of the figure's longer side: smaller marks that are far away are specks
NEAR = 0.25  # of the figure's longer side: what is nearer belongs to it
RIVAL_SIDE, RIVAL_INK = 0.5, 0.2  # of the figure: a mark that is larger, and far, is a second figure
TALL = 0.6  # of the height of both together: what stands side by side and is so tall is two figures
RULED = 3  # places, at each of two opposite edges of the picture: what touches them is crossed by lines
SOLID = 0.35  # of the longer side of a figure: strokes are no wider
EDGE_MARK = 0.25  # of a mark at the edge: one inside that is larger is the figure


@dataclass(frozen=True)
class Mark:
    """Strokes that touch each other."""

    number: int
    """Among the marks of a picture, from 1."""
    rows: slice
    """Where it is."""
    columns: slice
    """Likewise."""
    ink: float
    """How much it has."""
    at_edge: bool
    """Whether it touches the edge of the picture, or of the sheet."""

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.rows.stop - self.rows.start)

    @property
    def width(self) -> int:
        """Likewise."""
        return int(self.columns.stop - self.columns.start)

    @property
    def side(self) -> int:
        """The longer one."""
        return max(self.height, self.width)


@dataclass(frozen=True)
class Figure:
    """What is looked at of a picture."""

    amount: np.ndarray
    """``(h, w)`` float64: its ink, cut to its box; all else is paper."""
    top: int
    """Of the box, in pixels of the picture."""
    left: int
    """Likewise."""
    is_cut_off: bool
    """Whether it touches the edge of the picture, or of the sheet."""
    notes: tuple[str, ...]
    """What was left out or may be wrong."""


def figure_in(ink: Ink, *, is_whole: bool) -> Figure:
    """The figure among the marks.

    Args:
        ink: Of a picture.
        is_whole: Whether strokes side by side are two figures; else they may be parts of one, as in Japanese.

    Raises:
        ValueError: With what is wrong, in words: there is none, or more than one, or what is there is no writing.
    """
    labels, _ = ndimage.label(ink.is_stroke, TOUCHING)
    marks = _marks(ink, labels)
    if not marks:
        raise ValueError(NO_INK)
    inside = [mark for mark in marks if not mark.at_edge]
    largest = max(marks, key=lambda mark: mark.side)
    if inside and largest.at_edge and max(mark.side for mark in inside) < EDGE_MARK * largest.side:
        inside = []
    usable = inside or marks
    main = max(usable, key=lambda mark: mark.ink)
    distances = ndimage.distance_transform_edt(labels != main.number)
    numbers = [mark.number for mark in usable]
    gaps = dict(zip(numbers, ndimage.minimum(distances, labels, numbers), strict=True))
    rivals = [mark for mark in usable if mark is not main and _is_rival(mark, main, gaps[mark.number], is_whole)]
    if rivals:
        raise ValueError(f"{1 + len(rivals)} figures were found on it; cut out one")
    parts = [mark for mark in usable if gaps[mark.number] <= NEAR * main.side]
    others = [mark for mark in usable if mark not in parts and mark.side >= SPECK * main.side]
    edge = [mark for mark in marks if mark not in usable and mark.side >= SPECK * main.side]
    if main.at_edge and _is_ruled(labels == main.number):
        raise ValueError("lines on the paper run through the figure; write it on blank paper")
    figure = _cut(ink, labels, parts, tuple(_notes(others, edge, cut_off=main.at_edge)), is_cut_off=main.at_edge)
    if max(figure.amount.shape) >= MEASURABLE and stroke_width(figure.amount) > SOLID * max(figure.amount.shape):
        raise ValueError("a filled shape was found on it, and no strokes; cut out the figure")
    return figure


def _marks(ink: Ink, labels: np.ndarray) -> list[Mark]:
    """All that are no grain."""
    boxes = ndimage.find_objects(labels)
    sums = ndimage.sum_labels(ink.amount, labels, np.arange(1, len(boxes) + 1))
    at_edge = set(labels[ink.ground & ~ndimage.binary_erosion(ink.ground)].tolist())
    marks = [
        Mark(number, rows, columns, float(sums[number - 1]), number in at_edge)
        for number, (rows, columns, *_) in enumerate(boxes, start=1)
    ]
    return [mark for mark in marks if mark.side >= LEAST_SIDE]


def _is_rival(mark: Mark, main: Mark, gap: float, is_whole: bool) -> bool:
    """Whether a mark is a figure of its own."""
    if mark.side < RIVAL_SIDE * main.side or mark.ink < RIVAL_INK * main.ink:
        return False
    if gap > NEAR * main.side:
        return True
    beside = mark.columns.start >= main.columns.stop or main.columns.start >= mark.columns.stop
    both = max(mark.rows.stop, main.rows.stop) - min(mark.rows.start, main.rows.start)
    return is_whole and beside and min(mark.height, main.height) >= TALL * both


def _is_ruled(is_main: np.ndarray) -> bool:
    """Whether a mark leads from edge to edge in many places, as the lines of ruled paper do."""
    sides = [np.pad(side, 1).astype(int) for side in (is_main[0], is_main[-1], is_main[:, 0], is_main[:, -1])]
    top, bottom, left, right = (int((np.diff(side) == 1).sum()) for side in sides)
    return min(top, bottom) >= RULED or min(left, right) >= RULED


def _cut(ink: Ink, labels: np.ndarray, parts: Sequence[Mark], notes: tuple[str, ...], *, is_cut_off: bool) -> Figure:
    """The box around the parts, with the soft edges of their strokes and without what is not theirs."""
    is_part = np.isin(labels, [part.number for part in parts])
    reach = ndimage.binary_dilation(is_part, TOUCHING, iterations=_softness(is_part))
    amount = np.where(reach & ((labels == 0) | is_part), ink.amount, 0.0)
    rows, columns = (np.flatnonzero(amount.any(axis)) for axis in (1, 0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Figure(amount[box], int(rows[0]), int(columns[0]), is_cut_off, notes)


def _softness(is_part: np.ndarray) -> int:
    """How far beyond a stroke its edge may reach, in pixels: half the width of a usual stroke."""
    depth = ndimage.distance_transform_edt(is_part)
    return max(1, round(float(np.percentile(depth[is_part], 90))))


def _notes(others: Sequence[Mark], edge: Sequence[Mark], *, cut_off: bool) -> Iterator[str]:
    if others:
        yield f"{_number(others)} far from the figure left out"
    if edge:
        yield f"{_number(edge)} at the edge of the picture left out"
    if cut_off:
        yield "the figure touches the edge of the picture; it may be cut off"


def _number(marks: Sequence[Mark]) -> str:
    return "1 mark" if len(marks) == 1 else f"{len(marks)} marks"
