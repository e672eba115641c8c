"""A folder that is moved or removed while it is trained: one sentence at the next save, and nothing is made anew."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from making.configs import MLP, TINY
from making.processes import Process, wait_for
from making.run_files import only_run

Write = Callable[..., Path]
Start = Callable[..., Process]
SOM = "dataset: iris\nmodel: {name: som, grid: [3, 3]}\ntraining: {epochs: 20}\n"
NUMPY = TINY.replace("batch_size: 10, epochs: 3", "batch_size: 1, epochs: 20, engine: numpy")
SWEEP = MLP + "sweep: {over: {batch_size: [10, 20]}, seeds: 2}\n"
WAYS = {"mlp": (MLP, []), "map": (SOM, []), "numpy": (NUMPY, []), "sweep": (SWEEP, ["--jobs", "1"])}


def remove(run: Path) -> None:
    shutil.rmtree(run)


def move(run: Path) -> None:
    run.rename(run.parent.with_name("elsewhere"))


def replace(run: Path) -> None:
    """Another folder is in its place."""
    move(run)
    shutil.copytree(run.parent.with_name("elsewhere"), run)


def all_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_lost(process: Process, runs: Path, run: Path) -> None:
    before = all_below(runs)
    process.let_go()
    answer = process.wait()
    assert answer.code == 1
    (line,) = answer.err.splitlines()
    assert line.startswith(
        f"error: {run.relative_to(runs.parent)}: was moved or removed meanwhile; nothing more was written"
    )
    assert "resume with" not in line
    assert all_below(runs) == before
    assert {path.name for path in runs.iterdir()} <= {run.name}


@pytest.mark.parametrize("happens", [remove, move, replace])
@pytest.mark.parametrize("way", WAYS)
def test_it_is_noticed_at_the_next_save(
    happens: Callable[[Path], None], way: str, start: Start, config: Write, tmp_path: Path
) -> None:
    text, options = WAYS[way]
    command = "sweep" if way == "sweep" else "train"
    process = start(command, "-c", config(text), "-q", *options, hold_after=8)
    process.held()
    run = only_run(tmp_path / "runs")
    happens(run)
    assert_lost(process, tmp_path / "runs", run)


@pytest.mark.slow
@pytest.mark.parametrize("happens", [remove, move])
def test_it_is_noticed_by_workers(happens: Callable[[Path], None], start: Start, config: Write, tmp_path: Path) -> None:
    process = start("sweep", "-c", config(SWEEP), "-q", "--jobs", "2", hold_after=8)
    process.held(2)
    run = only_run(tmp_path / "runs")
    happens(run)
    assert_lost(process, tmp_path / "runs", run)


def test_what_was_moved_goes_on_where_it_is(start: Start, config: Write, tmp_path: Path) -> None:
    process = start("train", "-c", config(MLP), "-q", hold_after=8)
    process.held()
    move(only_run(tmp_path / "runs"))
    process.let_go()
    assert process.wait().code == 1
    listed = start("list", "--runs-dir", ".").wait()
    assert "interrupted" in listed.out
    assert start("train", "--resume", "elsewhere", "-q").wait().code == 0


def test_a_file_in_place_of_a_folder_is_named_with_what_to_do(start: Start, config: Write, tmp_path: Path) -> None:
    process = start("train", "-c", config(MLP), "-q", hold_after=8)
    process.held()
    process.kill()
    run = only_run(tmp_path / "runs")
    (run / "weights").touch()
    answer = start("train", "--resume", run, "-q").wait()
    assert answer.code == 1
    assert f"{run}/weights: is a file where a folder belongs; move it away" in answer.err
    (run / "weights").unlink()
    assert start("train", "--resume", run, "-q").wait().code == 0


def test_a_copy_without_hidden_files_is_not_running_for_ever(start: Start, config: Write, tmp_path: Path) -> None:
    process = start("train", "-c", config(MLP), "-q", hold_after=8)
    process.held()
    run = only_run(tmp_path / "runs")
    copies = tmp_path / "copies"
    shutil.copytree(run, copies / "whole")
    shutil.copytree(run, copies / "visible", ignore=shutil.ignore_patterns(".*"))
    assert start("list", "--runs-dir", copies).wait().out.count("interrupted") == 2
    assert "running" in start("list", "--runs-dir", "runs").wait().out
    process.let_go()
    assert process.wait().code == 0
    for copy in copies.iterdir():
        assert start("train", "--resume", copy, "-q").wait().code == 0


@pytest.mark.skipif(os.name != "posix", reason="folders are held by locks of Unix")
def test_what_killed_processes_have_left_goes_with_the_next_result(start: Start, config: Write, tmp_path: Path) -> None:
    path, runs = config(MLP), tmp_path / "runs"
    assert start("train", "-c", path, "-q", die_at=6, below=str(runs)).wait().code == 137
    (left,) = runs.glob(".mlpexp-new-*")
    assert start("train", "-c", path, "-q").wait().code == 0
    assert not left.exists()
    wait_for(lambda: not list(runs.glob(".mlpexp-new-*")))
