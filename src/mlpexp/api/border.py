"""The border to the terminal: whatever is printed, on either stream, gives it no commands.

Names come from files that others wrote. Nobody who prints has to think of it: the streams themselves write control
characters as escapes, but line ends and tabulators; on a terminal marks that are not seen, too.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from mlpexp.errors import CONTROL_CHARACTERS, UNSEEN_MARKS

IN_A_PIPE = {code: escape for code, escape in CONTROL_CHARACTERS.items() if chr(code) not in "\n\t"}
ON_A_TERMINAL = IN_A_PIPE | UNSEEN_MARKS


class BorderedStream:
    """A text stream behind the border; its bytes cannot be reached past it.

    Attributes:
        stream: The stream itself, for what draws on a terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Writes what is seen of a text."""
        return self.stream.write(text.translate(ON_A_TERMINAL if self.stream.isatty() else IN_A_PIPE))

    def writelines(self, lines: Iterator[str]) -> None:
        """Writes each of them."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.stream, name)


@contextmanager
def border() -> Iterator[None]:
    """Puts standard output and standard error behind the border, also where something else has taken their place."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_bordered, before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def behind(stream: TextIO) -> TextIO:
    """The stream itself, without the border."""
    return stream.stream if isinstance(stream, BorderedStream) else stream


def _bordered(stream: TextIO) -> TextIO:
    is_needed = stream is not None and not isinstance(stream, BorderedStream)  # None: it was closed by the caller
    return cast(TextIO, BorderedStream(stream)) if is_needed else stream
