"""The three standard streams, whatever a shell made of them: closed, full, without ±, or a pipe whose reader went away."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO, cast


class _Watched:
    """A stream that remembers why it could not be written.

    Args:
        stream: Of the system.
        forgiving: Whether that stops no work: what then is written goes nowhere.
    """

    def __init__(self, stream: TextIO, *, forgiving: bool) -> None:
        self._stream, self._forgiving = stream, forgiving
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Writes a text."""
        with self._noted():
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Writes what waits."""
        with self._noted():
            self._stream.flush()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = self.error or error
            if not self._forgiving:
                raise
            lead_nowhere(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def prepare_streams() -> None:
    """Gives closed streams an end that takes everything, and lets no letter and no full standard error stop a command."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # the next file would be opened in its place, and get what is printed
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # workers have the same streams
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an output that knows no ± or ² shows a question mark
    sys.stdout = cast(TextIO, _Watched(sys.stdout, forgiving=False))
    sys.stderr = cast(TextIO, _Watched(sys.stderr, forgiving=True))


def why_unwritten() -> OSError | None:
    """What kept standard output from being written; None: nothing. It then leads nowhere, so that it fails only once."""
    with suppress(OSError):
        sys.stdout.flush()
    error: OSError | None = getattr(sys.stdout, "error", None)
    if error is not None:
        lead_nowhere(sys.stdout)
    return error


def lead_nowhere(stream: TextIO) -> None:
    """Makes a stream of the system take everything, and keep nothing."""
    with suppress(OSError, ValueError):  # a stream that is none of the system's
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        stream.flush()
