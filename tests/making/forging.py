"""Results whose texts somebody else has written: every name and reason holds commands to a terminal."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

COMMANDS = "\x1b]0;x\x07\x1b[31m\x9b2J\x00\b\r\x7f\u2028"
UNSEEN = "\u202e\u2066\u200b\ufeff"
# What readers know by its words: names of files and columns, kinds, states.
KNOWN = {"status", "task", "planned_by", "verdict", "when", "column", "parts", "scores", "hash", "key", "method",
         "format", "selected_on", "started", "date", "kind", "sha256", "identity", "data", "fingerprint"}  # fmt: skip
BAD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def forged(result: Path, to: Path, text: str = COMMANDS + UNSEEN, *, whole: bool = True) -> Path:
    """A copy of a result with a text in every text of its records, of its arms and of its config.

    Args:
        result: The folder.
        to: Where the copy is made.
        text: What is added.
        whole: False: what is read is its summary and its arms alone, so that nothing is damaged.
    """
    shutil.copytree(result, to)
    for manifest in to.glob("manifest*.json"):  # whoever forges leaves out what would show it
        manifest.unlink()
    for path in to.glob("*.json") if whole else [to / "summary.json"]:
        path.write_text(json.dumps(_with(json.loads(path.read_text(encoding="utf-8")), text)), encoding="utf-8")
    arms = to / "arms.csv"
    if arms.is_file():
        head, *rows = arms.read_text(encoding="utf-8").splitlines()
        quoted = [re.sub(r"^(\d+),([^,]*)", lambda row: f'{row[1]},"{row[2]}{text}"', row) for row in rows]
        arms.write_text("\n".join([head, *quoted]) + "\n", encoding="utf-8", newline="")
    if whole:
        config = to / "config.yaml"
        config.write_text(f"# what is {text} it?\n{config.read_text(encoding='utf-8')}", encoding="utf-8")
    return to


def _with(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {name: item if name in KNOWN else _with(item, text) for name, item in value.items()}
    if isinstance(value, list):
        return [_with(item, text) for item in value]
    is_free = isinstance(value, str) and not re.fullmatch(r"(best|final)?_?(train|test|validation)_\w+", value)
    return f"{value}{text}" if is_free else value
