"""Files as they must be: their lengths and SHA-256 sums."""

import hashlib
from pathlib import Path

from mlpexp.config.strict import Strict
from mlpexp.errors import RunError


class FileRecord(Strict):
    """A file, as it must be."""

    bytes: int
    sha256: str


def record_of(content: bytes) -> FileRecord:
    """The record of a content."""
    return FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def record_of_file(path: Path) -> FileRecord:
    """The record of a file.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return FileRecord(bytes=stream.tell(), sha256=digest)


def sum_of_file(path: Path) -> str:
    """The SHA-256 sum of the bytes of a file.

    Raises:
        RunError: It cannot be read.
    """
    try:
        return record_of_file(path).sha256
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from None
