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
from mlpexp.cli.sweep_results import write_texts
from mlpexp.results.comparison import read_comparison
from mlpexp.store.sweep_folder import SweepFolder


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
    """A folder with the runs ``finished``, ``other`` and ``begun``, and the sweeps ``swept`` and ``sweep-begun``.

    What has begun is as a crash before the first step leaves it. ``other`` has another learning rate.
    """
    from mlpexp.config.yaml_source import Override
    from mlpexp.execution.run import new_run, train
    from mlpexp.planning.prepare import prepare
    from mlpexp.report.sweep_plots import draw_sweep_plots

    folder = tmp_path_factory.mktemp("runs")
    changes = [Override(text, text) for text in ("training.epochs=3", "seeds=2", "diagnostics=cheap")]
    for name in ("finished", "other", "begun"):
        further = [Override("optimizer.learning_rate=0.2", "rate")] if name == "other" else []
        prepared = prepare(ROOT / "configs/iris/mlp.yaml", [*changes, *further])
        run, dataset = new_run(prepared, folder, ["mlpexp"])
        if name != "begun":
            list(train(prepared, run, dataset))
        run.path.rename(folder / name)
    for name in ("swept", "sweep-begun"):
        made = make_sweep(folder, finished=name == "swept")
        made.path.rename(folder / name)
    draw_sweep_plots(folder / "swept")
    swept = SweepFolder.open(folder / "swept")
    write_texts(swept, read_comparison(swept))
    return folder


def make_sweep(runs_dir: Path, *, finished: bool) -> SweepFolder:
    """Two axes and a baseline on iris, with validation data."""
    from mlpexp.config.yaml_source import Override
    from mlpexp.execution.local import in_this_process
    from mlpexp.execution.sweep_run import new_sweep, train_sweep
    from mlpexp.planning.plan import make_plan
    from mlpexp.planning.stacks import stacking

    axes, baseline = "{learning_rate: [0.1, 1], hidden_size: [2, 4]}", "{learning_rate: 1, hidden_size: 2}"
    section = f"sweep={{over: {axes}, seeds: 2, baseline: {baseline}}}"
    texts = ("training.epochs=3", "dataset.validation_fraction=0.2", "diagnostics=cheap", section)
    changes = [Override(text, text) for text in texts]
    plan = make_plan(ROOT / "configs/iris/mlp.yaml", changes)
    planned = stacking(plan, 1, 10**9)
    folder = new_sweep(plan, planned, runs_dir, ["mlpexp"], None)
    if finished:
        list(train_sweep(plan, planned, folder, in_this_process, None, reachable=True))
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
