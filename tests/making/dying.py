"""A process that dies as by ``kill -9`` right before its k-th operation on files: no handler runs, no buffer is flushed."""

import os
import sys

OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.rmdir", "os.truncate")
DIED = 137  # what a shell reports of a process that was killed with signal 9


def die_at(number: int, below: str) -> None:
    """Ends the process before its ``number``-th operation on a file whose path contains ``below``.

    Counted are opening for writing, renaming, removing, making folders, changing modes (Python's audit events), and fsync.
    """
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == number:
            os._exit(DIED)

    def hook(event: str, arguments: tuple) -> None:
        if event not in OPERATIONS or not any(below in str(argument) for argument in arguments[:2]):
            return
        if event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            step()

    fsync = os.fsync

    def counted(descriptor: int) -> None:
        step()
        fsync(descriptor)

    os.fsync = counted
    sys.addaudithook(hook)
