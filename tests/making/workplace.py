"""A folder as the pages assume it: with ``configs/``, the files that a page shows, and a finished run."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sklearn.datasets import load_iris

from making.configs import ROOT
from making.markdown_pages import READMES, blocks_of, files_of
from making.picture_folders import coloured
from making.shell_lines import BEGUN, FINISHED, OTHER, SWEEP_BEGUN, SWEPT
from mlpexp.config.yaml_source import override_in
from mlpexp.execution.local import in_this_process
from mlpexp.execution.run import new_job, train
from mlpexp.planning.plan import PlannedBy, make_plan
from mlpexp.planning.stacks import stacking
from mlpexp.report.figures.catalogue import draw_figures
from mlpexp.report.tables.comparison_files import rebuild
from mlpexp.results.result import Result

QUICK = ("training.epochs=3", "diagnostics=cheap")
SECTION = (
    "sweep={over: {learning_rate: [0.1, 1], hidden_size: [2, 4]}, seeds: 2, "
    "baseline: {learning_rate: 1, hidden_size: 2}}"
)


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No terminal of any width, no waiting for the disk, no colours."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM", "MLPEXP_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="session")
def prepared_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the runs ``FINISHED``, ``OTHER`` and ``BEGUN``, and the sweeps ``SWEPT`` and ``SWEEP_BEGUN``.

    What has begun is as a crash before the first step leaves it. ``OTHER`` has another learning rate.
    """
    folder = tmp_path_factory.mktemp("runs")
    for name in sorted((FINISHED, OTHER, BEGUN, SWEPT, SWEEP_BEGUN)):  # in which they are listed
        if name in (SWEPT, SWEEP_BEGUN):
            _make(folder / name, "sweep", "dataset.validation_fraction=0.2", SECTION, finished=name == SWEPT)
        else:
            further = ["optimizer.learning_rate=0.2"] if name == OTHER else []
            _make(folder / name, "train", "seeds=2", *further, finished=name != BEGUN)
    swept = Result.open(folder / SWEPT)
    rebuild(swept)
    draw_figures(swept)
    return folder


def _make(path: Path, planned_by: PlannedBy, *changes: str, finished: bool) -> None:
    """A result on iris; a sweep has two axes, a baseline and validation data."""
    overrides = [override_in(text, text) for text in (*QUICK, *changes)]
    plan = make_plan(ROOT / "configs/iris/mlp.yaml", overrides, planned_by)
    job = new_job(plan, stacking(plan, 1, 10**9), path.parent, ["mlpexp"])
    if finished:
        list(train(job, in_this_process))
    job.folder.path.rename(path)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """Makes the working directory for a page: ``configs/`` and the files that the page shows."""

    def enter(page: Path) -> Path:
        shutil.copytree(ROOT / "configs", tmp_path / "configs")
        for name, text in files_of(page).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        if page in READMES:  # which speak of a table, pictures and new rows of their reader
            write_files_of_a_reader(tmp_path)
        if page.name == "pictures.md":  # its first blocks of Python make the pictures and the table of pixels
            for block in [block for block in blocks_of(page) if block.language == "python"]:
                exec(block.text, {})
        return tmp_path

    return enter


def write_files_of_a_reader(folder: Path) -> None:
    """``my.csv``, the pictures ``photos/`` and the rows ``new.csv``."""
    flowers = load_iris(as_frame=True).frame
    flowers.drop(columns="target").head(3).to_csv(folder / "new.csv", index=False)
    flowers.rename(columns={"target": "species"}).to_csv(folder / "my.csv", index=False)
    coloured(folder / "photos")


@pytest.fixture
def mnist() -> None:
    """Skips where the MNIST files are not."""
    named = os.environ.get("MLPEXP_DATA_DIR")
    if not named or not (Path(named) / "MNIST" / "raw").is_dir():
        pytest.skip("MLPEXP_DATA_DIR names no folder with the MNIST files")
