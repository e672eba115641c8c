"""A folder as the pages assume it: with ``configs/``, the files that a page shows, and a finished run."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown_pages import ROOT, files_of
from shell_lines import Result

from mlpexp.cli.main import main


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No terminal of any width, no waiting for the disk, no colours."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM", "MLPEXP_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Runs ``mlpexp`` in this process, so that torch is imported once."""

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["mlpexp", *arguments])
        capsys.readouterr()
        code: Any = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def prepared_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the runs ``finished`` and ``begun``, the latter as a crash before the first step leaves it."""
    from mlpexp.config.yaml_source import Override
    from mlpexp.experiment.prepare import prepare
    from mlpexp.experiment.run import new_run, train

    folder = tmp_path_factory.mktemp("runs")
    changes = [Override(text, text) for text in ("training.epochs=3", "seeds=2")]
    prepared = prepare(ROOT / "configs/iris/mlp.yaml", changes)
    for name in ("finished", "begun"):
        run, dataset = new_run(prepared, folder, ["mlpexp"])
        if name == "finished":
            list(train(prepared, run, dataset))
        run.path.rename(folder / name)
    return folder


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """Makes the working directory for a page: ``configs/`` and the files that the page shows."""

    def enter(page: Path) -> Path:
        shutil.copytree(ROOT / "configs", tmp_path / "configs")
        for name, text in files_of(page).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return enter


@pytest.fixture
def mnist() -> None:
    """Skips where the MNIST files are not."""
    named = os.environ.get("MLPEXP_DATA_DIR")
    if not named or not (Path(named) / "MNIST" / "raw").is_dir():
        pytest.skip("MLPEXP_DATA_DIR names no folder with the MNIST files")
