"""Sentences about files of pictures that cannot be used, and how much memory pictures may take."""

import os
from pathlib import Path

from mlpexp.errors import DataError
from mlpexp.free_memory import free_bytes

KEPT_FREE = 0.2  # share of the free memory that is left to everything else
BYTES_OF = {"GB": 1e9, "MB": 1e6, "kB": 1e3}


def named(path: Path | str) -> str:
    """A path as text that can be printed and written, even if its bytes are no UTF-8 or control a terminal."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(letter if letter >= " " and not "\x7f" <= letter <= "\x9f" else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def refused(path: Path | str, what: str) -> DataError:
    """``path: what``."""
    return DataError(f"{named(path)}: {what}")


def check_regular(path: Path) -> None:
    """Refuses what is neither a file nor a folder: opening a pipe or a device may take for ever.

    Raises:
        DataError: It is such a thing.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise refused(path, "neither a file nor a folder, but a pipe, a socket or a device; it is not read")


def check_memory(path: Path, num_bytes: int, num_pictures: int) -> None:
    """Refuses pictures that do not fit into memory, before any of them is decoded.

    Raises:
        DataError: With both sizes and the key that makes pictures smaller.
    """
    free = free_bytes()
    most = None if free is None else int((1 - KEPT_FREE) * free)
    if most is not None and num_bytes > most:
        raise refused(
            path,
            f"{num_pictures:,} pictures need {in_units(num_bytes)} of memory, and {in_units(most)} can be used; "
            "set dataset.size to make them smaller",
        )


def in_units(num_bytes: int) -> str:
    """``1.5 GB``."""
    unit = next((unit for unit, size in BYTES_OF.items() if num_bytes >= size), "kB")
    return f"{num_bytes / BYTES_OF[unit]:,.1f} {unit}"
