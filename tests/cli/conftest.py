"""Running the command line: within the test's process, or as a process of its own where the process matters."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import DRAWING, Command, ForkingServer, Process, Result

from mlpexp.cli.main import main


@pytest.fixture
def mlpexp(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """A function that runs the command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLPEXP_DEBUG", raising=False)

    def call(*args: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["mlpexp", *map(str, args)])
        capsys.readouterr()
        code: Any = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        assert "MLPEXP_DEBUG" in os.environ or "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and sweeps draw no plots."""
    for name in DRAWING:
        monkeypatch.setattr(name, lambda result, formats=(), arm=None: [])


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes a config file."""

    def write(text: str, name: str = "config.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def forking_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkingServer]:
    server = ForkingServer(tmp_path_factory.mktemp("processes"))
    yield server
    server.close()


@pytest.fixture
def start(forking_server: ForkingServer, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """A function that starts ``mlpexp`` as a process in the test's folder; see ``forking_server.py`` for the options."""
    processes = []

    def begin(*args: object, **options: Any) -> Process:
        processes.append(forking_server.start(*args, cwd=tmp_path, **options))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
