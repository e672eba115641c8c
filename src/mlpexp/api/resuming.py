"""Going on with a result that has not ended, as ``mlpexp train --resume`` and ``mlpexp sweep --resume`` do."""

from collections.abc import Sequence
from pathlib import Path

from mlpexp.api.planned import num_workers
from mlpexp.api.result import Result
from mlpexp.api.telling import teller
from mlpexp.api.training import checked_formats, finished


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
