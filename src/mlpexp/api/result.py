"""A result in Python: tables as frames, networks as modules, figures as objects, and what the commands do with it."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.naming import Named, arm_of, number_of
from mlpexp.results.result import Result as Files

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mlpexp.export.plain_module import TrainedModule
    from mlpexp.results.arm_choice import Say
    from mlpexp.store.summary import Summary

Paths = Sequence[str | Path]


def load(
    path: str | Path, *, runs_dir: str | Path = "runs", tables: Paths = (), data_dir: str | Path | None = None
) -> "Result":
    """Opens a result.

    Args:
        path: Its folder, ``last``, its hash, its name, or any unique part of it.
        runs_dir: Where results are looked for by name.
        tables: Where the tables or pictures that it was trained on are now, if they have moved.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.

    Raises:
        InputError: There is no such result, or several could be meant.
    """
    from mlpexp.store.listing import find_result

    return Result(find_result(str(path), Path(runs_dir)), tables=tables, data_dir=data_dir)


class Result:
    """One run or sweep. Everything is read from its folder when it is asked for; nothing here changes what is in it.

    Args:
        path: The folder.
        tables: Where the tables or pictures that it was trained on are now, if they have moved.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.

    Raises:
        InputError: The folder holds no result.
    """

    def __init__(self, path: str | Path, *, tables: Paths = (), data_dir: str | Path | None = None) -> None:
        self.path = Path(path)
        self._tables = [Path(table) for table in tables]
        self._data_dir = None if data_dir is None else str(data_dir)
        self._files = Files.open(self.path, self._tables)
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def files(self) -> Files:
        """The reader of the folder; before the result has ended a new one each time, for its files grow."""
        if not self._files.summary.complete:
            self._files, self._frames = Files.open(self.path, self._tables), {}
        return self._files

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
    def conclusions(self) -> list[str]:
        """What can be said, in sentences, as on the terminal."""
        from mlpexp.api.finding import sentences

        return sentences(self.files)

    @property
    def metrics(self) -> "pd.DataFrame":
        """A row for each trial and measured epoch: scores of each part, learning rate, steps; a copy."""
        return self._of_trials("metrics")

    @property
    def trials(self) -> "pd.DataFrame":
        """A row for each trial: how it ended, and its scores at the last and at the best epoch; a copy."""
        return self._of_trials("trials")

    @property
    def predictions(self) -> "pd.DataFrame":
        """A row for each trial and sample: what is true and what is predicted; classes by number; a copy.

        Raises:
            InputError: They were not kept.
        """
        return self._of_trials("predictions")

    @property
    def diagnostics(self) -> "pd.DataFrame":
        """A row for each trial, epoch, layer and quantity; a copy.

        Raises:
            InputError: They were not asked for.
        """
        return self._of_trials("diagnostics")

    @property
    def arms(self) -> "pd.DataFrame":
        """A row for each arm: label, values of the axes, parameters, steps; a copy."""
        from mlpexp.api import frames

        return self._frame("arms", frames.arms)

    @property
    def comparison(self) -> "pd.DataFrame":
        """A row for each arm: n, mean, interval, difference, p and verdict; a copy.

        Raises:
            InputError: There is one arm, or the result has not ended.
        """
        from mlpexp.api import frames

        return self._frame("comparison", frames.comparison)

    @property
    def columns(self) -> "pd.DataFrame":
        """A row for each column of a table of your own: what was understood of it; a copy.

        Raises:
            InputError: It was trained on something else.
        """
        from mlpexp.api import frames

        return self._frame("columns", frames.columns)

    def _of_trials(self, name: str) -> "pd.DataFrame":
        from mlpexp.api import frames

        return self._frame(name, lambda files: frames.of_trials(files, name))

    def _frame(self, name: str, read: "Callable[[Files], pd.DataFrame]") -> "pd.DataFrame":
        """A copy of a table that is read once."""
        files, frames = self.files, self._frames
        if name not in frames:
            frames[name] = read(files)
        return frames[name].copy()

    def module(self, arm: Named = None, seed: int | None = None) -> "TrainedModule":
        """A trained network as a plain ``torch.nn.Module``, in evaluation mode, on the CPU.

        Its first layer prepares raw inputs, its last one gives what ``predictions`` say; see ``TrainedModule``.

        Args:
            arm: Label, ``{"learning_rate": 0.1}``, ``{"arm": 3}`` or a row of ``arms``; None: the best on validation data.
            seed: Whose network; None: that with the median validation score, else the first.

        Raises:
            InputError: There is no such arm or seed, nothing says which arm is best, or the model is a map.
            RunError: A file is damaged.
        """
        from mlpexp.export.export import seed_of
        from mlpexp.export.lowering import portable
        from mlpexp.export.plain_module import plain_module
        from mlpexp.results.networks import networks_of

        of_arm = arm_of(self.files, arm, self._say)
        chosen = seed_of(of_arm, seed, self._say)
        return plain_module(portable(networks_of(of_arm, [chosen], data_dir=self._data_dir, say=self._say)))

    @property
    def figures(self) -> list[str]:
        """The names of the figures that there are: of a sweep those over all arms."""
        from mlpexp.api.pictures import figure_names

        return figure_names(self.files)

    def figure(self, name: str, arm: Named = None) -> "Figure":
        """A figure in our look; neither ``pyplot`` nor its settings are touched.

        Args:
            name: One of ``figures``; with an arm, any figure of one arm, such as ``loss``.
            arm: Of a sweep, whose figure it is; None: a figure over all arms.

        Raises:
            InputError: There is no such figure or arm, or the files of the result do not permit it.
            RunError: A file is damaged.
        """
        from mlpexp.api.pictures import figure_of

        files = self.files
        return figure_of(files, name, None if arm is None else number_of(files, arm))

    def __repr__(self) -> str:
        from mlpexp.api.finding import finding

        summary, found = self.files.summary, finding(self.files.summary)
        size = f"{summary.num_arms:,} arms x {len(summary.seeds)} seeds" if summary.axes else _seeds(summary)
        said = found or (summary.reason or "not ended yet; .resume() goes on with it")
        return f"<mlpexp {summary.word} {summary.name}: {self.status}, {size}; {said}>"

    def _repr_html_(self) -> str:
        from mlpexp.api.page import page_of

        return page_of(self.files)

    @property
    def _say(self) -> "Say":
        return lambda sentence: None


def _seeds(summary: "Summary") -> str:
    return f"{len(summary.seeds)} seed{'s' * (len(summary.seeds) > 1)}"
