"""How much of a file the memory takes: asked before it is read, and while it is unpacked."""

import io
import lzma
from bz2 import BZ2File
from collections.abc import Callable, Mapping
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any

from mlpexp.data.pictures.refusing import in_units, refused
from mlpexp.free_memory import free_bytes

COPIES = 3  # of a table: its bytes, its text or cells, and its columns
OPEN: Mapping[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda stream: GzipFile(fileobj=stream), b"BZh": BZ2File, b"\xfd7zXZ\x00": lzma.LZMAFile,
}  # fmt: skip
"""By first bytes, what unpacks a file."""


def most_bytes() -> int | None:
    """The largest table that fits; None: nobody knows."""
    free = free_bytes()
    return None if free is None else free // COPIES


def check_room(path: Path, num_bytes: int, what: str = "has") -> None:
    """Refuses a table that does not fit.

    Args:
        path: For the sentence.
        num_bytes: That it has.
        what: Of the file: ``has`` or ``unpacks to``.

    Raises:
        DataError: With its size and the memory that is free.
    """
    most = most_bytes()
    if most is not None and num_bytes > most:
        raise refused(
            path, f"{what} {in_units(num_bytes)}, which need {COPIES} times the memory, and {in_units(most * COPIES)} "
            "are free; take a part of it",
        )  # fmt: skip


def unpacked(path: Path, content: bytes, most: int | None) -> bytes:
    """What a packed file holds, another one as it is; no more is unpacked than fits.

    Args:
        path: For the sentence.
        content: Of the file.
        most: Bytes that fit; None: nobody knows.

    Raises:
        DataError: It does not fit.
        OSError, EOFError, LZMAError, zlib.error: It is damaged.
    """
    opened = next((function for mark, function in OPEN.items() if content.startswith(mark)), None)
    if opened is None:
        return content
    with opened(io.BytesIO(content)) as stream:
        whole: bytes = stream.read(-1 if most is None else most + 1)
    if most is not None and len(whole) > most:
        raise refused(
            path, f"unpacks to more than {in_units(most)}, the most for which there is memory; take a part of it"
        )
    return whole
