"""What marks of a figure say where a reader of a page points at them: which line, which arm with its interval, which cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.artist import Artist


@dataclass(frozen=True)
class ToldLines:
    """Lines, whose values are read off the axes."""

    names: Sequence[str]
    """Of each line of the mark, in order, or one of all its points: ``training, seed 2``."""


@dataclass(frozen=True)
class ToldPoints:
    """Points that say more than the place where they stand."""

    words: Sequence[str]
    """Of each point: all that is said."""
    places: Sequence[np.ndarray]
    """Of each point ``(places, 2)`` in the units of the axes: its own first, then the ends of its interval."""


@dataclass(frozen=True)
class ToldCells:
    """Cells of equal size that fill the axes, from the top and from the left."""

    rows: Sequence[str]
    """What each row is."""
    columns: Sequence[str]
    """What each column is."""
    cells: Sequence[Sequence[str]]
    """What stands in each row, by column; nothing is said of an empty text."""


Told = ToldLines | ToldPoints | ToldCells
# Beside the marks, not in them: no file of a figure changes.
_TOLD: WeakKeyDictionary[Artist, Told] = WeakKeyDictionary()


def tell(mark: Artist, told: Told) -> None:
    """Notes what a mark says."""
    _TOLD[mark] = told


def told_by(mark: Artist) -> Told | None:
    """What was noted of a mark; of one with a name in the legend this name; else nothing."""
    label = str(mark.get_label() or "")
    return _TOLD.get(mark, None if not label or label.startswith("_") else ToldLines([label]))


def intervals_told(
    words: Sequence[str], places: np.ndarray, ends: Sequence[np.ndarray], *, across: bool = False
) -> ToldPoints:
    """Points with intervals, which say the same at their ends.

    Args:
        words: Of each point.
        places: On the axis of what is compared.
        ends: Values on the other axis: the mean, then the lower and the upper end.
        across: Whether the values go across.
    """
    columns = [np.column_stack([value, places] if across else [places, value]) for value in ends]
    return ToldPoints(words, list(np.stack(columns, axis=1)))
