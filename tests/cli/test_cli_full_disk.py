"""A disk that is really full: one sentence, what was there is still there, and with space again the same bytes."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import TINY
from making.processes import Process
from making.run_files import complete_rows, growing_tables, only_run, results_of

Write = Callable[..., Path]
Start = Callable[..., Process]
MANY_ROWS = """\
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: full, epochs: 1000}
"""


def assert_sound(run: Path) -> int:
    """Everything that is there can be read; returns the number of complete rows."""
    assert (run / "config.yaml").read_text().startswith("dataset:")
    assert json.loads((run / "summary.json").read_text())["status"] in ("running", "failed")
    json.loads((run / "environment.json").read_text())
    rows = [row for path in growing_tables(run) for row in complete_rows(path)]
    assert [int(row["epoch"]) for row in rows] == list(range(len(rows)))
    return len(rows)


@pytest.fixture(scope="module")
def whole_files(forking_server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The results of an undisturbed run."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "config.yaml").write_text(MANY_ROWS)
    run = forking_server.start("train", "-c", "config.yaml", "-q", cwd=folder).wait().run
    return results_of(folder / run)


@pytest.mark.parametrize(
    "file_bytes", [3000, *(pytest.param(size, marks=pytest.mark.slow) for size in (5000, 12_345, 40_000))]
)
def test_files_that_may_grow_no_further(
    file_bytes: int, start: Start, mlpexp: Command, config: Write, tmp_path: Path, whole_files: dict[str, bytes]
) -> None:
    result = start("train", "-c", config(MANY_ROWS), file_bytes=file_bytes, save_every=50).wait()
    run = only_run(tmp_path / "runs").relative_to(tmp_path)
    assert result.code == 1
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: {run}/")
    assert ": cannot be written: File too large; what was there before is still there; " in line
    assert line.endswith(f"; resume with: mlpexp train --resume {run}")
    rows = assert_sound(run)
    assert 0 < rows < 1001
    assert f"go on with: mlpexp train --resume {run}" in mlpexp("show", run).out.replace("\n", " ")
    assert start("train", "--resume", run, "-q").wait().code == 0
    assert results_of(run) == whole_files


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB; the test is skipped where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small file system may be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(disk: Path, free: int) -> Path:
    """Fills a disk but for so many bytes (whole pages)."""
    status = os.statvfs(disk)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(status.f_bavail * status.f_frsize - free))
    return ballast


@pytest.mark.parametrize("pages", [10, *(pytest.param(number, marks=pytest.mark.slow) for number in (8, 13, 17, 23))])
def test_a_full_disk_during_training(
    pages: int, start: Start, config: Write, small_disk: Path, whole_files: dict[str, bytes]
) -> None:
    ballast = fill(small_disk, pages * os.sysconf("SC_PAGE_SIZE"))
    result = start("train", "-c", config(MANY_ROWS), "--runs-dir", small_disk, save_every=50).wait()
    assert result.code == 1, result
    (line,) = result.err.splitlines()
    assert ": cannot be written: the disk is full; what was there before is still there" in line
    ballast.unlink()
    runs = [path for path in small_disk.iterdir() if path.name.startswith("2")]
    if runs:
        (run,) = runs
        assert line.endswith(f"; resume with: mlpexp train --resume {run}")
        assert_sound(run)
        assert start("train", "--resume", run, "-q").wait().code == 0
        assert results_of(run) == whole_files


def test_a_disk_that_is_full_before_the_run_gets_no_half_a_folder(
    start: Start, config: Write, small_disk: Path
) -> None:
    fill(small_disk, os.sysconf("SC_PAGE_SIZE"))
    before = sorted(small_disk.rglob("*"))
    result = start("train", "-c", config(MANY_ROWS), "--runs-dir", small_disk).wait()
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert "the disk is full" in result.err
    assert sorted(small_disk.rglob("*")) == before


def test_a_disk_that_fills_up_while_the_last_files_are_written(
    start: Start, config: Write, small_disk: Path, tmp_path: Path
) -> None:
    """Training is over, then the evaluation does not fit: the run can still be finished later."""
    path, page = config(TINY), os.sysconf("SC_PAGE_SIZE")
    whole = start("train", "-c", path, "--runs-dir", tmp_path / "whole", "-q").wait().run
    needed = sum(-(-file.stat().st_size // page) for file in whole.rglob("*") if file.is_file())
    for pages in range(needed + 3, needed - 5, -1):
        ballast = fill(small_disk, pages * page)
        result = start("train", "-c", path, "--runs-dir", small_disk, "-q").wait()
        ballast.unlink()
        (run,) = (folder for folder in small_disk.iterdir() if folder.name.startswith("2"))
        if result.code == 1 and (run / "parts" / "stack-0" / "done.json").exists():
            break
        subprocess.run(["rm", "-r", run], check=True)
    else:
        pytest.fail("the disk was never full at the right moment")
    assert json.loads((run / "summary.json").read_text())["status"] in ("running", "failed")
    assert len(result.err.splitlines()) == 1
    assert start("train", "--resume", run, "-q").wait().code == 0
    assert results_of(run) == results_of(whole)
