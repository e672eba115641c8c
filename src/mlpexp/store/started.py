"""When results were begun: their order in time, in whatever time zone, and however their folders were copied since."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from mlpexp.store.names import NAMED

Key = tuple[float, str, int]


def begun_at(folder: Path) -> datetime | None:
    """When a result was begun, in UTC, as ``environment.json`` says; None where it does not."""
    try:
        file = folder / "environment.json"
        written = json.loads(file.read_bytes()) if file.is_file() else None
        when = datetime.fromisoformat(written["started"])
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def oldest_first(folders: Iterable[Path]) -> list[Path]:
    """Folders of results in the order in which they were begun; in the same second by name.

    Where nothing says when, the name of the folder does, as the time here.
    """
    return sorted(folders, key=_key)


def _key(folder: Path) -> Key:
    match = NAMED.fullmatch(folder.name)
    count = (match["count"] if match else None) or ""
    when = begun_at(folder) or _named(folder.name)
    return when.timestamp() if when else 0.0, folder.name.removesuffix(count), int(count.lstrip("-") or 1)


def _named(name: str) -> datetime | None:
    try:
        return datetime.strptime(name[:15], "%Y%m%d-%H%M%S").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
