"""How far each stack in training is, in a small file that worker processes write and the parent reads."""

from pathlib import Path
from typing import Self

import numpy as np

from mlpexp.store.files import write_errors

NAME = ".progress"


class Shares:
    """The share done of each stack, 0 to 1. Of no consequence: results do not depend on it."""

    def __init__(self, shares: np.ndarray) -> None:
        self.shares = shares

    @classmethod
    def create(cls, folder: Path, num_stacks: int) -> Self:
        """A fresh file with all shares 0."""
        with write_errors(folder):
            (folder / NAME).write_bytes(np.zeros(max(num_stacks, 1)).tobytes())
        return cls.open(str(folder))

    @classmethod
    def open(cls, folder: str) -> Self:
        """The file of a result that is being trained."""
        return cls(np.memmap(Path(folder) / NAME, dtype=np.float64, mode="r+"))

    def set(self, stack: int, share: float) -> None:
        """Notes how far a stack is."""
        self.shares[stack] = share

    def close(self, folder: Path) -> None:
        """Removes the file."""
        self.shares = np.zeros(0)
        (folder / NAME).unlink(missing_ok=True)
