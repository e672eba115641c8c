"""Killed between any two operations on files, the store leaves something that can be read: the old or the new.

A torch-free process forks a child for each operation; the child dies there as by ``kill -9``.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from making.processes import with_tests

PRELUDE = """
import os, sys
from pathlib import Path
import numpy as np
import safetensors.numpy
from making.dying import DIED, die_at
from mlpexp.store.checkpoint import delete_checkpoint, load_checkpoint, save_checkpoint
from mlpexp.store.files import write_text
from mlpexp.store.growing import GrowingTable
from mlpexp.store.json_files import record_text
from mlpexp.store.listing import list_results
from mlpexp.store.part import Part, TrialRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.weights import read_weights, seal, write_rows
from making.store_records import STACK, summary

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
        [sys.executable, "-c", PRELUDE + script, folder],
        env=with_tests(),
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


def test_a_new_result_folder_killed_anywhere_is_complete_or_not_to_be_seen(tmp_path: Path) -> None:
    script = """
files = {"config.yaml": "seed: 0", "summary.json": record_text(summary("running")), "environment.json": "{}"}
def work(path):
    ResultFolder.create(path / "runs", "a", files)
def check(path, finished):
    results = list_results(path / "runs") if (path / "runs").exists() else []
    assert len(results) == 1 or not finished
    for result in results:
        folder = ResultFolder.open(result.folder.path)
        assert {name: (folder.path / name).read_text() for name in files} == files
        assert result.summary == summary("running")
    seen = [entry for entry in (path / "runs").iterdir() if not entry.name.startswith(".")] if finished or results else []
    assert len(seen) == len(results)
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 15


def test_a_table_killed_anywhere_keeps_all_rows_that_were_made_permanent(tmp_path: Path) -> None:
    script = """
columns, lines = ("epoch", "loss"), [f"{epoch},{0.1 * epoch!r}\\n" for epoch in range(6)]
header, known = "epoch,loss\\n", None
def grow(path, first, known):
    table = GrowingTable(path / "t.csv", columns, known)
    for number, line in enumerate(lines[first : first + 3], first):
        table.append(line.encode())
        table.flush(permanent=True)
        save_checkpoint(path, "c", {}, {"table": table.state(), "rows": number + 1})
    table.close()
def resume(path):
    if not (path / "c.json").exists():
        return grow(path, 0, None)
    _, plain = load_checkpoint(path, "c")
    grow(path, plain["rows"], plain["table"])
def work(path):
    resume(path)
    resume(path)
def check(path, finished):
    text = (path / "t.csv").read_text() if (path / "t.csv").exists() else ""
    assert (header + "".join(lines)).startswith(text)
    for _ in range(3):
        resume(path)
    assert (path / "t.csv").read_text() == header + "".join(lines), path
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 60


def test_a_part_killed_anywhere_counts_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    script = """
trials = [TrialRecord(arm=0, seed=seed, status="finished") for seed in range(2)]
def work(path):
    part = Part(path / "parts" / "stack-0")
    part.write_table("metrics", ["seed\\n", "0\\n", "1\\n"])
    part.write_table("predictions", ["seed\\n", "0\\n"])
    part.finish(trials, STACK)
    Part(path / "there").put(part.contents())
    part.remove()
def check(path, finished):
    for part in (Part(path / "parts" / "stack-0"), Part(path / "there")):
        if part.is_done:
            assert part.read().trials == tuple(trials)
    assert not finished or (Part(path / "there").is_done and not (path / "parts" / "stack-0").exists())
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 15


def test_weights_killed_anywhere_are_written_again_to_the_same_bytes(tmp_path: Path) -> None:
    script = """
trials = [(0, seed) for seed in range(4)]
arrays = {"w": np.arange(12, dtype=np.float32).reshape(4, 3) + 1, "s": np.arange(4) + 1.0}
def write(path):
    for rows in ([2, 3], [0, 1]):
        write_rows(path, 4, rows, {name: array[rows] for name, array in arrays.items()})
    seal(path, trials, [1] * 4)
def work(path):
    write(path / "w.safetensors")
def check(path, finished):
    if (path / "w.json").exists():
        found, _ = read_weights(path / "w.safetensors", trials)
        assert all((found[name] == arrays[name]).all() for name in arrays)
    write(path / "w.safetensors")
    write(path / "whole.safetensors")
    assert (path / "w.safetensors").read_bytes() == (path / "whole.safetensors").read_bytes()
at_every_operation(root, work, check)
"""
    assert operations(script, tmp_path) >= 7


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
