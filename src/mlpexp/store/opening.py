"""``parts/opening.json``: what a result began with, so that whoever goes on with it sees that nothing of that has changed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlpexp.config.strict import Strict
from mlpexp.errors import RunError
from mlpexp.store.as_written import OPENING
from mlpexp.store.file_sums import record_of, sum_of_file
from mlpexp.store.json_files import as_json, read_json, sum_of_values
from mlpexp.store.plan_files import StacksRecord
from mlpexp.store.summary import Summary

WRITTEN_ANEW = ("summary.json", "stacks.json", "environment.json")  # while it is trained
OWN_SUM = "sha256"


class Opening(Strict):
    """What a result began with."""

    files: dict[str, str]
    """The SHA-256 sum of each file that stays as it is, by its path."""
    summary: Summary
    """Before the first step."""
    stacks: StacksRecord
    """Likewise."""

    def changed(self, folder: Path) -> list[str]:
        """Files that are not as they were, or are gone.

        Args:
            folder: Of the result.
        """
        return [name for name, known in self.files.items() if _sum_of(folder / name) != known]

    def is_of(self, name: str, content: str) -> bool:
        """Whether a text is what a file was."""
        return _sum_of_content(content) == self.files[name]


def opening_text(files: Mapping[str, str | bytes]) -> str:
    """The record of the files that a folder begins with, by their paths."""
    plain: dict[str, Any] = {
        "files": {name: _sum_of_content(content) for name, content in files.items() if name not in WRITTEN_ANEW},
        "summary": json.loads(files["summary.json"]),
        "stacks": json.loads(files["stacks.json"]),
    }
    return as_json({**plain, OWN_SUM: sum_of_values(plain)})


def read_opening(folder: Path) -> Opening | None:
    """What a result began with; None: an older version began it, which did not note that.

    Args:
        folder: Of the result.

    Raises:
        RunError: The record is damaged.
    """
    path = folder / OPENING
    if not path.exists():
        return None
    try:
        plain = read_json(path)
        if plain.pop(OWN_SUM, None) == sum_of_values(plain):
            return Opening.model_validate_json(json.dumps(plain))
    except (RunError, ValidationError):
        pass
    raise RunError(f"{path}: damaged; remove it to go on, and the other files are taken as they are")


def _sum_of_content(content: str | bytes) -> str:
    return record_of(content.encode() if isinstance(content, str) else content).sha256


def _sum_of(path: Path) -> str:
    """The sum of a regular file; empty if there is none."""
    return sum_of_file(path) if path.is_file() else ""
