"""What one stack leaves in a result until all stacks are done: growing tables, and at its end a record that makes them count.

``parts/stack-3/metrics.csv`` grows while stack 3 trains and can be read at any moment; ``done.json`` appears last.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from mlpexp.config.strict import Strict
from mlpexp.errors import RunError
from mlpexp.store.file_sums import FileRecord, record_of_file
from mlpexp.store.files import write_errors, write_text
from mlpexp.store.folders import remove_folder
from mlpexp.store.inside import make_inside, refuse_links
from mlpexp.store.json_files import read_record, sum_of_values
from mlpexp.store.plan_files import StackRecord

DONE = "done.json"


class TrialRecord(Strict):
    """How a trial ended."""

    arm: int
    seed: int
    status: str
    ended_epoch: int = 0
    last_epoch: int = 0
    """Of its last finite loss."""
    best_epoch: int = 0
    reason: str = ""
    final: dict[str, float | None] = Field(default_factory=dict)
    """Scores at ``ended_epoch``, by name; empty if it diverged or failed. None: NaN."""
    best: dict[str, float | None] = Field(default_factory=dict)
    """Scores at ``best_epoch``, likewise."""


class PartRecord(Strict):
    """A finished stack: its trials, what it took, its files, and the sums of its rows of each kind of weights."""

    trials: tuple[TrialRecord, ...]
    stack: StackRecord
    files: dict[str, FileRecord]
    weights: dict[str, str] = Field(default_factory=dict)
    sha256: str = ""
    """Of all this; empty: an older version wrote it."""

    @property
    def sum(self) -> str:
        """That of all the rest."""
        return sum_of_values(self.model_dump(mode="json", exclude={"sha256"}))

    @property
    def text(self) -> str:
        """For ``done.json``, with its sum: for the program alone, so in one line, quickly."""
        return self.model_copy(update={"sha256": self.sum}).model_dump_json() + "\n"


class Part:
    """The folder of one stack in training, or of a finished one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, table: str) -> Path:
        """Of a table: ``metrics``, ``timing``, ``predictions``, ..."""
        return self.folder / f"{table}.csv"

    @property
    def is_done(self) -> bool:
        """Whether the stack has ended."""
        return (self.folder / DONE).is_file()

    def make(self) -> None:
        """Makes the folder in its result, which must be there.

        Raises:
            RunError: It cannot be made.
        """
        make_inside(self.folder.parent.parent, self.folder)

    def write_table(self, table: str, lines: Iterable[str]) -> None:
        """Writes a whole table, header first. It does not count before ``finish``.

        Raises:
            RunError: It cannot be written.
        """
        path = self.path(table)
        refuse_links(path)
        self.make()
        with write_errors(path), path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())

    def finish(
        self,
        trials: Iterable[TrialRecord],
        stack: StackRecord,
        weights: Mapping[str, str] | None = None,
        grown: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> PartRecord:
        """Makes the part count: everything is on the disk.

        Args:
            trials: How each ended.
            stack: What it took.
            weights: By kind, the sum of the rows that were kept.
            grown: By table, the state of those that grew: what must be in them.

        Raises:
            RunError: A table is not as it was written, or the record cannot be written.
        """
        self.make()
        with write_errors(self.folder):
            files = {path.name: record_of_file(path) for path in sorted(self.folder.glob("*.csv"))}
        for name, state in (grown or {}).items():
            if files.get(self.path(name).name) != FileRecord(**state):
                raise RunError(f"{self.path(name)}: damaged: not what was written")
        record = PartRecord(trials=tuple(trials), stack=stack, files=files, weights=dict(weights or {}))
        write_text(self.folder / DONE, record.text)
        return record

    def read(self) -> PartRecord:
        """The record of a finished stack, whose files are as it says.

        Raises:
            RunError: It, or a file of it, is missing or damaged.
        """
        record = read_record(self.folder / DONE, PartRecord)
        if record.sha256 not in ("", record.sum):
            raise RunError(f"{self.folder / DONE}: damaged: its SHA-256 sum differs from the one in it")
        for name, expected in record.files.items():
            path = self.folder / name
            if not path.is_file() or path.stat().st_size != expected.bytes or record_of_file(path) != expected:
                raise RunError(f"{path}: damaged: not what {DONE} says")
        return record.model_copy(update={"sha256": ""})

    def contents(self) -> dict[str, bytes]:
        """All files by name, to be sent to where the result lies."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Writes files that came from another machine, the record last.

        Raises:
            RunError: They cannot be written.
        """
        self.make()
        with write_errors(self.folder):
            for name in sorted(contents, key=lambda name: name == DONE):
                with (self.folder / name).open("wb") as stream:
                    stream.write(contents[name])
                    stream.flush()
                    os.fsync(stream.fileno())

    def remove(self) -> None:
        """Removes it, its record first."""
        refuse_links(self.folder)
        with write_errors(self.folder):
            if self.is_done:
                (self.folder / DONE).unlink()
        remove_folder(self.folder)
