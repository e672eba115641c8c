"""Commands on a terminal: what they send it, without colours."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path


def on_a_terminal(
    *arguments: object, columns: int | None = None, folder: Path | None = None, typed: Sequence[str] = ()
) -> str:
    """What a command sends a terminal.

    Args:
        arguments: Of the command; it must end well.
        columns: Of the terminal, which then moves its cursor; None: it can do nothing, and is as wide as it likes.
        folder: Where the command runs.
        typed: Lines that are typed.
    """
    ours, theirs = pty.openpty()
    surroundings = {**os.environ, "TERM": "dumb" if columns is None else "xterm", "NO_COLOR": "1"}
    if columns is not None:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        for name in ("COLUMNS", "LINES", "FORCE_COLOR"):
            surroundings.pop(name, None)
    command = [sys.executable, "-m", "mlpexp", *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings, cwd=folder) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        pieces = []
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:  # the other end is closed
            pass
        os.close(ours)
    assert process.returncode == 0
    text = b"".join(pieces).decode().replace("\r\n", "\n")
    return text if columns is None else re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
