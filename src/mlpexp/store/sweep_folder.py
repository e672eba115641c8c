"""The folder of one sweep: its files by name, and the parts that finished stacks leave until all are done."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpexp.errors import InputError, RunError
from mlpexp.store.files import write_bytes, write_errors, write_text
from mlpexp.store.folders import as_json, locked, new_folder, read_json, remove_temporary

SUMMARY_KEYS = {
    "kind": str, "name": str, "hash": str, "status": str, "title": str, "method": str, "axes": list, "metric": dict,
    "dataset": dict, "parts": list, "seeds": list, "num_arms": int, "num_trials": int, "margin": float,
}  # fmt: skip
PART_KEYS = {"timing": dict, "bytes": int, "sha256": str, "trials": list}
UNFINISHED = ("running", "interrupted", "failed")


@dataclass(frozen=True)
class TrialBlock:
    """What a finished stack says of one trial.

    Attributes:
        arm, seed: Which trial.
        described: Status, epochs, final and best metrics.
        columns: Of its rows, ``arm`` and ``seed`` aside.
        rows: Its metrics as CSV lines.
        diagnostics: Its diagnostics, likewise: epoch, layer, quantity, value.
    """

    arm: int
    seed: int
    described: dict[str, Any]
    columns: tuple[str, ...]
    rows: str
    diagnostics: str = ""


class SweepFolder:
    """Paths and small files of a sweep. A folder is a sweep when it has a ``sweep.yaml`` and a ``summary.json``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config, self.plan = path / "sweep.yaml", path / "plan.json"
        self.environment, self.summary = path / "environment.json", path / "summary.json"
        self.arms, self.trials, self.metrics = path / "arms.csv", path / "trials.csv", path / "metrics.csv"
        self.diagnostics = path / "diagnostics.csv"
        self.timing, self.comparison = path / "timing.csv", path / "comparison.csv"
        self.parts, self.checkpoints, self.plots = path / "parts", path / "checkpoints", path / "plots"

    @classmethod
    def create(cls, runs_dir: Path, name: str, files: Mapping[str, str]) -> "SweepFolder":
        """Makes a new sweep folder; see ``new_folder``."""
        return cls(new_folder(runs_dir, name, files))

    @classmethod
    def open(cls, path: Path) -> "SweepFolder":
        """An existing sweep.

        Raises:
            InputError: The folder is not a sweep.
        """
        if not path.is_dir():
            raise InputError(f"{path}: there is no such sweep folder; `mlpexp list` shows what there is")
        if not is_sweep(path):
            raise InputError(f"{path}: not a sweep folder: it has no sweep.yaml with a summary.json")
        return cls(path)

    def locked(self) -> AbstractContextManager[None]:
        """Holds the sweep for this process; see ``locked``."""
        return locked(self.path, "sweep")

    def read_summary(self) -> dict[str, Any]:
        """``summary.json``.

        Raises:
            RunError: It is missing or damaged.
        """
        summary = read_json(self.summary)
        if not is_sweep_summary(summary):
            raise RunError(f"{self.summary}: damaged: not the summary of a sweep")
        return summary

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Replaces ``summary.json``."""
        write_text(self.summary, as_json(summary))

    def remove_leftovers(self) -> None:
        """Removes temporary files of killed processes; only for the process that holds the lock."""
        remove_temporary([self.path, self.checkpoints, self.parts])

    def write_part(self, stack: int, blocks: Sequence[TrialBlock], timing: Mapping[str, Any]) -> None:
        """Keeps the results of a finished stack: rows first, then the description that makes them count.

        Raises:
            RunError: They cannot be written.
        """
        contents = [(block.rows + block.diagnostics).encode() for block in blocks]
        write_bytes(self.parts / f"stack-{stack}.csv", b"".join(contents))
        start, described = 0, []
        for block, content in zip(blocks, contents, strict=True):
            described.append({
                "arm": block.arm, "seed": block.seed, "columns": block.columns, "start": start, "length": len(content),
                "diagnosed": len(block.diagnostics.encode()), **block.described,
            })  # fmt: skip
            start += len(content)
        digest = hashlib.sha256(b"".join(contents)).hexdigest()
        plain = {"timing": dict(timing), "bytes": start, "sha256": digest, "trials": described}
        write_text(self.parts / f"stack-{stack}.json", json.dumps(plain) + "\n")  # inf and nan as Python writes them

    def read_part(self, stack: int) -> dict[str, Any]:
        """Description of a finished stack.

        Raises:
            RunError: It is damaged, or its rows are.
        """
        path = self.parts / f"stack-{stack}.json"
        part = read_json(path)
        rows = self.parts / f"stack-{stack}.csv"
        sound = all(isinstance(part.get(key), kind) for key, kind in PART_KEYS.items()) and part["trials"]
        if not sound or not rows.is_file() or hashlib.sha256(rows.read_bytes()).hexdigest() != part["sha256"]:
            raise RunError(f"{path}: damaged; resume the sweep to train its trials again")
        return part

    def block(self, stack: int, trial: Mapping[str, Any]) -> TrialBlock:
        """One trial of a finished stack, as its description in ``read_part`` has it."""
        with (self.parts / f"stack-{stack}.csv").open("rb") as stream:
            stream.seek(trial["start"])
            return _block(trial, stream.read(trial["length"]))

    def remove_parts(self) -> None:
        """Removes the parts once the tables hold what was in them; descriptions first."""
        for folder in (self.parts, self.checkpoints):
            with write_errors(folder):
                for path in sorted(folder.glob("stack-*"), key=lambda path: path.suffix != ".json"):
                    path.unlink(missing_ok=True)
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()


OF_BLOCK = ("arm", "seed", "columns", "start", "length", "diagnosed")


def _block(trial: Mapping[str, Any], content: bytes) -> TrialBlock:
    described = {key: value for key, value in trial.items() if key not in OF_BLOCK}
    end = len(content) - trial.get("diagnosed", 0)
    texts = content[:end].decode(), content[end:].decode()
    return TrialBlock(trial["arm"], trial["seed"], described, tuple(trial["columns"]), *texts)


def is_sweep(path: Path) -> bool:
    """Whether a folder is a sweep."""
    return (path / "sweep.yaml").is_file() and (path / "summary.json").is_file()


def is_sweep_summary(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object has what every summary of a sweep has."""
    return value.get("kind") == "sweep" and all(isinstance(value.get(key), kind) for key, kind in SUMMARY_KEYS.items())
