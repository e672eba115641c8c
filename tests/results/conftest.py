"""Results to read: made here, or by an older version; and the command line on them."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from trained_results import Make, Trained, new

from mlpexp.cli.main import main

OLD = Path(__file__).parent / "old_format"


class Answer(NamedTuple):
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def trained(tmp_path: Path) -> Make:
    """A function that trains a config to its end."""

    def from_text(text: str, runs: str = "runs", **options: object) -> Trained:
        return new(tmp_path, text, runs=runs, **options).finish()

    return from_text


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder of results of the first format, to be written into."""
    return shutil.copytree(OLD, tmp_path / "runs", ignore=shutil.ignore_patterns("README.md"))


@pytest.fixture
def mlpexp(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """A function that runs the command line in this process, in the test's folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["mlpexp", *map(str, args)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Answer(code, captured.out, captured.err)

    return call
