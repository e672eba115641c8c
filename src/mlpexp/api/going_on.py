"""Going on with a result: to its end, with more epochs, or with its question and fresh seeds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.api.planned import num_workers, shared
from mlpexp.api.result import Result
from mlpexp.api.telling import teller
from mlpexp.api.training import checked_formats, finished

if TYPE_CHECKING:
    from mlpexp.results.result import Result as Files


def resume(
    path: Path,
    *,
    tables: Sequence[Path] = (),
    data_dir: str | None = None,
    jobs: int | None = None,
    plots: Sequence[str] = ("png",),
    quiet: bool = False,
) -> Result:
    """Trains what is missing of a result.

    Args:
        path: Its folder.
        tables: Where the tables or pictures that it is trained on are now.
        data_dir: Where image data sets lie.
        jobs: Worker processes of a sweep; None: by the work and the cores.
        plots: Formats of figures; empty: none is drawn.
        quiet: Whether nothing is said or shown.

    Returns:
        The result, which has ended.

    Raises:
        InputError: It has ended already, or a table is not there.
        RunError: Its config or data have changed since it began.
    """
    from mlpexp.execution.backends import runner
    from mlpexp.execution.run import reopened

    formats = checked_formats(plots)
    job = reopened(path, data_dir, teller(quiet=quiet), tables)
    is_run = job.plan.planned_by == "train"
    workers = 1 if is_run else num_workers(job.plan, job.stacking, jobs, "local")
    return finished(job, runner("local", workers, None), formats, quiet=quiet)


def continue_to(
    parent: "Files",
    epochs: int,
    name: str | None = None,
    *,
    runs_dir: Path,
    data_dir: str | None,
    plots: Sequence[str],
    quiet: bool,
) -> Result:
    """Trains a new run that goes on from the end of another; see ``Result.continue_to``."""
    from mlpexp.api.continuing import longer_job
    from mlpexp.asking import keyword
    from mlpexp.config.yaml_source import Override
    from mlpexp.errors import Place

    formats, given = checked_formats(plots), {"epochs": epochs, "name": name}
    overrides = [
        Override(word, value, Place(keyword(word, value))) for word, value in given.items() if value is not None
    ]
    command = ("python", "mlpexp.Result.continue_to(...)")
    job = longer_job(parent.path, overrides, parent.tables, runs_dir, command, data_dir, teller(quiet=quiet))
    return finished(job, None, formats, quiet=quiet)


def confirm(
    result: "Files",
    arms: Sequence[int],
    baseline: int | None,
    seeds: int | None,
    keys: Mapping[str, str | None],
    *,
    runs_dir: Path,
    data_dir: str | None,
    jobs: int | None,
    plots: Sequence[str],
    quiet: bool,
) -> Result:
    """Asks the question of a sweep again; see ``Result.confirm``."""
    from mlpexp.api.confirming import confirming
    from mlpexp.execution.backends import runner
    from mlpexp.execution.run import new_job

    formats, tell = checked_formats(plots), teller(quiet=quiet)
    plan = confirming(result, arms, baseline, seeds, runs_dir, data_dir, keys, tell)
    stacks, workers = shared(plan, jobs, None, "local", tell)
    job = new_job(plan, stacks, runs_dir, ("python", "mlpexp.Result.confirm(...)"), data_dir, tell)
    return finished(job, runner("local", workers, None), formats, quiet=quiet)
