"""The command line within the process of a test."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlpexp.cli.main import main


def nothing_drawn(result: object, formats: object = (), arm: object = None) -> list[Path]:
    """In place of what draws the plots of runs and sweeps, which takes longer than everything else."""
    return []


@dataclass(frozen=True)
class Answer:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def run(self) -> Path:
        """The run folder that ``train --quiet`` prints."""
        assert self.code == 0, self.err
        return Path(self.out.splitlines()[-1])


Command = Callable[..., Answer]


@pytest.fixture
def mlpexp(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """A function that runs the command line in this process, in the folder of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLPEXP_DEBUG", raising=False)

    def call(*args: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["mlpexp", *map(str, args)])
        capsys.readouterr()
        code: Any = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        assert "MLPEXP_DEBUG" in os.environ or "Traceback" not in captured.err
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and sweeps draw no plots."""
    monkeypatch.setattr("mlpexp.report.figures.catalogue.draw_figures", nothing_drawn)


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes a config file."""

    def write(text: str, name: str = "config.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
