"""Folders of results: how one appears, and which temporary files may go."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from mlpexp.errors import RunError
from mlpexp.store.files import current_umask, sync_folder, write_bytes, write_errors
from mlpexp.store.inside import UNFINISHED, refuse_links

ABANDONED_SECONDS = 86_400  # after which a folder is nobody's where no lock can tell


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
    with building_in(runs_dir) as building:
        for file, content in files.items():
            with write_errors(building):
                (building / file).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(building / file, content.encode("utf-8") if isinstance(content, str) else content)
        with write_errors(runs_dir):
            building.chmod(0o777 & ~current_umask())
            path = _named(building, runs_dir / f"{now():%Y%m%d-%H%M%S}-{name}")
            sync_folder(runs_dir)
    return path


@contextmanager
def building_in(parent: Path) -> Iterator[Path]:
    """A folder under a temporary name, which is to get its own name when it is whole; else it goes.

    Those that killed processes have left go, too. A process holds its own by a lock, which goes with it.

    Raises:
        RunError: It cannot be made.
    """
    _remove_abandoned(parent)
    with write_errors(parent):
        building, held = _held_folder(parent)
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)  # unless it has another name by now
        if held is not None:
            os.close(held)


def _held_folder(parent: Path) -> tuple[Path, int | None]:
    """A new folder, held, with what holds it; another one if a process that tidies up was quicker than the lock."""
    while True:
        building = Path(tempfile.mkdtemp(dir=parent, prefix=UNFINISHED))
        with suppress(BlockingIOError):
            held = _hold(building)
            if building.exists():
                return building, held
            if held is not None:
                os.close(held)


def _hold(folder: Path) -> int | None:
    """The descriptor by which a folder is held; None: it is not there, or the system or the drive has no such lock.

    Raises:
        BlockingIOError: Another process holds it.
    """
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return descriptor


def _remove_abandoned(parent: Path) -> None:
    """Removes what processes have left that were killed while they built a folder; what cannot be removed stays."""
    for left in parent.glob(f"{UNFINISHED}????????"):  # as `mkdtemp` calls them
        if left.is_symlink() or not left.is_dir():
            continue
        with suppress(OSError):  # held: another process is at work in it
            held = _hold(left)
            if held is not None or time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
            if held is not None:
                os.close(held)


def remove_temporary(folders: Sequence[Path]) -> None:
    """Removes temporary files of killed processes; only for the process that holds the lock.

    Raises:
        RunError: They cannot be removed.
    """
    for folder in folders:
        refuse_links(folder)
        with write_errors(folder):
            for temporary in folder.glob(".*.tmp"):
                temporary.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Removes a folder with all that is in it, if it is there.

    Raises:
        RunError: It cannot be removed.
    """
    refuse_links(folder)
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
