"""``mlpexp train``."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, PlotFormat, Quiet, RunsDir, SetOption, overrides_from
from mlpexp.errors import InputError, Interrupted, RunError

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override
    from mlpexp.data.dataset import Dataset
    from mlpexp.planning.prepare import Prepared
    from mlpexp.store.run_folder import RunFolder


def train(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The experiment: a YAML file.", show_default=False)
    ] = None,
    set_: SetOption = None,
    seeds: Annotated[int | None, typer.Option("--seeds", help="Repeat with so many seeds.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the run folder.", show_default=False)] = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
    device: Annotated[str | None, typer.Option("--device", help="auto, cpu, cuda or mps.", show_default=False)] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", help="torch, or numpy: backpropagation by hand.", show_default=False)
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Go on with an interrupted run.", show_default=False)
    ] = None,
    plot_format: PlotFormat = None,
    quiet: Quiet = False,
) -> None:
    """Train one experiment, with one seed or many, and write metrics, weights and plots into a run folder."""
    from mlpexp.report.formats import check_formats

    formats = check_formats(plot_format)
    if resume is not None:
        given = {
            "--config": config, "--set": set_, "--seeds": seeds, "--name": name, "--device": device, "--engine": engine,
        }  # fmt: skip
        clash = [option for option, value in given.items() if value not in (None, [])]
        if clash:
            raise InputError(f"--resume: goes on with the run as it was; it cannot be combined with {', '.join(clash)}")
        prepared, folder, dataset = _resumed(resume, data_dir, quiet=quiet)
    elif config is not None:
        shortcuts = {"seeds": seeds, "name": name, "device": device, "training.engine": engine}
        prepared, folder, dataset = _fresh(config, overrides_from(set_, **shortcuts), runs_dir, data_dir, quiet=quiet)
    else:
        raise InputError(
            "--config: missing; for example `mlpexp train --config configs/iris/mlp.yaml`, or --resume RUN"
        )
    _run(prepared, folder, dataset, formats, data_dir, quiet=quiet)


def _fresh(
    config: Path, overrides: "list[Override]", runs_dir: Path, data_dir: Path | None, *, quiet: bool
) -> "tuple[Prepared, RunFolder, Dataset]":
    from mlpexp.planning.prepare import prepare

    prepared = prepare(config, overrides)  # before torch is imported: a typing error should not take seconds to show
    from mlpexp.execution.run import new_run

    folder, dataset = new_run(prepared, runs_dir, sys.argv, data_dir, _say(quiet=quiet))
    return prepared, folder, dataset


def _resumed(path: Path, data_dir: Path | None, *, quiet: bool) -> "tuple[Prepared, RunFolder, Dataset]":
    from mlpexp.planning.prepare import prepare
    from mlpexp.store.run_folder import RunFolder

    folder = RunFolder.open(path)
    if folder.read_summary()["status"] in ("finished", "diverged"):
        raise InputError(f"{path}: this run is complete; `mlpexp show {path}` shows it")
    prepared = prepare(folder.config)
    from mlpexp.data.load import load
    from mlpexp.execution.run import check_config, check_data

    check_config(folder, prepared.experiment)
    dataset = load(prepared.experiment.dataset, data_dir, _say(quiet=quiet))
    check_data(folder, dataset)
    return prepared, folder, dataset


def _say(*, quiet: bool) -> Callable[[str], None] | None:
    return None if quiet else lambda sentence: print(sentence, file=sys.stderr)


def _run(
    prepared: "Prepared", folder: "RunFolder", dataset: "Dataset", formats: list[str], data_dir: Path | None, *,
    quiet: bool,
) -> None:  # fmt: skip
    from mlpexp.cli.progress import ProgressBar
    from mlpexp.cli.results import print_results
    from mlpexp.execution.run import train as train_experiment

    again = f"resume with: mlpexp train --resume {quote(str(folder.path))}"
    again += f" --data-dir {quote(str(data_dir))}" if data_dir else ""
    try:
        with ProgressBar(prepared, shown=not quiet and sys.stderr.isatty()) as bar:
            for update in train_experiment(prepared, folder, dataset):
                bar.show(update)
    except Interrupted as stop:
        raise Interrupted(f"{stop}; {again}", stop.exit_code - 128) from None
    except KeyboardInterrupt:  # a second Ctrl-C, while the first is being obeyed
        raise Interrupted(f"interrupted; {again}", signal.SIGINT) from None
    except RunError as error:
        raise RunError(f"{error}; {again}") from None
    from mlpexp.report.plots import draw_plots

    try:
        drawn = draw_plots(folder.path, formats)
    except KeyboardInterrupt:
        again = f"draw its plots with: mlpexp plot {quote(str(folder.path))}"
        raise Interrupted(f"interrupted; the run is complete; {again}", signal.SIGINT) from None
    if quiet:
        typer.echo(folder.path)
    else:
        print_results(folder, drawn)
