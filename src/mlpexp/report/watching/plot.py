"""Curves as characters: dots of braille for means, shades for the range of the seeds."""

from collections.abc import Sequence
from typing import NamedTuple

from mlpexp.report.words import cell_number
from mlpexp.results.watched import Curve, ends

AROUND = 3  # lines: names, axis, epochs
APART = 5  # columns from cross to cross
LABEL = 10  # characters of the numbers at the left
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a letter of braille, from above
BRAILLE, SHADE, CROSS = 0x2800, "░", "x"


class Piece(NamedTuple):
    """A part of a line in one style."""

    text: str
    """Its characters."""
    style: str = ""
    """``first``, ``second``, ``band``, ``title``, ``quiet``; empty: plain."""


Line = list[Piece]


def plot(curves: Sequence[Curve], width: int, last: int, rows: int) -> list[Line]:
    """The lines of a plot of one score: the first curve as dots, the second as crosses, behind them their ranges.

    Args:
        curves: One or two.
        width: Of a line, in characters.
        last: Epoch at the right.
        rows: Lines between the axes.
    """
    low, high = ends(curves)
    columns = max(width - LABEL - 2, 8)
    grid = _Grid((rows, columns), (low, high), max(last, 1))
    for curve in curves:
        grid.band(curve)
    if curves:
        grid.dots(curves[0])
    for curve in curves[1:]:
        grid.crosses(curve)
    numbers = {0: cell_number(high), rows - 1: cell_number(low)}
    lines = [[Piece(f"{numbers.get(row, ''):>{LABEL}} │", "quiet"), *grid.row(row)] for row in range(rows)]
    axis = f"{'':>{LABEL}} └{'─' * columns}"
    under = f"{'0':>{LABEL + 3}}{f'epoch {last:,}':>{columns - 1}}"
    return [[_legend(curves)], *lines, [Piece(axis, "quiet")], [Piece(under, "quiet")]]


def _legend(curves: Sequence[Curve]) -> Piece:
    marks = ("⣀", CROSS)
    shown = [
        f"{mark} {curve.column.label} {cell_number(curve.now)}" for mark, curve in zip(marks, curves, strict=False)
    ]
    return Piece("   ".join(shown), "title")


class _Grid:
    """The characters of a plot, row by row."""

    def __init__(self, size: tuple[int, int], span: tuple[float, float], last: int) -> None:
        self.rows, self.columns = size
        self.span, self.last = span, last
        self.cells = [[Piece(" ")] * self.columns for _ in range(self.rows)]
        self.masks = [[0] * self.columns for _ in range(self.rows)]

    def row(self, number: int) -> Line:
        """A line, with pieces of one style together."""
        line: Line = []
        for cell in self.cells[number]:
            if line and line[-1].style == cell.style:
                line[-1] = Piece(line[-1].text + cell.text, cell.style)
            else:
                line.append(cell)
        return line

    def band(self, curve: Curve) -> None:
        """The range of the seeds."""
        for column, (low, high) in self._between(curve.epochs, curve.low, curve.high, self.columns).items():
            for row in range(self._place(high, self.rows), self._place(low, self.rows) + 1):
                if low < high:
                    self.cells[row][column] = Piece(SHADE, "band")

    def dots(self, curve: Curve) -> None:
        """The mean as a line of small dots."""
        between = self._between(curve.epochs, curve.mean, curve.mean, 2 * self.columns)
        before: int | None = None
        for column, (value, _) in between.items():
            place = self._place(value, 4 * self.rows)
            step = 0 if before is None else (before > place) - (before < place)
            for dot in range(place, place + 1 if before is None or not step else before, step or 1):
                self.masks[dot // 4][column // 2] |= DOTS[dot % 4][column % 2]
            before = place
        for row, masks in enumerate(self.masks):
            for column, mask in enumerate(masks):
                if mask:
                    self.cells[row][column] = Piece(chr(BRAILLE + mask), "first")

    def crosses(self, curve: Curve) -> None:
        """The mean as crosses in some columns."""
        for column, (value, _) in self._between(curve.epochs, curve.mean, curve.mean, self.columns).items():
            if column % APART == 0:
                self.cells[self._place(value, self.rows)][column] = Piece(CROSS, "second")

    def _place(self, value: float, steps: int) -> int:
        """From above."""
        low, high = self.span
        return min(max(round((high - value) / (high - low) * (steps - 1)), 0), steps - 1)

    def _between(
        self, epochs: Sequence[int], low: Sequence[float], high: Sequence[float], columns: int
    ) -> dict[int, tuple[float, float]]:
        """By column, two values on the lines between measured epochs."""
        values: dict[int, tuple[float, float]] = {}
        if not epochs:
            return values
        at = 0
        for column in range(columns):
            epoch = column * self.last / max(columns - 1, 1)
            if not epochs[0] - 0.5 * self.last / columns <= epoch <= epochs[-1] + 0.5 * self.last / columns:
                continue
            while at + 1 < len(epochs) - 1 and epochs[at + 1] < epoch:
                at += 1
            after = min(at + 1, len(epochs) - 1)
            length = epochs[after] - epochs[at]
            share = min(max((epoch - epochs[at]) / length, 0.0), 1.0) if length else 0.0
            values[column] = (
                low[at] + share * (low[after] - low[at]),
                high[at] + share * (high[after] - high[at]),
            )
        return values
