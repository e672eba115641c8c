"""Folders of results: their creation, the lock that keeps two processes apart, and small JSON files."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mlpexp.errors import RunError
from mlpexp.store.files import current_umask, sync_folder, write_errors, write_text


def new_folder(runs_dir: Path, name: str, files: Mapping[str, str]) -> Path:
    """Makes a new folder that appears with its first files in it, or not at all.

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
    return path


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object.

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


def remove_temporary(folders: Sequence[Path]) -> None:
    """Removes temporary files of killed processes; only for the process that holds the lock.

    Raises:
        RunError: They cannot be removed.
    """
    for folder in folders:
        with write_errors(folder):
            for temporary in folder.glob(".*.tmp"):
                temporary.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path, what: str) -> Iterator[None]:
    """Holds a folder for this process; the lock goes with the process, however it ends.

    Raises:
        RunError: Another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # no such locks on Windows
        yield
        return
    with write_errors(folder):
        stream = (folder / ".lock").open("w")
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunError(f"{folder}: another process is training this {what}") from None
        yield


def is_held(folder: Path) -> bool:
    """Whether a process is at work in a folder; False where the system has no locks."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        with (folder / ".lock").open("r") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


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
