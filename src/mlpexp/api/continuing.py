"""A finished run with more epochs, as ``mlpexp train --continue`` trains it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.api.planned import Tell, alone
from mlpexp.asking import keyword

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override
    from mlpexp.execution.run import Job


def longer_job(
    path: Path,
    overrides: "Sequence[Override]",
    tables: Sequence[Path],
    runs_dir: Path,
    command: Sequence[str],
    data_dir: str | None,
    tell: Tell,
) -> "Job":
    """A new run that goes on from the end of another.

    Args:
        path: The folder of the other one.
        overrides: The number of epochs in all, and perhaps a name.
        tables: Where its tables are now.
        runs_dir: Where the new folder is made.
        command: What was asked, for ``environment.json``.
        data_dir: Where image data sets lie.
        tell: Is told what the new run is called, and from which epoch it goes on.

    Raises:
        InputError: It is no complete run, or has as many epochs.
        RunError: It is damaged.
    """
    from mlpexp.execution.going_on import continued_job
    from mlpexp.planning.longer import longer_plan, parent_at

    parent = parent_at(path, tables)
    plan = longer_plan(parent, overrides, tables)
    if all(override.key != "name" for override in overrides):
        tell(f"the new run is called {plan.name}; {keyword('name')} gives it another name")
    stacks = alone(plan, lambda sentence: None)
    return continued_job(parent, plan, stacks, runs_dir, command, data_dir, tell)
