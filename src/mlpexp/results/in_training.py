"""Tables of a result in training: what its stacks have left so far."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.store.frames import Absent, complete_table
from mlpexp.store.json_files import read_record
from mlpexp.store.part import DONE, PartRecord, TrialRecord
from mlpexp.store.result_folder import ResultFolder

if TYPE_CHECKING:
    import pandas as pd


def rows_by_part(folder: ResultFolder, name: str) -> "Iterator[tuple[pd.DataFrame, bool]]":
    """The rows of a table part by part, and whether the stack of the part has ended; parts without rows are left out."""
    for path in part_files(folder, name):
        with suppress(Absent):
            yield complete_table(path), (path.parent / DONE).is_file()


def part_files(folder: ResultFolder, name: str) -> Iterator[Path]:
    """The files of a table in all parts, in the order of their names."""
    for path in sorted(folder.parts.glob(f"*/{name}.csv")):
        whole = path.parent.with_name(path.parent.name.partition(".")[0])
        if whole == path.parent or not (whole / path.name).is_file():  # else a half of what is trained as a whole again
            yield path


def rows_so_far(folder: ResultFolder, name: str, *, ended: bool = False) -> "pd.DataFrame":
    """The rows of a table in all parts.

    Args:
        folder: Of the result.
        name: Of the table: ``metrics``, ``predictions``, ...
        ended: Whether only parts of stacks that have ended count.

    Raises:
        Absent: There are none.
    """
    import pandas as pd

    tables = [table for table, done in rows_by_part(folder, name) if done or not ended]
    if not tables:
        raise Absent
    return pd.concat(tables, ignore_index=True)


def trials_so_far(folder: ResultFolder, arms: "pd.DataFrame | None", keys: Sequence[str]) -> "pd.DataFrame":
    """Rows as in ``trials.csv`` of the trials that have ended, by arm and seed.

    Args:
        folder: Of the result.
        arms: ``arms.csv``; None where there are no axes.
        keys: Of the axes.

    Raises:
        Absent: There are none.
        RunError: A part is damaged.
    """
    import pandas as pd

    parts = [read_record(path, PartRecord) for path in sorted(folder.parts.glob(f"*/{DONE}"))]
    trials = sorted((trial for part in parts for trial in part.trials), key=lambda trial: (trial.arm, trial.seed))
    if not trials:
        raise Absent
    settings = {} if arms is None else arms.set_index("arm")[list(keys)].to_dict("index")
    names = folder.read_plan().kept.scores
    return pd.DataFrame([_row(trial, settings.get(trial.arm, {}), names) for trial in trials])


def _row(trial: TrialRecord, settings: dict[Any, Any], names: Sequence[str]) -> dict[str, Any]:
    ended = trial.model_dump(include={"status", "ended_epoch", "last_epoch", "best_epoch", "reason"})
    row = {"arm": trial.arm, "seed": trial.seed, **settings, **ended}
    for when, values in (("final", trial.final), ("best", trial.best)):
        for name in names:
            value = values.get(name)
            row[f"{when}_{name}"] = nan if value is None else value
    return row
