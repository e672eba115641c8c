"""Libraries say nothing to users: a warning with a line of source is nobody's sentence."""

import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from mlpexp.execution.quiet import quiet_libraries

DIVERGES = """\
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [4], activation: relu}
optimizer: {name: sgd, learning_rate: 1.0e+30}
training: {batch_size: 16, epochs: 3, engine: numpy}
sweep: {over: {learning_rate: [1.0e+30, 1.0e+20]}, seeds: 2}
"""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Python writes of the warnings that come up."""
    lines: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *rest: lines.append(str(message)))
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    monkeypatch.delenv("MLPEXP_DEBUG", raising=False)
    return lines


def overflow() -> None:
    warnings.simplefilter("always")
    np.float64(1e308) * np.float64(10)


def record(name: str) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "a.py", 1, "findfont: no such font", None, None)


def test_warnings_and_logs_of_libraries_are_not_shown(shown: list[str]) -> None:
    last = logging.lastResort
    with quiet_libraries():
        overflow()
        assert os.environ["PYTHONWARNINGS"] == "ignore"
        assert last and not last.filter(record("matplotlib.font_manager")) and last.filter(record("mlpexp.report"))
    assert shown == [] and "PYTHONWARNINGS" not in os.environ
    assert last.filter(record("matplotlib.font_manager"))
    overflow()
    assert len(shown) == 1


def test_whoever_looks_for_a_fault_sees_them(shown: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPEXP_DEBUG", "1")
    with quiet_libraries():
        overflow()
    assert len(shown) == 1 and shown[0].startswith("overflow encountered")


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_sweep_that_overflows_says_so_in_sentences(jobs: int, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(DIVERGES, encoding="utf-8")
    command = [sys.executable, "-m", "mlpexp", "sweep", "c.yaml", "--jobs", str(jobs)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    answer = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "diverged" in answer.stdout
    assert "Warning" not in answer.stdout + answer.stderr and ".py:" not in answer.stdout + answer.stderr
