"""``mlpexp.train``: one experiment, as ``mlpexp train`` trains it."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from mlpexp.api.given import Config, asked
from mlpexp.api.plain import path_given, words_given
from mlpexp.api.planned import alone, planned
from mlpexp.api.result import Result
from mlpexp.api.telling import Tell, shown, teller
from mlpexp.api.trained import Ways, finish, train_all
from mlpexp.api.words import Value, Words, spelled_out
from mlpexp.asking import in_python

if TYPE_CHECKING:
    from mlpexp.execution.local import Runner
    from mlpexp.execution.run import Job

PNG = ("png",)


@spelled_out
@in_python()
def train(
    config: Config | Result | None = None,
    *,
    set: Mapping[str, Value] | None = None,
    data: Any = None,
    target: str | None = None,
    name: str | None = None,
    device: str | None = None,
    engine: str | None = None,
    init_from: str | PathLike[str] | Result | None = None,
    from_arm: int | str | None = None,
    from_seed: int | None = None,
    freeze: Sequence[str] | None = None,
    runs_dir: str | PathLike[str] = "runs",
    data_dir: str | PathLike[str] | None = None,
    plots: Sequence[str] = PNG,
    quiet: bool = False,
    **words: Unpack[Words],
) -> Result:
    """Trains one experiment, with one seed or many; a ``sweep:`` section is left aside.

    Args:
        config: A YAML file, a shipped name such as ``"iris/mlp"``, a result, YAML text, or a dictionary with the same keys;
            None: ``data`` are all there is, and a small network with usual settings learns them.
        set: Changes of the config by key, such as ``{"optimizer.momentum": 0.9}``.
        data: ``(X, y)``, a data frame, or a file of your own.
        target: Of a frame or file, the column to predict.
        name: Of the result.
        device: ``cpu``, ``cuda``, ``auto``.
        engine: ``torch``, or ``numpy``: backpropagation by hand.
        init_from: A result whose weights the training begins with, where layers agree.
        from_arm: Which arm of it.
        from_seed: Which seed of it; None: each begins with its own.
        freeze: Layers that stay as they begin.
        runs_dir: Where the folder of the result is made.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.
        plots: Formats of figures in the folder; empty: none is drawn, and ``.plot()`` draws them.
        quiet: Whether nothing is said or shown.
        words: Short words for keys of the config, which follow.
        seeds: How many: each has a split, initial weights and an order of samples of its own.
        seed: The first of them.
        epochs: Passes over the training part.
        batch_size: Samples of a step, or ``"full"``.
        learning_rate: Step size.
        hidden_size: Units of one hidden layer.
        hidden_sizes: Units of each hidden layer.
        activation: Of the hidden layers.
        output_activation: What the output layer applies.
        init: How weights begin.
        optimizer: Name of it, or the section with its keys.
        loss: What is minimized.
        schedule: How the learning rate changes.
        score: What else is measured: a name, a function of your own, or several of them.

    Returns:
        What the folder holds.

    Raises:
        InputError: Something that was given cannot be used; nothing was written.
        RunError: A file cannot be written, or every trial failed.
        Interrupted: After Ctrl-C; everything is saved.
    """
    from mlpexp.execution.run import new_job

    tell, runs, files = teller(quiet=quiet), path_given(runs_dir, "runs_dir"), folder_of(data_dir)
    more = {**words, "name": name, "device": device, "training.engine": engine}
    formats = checked_formats(plots)
    with asked("train", config, set=set, more=more, data=data, target=target, runs_dir=runs, tell=tell) as given:
        tell = given.tell
        begin(given.source, given.path, init_from, from_arm, from_seed, freeze, runs, tell)
        plan = planned(given.source, given.path, "train", runs, tell, notes=given.notes, written=given.written)
        job = new_job(plan, alone(plan, tell), runs, COMMAND, files, tell)
        return finished(job, None, formats, quiet=quiet)


COMMAND = ("python", "mlpexp.train(...)")
"""In place of a command line, in ``environment.json``."""


def finished(
    job: "Job", run: "Runner | None", formats: Sequence[str], *, quiet: bool, reachable: bool = True
) -> Result:
    """Trains what is missing of a job, compares its arms and draws its figures.

    Args:
        job: What to train, and where.
        run: What trains stacks; None: this process.
        formats: Of figures.
        quiet: Whether nothing is shown.
        reachable: Whether ``run`` can write into the folder.

    Raises:
        Interrupted: Naming the call that goes on.
        RunError: Likewise.
    """
    from mlpexp.execution.local import in_this_process

    loaded = f"mlpexp.load({str(job.folder.path)!r})"
    ways = Ways(f"go on with: {loaded}.resume()", f"draw its plots with: {loaded}.plot()")
    with shown(job, quiet=quiet) as show:
        train_all(job, run or in_this_process, show, ways, reachable=reachable)
    finish(job, formats, ways).drawn()
    return Result(job.folder.path, data_dir=job.data_dir)


def folder_of(data_dir: str | PathLike[str] | None) -> str | None:
    """The folder of image data sets, as a text."""
    return None if data_dir is None else str(path_given(data_dir, "data_dir"))


def checked_formats(plots: Sequence[str]) -> list[str]:
    """Formats of figures, each known.

    Raises:
        InputError: One is not.
    """
    from mlpexp.report.drawing.formats import check_formats

    return check_formats(words_given(plots, "plots")) if plots else []


def begin(
    source: Any,
    path: Path,
    init_from: object,
    from_arm: int | str | None,
    from_seed: int | None,
    freeze: Sequence[str] | None,
    runs: Path,
    tell: Tell,
) -> None:
    """Writes into a config with which weights the training begins, in place.

    Raises:
        InputError: There is no such result or arm.
    """
    from mlpexp.api.start import start_overrides
    from mlpexp.config.load import changed_source

    def text(value: object) -> str | None:
        return None if value is None else str(getattr(value, "path", value))

    layers = None if freeze is None else ",".join(words_given(freeze, "freeze"))
    overrides = start_overrides(text(init_from), text(from_arm), text(from_seed), layers, [], runs, tell)
    changed_source(source, path, overrides)
