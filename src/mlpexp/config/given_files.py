"""Which paths are read: files alone, for a pipe may never end, and what is read twice must be there twice."""

import stat
from pathlib import Path


def why_no_file(path: Path) -> str | None:
    """What a path is that is there, but is no file; None: a file, or nothing that can be looked at."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # whoever opens it says why
        return None
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return "is a folder, not a file"
    if stat.S_ISFIFO(mode):
        return "is a pipe, as `|` and `<(...)` make them, which can be read only once; save it as a file first"
    return "is a device or a socket, not a file"
