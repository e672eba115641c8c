"""Fixtures that make and train runs."""

import os
from pathlib import Path

import pytest
from experiment_runs import Make, Run

from mlpexp.execution.run import new_run
from mlpexp.planning.prepare import prepare


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that makes the run folder of a config, ready to be trained."""

    def from_text(text: str, runs: str = "runs") -> Run:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        prepared = prepare(path)
        folder, dataset = new_run(prepared, tmp_path / runs, ["/usr/bin/mlpexp", "train"])
        return Run(prepared, folder, dataset)

    return from_text


@pytest.fixture
def trained(make: Make) -> Make:
    """A function that trains a config to its end."""
    return lambda text, runs="runs": make(text, runs).finish()


@pytest.fixture
def lazy_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares the disk where what survives a power failure is not the question."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
