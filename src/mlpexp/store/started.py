"""When results were begun: their order in time, in whatever time zone, and however their folders were copied since."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlpexp.store.names import NAMED

Key = tuple[float, str, int]


def moment(text: Any) -> datetime | None:
    """What ``environment.json`` calls ``started``, in UTC; None where it is no moment."""
    try:
        when = datetime.fromisoformat(text)
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def oldest_first(folders: Iterable[Path]) -> list[Path]:
    """Folders of results in the order in which they were begun; in the same second by name.

    Where nothing says when, the name of the folder does, as the time here.
    """
    return sorted(folders, key=_key)


def _key(folder: Path) -> Key:
    match = NAMED.fullmatch(folder.name)
    count = (match["count"] if match else None) or ""
    when = _begun(folder) or _named(folder.name)
    return when.timestamp() if when else 0.0, folder.name.removesuffix(count), int(count.lstrip("-") or 1)


def _begun(folder: Path) -> datetime | None:
    """Read without looking at manifests: whoever completes a word waits for it."""
    file = folder / "environment.json"
    try:
        written = json.loads(file.read_bytes()) if file.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None
    return moment(written.get("started")) if isinstance(written, dict) else None


def _named(name: str) -> datetime | None:
    try:
        return datetime.strptime(name[:15], "%Y%m%d-%H%M%S").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
