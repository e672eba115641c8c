"""Results made by the functions that the command line calls, without the command line."""

import csv
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from mlpexp.config.yaml_source import override_in
from mlpexp.data.catalogue import load
from mlpexp.data.dataset import Dataset
from mlpexp.execution.local import Runner, in_this_process
from mlpexp.execution.meter import Update
from mlpexp.execution.run import Job, new_job, reopened, train
from mlpexp.planning.plan import Plan, PlannedBy, make_plan
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import stacking
from mlpexp.results.result import Result
from mlpexp.store.listing import find_result
from mlpexp.store.plan_files import StacksRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.summary import Summary

GB = 10**9


@dataclass(frozen=True)
class Trained:
    """A job, and what it has left in its folder so far."""

    job: Job

    def updates(self, run: Runner = in_this_process, *, reachable: bool = True) -> Iterator[Update]:
        """Trains; the caller decides how far."""
        return train(self.job, run, reachable=reachable)

    def finish(self, run: Runner = in_this_process, *, reachable: bool = True) -> "Trained":
        for _ in self.updates(run, reachable=reachable):
            pass
        return self

    def resumed(self) -> "Trained":
        """As ``--resume`` opens it."""
        return Trained(reopened(self.folder.path, self.job.data_dir))

    @property
    def plan(self) -> Plan:
        return self.job.plan

    @property
    def folder(self) -> ResultFolder:
        return self.job.folder

    @property
    def path(self) -> Path:
        return self.folder.path

    @property
    def prepared(self) -> Prepared:
        return self.plan.base

    @property
    def dataset(self) -> Dataset:
        return load(self.prepared.experiment.dataset)

    @property
    def result(self) -> Result:
        """As it is now."""
        return Result.open(self.path)

    @property
    def summary(self) -> Summary:
        return self.folder.read_summary()

    @property
    def environment(self) -> dict[str, Any]:
        return json.loads(self.folder.environment.read_text())

    @property
    def trials(self) -> list[dict[str, Any]]:
        return self.table(self.folder.trials)

    @property
    def metrics(self) -> list[dict[str, Any]]:
        return self.table(self.folder.metrics)

    def evaluation(self, name: str) -> list[dict[str, Any]]:
        return self.table(self.folder.evaluation / f"{name}.csv")

    def weights(self, kind: str, program: int = 0) -> dict[str, np.ndarray]:
        """Without validation data the best epoch is the last, and its weights are there once."""
        path = self.folder.weights / f"program-{program}.{kind}.safetensors"
        if kind == "last" and not self.summary.selected_on:
            assert not path.exists()
            path = path.with_name(f"program-{program}.best.safetensors")
        return load_file(path)

    @staticmethod
    def table(path: Path) -> list[dict[str, Any]]:
        with path.open(newline="") as stream:
            return [{key: _number(cell) for key, cell in row.items()} for row in csv.DictReader(stream)]

    def bytes(self) -> dict[str, bytes]:
        """Everything that must be equal in equal results: all but times, machine, and how trials were stacked."""
        files = [path for path in self.path.rglob("*") if path.is_file()]
        apart = (".lock", "environment.json", "manifest_local.json", "stacks.json", "timing.csv")
        return {str(path.relative_to(self.path)): path.read_bytes() for path in files if path.name not in apart}


Make = Callable[..., Trained]


def timeless(stacks: StacksRecord) -> StacksRecord:
    """What is equal in equal results that were stacked equally."""
    none = {"train_seconds": 0.0, "evaluation_seconds": 0.0}
    return StacksRecord(stacks=tuple(stack.model_copy(update=none) for stack in stacks.stacks))


def new(
    folder: Path, text: str, *overrides: str, runs: str = "runs", planned_by: PlannedBy | None = None, jobs: int = 1,
    memory: int = GB,
) -> Trained:  # fmt: skip
    """The result of a config, ready to be trained; of a sweep if the config has a section for it.

    Args:
        folder: Where its config, and the folder of results lie.
        text: The config.
        overrides: As ``--set`` has them.
        runs: Name of the folder of results.
        planned_by: Whether it is a run or a sweep, if not as the config looks.
        jobs: For how many workers the trials are shared out.
        memory: For all workers together.
    """
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    command = planned_by or ("sweep" if "sweep:" in text else "train")
    plan = make_plan(path, [override_in(each, f"--set {each}") for each in overrides], command)
    return Trained(new_job(plan, stacking(plan, jobs, memory), folder / runs, ["/usr/bin/mlpexp", command]))


def found(text: str, runs_dir: Path) -> Result:
    """As the command line finds it."""
    return Result.open(find_result(text, runs_dir))


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that makes the result folder of a config, ready to be trained."""

    def from_text(text: str, runs: str = "runs", **options: object) -> Trained:
        return new(tmp_path, text, runs=runs, **options)

    return from_text


@pytest.fixture
def trained(make: Make) -> Make:
    """A function that trains a config to its end."""
    return lambda text, runs="runs", **options: make(text, runs, **options).finish()


@pytest.fixture
def lazy_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares the disk where what survives a power failure is not the question."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
