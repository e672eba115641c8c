"""A short stamp of all files of a set of pictures, which changes when one of them does."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

DEEPEST = 3  # folders of parts, of classes, and those within, which are refused


def stamp_of(root: Path) -> tuple[int, int]:
    """When a file was last written, and its bytes; of a folder a sum over names, times and sizes, and their number.

    Zeros where reading will say what is wrong.
    """
    try:
        if not root.is_dir():
            state = root.stat()
            return state.st_mtime_ns, state.st_size
        lines = list(_lines(root, DEEPEST))
        return int.from_bytes(hashlib.blake2b(b"".join(lines), digest_size=8).digest(), "big"), len(lines)
    except (OSError, ValueError):
        return 0, 0


def _lines(folder: Path, depth: int) -> Iterator[bytes]:
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    for entry in ordered:
        try:
            state = entry.stat()
        except OSError:  # a link that leads to nothing
            state = entry.stat(follow_symlinks=False)
        yield os.fsencode(f"{entry.path}\0{state.st_mtime_ns} {state.st_size}\n")
        if depth > 1 and entry.is_dir():
            yield from _lines(Path(entry.path), depth - 1)
