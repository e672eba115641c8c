"""What is in a folder of runs: runs and sweeps."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpexp.errors import InputError
from mlpexp.store.folders import is_held
from mlpexp.store.run_folder import is_summary
from mlpexp.store.sweep_folder import is_sweep, is_sweep_summary


@dataclass(frozen=True)
class Entry:
    """One run or sweep at a glance.

    Attributes:
        path: Its folder.
        sweep: Whether it is a sweep.
        summary: Its ``summary.json``; empty if that is damaged.
        modified: When it was last written, seconds since 1970.
    """

    path: Path
    sweep: bool
    summary: dict[str, Any]
    modified: float

    @property
    def status(self) -> str:
        """As the summary says, but ``interrupted`` if it says running and no process is at work (it was killed)."""
        return known_status(self.path, self.summary)


def known_status(path: Path, summary: dict[str, Any]) -> str:
    """The status of a run or sweep, a killed one being interrupted."""
    status = str(summary.get("status", "damaged"))
    return "interrupted" if status == "running" and (path / ".lock").exists() and not is_held(path) else status


def list_runs(runs_dir: Path) -> list[Entry]:
    """All runs and sweeps of a folder, oldest first; folders that are neither are passed over.

    Raises:
        InputError: There is no such folder.
    """
    if not runs_dir.is_dir():
        raise InputError(
            f"{runs_dir}: there is no such folder; `mlpexp train` makes it, or name another with --runs-dir"
        )
    entries = []
    for path in sorted(runs_dir.iterdir()):
        summary, sweep = path / "summary.json", is_sweep(path)
        if path.name.startswith(".") or not summary.is_file() or not (sweep or (path / "config.yaml").is_file()):
            continue
        try:
            content = json.loads(summary.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = {}
        sound = isinstance(content, dict) and (is_sweep_summary(content) if sweep else is_summary(content))
        entries.append(Entry(path, sweep, content if sound else {}, summary.stat().st_mtime))
    return entries
