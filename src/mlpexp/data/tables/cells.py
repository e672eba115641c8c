"""A column of a table: numbers, or the text of the cells with each different cell once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.data.tables.text_file import without_blanks

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cells:
    """The text of a column: its different cells, and which of them each row has."""

    levels: tuple[str, ...]
    """Different cells, without the blanks around them, in the order in which they first occur."""
    codes: np.ndarray
    """``(N,)`` int32: a level's position."""

    def __len__(self) -> int:
        return len(self.codes)

    def counts(self) -> np.ndarray:
        """How many rows have each level, ``(L,)``."""
        return np.bincount(self.codes, minlength=len(self.levels))

    def where(self, test: Callable[[str], bool]) -> np.ndarray:
        """For which rows a test of the cell holds, ``(N,)`` bool."""
        return np.array([test(level) for level in self.levels], dtype=bool)[self.codes]


Column = np.ndarray | Cells
"""``(N,)`` float64, if every cell is written as programs write numbers, NaN where it is missing; else the text."""


def cells_of(values: "pd.Series") -> Cells:
    """The text of a column that pandas has read."""
    import pandas as pd

    if values.dtype == "category":
        codes, present = pd.factorize(values.cat.codes)
        levels = values.cat.categories[present]
    else:
        codes, levels = pd.factorize(values)
    stripped: dict[str, int] = {}
    merged = np.array(
        [stripped.setdefault(without_blanks(str(level)), len(stripped)) for level in levels], dtype=np.int32
    )
    return Cells(tuple(stripped), merged[np.asarray(codes)] if len(merged) else np.zeros(0, np.int32))


def plain(value: float) -> str:
    """A number as text, whole ones without a point."""
    return str(int(value)) if value.is_integer() else repr(float(value))
