"""The folder of a result while Python looks at it: one reader once it has ended, before that a new one for each look."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.results.result import Result as Files

if TYPE_CHECKING:
    import pandas as pd

Paths = Sequence[str | Path]


class Reading:
    """Files, and the frames that were made of them.

    Args:
        path: The folder.
        tables: Where the tables or pictures that it was trained on are now.

    Raises:
        InputError: The folder holds no result.
    """

    def __init__(self, path: Path, tables: Sequence[Path]) -> None:
        self.path, self.tables = path, tables
        self._files = Files.open(path, tables)
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def files(self) -> Files:
        """The reader; before the result has ended a new one each time, for its files grow."""
        if not self._files.summary.complete:
            self._files, self._frames = Files.open(self.path, self.tables), {}
        return self._files

    def frame(self, name: str, read: "Callable[[Files], pd.DataFrame]") -> "pd.DataFrame":
        """A copy of a table that is read once.

        Args:
            name: Of the table.
            read: Makes it.
        """
        files, frames = self.files, self._frames
        if name not in frames:
            frames[name] = read(files)
        return frames[name].copy()
