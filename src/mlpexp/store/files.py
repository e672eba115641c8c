"""Writing files so that a crash at any instruction leaves either the old content or the new."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mlpexp.errors import RunError
from mlpexp.store.inside import refuse_links

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "the folder may not be written",
    errno.EPERM: "the folder may not be written",
    errno.EROFS: "the disk is read-only",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.ENAMETOOLONG: "a name in it is too long; most systems take 255 letters",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EISDIR: "it is a folder where a file belongs; move it away",
    errno.ELOOP: "it is a symbolic link; put what it stands for in its place",
}


@contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """Turns a failure of the operating system into one sentence.

    Raises:
        RunError: Naming the path and the reason.
    """
    try:
        yield
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        raise RunError(f"{path}: cannot be written: {reason}; what was there before is still there") from None


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream that takes the place of a file when it ends well: a temporary file in the same folder, flush, fsync, rename.

    The folder must be there: one that was removed does not come back by what is written into it.

    Raises:
        RunError: The file cannot be written; an older version is left as it was.
    """
    refuse_links(path)
    with write_errors(path):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o666 & ~current_umask())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces a file as a whole.

    Raises:
        RunError: As ``replacing``.
    """
    with replacing(path) as stream:
        stream.write(content)


def write_text(path: Path, content: str) -> None:
    """``write_bytes`` for UTF-8 text."""
    write_bytes(path, content.encode("utf-8"))


def sync_folder(folder: Path) -> None:
    """Makes a rename in a folder permanent, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks know no such thing
            raise
    finally:
        os.close(descriptor)


def current_umask() -> int:
    """The process's umask; temporary files are made private and must become as readable as others."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
