"""Files as they must be: their lengths and SHA-256 sums."""

import hashlib
from pathlib import Path

from mlpexp.config.strict import Strict


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
