"""Fixtures: run folders."""

from pathlib import Path

import pytest
from run_builder import RunBuilder


@pytest.fixture
def run(tmp_path: Path) -> RunBuilder:
    """An empty run folder of three seeds, to be filled."""
    return RunBuilder(tmp_path / "run")


@pytest.fixture
def iris_run(run: RunBuilder) -> RunBuilder:
    """A finished classification run."""
    run.config()
    run.summary()
    run.metrics()
    run.predictions()
    run.histograms()
    return run
