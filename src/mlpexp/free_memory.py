"""How much memory is free on this machine for one more program: what the system says, and what a container allows.

Linux says it in ``/proc/meminfo``; control groups, of which containers are made, have limits of their own. Other systems say
only how much there is in all; where not even that is known, nothing is.
"""

import os
from collections.abc import Iterator
from pathlib import Path

NO_LIMIT = 1 << 60  # version 1 of control groups writes a number near 2^63


def free_bytes(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes that can still be had, swap included; None: nobody knows.

    Args:
        proc: Where Linux describes itself.
        groups: Where it describes control groups.
    """
    system = _of_system(proc / "meminfo")
    known = [*([] if system is None else [system]), *_of_groups(proc / "self" / "cgroup", groups)]
    return min(known, default=None)


def _of_system(path: Path) -> int | None:
    """Available memory and free swap; elsewhere than on Linux all memory that there is."""
    try:
        lines = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
        return 1024 * sum(int(lines[name].split()[0]) for name in ("MemAvailable", "SwapFree"))
    except (OSError, KeyError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _of_groups(membership: Path, groups: Path) -> Iterator[int]:
    """What each group around this process leaves, in version 1 or 2."""
    try:
        lines = [line.split(":", 2) for line in membership.read_text().splitlines()]
    except OSError:
        return
    for fields in lines:
        if len(fields) != 3:
            continue
        if fields[1] == "":
            names, root = ("memory.max", "memory.current", "inactive_file"), groups
        elif "memory" in fields[1].split(","):
            names, root = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"), groups / "memory"
        else:
            continue
        below = Path(fields[2].lstrip("/"))
        for folder in (below, *below.parents):  # inside a container only the last, the root, may be there
            if (left := _left(root / folder, *names)) is not None:
                yield left


def _left(folder: Path, limit_name: str, usage_name: str, cache_name: str) -> int | None:
    """Limit less usage, where files that are kept in memory for speed count as free; None: there is no limit."""
    try:
        limit = int((folder / limit_name).read_text())
        usage = int((folder / usage_name).read_text())
    except (OSError, ValueError):  # also the word max
        return None
    if limit >= NO_LIMIT:
        return None
    try:
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        usage -= int(statistics.get(cache_name, 0))
    except (OSError, ValueError):
        pass
    return max(0, limit - usage)
