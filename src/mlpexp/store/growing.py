"""CSV files that grow while a stack trains: a checkpoint knows how long they were, and what was in them."""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mlpexp.errors import RunError
from mlpexp.store.files import write_errors
from mlpexp.store.inside import refuse_links


class GrowingTable:
    """An open CSV file to which lines are added."""

    def __init__(self, path: Path, columns: Iterable[str], state: dict[str, Any] | None = None) -> None:
        """Opens a table: a new one, or one that goes on behind what a checkpoint knows.

        Args:
            path: The file.
            columns: Of its header.
            state: What ``state()`` gave; None: a table that may be there is begun again.

        Raises:
            RunError: The file is not as ``state`` says, or cannot be written.
        """
        self.path = path
        header = (",".join(columns) + "\n").encode()
        refuse_links(path)
        with write_errors(path):
            self._stream = path.open("wb" if state is None else "r+b")
        self._sum = hashlib.sha256()
        self._length = 0
        try:
            if state is None:
                self.append(header)
                self.flush()
            else:
                self._cut_back(header, state)
        except RunError:
            with suppress(OSError):  # what could not be written before cannot be now
                self._stream.close()
            raise

    def append(self, lines: bytes) -> None:
        """Adds whole lines; they reach the file at the next ``flush`` at the latest.

        Raises:
            RunError: The disk is full, say.
        """
        with write_errors(self.path):
            self._stream.write(lines)
        self._sum.update(lines)
        self._length += len(lines)

    def flush(self, *, permanent: bool = False) -> None:
        """Hands all lines to the operating system, and to the disk if ``permanent``."""
        with write_errors(self.path):
            self._stream.flush()
            if permanent:
                os.fsync(self._stream.fileno())

    def state(self) -> dict[str, Any]:
        """Length and SHA-256 sum of all lines so far."""
        return {"bytes": self._length, "sha256": self._sum.hexdigest()}

    def close(self) -> None:
        """Flushes and closes."""
        with write_errors(self.path):
            self._stream.close()

    def _cut_back(self, header: bytes, state: dict[str, Any]) -> None:
        with write_errors(self.path):
            content = self._stream.read(state["bytes"])
            self._sum.update(content)
            if self._sum.hexdigest() != state["sha256"] or not content.startswith(header):
                raise RunError(f"{self.path}: damaged: not what its checkpoint knows")
            self._stream.truncate(state["bytes"])
            self._stream.seek(state["bytes"])
        self._length = state["bytes"]
