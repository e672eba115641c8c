"""Fixtures: results made here or by an older version, and the command line on them."""

import shutil
from pathlib import Path

import pytest

from making.command_line import mlpexp
from making.trained_results import make, trained

OLD = Path(__file__).parent / "old_format"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder of results of the first format, to be written into."""
    return shutil.copytree(OLD, tmp_path / "runs", ignore=shutil.ignore_patterns("README.md"))
