"""A result in Python: tables as frames, networks as modules, figures as objects, and what the commands do with it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.naming import Named, arm_of, number_of, seed_given
from mlpexp.api.plain import path_given
from mlpexp.api.told import Told
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


class Result(Told):
    """One run or sweep. Everything is read from its folder when it is asked for; nothing here changes what is in it.

    Args:
        path: The folder.
        tables: Where the tables or pictures that it was trained on are now, if they have moved.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.
        quiet: Whether nothing is said on the way: which seed is taken, what is odd, what takes time.

    Raises:
        InputError: The folder holds no result.
    """

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
        from mlpexp.api.going_on import resume

        silent = self._quiet if quiet is None else quiet
        return resume(
            self.path, tables=self._reading.tables, data_dir=self._data_dir, jobs=jobs, plots=plots, quiet=silent
        )

    @in_python()
    def continue_to(
        self,
        epochs: int,
        *,
        name: str | None = None,
        runs_dir: str | Path | None = None,
        plots: Sequence[str] = ("png",),
        quiet: bool | None = None,
    ) -> "Result":
        """Trains a new run that goes on from the end of this one.

        Args:
            epochs: In all.
            name: Of the new run; None: this one's, with the number of epochs.
            runs_dir: Where its folder is made; None: beside this one.
            plots: Formats of figures; empty: none is drawn.
            quiet: Whether nothing is said or shown; None: as it was opened.

        Raises:
            InputError: This is a sweep or not complete, or has as many epochs.
            RunError: A file is damaged.
        """
        from mlpexp.api.going_on import continue_to

        silent, runs = self._quiet if quiet is None else quiet, self._beside(runs_dir)
        return continue_to(self.files, epochs, name, runs_dir=runs, data_dir=self._data_dir, plots=plots, quiet=silent)

    @in_python()
    def confirm(
        self,
        arms: Sequence[Named] = (),
        *,
        baseline: Named = None,
        seeds: int | None = None,
        name: str | None = None,
        device: str | None = None,
        jobs: int | None = None,
        runs_dir: str | Path | None = None,
        plots: Sequence[str] = ("png",),
        quiet: bool | None = None,
    ) -> "Result":
        """Asks the question of this sweep again, in a new one with fresh seeds.

        Args:
            arms: To ask about, each as in ``module``; empty: the best.
            baseline: The arm to compare with; None: the sweep's, else the best.
            seeds: How many; None: as many as are surely enough.
            name: Of the new sweep.
            device: ``cpu``, ``cuda``, ``auto``; None: as before.
            jobs: Worker processes; None: by the work and the cores.
            runs_dir: Where its folder is made; None: beside this one.
            plots: Formats of figures; empty: none is drawn.
            quiet: Whether nothing is said or shown; None: as it was opened.

        Raises:
            InputError: There is nothing to confirm, or no such arm.
            RunError: A file is damaged.
        """
        from mlpexp.api.going_on import confirm

        files = self.files
        numbers = [number_of(files, arm) for arm in arms if arm is not None]
        reference = None if baseline is None else number_of(files, baseline)
        keys, silent, runs = (
            {"name": name, "device": device},
            self._quiet if quiet is None else quiet,
            self._beside(runs_dir),
        )
        return confirm(
            files,
            numbers,
            reference,
            seeds,
            keys,
            runs_dir=runs,
            data_dir=self._data_dir,
            jobs=jobs,
            plots=plots,
            quiet=silent,
        )

    def _beside(self, runs_dir: str | Path | None) -> Path:
        return self.path.parent if runs_dir is None else path_given(runs_dir, "runs_dir")

    def _arm(self, named: Named) -> "ArmResult":
        return arm_of(self.files, named, self._say)
