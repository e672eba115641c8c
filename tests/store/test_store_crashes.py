"""Killed between any two operations on files, the store leaves something that can be read: the old or the new.

A torch-free process forks a child for each operation; the child dies there as by ``kill -9``.
"""

import subprocess
import sys
from pathlib import Path

import pytest

DYING = Path(__file__).parents[1] / "cli"

PRELUDE = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import numpy as np
import safetensors.numpy
from dying import DIED, die_at
from mlpexp.store.checkpoint import delete_checkpoint, load_checkpoint, save_checkpoint
from mlpexp.store.files import write_text
from mlpexp.store.listing import list_runs
from mlpexp.store.run_folder import RunFolder
from mlpexp.store.table import GrowingTable, as_csv, cut_back, read_rows

def at_every_operation(folder, work, check):
    for number in range(1, 1000):
        path = folder / str(number)
        path.mkdir()
        pid = os.fork()
        if pid == 0:
            die_at(number, str(path))
            work(path)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code in (0, DIED), code
        check(path, finished=code == 0)
        if code == 0:
            print(number - 1)
            return

root = Path(sys.argv[1])
"""


def operations(script: str, folder: Path) -> int:
    """Runs a script that ends with ``at_every_operation``; returns at how many operations it died."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + script, folder, DYING],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def test_a_write_killed_anywhere_leaves_the_old_content_or_the_new(tmp_path: Path) -> None:
    script = """
for path in root.parent.iterdir(): pass
def work(path):
    write_text(path / "file", "old\\n" * 1000)
    write_text(path / "mark", "")
    write_text(path / "file", "new\\n" * 2000)
def check(path, finished):
    file = path / "file"
    content = file.read_text() if file.exists() else None
    allowed = ["old\\n" * 1000, "new\\n" * 2000] if (path / "mark").exists() else [None, "old\\n" * 1000]
    assert content in allowed, path
    assert not finished or content == "new\\n" * 2000
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 12


def test_a_checkpoint_save_killed_anywhere_leaves_one_that_loads_and_can_be_followed_by_another(tmp_path: Path) -> None:
    script = """
def tensors(value): return {"flat": np.full((2, 3), value, dtype=np.float32)}
def work(path):
    for value in range(3):
        save_checkpoint(path, "stack-0", tensors(value), {"epoch": value})
        write_text(path / "saved", str(value))
def check(path, finished):
    saved = int((path / "saved").read_text()) if (path / "saved").exists() else -1
    if (path / "stack-0.json").exists():
        arrays, plain = load_checkpoint(path, "stack-0")
        assert plain["epoch"] in (saved, saved + 1)
        assert (arrays["flat"] == plain["epoch"]).all()
    else:
        assert saved == -1
    for value in (8, 9):
        save_checkpoint(path, "stack-0", tensors(value), {"epoch": value})
        assert (load_checkpoint(path, "stack-0")[0]["flat"] == value).all()
    delete_checkpoint(path, "stack-0")
    left = [file.name for file in path.iterdir() if file.name != "saved" and not file.name.endswith(".tmp")]
    assert left == [], left
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 30


def test_a_new_run_folder_killed_anywhere_is_complete_or_not_to_be_seen(tmp_path: Path) -> None:
    script = """
summary = {"name": "a", "hash": "x", "status": "running", "dataset": {}, "model": {}, "members": []}
files = {"config.yaml": "seed: 0", "summary.json": json.dumps(summary), "environment.json": "{}"}
def work(path):
    RunFolder.create(path / "runs", "a", files)
def check(path, finished):
    runs = list_runs(path / "runs") if (path / "runs").exists() else []
    assert len(runs) == 1 or not finished
    for run in runs:
        folder = RunFolder.open(run.path)
        assert {name: (folder.path / name).read_text() for name in files} == files
        assert run.summary == summary
    seen = [entry for entry in (path / "runs").iterdir() if not entry.name.startswith(".")] if finished or runs else []
    assert len(seen) == len(runs)
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 15


def test_a_table_killed_anywhere_keeps_all_rows_that_were_made_permanent(tmp_path: Path) -> None:
    script = """
columns = ("epoch", "loss")
rows = [{"epoch": epoch, "loss": 0.1 * epoch} for epoch in range(6)]
def work(path):
    for first in (0, 3):
        cut_back(path / "t.csv", columns, lambda row: int(row["epoch"]) < first)
        table = GrowingTable(path / "t.csv", columns)
        for row in rows[first : first + 3]:
            table.append([row])
            table.flush(permanent=True)
            write_text(path / "known", str(row["epoch"]))
        table.close()
def check(path, finished):
    known = int((path / "known").read_text()) if (path / "known").exists() else -1
    text = (path / "t.csv").read_text() if (path / "t.csv").exists() else ""
    assert as_csv(columns, rows).startswith(text)
    assert not text or len(read_rows(path / "t.csv")) > known
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 30


@pytest.mark.parametrize("half", [1, 2])
def test_deleting_a_checkpoint_killed_anywhere_leaves_a_whole_one_or_none(half: int, tmp_path: Path) -> None:
    script = f"""
def work(path):
    for value in range({half}):
        save_checkpoint(path, "stack-0", {{"flat": np.full(3, value, dtype=np.float32)}}, {{}})
    write_text(path / "saved", "")
    delete_checkpoint(path, "stack-0")
def check(path, finished):
    if (path / "stack-0.json").exists():
        load_checkpoint(path, "stack-0")
    delete_checkpoint(path, "stack-0")
    if (path / "saved").exists():
        assert [file.name for file in path.glob("stack*")] == []
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 15
