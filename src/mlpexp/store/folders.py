"""Folders of results: how one appears, and which temporary files may go."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mlpexp.errors import RunError
from mlpexp.store.files import current_umask, sync_folder, write_bytes, write_errors


def new_folder(
    runs_dir: Path, name: str, files: Mapping[str, str | bytes], now: Callable[[], datetime] = datetime.now
) -> Path:
    """Makes a new folder that appears with its first files in it, or not at all.

    Args:
        runs_dir: The folder of all results; made if absent.
        name: What follows the time: ``iris-mlp-1a2b3c4d``.
        files: Contents by file name, which may have a folder before it.
        now: The clock.

    Raises:
        RunError: The folder cannot be written.
    """
    with write_errors(runs_dir):
        runs_dir.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=runs_dir, prefix=".new-"))
    try:
        for file, content in files.items():
            write_bytes(building / file, content.encode("utf-8") if isinstance(content, str) else content)
        with write_errors(runs_dir):
            building.chmod(0o777 & ~current_umask())
            path = _named(building, runs_dir / f"{now():%Y%m%d-%H%M%S}-{name}")
            sync_folder(runs_dir)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return path


def remove_temporary(folders: Sequence[Path]) -> None:
    """Removes temporary files of killed processes; only for the process that holds the lock.

    Raises:
        RunError: They cannot be removed.
    """
    for folder in folders:
        with write_errors(folder):
            for temporary in folder.glob(".*.tmp"):
                temporary.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Removes a folder with all that is in it, if it is there.

    Raises:
        RunError: It cannot be removed.
    """
    with write_errors(folder):
        if folder.is_dir():
            shutil.rmtree(folder)


def _named(building: Path, target: Path) -> Path:
    """Gives a new folder its name, or that name with the first free number."""
    for attempt in range(1, 10_000):
        path = target if attempt == 1 else target.with_name(f"{target.name}-{attempt}")
        try:
            os.rename(building, path)  # fails if a result of that name, which is never empty, exists
            return path
        except OSError:
            if not path.exists():
                raise
    raise RunError(f"{target}: too many results of this name")
