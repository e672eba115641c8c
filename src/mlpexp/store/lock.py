"""The lock that keeps two processes from training one result."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.errors import RunError
from mlpexp.store.files import write_errors
from mlpexp.store.inside import IS_ODD, refuse_links

if TYPE_CHECKING:
    from filelock import BaseFileLock

NAME = ".lock"
PATIENCE = 60  # seconds that a process waits which wants to hold a folder for a moment
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)
NO_LOCKS = "this drive knows no locks: see to it that no other process trains this result"


@contextmanager
def locked(folder: Path, what: str) -> Iterator[str]:
    """Holds a folder for this process; the lock goes with the process, however it ends.

    Args:
        folder: Of a result.
        what: A run or a sweep.

    Yields:
        A sentence to be said where the drive knows no locks, so that nothing is held; else nothing.

    Raises:
        RunError: Another process holds it, or the folder cannot be written.
    """
    from filelock import Timeout

    lock, note = _lock(folder), ""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(f"{folder}: another process is training this {what}") from None
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            with write_errors(folder):
                raise
        note = f"{folder}: {NO_LOCKS}"
    except NotImplementedError:  # what filelock says where flock is unknown
        note = f"{folder}: {NO_LOCKS}"
    try:
        yield note
    finally:
        lock.release()


@contextmanager
def for_a_moment(folder: Path) -> Iterator[None]:
    """Holds a folder while one small file is written, and waits for another process that does so.

    Raises:
        RunError: Another process holds it for long.
    """
    from filelock import Timeout

    lock = _lock(folder)
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise RunError(f"{folder}: another process is writing into it") from None
    except (OSError, NotImplementedError):  # a drive that knows no locks
        pass
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool | None:
    """Whether a process is at work in a folder; None: the drive knows no locks, so that nobody can tell."""
    from filelock import Timeout

    if not (folder / NAME).exists():  # nobody has begun, or it is a copy without hidden files
        return False
    try:
        lock = _lock(folder)
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError as error:  # a drive that is read-only is written by nobody
        return None if error.errno in WITHOUT_LOCKS else False
    except NotImplementedError:
        return None
    except RunError:  # no lock of its own
        return False
    lock.release()
    return False


def _refuse_odd(path: Path) -> None:
    """Refuses a lock that is no file of its own: taking it would change what is behind a link.

    Raises:
        RunError: It is a link, a folder, or no regular file.
    """
    refuse_links(path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise RunError(f"{path}: {IS_ODD}")


def _lock(folder: Path) -> "BaseFileLock":
    """The lock of a folder, one of the system's: a marker file would outlive a process that is killed.

    Raises:
        RunError: What has its name is a link, a folder, or no regular file.
    """
    from filelock import FileLock

    _refuse_odd(folder / NAME)
    try:
        return FileLock(folder / NAME, fallback_to_soft=False)
    except TypeError:  # an older filelock, which knows no other kind
        return FileLock(folder / NAME)
