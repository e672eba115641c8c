"""The folder of one run: its files by name."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from mlpexp.errors import InputError, RunError
from mlpexp.store.files import write_text
from mlpexp.store.folders import as_json, locked, new_folder, read_json, remove_temporary

SUMMARY_KEYS = {"name": str, "hash": str, "status": str, "dataset": dict, "model": dict, "members": list}


class RunFolder:
    """Paths and small files of a run. A folder is a run when it has a ``config.yaml`` and a ``summary.json``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config, self.environment, self.summary = (
            path / f for f in ("config.yaml", "environment.json", "summary.json")
        )
        self.metrics, self.timing = path / "metrics.csv", path / "timing.csv"
        self.diagnostics = path / "diagnostics.csv"
        self.checkpoints, self.evaluation, self.plots = path / "checkpoints", path / "evaluation", path / "plots"

    @classmethod
    def create(cls, runs_dir: Path, name: str, files: Mapping[str, str]) -> "RunFolder":
        """Makes a new run folder; see ``new_folder``."""
        return cls(new_folder(runs_dir, name, files))

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """An existing run.

        Raises:
            InputError: The folder is not a run.
        """
        folder = cls(path)
        if not path.is_dir():
            raise InputError(f"{path}: there is no such run folder; `mlpexp list` shows the runs")
        missing = [file.name for file in (folder.config, folder.summary) if not file.is_file()]
        if missing:
            raise InputError(f"{path}: not a run folder: it has no {' and no '.join(missing)}")
        return folder

    def read_summary(self) -> dict[str, Any]:
        """``summary.json``.

        Raises:
            RunError: It is missing or damaged.
        """
        summary = read_json(self.summary)
        if not is_summary(summary):
            raise RunError(f"{self.summary}: damaged: not the summary of a run")
        return summary

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Replaces ``summary.json``."""
        write_text(self.summary, as_json(summary))

    def remove_leftovers(self) -> None:
        """Removes temporary files of killed processes; only for the process that holds the lock."""
        remove_temporary([self.path, self.checkpoints, self.evaluation])

    def locked(self) -> AbstractContextManager[None]:
        """Holds the run for this process; see ``locked``."""
        return locked(self.path, "run")


def is_summary(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object has what every summary of a run has."""
    return all(isinstance(value.get(key), kind) for key, kind in SUMMARY_KEYS.items())
