"""What the folder of a result tells Python: its name, its end, its tables as frames."""

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.reading import Paths, Reading
from mlpexp.api.telling import teller
from mlpexp.asking import in_python

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.results.result import Result as Files
    from mlpexp.store.summary import Summary


class Told:
    """What is read of a result; see ``Result``, which also works with it.

    Args:
        path: The folder.
        tables: Where the tables or pictures that it was trained on are now, if they have moved.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.
        quiet: Whether nothing is said on the way.

    Raises:
        InputError: The folder holds no result.
    """

    def __init__(
        self, path: str | Path, *, tables: Paths = (), data_dir: str | Path | None = None, quiet: bool = False
    ) -> None:
        self.path = Path(path)
        self._tables = [Path(table) for table in tables]
        self._reading = Reading(self.path, self._tables)
        self._data_dir, self._quiet = None if data_dir is None else str(data_dir), quiet

    @property
    def files(self) -> "Files":
        """The reader of the folder, as the commands have it."""
        return self._reading.files

    @property
    def name(self) -> str:
        """As in the config, such as ``iris-mlp``."""
        return self.files.summary.name

    @property
    def status(self) -> str:
        """``running``, ``finished``, ``diverged``, ``interrupted`` or ``failed``."""
        files = self.files
        return files.folder.status(files.summary)

    @property
    def seeds(self) -> list[int]:
        """The seeds, in order."""
        return list(self.files.summary.seeds)

    @property
    def arm_labels(self) -> list[str]:
        """The settings of each arm, by number."""
        return [arm.label for arm in self.files.planned_arms]

    @property
    def summary(self) -> "Summary":
        """``summary.json``: what it is about, how it ended, and what each arm reached."""
        return self.files.summary

    @property
    def config(self) -> dict[str, Any]:
        """The resolved config as nested dictionaries; a copy."""
        return deepcopy(self.files.config)

    @property
    @in_python()
    def conclusions(self) -> list[str]:
        """What can be said, in sentences, as on the terminal."""
        from mlpexp.api.finding import sentences

        return sentences(self.files)

    @property
    def metrics(self) -> "pd.DataFrame":
        """A row for each trial and measured epoch: scores of each part, learning rate, steps; a copy."""
        return self._frame("metrics")

    @property
    def trials(self) -> "pd.DataFrame":
        """A row for each trial: how it ended, and its scores at the last and at the best epoch; a copy."""
        return self._frame("trials")

    @property
    def predictions(self) -> "pd.DataFrame":
        """A row for each trial and sample: what is true and what is predicted; classes by number; a copy."""
        return self._frame("predictions")

    @property
    def diagnostics(self) -> "pd.DataFrame":
        """A row for each trial, epoch, layer and quantity; a copy."""
        return self._frame("diagnostics")

    @property
    def arms(self) -> "pd.DataFrame":
        """A row for each arm: label, values of the axes, parameters, steps; a copy."""
        return self._frame("arms")

    @property
    def comparison(self) -> "pd.DataFrame":
        """A row for each arm: n, mean, interval, difference, p and verdict; a copy.

        Raises:
            InputError: There is one arm, or the result has not ended.
        """
        return self._frame("comparison")

    @property
    def columns(self) -> "pd.DataFrame":
        """A row for each column of a table of your own: what was understood of it; a copy."""
        return self._frame("columns")

    @in_python()
    def _frame(self, name: str) -> "pd.DataFrame":
        from mlpexp.api.frames import FRAMES

        return self._reading.frame(name, FRAMES[name])

    @in_python()
    def __repr__(self) -> str:
        from mlpexp.api.finding import in_one_line

        return in_one_line(self.files)

    @in_python()
    def _repr_html_(self) -> str:
        from mlpexp.api.page import page_of

        return page_of(self.files)

    @property
    def _how(self) -> dict[str, Any]:
        return {"data_dir": self._data_dir, "say": self._say}

    def _say(self, sentence: str) -> None:
        teller(quiet=self._quiet)(sentence)
