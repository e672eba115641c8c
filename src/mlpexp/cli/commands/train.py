"""``mlpexp train``."""

import sys
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.api.planned import alone, planned
from mlpexp.api.start import start_overrides
from mlpexp.cli.experiment_options import experiment_options
from mlpexp.cli.given import Given, overrides_from
from mlpexp.cli.options import (
    DataDir,
    Device,
    LogEvery,
    PlotFormat,
    Quiet,
    RunsDir,
    Table,
    Wide,
    check_log_every,
    option,
    refuse_beside,
    refuse_beside_resume,
    refuse_table,
)
from mlpexp.cli.printing import say
from mlpexp.cli.starting import Freeze, FromArm, FromSeed, InitFrom
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override
    from mlpexp.execution.run import Job


@experiment_options(several=False)
def train(
    given: Given,
    name: Annotated[str | None, typer.Option("--name", help="Name of the run folder.", show_default=False)] = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
    table: Table = None,
    device: Device = None,
    engine: Annotated[
        str | None, typer.Option("--engine", help="torch, or numpy: backpropagation by hand.", show_default=False)
    ] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="RUN", help="Go on with an interrupted run.", show_default=False)
    ] = None,
    continue_: Annotated[
        str | None,
        option("--continue", metavar="RUN", help="A new run that goes on from a finished one, to --epochs in all."),
    ] = None,
    init_from: InitFrom = None,
    from_arm: FromArm = None,
    from_seed: FromSeed = None,
    freeze: Freeze = None,
    log_every: LogEvery = None,
    plot_format: PlotFormat = None,
    wide: Wide = False,
    quiet: Quiet = False,
) -> None:
    """Train one experiment, with one seed or many, and write metrics, weights and plots into a run folder."""
    from mlpexp.report.drawing.formats import check_formats

    formats = check_formats(plot_format)
    check_log_every(log_every)
    others = {"name": name, "device": device, "engine": engine}
    begun = {"init-from": init_from, "from-arm": from_arm, "from-seed": from_seed, "freeze": freeze}
    if resume is not None:
        refuse_beside_resume("run", given.options, others | begun)
        refuse_beside_resume("run", [], {"continue": continue_})
        job = _resumed(resume, runs_dir, data_dir, table, quiet=quiet)
    elif continue_ is not None:
        refuse_beside("--continue: goes on with the run as it was", *_beside_epochs(given, others | begun))
        job = _continued(continue_, given, name, runs_dir, data_dir, table, quiet=quiet)
    else:
        refuse_table(table)
        start = start_overrides(
            init_from, from_arm, from_seed, freeze, overrides_from(given.set_), runs_dir, say(quiet=quiet)
        )
        job = _fresh(given, others, start, runs_dir, data_dir, quiet=quiet)
    from mlpexp.cli.training import train_job
    from mlpexp.execution.local import in_this_process

    train_job(job, in_this_process, formats, wide=wide, quiet=quiet, log_every=log_every)
    if given.data is not None and given.config is None and not quiet:
        typer.echo(f"go on with: mlpexp sweep {quote(str(job.folder.path))} --learning-rate 0.001,0.01,0.1")


def _resumed(text: str, runs_dir: Path, data_dir: Path | None, tables: list[Path] | None, *, quiet: bool) -> "Job":
    from mlpexp.cli.training import data_folder
    from mlpexp.execution.run import reopened
    from mlpexp.store.listing import find_result

    return reopened(find_result(text, runs_dir), data_folder(data_dir), say(quiet=quiet), tables or ())


def _beside_epochs(given: Given, others: dict[str, str | None]) -> tuple[list[str], dict[str, object]]:
    """What else was given beside a run to go on from, its number of epochs and a name."""
    more: dict[str, object] = {key: value for key, value in others.items() if key != "name"}
    return [written for written in given.options if written != "--epochs"], more


def _continued(
    text: str, given: Given, name: str | None, runs_dir: Path, data_dir: Path | None, tables: list[Path] | None, *,
    quiet: bool,
) -> "Job":  # fmt: skip
    from mlpexp.api.continuing import longer_job
    from mlpexp.cli.training import data_folder
    from mlpexp.store.listing import find_result

    if "epochs" not in given.words:
        raise InputError("--continue: for how many epochs in all? name them with --epochs, such as --epochs 200")
    path, overrides = find_result(text, runs_dir), given.overrides(name=name)
    return longer_job(path, overrides, tables or (), runs_dir, sys.argv, data_folder(data_dir), say(quiet=quiet))


def _fresh(
    given: Given,
    others: dict[str, str | None],
    start: "list[Override]",
    runs_dir: Path,
    data_dir: Path | None,
    *,
    quiet: bool,
) -> "Job":
    from mlpexp.config.load import changed_source
    from mlpexp.data.tables.read import telling

    keys = {"name": others["name"], "device": others["device"], "training.engine": others["engine"]}
    tell = say(quiet=quiet)
    telling.set(tell)
    source, path = given.source("train", runs_dir, **keys)
    source = changed_source(source, path, start)
    understood = partial(given.understood, path=path)
    plan = planned(source, path, "train", runs_dir, tell, notes=understood, written=given.config)
    from mlpexp.cli.training import data_folder
    from mlpexp.execution.run import new_job

    return new_job(plan, alone(plan, tell), runs_dir, sys.argv, data_folder(data_dir), tell)
