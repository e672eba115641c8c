"""What is in a folder of runs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpexp.errors import InputError
from mlpexp.store.run_folder import is_summary


@dataclass(frozen=True)
class RunEntry:
    """One run at a glance.

    Attributes:
        path: Its folder.
        summary: Its ``summary.json``; empty if that is damaged.
        modified: When it was last written, seconds since 1970.
    """

    path: Path
    summary: dict[str, Any]
    modified: float


def list_runs(runs_dir: Path) -> list[RunEntry]:
    """All runs of a folder, oldest first; folders that are no runs are passed over.

    Raises:
        InputError: There is no such folder.
    """
    if not runs_dir.is_dir():
        raise InputError(
            f"{runs_dir}: there is no such folder; `mlpexp train` makes it, or name another with --runs-dir"
        )
    entries = []
    for path in sorted(runs_dir.iterdir()):
        summary = path / "summary.json"
        if path.name.startswith(".") or not summary.is_file() or not (path / "config.yaml").is_file():
            continue
        try:
            content = json.loads(summary.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = {}
        sound = isinstance(content, dict) and is_summary(content)
        entries.append(RunEntry(path, content if sound else {}, summary.stat().st_mtime))
    return entries
