"""How far each stack in training is, in a small file that worker processes write and the parent reads."""

import mmap
import struct
from pathlib import Path
from typing import Self

from mlpexp.store.files import write_errors

NAME = ".progress"
SHARE = struct.Struct("d")


class Shares:
    """The share done of each stack, 0 to 1. Of no consequence: results do not depend on it."""

    def __init__(self, memory: mmap.mmap) -> None:
        self.memory = memory

    @classmethod
    def create(cls, folder: Path, num_stacks: int) -> Self:
        """A fresh file with all shares 0."""
        with write_errors(folder):
            (folder / NAME).write_bytes(bytes(SHARE.size * max(num_stacks, 1)))
        return cls.open(str(folder))

    @classmethod
    def open(cls, folder: str) -> Self:
        """The file of a sweep that is being trained."""
        with (Path(folder) / NAME).open("r+b") as stream:
            return cls(mmap.mmap(stream.fileno(), 0))

    def set(self, stack: int, share: float) -> None:
        """Notes how far a stack is."""
        SHARE.pack_into(self.memory, SHARE.size * stack, share)

    def get(self, stack: int) -> float:
        """How far a stack is."""
        return float(SHARE.unpack_from(self.memory, SHARE.size * stack)[0])

    def close(self, folder: Path) -> None:
        """Removes the file."""
        self.memory.close()
        (folder / NAME).unlink(missing_ok=True)
