"""``mlpexp train``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mlpexp.cli.options import DataDir, PlotFormat, Quiet, RunsDir, SetOption, Wide, overrides_from
from mlpexp.errors import InputError


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
        str | None, typer.Option("--resume", metavar="RUN", help="Go on with an interrupted run.", show_default=False)
    ] = None,
    plot_format: PlotFormat = None,
    wide: Wide = False,
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
        from mlpexp.cli.training import data_folder, say, train_job
        from mlpexp.execution.local import in_this_process
        from mlpexp.execution.run import reopened
        from mlpexp.store.listing import find_result

        job = reopened(find_result(resume, runs_dir), data_folder(data_dir), say(quiet=quiet))
    elif config is not None:
        from mlpexp.planning.plan import make_plan

        shortcuts = {"seeds": seeds, "name": name, "device": device, "training.engine": engine}
        plan = make_plan(config, overrides_from(set_, **shortcuts), "train")  # before anything heavy is imported
        from mlpexp.cli.training import data_folder, say, train_job
        from mlpexp.execution.local import in_this_process
        from mlpexp.execution.run import new_job
        from mlpexp.planning.stacks import available_memory, stacking

        stacks = stacking(plan, 1, available_memory())
        job = new_job(plan, stacks, runs_dir, sys.argv, data_folder(data_dir), say(quiet=quiet))
    else:
        raise InputError(
            "--config: missing; for example `mlpexp train --config configs/iris/mlp.yaml`, or --resume RUN"
        )
    train_job(job, in_this_process, formats, wide=wide, quiet=quiet)
