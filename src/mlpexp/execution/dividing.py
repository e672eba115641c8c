"""Hands what a stack has reached to its two halves, where there is no longer enough memory for the whole."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlpexp.errors import RunError
from mlpexp.execution.tasks import StackTask
from mlpexp.store.checkpoint import load_checkpoint, save_checkpoint
from mlpexp.store.files import write_bytes
from mlpexp.store.part import Part
from mlpexp.store.weights import file_name, sum_in_file
from mlpexp.training.state import saved_of

CHECKPOINT = "checkpoint"
OF_ALL = "timing"  # the table whose rows are of the stack and not of a trial: what has been taken is the first half's


def has_checkpoint(part: Part) -> bool:
    """Whether a stack has one, sound or not."""
    return (part.folder / f"{CHECKPOINT}.json").exists()


def begun_in_halves(task: StackTask, folder: Path) -> bool:
    """Whether its halves have been begun already, before the training was stopped."""
    if has_checkpoint(Part(folder / "parts" / task.name)):
        return False
    return any(
        has_checkpoint(part) or (part.is_done and any(trial.status != "failed" for trial in part.read().trials))
        for part in map(Part, (folder / "parts").glob(f"{task.name}.*"))
    )


def divide(task: StackTask, folder: Path, parts: Sequence[StackTask]) -> None:
    """Gives each half its rows of the tables and its members of the checkpoint; without a checkpoint nothing.

    Args:
        task: The whole.
        folder: Of the result.
        parts: Its halves.

    Raises:
        RunError: The checkpoint, a table or kept weights are damaged, or a file cannot be written.
    """
    whole = Part(folder / "parts" / task.name)
    if not has_checkpoint(whole):
        return
    arrays, plain = load_checkpoint(whole.folder, CHECKPOINT)
    contents = {name: _known_rows(whole.path(name), state) for name, state in plain["tables"].items()}
    check_kept(task, folder, plain["sums"])
    first = 0
    for half in parts:
        part, past = Part(folder / "parts" / half.name), first + len(half.members)
        tables = {name: rows if name == OF_ALL else _rows_of(half, rows) for name, rows in contents.items()}
        of_half, plain_of_half = saved_of(arrays, plain, first, past)
        if first:
            tables[OF_ALL] = contents[OF_ALL].splitlines(keepends=True)[0]
            plain_of_half |= {"train_seconds": 0.0, "recorded_seconds": 0.0, "evaluation_seconds": 0.0}
        part.make()
        for name, rows in tables.items():
            write_bytes(part.path(name), rows)
        plain_of_half["tables"] = {name: _state_of(rows) for name, rows in tables.items()}
        plain_of_half["sums"] = {kind: sum_in_file(_kept_file(half, folder, kind), half.rows) for kind in plain["sums"]}
        save_checkpoint(part.folder, CHECKPOINT, of_half, plain_of_half)
        first = past


def _known_rows(path: Path, state: dict[str, Any]) -> bytes:
    """What a checkpoint knows of a table."""
    try:
        rows = path.read_bytes()[: state["bytes"]]
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from None
    if _state_of(rows) != state:
        raise RunError(f"{path}: damaged: not what its checkpoint knows")
    return rows


def _state_of(rows: bytes) -> dict[str, Any]:
    return {"bytes": len(rows), "sha256": hashlib.sha256(rows).hexdigest()}


def _rows_of(half: StackTask, rows: bytes) -> bytes:
    """The header, and the rows of some trials."""
    own, num_keys = {prefix.encode() for prefix in half.row_prefixes}, len(half.recording.keys)
    header, *lines = rows.splitlines(keepends=True)
    return header + b"".join(line for line in lines if b",".join(line.split(b",", num_keys)[:-1]) + b"," in own)


def check_kept(task: StackTask, folder: Path, sums: dict[str, str]) -> None:
    """Sees that the weights that a stack has kept so far are those that were written.

    Args:
        task: The stack.
        folder: Of the result.
        sums: By kind, of its rows.

    Raises:
        RunError: They are damaged.
    """
    for kind, expected in sums.items():
        path = _kept_file(task, folder, kind)
        if sum_in_file(path, task.rows) != expected:
            raise RunError(f"{path}: damaged: not the weights that were written")


def _kept_file(task: StackTask, folder: Path, kind: str) -> Path:
    return folder / "weights" / file_name(task.program, kind)
