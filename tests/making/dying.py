"""A process whose k-th operation on files does not come about: it dies right before, as by ``kill -9``, or the disk refuses.

Nothing of C is needed: operations are seen as Python's audit events, and in the functions that have none.
"""

import io
import itertools
import os
import sys
from collections.abc import Callable
from errno import EACCES, ENOSPC
from typing import Any

OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.rmdir", "os.truncate")
DIED = 137  # what a shell reports of a process that was killed with signal 9


def die_at(number: int, below: str) -> None:
    """Ends the process before its ``number``-th operation on a file whose path contains ``below``.

    Counted are opening for writing, renaming, removing, making folders, changing modes, and fsync.
    """
    count = itertools.count(1)

    def step(operation: str, *path: object) -> None:
        if next(count) == number:
            os._exit(DIED)

    _before_operations(below, step)


def fail_at(number: int, below: str, error: int) -> Callable[[], int]:
    """The system refuses the ``number``-th operation.

    A disk that is full (ENOSPC) refuses all that come after it but removing, a folder that may no longer be written (EACCES)
    all. Counted are the operations of ``die_at`` and every write.

    Args:
        number: Of the operation; 0: none fails.
        below: What the paths contain.
        error: The number of the system's error.

    Returns:
        A function that says how many operations there were so far.
    """
    count = 0

    def step(operation: str, *path: object) -> None:
        nonlocal count
        count += 1
        stays = error == EACCES or (error == ENOSPC and operation not in ("os.remove", "os.rmdir"))
        if number and (count == number or (count > number and stays)):
            raise OSError(error, os.strerror(error), *path)

    _before_operations(below, step)
    _before_writes(below, step)
    return lambda: count


def _before_operations(below: str, step: Callable[..., None]) -> None:
    def hook(event: str, arguments: tuple) -> None:
        if event not in OPERATIONS or not any(below in str(argument) for argument in arguments[:2]):
            return
        if event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            step(event, arguments[0])

    fsync = os.fsync

    def synced(descriptor: int) -> None:
        step("fsync")
        fsync(descriptor)

    os.fsync = synced
    sys.addaudithook(hook)


def _before_writes(below: str, step: Callable[..., None]) -> None:
    """Streams that are opened for writing from now on, by a path or as a descriptor."""
    plain = io.open

    class Raw(io.FileIO):
        def write(self, content: Any) -> int:
            step("write")
            return super().write(content)

    def opened(
        file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, errors: str | None = None,
        newline: str | None = None, closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip
        if not set(mode) & set("wax+") or not (isinstance(file, int) or below in str(file)):
            return plain(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        stream = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
        return stream if "b" in mode else io.TextIOWrapper(stream, encoding, errors, newline)

    io.open = opened  # which `os.fdopen` and `Path.open` use
    sys.modules["builtins"].open = opened
