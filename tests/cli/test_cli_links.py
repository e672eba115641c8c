"""Symbolic links inside a result are never followed when something is written or removed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import TINY
from making.pace import abandon, every_step
from making.trained_results import new

Write = Callable[..., Path]
SWEEP = TINY + "sweep: {over: {batch_size: [10, 15]}, seeds: 2}\n"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody else, with files of names that a result has."""
    folder = tmp_path / "outside"
    (folder / "stack-0").mkdir(parents=True)
    for name in (".a.csv.x.tmp", "metrics.csv", "stack-0/done.json", "predictions.csv", "program-0.best.safetensors"):
        (folder / name).write_text("mine")
    (folder / "victim").write_text("mine")
    return folder


def all_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def link(path: Path, target: Path) -> None:
    """A link in place of whatever is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


FOLDERS = ["weights", "evaluation", "plots", "parts/stack-0", "parts"]
FILES = [".lock", ".progress", "summary.json", "environment.json", "arms.csv", "trials.csv", "metrics.csv",
         "parts/stack-0/metrics.csv", "parts/stack-0/checkpoint.json", "weights/program-0.best.safetensors"]  # fmt: skip


@pytest.mark.parametrize("name", [*FOLDERS, *FILES])
def test_a_result_with_a_link_is_not_gone_on_with(
    name: str, mlpexp: Command, outside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new(tmp_path, TINY)
    assert abandon(run, 8, every_step(1))
    (run.path / "weights").mkdir(exist_ok=True)
    target = outside if name in FOLDERS else outside / "victim"
    if name.endswith(".json"):  # so that it can be read
        target.write_bytes((run.path / name).read_bytes())
    link(run.path / name, target)
    before = all_in(outside)
    listed = mlpexp("list", "--runs-dir", run.path.parent)
    answer = mlpexp("train", "--resume", run.path, "-q")
    assert (listed.code, answer.code) == (0, 1)
    (line,) = [line for line in answer.err.splitlines() if line.startswith("error")]
    assert f"{run.path / name}: is " in line
    assert all_in(outside) == before
    assert (run.path / name).is_symlink()


@pytest.mark.parametrize("name", ["plots", "plots/activations.png", "comparison.csv", "comparison.md"])
def test_nothing_is_drawn_or_compared_through_a_link(
    name: str, mlpexp: Command, outside: Path, tmp_path: Path, undrawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = new(tmp_path, SWEEP if name.startswith("comparison") else TINY).finish()
    monkeypatch.undo()  # figures are drawn
    monkeypatch.chdir(tmp_path)
    (sweep.path / name).parent.mkdir(exist_ok=True)
    link(sweep.path / name, outside if name == "plots" else outside / "victim")
    before = all_in(outside)
    answer = mlpexp("plot", sweep.path)
    assert answer.code == 1
    assert f"{sweep.path / name}: is a symbolic link; nothing is written" in answer.err
    assert all_in(outside) == before


def test_figures_of_an_arm_are_not_drawn_through_a_link(mlpexp: Command, outside: Path, tmp_path: Path) -> None:
    sweep = new(tmp_path, SWEEP).finish()
    (sweep.path / "plots").mkdir()
    link(sweep.path / "plots" / "arm-1", outside)
    before = all_in(outside)
    answer = mlpexp("plot", sweep.path, "--arm", "1")
    assert answer.code == 1
    assert f"{sweep.path}/plots/arm-1: is a symbolic link" in answer.err
    assert all_in(outside) == before


def test_a_result_may_itself_be_reached_by_a_link(mlpexp: Command, tmp_path: Path, undrawn: None) -> None:
    run = new(tmp_path, TINY)
    assert abandon(run, 8, every_step(1))
    (tmp_path / "data-disk").mkdir()
    os.rename(run.path.parent, tmp_path / "data-disk" / "runs")
    link(run.path.parent, tmp_path / "data-disk" / "runs")
    link(tmp_path / "newest", run.path)
    assert mlpexp("train", "--resume", tmp_path / "newest", "-q").code == 0
    assert (tmp_path / "data-disk" / "runs" / run.path.name / "metrics.csv").is_file()
