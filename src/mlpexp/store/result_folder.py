"""The folder of a result: its files by name. One format for runs and sweeps."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mlpexp.config.scores import declare
from mlpexp.config.yaml_source import Source, read_yaml
from mlpexp.errors import InputError, RunError
from mlpexp.store.as_written import checked, say_once
from mlpexp.store.folders import new_folder, remove_folder, remove_temporary
from mlpexp.store.inside import OLD_CONFIG, is_result, refuse_links
from mlpexp.store.json_files import read_json, read_record, record_text, write_record
from mlpexp.store.lock import is_held, locked
from mlpexp.store.manifest import write_manifests
from mlpexp.store.part import Part
from mlpexp.store.plan_files import PlanRecord, StacksRecord
from mlpexp.store.summary import Summary

SILENT_SECONDS = 600  # after which nobody trains a result on a drive that knows no locks: checkpoints come more often


class ResultFolder:
    """Paths and small files of a result; see ``is_result``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.yaml"
        self.plan, self.stacks = path / "plan.json", path / "stacks.json"
        self.environment, self.summary = path / "environment.json", path / "summary.json"
        self.arms, self.trials, self.metrics = path / "arms.csv", path / "trials.csv", path / "metrics.csv"
        self.diagnostics, self.timing = path / "diagnostics.csv", path / "timing.csv"
        self.comparison, self.networks = path / "comparison.csv", path / "networks.json"
        self.weights, self.evaluation, self.plots = path / "weights", path / "evaluation", path / "plots"
        self.parts = path / "parts"

    @classmethod
    def create(cls, runs_dir: Path, name: str, files: Mapping[str, str | bytes]) -> "ResultFolder":
        """Makes a new folder; see ``new_folder``."""
        return cls(new_folder(runs_dir, name, files))

    @classmethod
    def open(cls, path: Path) -> "ResultFolder":
        """An existing result.

        Raises:
            InputError: The folder is none.
        """
        if not path.is_dir():
            raise InputError(f"{path}: there is no such result folder; `mlpexp list` shows the results")
        if not is_result(path):
            missing = [name for name in ("config.yaml", "summary.json") if not (path / name).is_file()]
            raise InputError(f"{path}: not a result folder: it has no {' and no '.join(missing)}")
        folder = cls(path)
        if (path / OLD_CONFIG).is_file():
            folder.config = path / OLD_CONFIG
        return folder

    @property
    def is_old(self) -> bool:
        """Whether it was written in the first format, by mlpexp 0.1.0 before runs and sweeps were one.

        Raises:
            RunError: ``summary.json`` is damaged.
        """
        return "format" not in read_json(self.summary)

    def read_config(self) -> Source:
        """The resolved config. One that was edited is said: some do without it.

        Raises:
            InputError: It was edited or is damaged.
        """
        try:
            return read_yaml(checked(self.config))
        except RunError as error:
            say_once(self.config, str(error).removeprefix(f"{self.config}: "))
            raise InputError(str(error)) from None

    def read_summary(self) -> Summary:
        """``summary.json``, of the first format too.

        Raises:
            RunError: It is missing or damaged.
            InputError: Of one of its own scores, another result that was read has other values as the better ones.
        """
        try:
            summary = read_record(self.summary, Summary)
            for name, higher_is_better in summary.own_scores.items():
                declare(name, higher_is_better=higher_is_better, in_result=True)
            return summary
        except RunError:
            if not self.is_old:
                raise
        from mlpexp.store.old_format import old_summary

        return old_summary(self.path)

    def write_summary(self, summary: Summary) -> None:
        """Replaces ``summary.json``."""
        write_record(self.summary, summary)

    def close(self, summary: Summary) -> None:
        """Writes the manifests, and the summary by which they hold, of a result that has come to its end."""
        closing = summary.model_copy(update={"manifest": True})
        write_manifests(self.path, record_text(closing))
        self.write_summary(closing)

    def read_plan(self) -> PlanRecord:
        """``plan.json``.

        Raises:
            RunError: It is missing or damaged.
        """
        return read_record(self.plan, PlanRecord)

    def read_stacks(self) -> StacksRecord:
        """``stacks.json``; of the first format what it said of time.

        Raises:
            RunError: It is missing or damaged.
        """
        if not self.stacks.exists() and self.is_old:
            from mlpexp.store.old_format import old_stacks

            return old_stacks(self.path)
        return read_record(self.stacks, StacksRecord)

    def part(self, name: str) -> Part:
        """What the stack of that name leaves."""
        return Part(self.parts / name)

    def status(self, summary: Summary) -> str:
        """As the summary says, but ``interrupted`` if it says running and no process is at work: it was killed."""
        return "interrupted" if summary.status == "running" and not self._is_in_work() else summary.status

    def _is_in_work(self) -> bool:
        """Whether a process trains it; where no lock can tell, whether something was written a short while ago."""
        held = is_held(self.path)
        if held is not None:
            return held
        written = [path.stat().st_mtime for path in (self.summary, *self.parts.glob("*/*")) if path.exists()]
        return time.time() - max(written, default=0.0) < SILENT_SECONDS

    def remove_leftovers(self) -> None:
        """Removes temporary files of killed processes; only for the process that holds the lock."""
        refuse_links(self.parts)
        parts = [path for path in self.parts.glob("*") if path.is_dir()]
        remove_temporary([self.path, self.evaluation, self.weights, *parts])

    def tidy_up(self, summary: Summary) -> None:
        """Removes what training left in a result that is complete, as its process died while it did so.

        Raises:
            RunError: Another process holds it, or it cannot be removed.
        """
        if summary.complete and self.parts.is_dir():
            with self.locked(summary.word):
                self.remove_leftovers()
                self.remove_parts()

    def remove_parts(self) -> None:
        """Removes what only training needs, once the tables hold what was in it; the records of parts first."""
        refuse_links(self.parts)
        for part in sorted(self.parts.glob("*/done.json")):
            Part(part.parent).remove()
        remove_folder(self.parts)

    @contextmanager
    def locked(self, what: str) -> Iterator[str]:
        """Holds the result for this process; see ``lock.locked``.

        Raises:
            RunError: Another process holds it.
        """
        with locked(self.path, what) as note:
            yield note


def begun_by_older(folder: ResultFolder) -> str:
    """What to say of an unfinished result of the first format."""
    return (
        "was begun by an older version of mlpexp, whose unfinished results cannot be gone on with; "
        f"train it again from its {folder.config.name}"
    )


def refuse_old(folder: ResultFolder) -> None:
    """Refuses to go on with what an older version began.

    Raises:
        RunError: The folder is of the first format.
    """
    if folder.is_old:
        raise RunError(f"{folder.path}: {begun_by_older(folder)}")
