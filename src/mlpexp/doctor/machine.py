"""The computer: system, processor, cores, memory."""

import os
import platform
from pathlib import Path

from mlpexp.doctor.finding import Finding
from mlpexp.execution.build_facts import build_line, processor
from mlpexp.free_memory import free_bytes

GB = 1e9
LEAST_MEMORY = 1e9  # bytes, for torch and a small network
THREADS = "OMP_NUM_THREADS"
MOST_THREADS = 2**31 - 1
QUOTAS = (Path("/sys/fs/cgroup/cpu.max"), Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"))


def program() -> Finding:
    """Versions."""
    return Finding("program", build_line())


def system() -> Finding:
    """Of operating system and processor."""
    return Finding("system", f"{platform.system()} {platform.release()} {platform.machine()}, {processor()}")


def cores() -> Finding:
    """How many there are, how many of them may be used, and for how much of the time."""
    there = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else there
    limit, threads = core_limit(), os.environ.get(THREADS)
    parts = [f"{usable} of {there} usable"]
    parts += [] if limit is None else [f"a container allows the time of {limit:g}"]
    parts += [] if threads is None else [f"{THREADS}={threads}"]
    remedy = ""
    if threads is not None and not _is_number_of_threads(threads):
        remedy = f"{THREADS} is no number of threads, and is ignored; unset it"
    elif threads is not None and int(threads) > usable:
        remedy = f"{THREADS} asks for {threads} threads on {usable} cores, which slows all of them; unset it"
    elif limit is not None and limit < usable / 2:
        remedy = f"the container has the time of {limit:g} of {usable} cores; give --jobs {max(1, int(limit))}"
    return Finding("cores", ", ".join(parts), remedy)


def _is_number_of_threads(text: str) -> bool:
    """Whether libraries can take it for one: they use all cores else."""
    return text.strip().isdecimal() and 0 < int(text) <= MOST_THREADS


def core_limit(files: tuple[Path, ...] = QUOTAS) -> float | None:
    """The cores whose time a control group allows; None: there is no limit, or it is not known.

    Args:
        files: Where version 2 and version 1 of control groups say it.
    """
    for path in files:
        try:
            words = path.read_text(encoding="utf-8").split()
            period = words[1] if len(words) > 1 else path.with_name("cpu.cfs_period_us").read_text(encoding="utf-8")
            quota = float(words[0])
        except (OSError, ValueError, IndexError):  # not there, or `max`
            continue
        return quota / float(period) if quota > 0 else None
    return None


def memory() -> Finding:
    """What is free."""
    free = free_bytes()
    if free is None:
        return Finding("memory", "not known on this system")
    low = free < LEAST_MEMORY
    remedy = f"only {free / GB:.1f} GB of memory are free; close other programs" if low else ""
    return Finding("memory", f"{free / GB:.1f} GB free", remedy)
