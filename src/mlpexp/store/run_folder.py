"""The folder of one run: its files by name, its creation, and the lock that keeps two processes apart."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mlpexp.errors import InputError, RunError
from mlpexp.store.files import current_umask, sync_folder, write_errors, write_text

SUMMARY_KEYS = {"name": str, "hash": str, "status": str, "dataset": dict, "model": dict, "members": list}


class RunFolder:
    """Paths and small files of a run. A folder is a run when it has a ``config.yaml`` and a ``summary.json``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config, self.environment, self.summary = (
            path / f for f in ("config.yaml", "environment.json", "summary.json")
        )
        self.metrics, self.timing = path / "metrics.csv", path / "timing.csv"
        self.checkpoints, self.evaluation, self.plots = path / "checkpoints", path / "evaluation", path / "plots"

    @classmethod
    def create(cls, runs_dir: Path, name: str, files: Mapping[str, str]) -> "RunFolder":
        """Makes a new run folder that appears with its first files in it, or not at all.

        Args:
            runs_dir: The folder of all runs; made if absent.
            name: What follows the time: ``iris-mlp-1a2b3c4d``.
            files: Contents by file name.

        Raises:
            RunError: The folder cannot be written.
        """
        with write_errors(runs_dir):
            runs_dir.mkdir(parents=True, exist_ok=True)
            building = Path(tempfile.mkdtemp(dir=runs_dir, prefix=".new-"))
        try:
            for file, content in files.items():
                write_text(building / file, content)
            with write_errors(runs_dir):
                building.chmod(0o777 & ~current_umask())
                path = _named(building, runs_dir / f"{datetime.now():%Y%m%d-%H%M%S}-{name}")
                sync_folder(runs_dir)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return cls(path)

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

    def read_json(self, path: Path) -> dict[str, Any]:
        """A JSON file of the folder.

        Raises:
            RunError: It is missing or damaged.
        """
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise RunError(f"{path}: cannot be read: {error.strerror or error}") from None
        except ValueError:
            raise RunError(f"{path}: damaged: not JSON") from None
        if not isinstance(value, dict):
            raise RunError(f"{path}: damaged: not a JSON object")
        return value

    def read_summary(self) -> dict[str, Any]:
        """``summary.json``.

        Raises:
            RunError: It is missing or damaged.
        """
        summary = self.read_json(self.summary)
        if not is_summary(summary):
            raise RunError(f"{self.summary}: damaged: not the summary of a run")
        return summary

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Replaces ``summary.json``."""
        write_text(self.summary, as_json(summary))

    def remove_leftovers(self) -> None:
        """Removes temporary files of killed processes; only for the process that holds the lock.

        Raises:
            RunError: They cannot be removed.
        """
        with write_errors(self.path):
            for folder in (self.path, self.checkpoints, self.evaluation):
                for temporary in folder.glob(".*.tmp"):
                    temporary.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the run for this process; the lock goes with the process, however it ends.

        Raises:
            RunError: Another process is training this run.
        """
        try:
            import fcntl
        except ImportError:  # no such locks on Windows
            yield
            return
        with write_errors(self.path):
            stream = (self.path / ".lock").open("w")
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RunError(f"{self.path}: another process is training this run") from None
            yield


def _named(building: Path, wanted: Path) -> Path:
    """Gives a new folder its name, or that name with the first free number."""
    for attempt in range(1, 10_000):
        path = wanted if attempt == 1 else wanted.with_name(f"{wanted.name}-{attempt}")
        try:
            os.rename(building, path)  # fails if a run of that name, which is never empty, exists
            return path
        except OSError:
            if not path.exists():
                raise
    raise RunError(f"{wanted}: too many runs of this name")


def is_summary(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object has what every summary of a run has."""
    return all(isinstance(value.get(key), kind) for key, kind in SUMMARY_KEYS.items())


def as_json(value: Mapping[str, Any]) -> str:
    """Readable JSON; numbers that JSON has not (inf, nan) become null."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None  # also false for NaN
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
