"""A result in Python: tables as frames, networks as modules, figures as objects, and what the commands do with it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.naming import Named, arm_of, number_of, seed_given
from mlpexp.api.plain import path_given
from mlpexp.api.reading import Paths, Reading
from mlpexp.api.telling import teller
from mlpexp.asking import in_python

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mlpexp.api.explaining import Explanation
    from mlpexp.api.judging import Evaluation
    from mlpexp.api.mistaking import Mistaken
    from mlpexp.api.quantizing import Quantized
    from mlpexp.export.plain_module import TrainedModule
    from mlpexp.results.result import ArmResult
    from mlpexp.results.result import Result as Files
    from mlpexp.store.summary import Summary


class Result:
    """One run or sweep. Everything is read from its folder when it is asked for; nothing here changes what is in it.

    Args:
        path: The folder.
        tables: Where the tables or pictures that it was trained on are now, if they have moved.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.
        quiet: Whether nothing is said on the way: which seed is taken, what is odd, what takes time.

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

        of_arm = self._arm(arm)
        chosen = seed_of(of_arm, seed_given(seed), self._say)
        return plain_module(portable(networks_of(of_arm, [chosen], **self._how)))

    @property
    def figures(self) -> list[str]:
        """The names of the figures that there are: of a sweep those over all arms."""
        from mlpexp.api.pictures import figure_names

        return figure_names(self.files)

    @in_python()
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

    @in_python()
    def plot(self, arm: Named = None, formats: Sequence[str] = ("png",)) -> list[Path]:
        """Draws the plots again, into ``plots/`` of the folder, or those of an arm into ``plots/arm-N``.

        Args:
            arm: Of a sweep, whose figures are drawn; None: those over all arms.
            formats: Of ``png``, ``svg``, ``pdf`` and ``tex``.

        Raises:
            InputError: There is no such arm or format.
            RunError: A file is damaged, or cannot be written.
        """
        from mlpexp.api.plotting import plot

        files = self.files
        number = None if arm is None else number_of(files, arm)
        return plot(files, number, formats, **self._how)

    @in_python()
    def explain(self, arm: Named = None, seed: int | None = None, *, quick: bool = False) -> "Explanation":
        """Why the networks of an arm learned or did not: ``.table``, ``.text()``; shown as it is.

        Args:
            arm: As in ``module``.
            seed: Of which network; None: of all.
            quick: Whether no remedies are tried.

        Raises:
            InputError: There is no such arm or seed, or the model is a map.
            RunError: A file is damaged.
        """
        from mlpexp.api.explaining import explain

        return explain(self._arm(arm), seed_given(seed), quick=quick, **self._how)

    @in_python()
    def predict(
        self, samples: Any, arm: Named = None, seed: int | None = None, *, set: Mapping[str, Any] | None = None
    ) -> "pd.DataFrame":
        """What the networks say of samples that they have not seen, all seeds together.

        Args:
            samples: A frame with the columns of training, an array of its columns or of pixels, or paths of files.
            arm: As in ``module``.
            seed: Of which network; None: of all that ended well.
            set: How the tables in files are written, where not as that of training: ``{"delimiter": ";"}``.

        Returns:
            A row for each sample: class and probability of each, or value, with the spread over the seeds; notes.

        Raises:
            InputError: The samples do not fit, or there is no such arm or seed.
            RunError: A file is damaged.
        """
        from mlpexp.api.predicting import networks_for, predict, settings_of

        networks = networks_for(self._arm(arm), seed_given(seed), **self._how)
        return predict(networks, samples, settings_of(set), self._say)

    @in_python()
    def evaluate(
        self, on: Any, arm: Named = None, seed: int | None = None, *, output: str | Path | None = None
    ) -> "Evaluation":
        """Judges the networks by other samples, against their own test part: ``.scores``, ``.shifts``, ``.sentences``.

        Args:
            on: A file with a table, pictures, a data set by its name, a frame with the predicted column, or ``(X, y)``.
            arm: As in ``module``.
            seed: Of which network; None: of all that ended well.
            output: A new folder to write numbers and figures into; None: nothing is written.

        Raises:
            InputError: The samples do not fit, the folder exists, or there is no such arm or seed.
            RunError: A file is damaged.
        """
        from mlpexp.api.judging import evaluate, into_folder

        of_arm = self._arm(arm)
        return into_folder(of_arm, "on", output, lambda: evaluate(of_arm, on, seed_given(seed), **self._how))

    @in_python()
    def mistakes(self, arm: Named = None, seed: int | None = None, *, output: str | Path | None = None) -> "Mistaken":
        """The test samples that most seeds get wrong with most confidence: ``.table``, ``.figure``, ``.sentences``.

        Args:
            arm: As in ``module``.
            seed: Of which network; None: of all together.
            output: A new folder to write table and figure into; None: nothing is written.

        Raises:
            InputError: The data are not there, the folder exists, or there is no such arm or seed.
            RunError: A file is damaged.
        """
        from mlpexp.api.judging import into_folder
        from mlpexp.api.mistaking import mistakes

        of_arm = self._arm(arm)
        return into_folder(of_arm, "mistakes", output, lambda: mistakes(of_arm, seed_given(seed), **self._how))

    @in_python()
    def quantize(self, arm: Named = None, seed: int | None = None, *, output: str | Path | None = None) -> "Quantized":
        """Makes the networks int8, and measures what that costs: ``.table``, ``.by_seed``, ``.sentences``.

        Args:
            arm: As in ``module``.
            seed: Which network; None: each that ended well.
            output: A new folder to write networks and tables into; None: nothing is written.

        Raises:
            InputError: The data are not there, the folder exists, or there is no such arm or seed.
            RunError: A file is damaged.
        """
        from mlpexp.api.judging import into_folder
        from mlpexp.api.quantizing import quantize

        of_arm = self._arm(arm)
        return into_folder(of_arm, "quantized", output, lambda: quantize(of_arm, seed_given(seed), **self._how))

    @in_python()
    def export(
        self,
        to: str | Path,
        arm: Named = None,
        seed: int | None = None,
        *,
        int8: bool = False,
        int8_weights: bool = False,
    ) -> Path:
        """Writes one network as a file for use elsewhere; it is run again and compared before it is there.

        Args:
            to: The new file: .onnx, .pt2, .safetensors, .py or .json.
            arm: As in ``module``.
            seed: Likewise.
            int8: Whether weights and activations are int8.
            int8_weights: Whether weights alone are.

        Returns:
            The file.

        Raises:
            InputError: The file exists, its end is no format, or there is no such arm or seed.
            RunError: What was written computes something else.
        """
        from mlpexp.api.exporting import check_export, export

        how = {"int8": int8, "int8_weights": int8_weights, **self._how}
        check_export(Path(to), int8=int8, int8_weights=int8_weights)
        return export(self._arm(arm), path_given(to, "to"), seed_given(seed), **how).path

    @in_python()
    def report(self, to: str | Path | None = None, *, explain: bool = True, network: bool = True) -> Path:
        """Writes a report to hand in.

        Args:
            to: The file: .html, .md, .tex or .pdf; None: ``RESULT-report.html`` beside the result.
            explain: Whether it says why networks learned or did not, where their weights were kept.
            network: Whether an HTML page has a trained network that computes.

        Returns:
            The file.

        Raises:
            InputError: The file is something else than an earlier report.
            RunError: A file is damaged, or cannot be written.
        """
        from mlpexp.api.reporting import report

        file = None if to is None else Path(to)
        return report([self.files], file, explain=explain, network=network, **self._how)

    @in_python()
    def resume(
        self, *, jobs: int | None = None, plots: Sequence[str] = ("png",), quiet: bool | None = None
    ) -> "Result":
        """Trains what is missing, as it was begun.

        Args:
            jobs: Worker processes of a sweep; None: by the work and the cores.
            plots: Formats of figures; empty: none is drawn.
            quiet: Whether nothing is said or shown; None: as it was opened.

        Returns:
            The result, which has ended.

        Raises:
            InputError: It has ended already, or a table is not there.
            RunError: Its config or data have changed since it began.
        """
        from mlpexp.api.resuming import resume

        silent = self._quiet if quiet is None else quiet
        return resume(
            self.path, tables=self._reading.tables, data_dir=self._data_dir, jobs=jobs, plots=plots, quiet=silent
        )

    def _arm(self, named: Named) -> "ArmResult":
        return arm_of(self.files, named, self._say)

    def __repr__(self) -> str:
        from mlpexp.api.finding import in_one_line

        return in_one_line(self.files)

    def _repr_html_(self) -> str:
        from mlpexp.api.page import page_of

        return page_of(self.files)

    @property
    def _how(self) -> dict[str, Any]:
        return {"data_dir": self._data_dir, "say": self._say}

    def _say(self, sentence: str) -> None:
        teller(quiet=self._quiet)(sentence)
