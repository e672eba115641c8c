"""A run folder appears complete or not at all, never replaces another, and belongs to one process at a time."""

import errno
import json
import os
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from mlpexp.errors import InputError, RunError
from mlpexp.store import folders
from mlpexp.store.folders import as_json, read_json
from mlpexp.store.run_folder import RunFolder

FILES = {"config.yaml": "seed: 0\n", "summary.json": '{"status": "running"}\n', "environment.json": "{}\n"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_has_its_files_from_the_first_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    rename = os.rename

    def spied(source: Path, target: Path) -> None:
        assert not Path(target).exists()
        rename(source, target)
        seen.append(names(Path(target)))

    monkeypatch.setattr(os, "rename", spied)
    folder = RunFolder.create(tmp_path / "runs", "iris-1a2b3c4d", FILES)
    assert seen == [sorted(FILES)]
    assert {name: (folder.path / name).read_text() for name in FILES} == FILES
    assert names(tmp_path / "runs") == [folder.path.name]


def test_the_name_is_the_time_and_what_was_given(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "iris-1a2b3c4d", FILES)
    time, _, rest = folder.path.name.partition("-iris")
    assert rest == "-1a2b3c4d"
    assert abs((datetime.now() - datetime.strptime(time, "%Y%m%d-%H%M%S")).total_seconds()) < 60


class Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: object = None) -> "Stopped":
        return cls(2026, 1, 2, 3, 4, 5)


def test_runs_of_the_same_second_get_different_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "datetime", Stopped)
    names = [RunFolder.create(tmp_path, "a", FILES).path.name for _ in range(3)]
    assert names == ["20260102-030405-a", "20260102-030405-a-2", "20260102-030405-a-3"]


def test_nothing_that_is_there_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "datetime", Stopped)
    (tmp_path / "20260102-030405-a").mkdir()
    (tmp_path / "20260102-030405-a" / "mine").write_text("mine")
    (tmp_path / "20260102-030405-a-2").write_text("a file of mine")
    folder = RunFolder.create(tmp_path, "a", FILES)
    assert folder.path.name == "20260102-030405-a-3"
    assert (tmp_path / "20260102-030405-a" / "mine").read_text() == "mine"
    assert (tmp_path / "20260102-030405-a-2").read_text() == "a file of mine"


def test_twenty_processes_at_once_get_twenty_folders(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from mlpexp.store.run_folder import RunFolder
children = []
for _ in range(20):
    pid = os.fork()
    if pid == 0:
        RunFolder.create(Path(sys.argv[1]), "same", {"config.yaml": "x", "summary.json": "y"})
        os._exit(0)
    children.append(pid)
sys.exit(max(os.waitpid(pid, 0)[1] for pid in children))
"""
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True, timeout=60)
    runs = list(tmp_path.iterdir())
    assert len(runs) == 20
    assert all(names(run) == ["config.yaml", "summary.json"] for run in runs)


@pytest.mark.parametrize("call", ["fsync", "rename", "replace", "chmod"])
def test_a_folder_that_cannot_be_completed_does_not_appear_and_leaves_nothing(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(RunError, match="the disk is full") as caught:
        RunFolder.create(tmp_path, "a", FILES)
    assert len(str(caught.value).splitlines()) == 1
    assert names(tmp_path) == []


def test_a_file_in_the_place_of_the_runs_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(RunError, match=r"runs: cannot be written: .*a file, not a folder"):
        RunFolder.create(tmp_path / "runs", "a", FILES)
    with pytest.raises(RunError, match=r"cannot be written: .*a file, not a folder"):
        RunFolder.create(tmp_path / "runs" / "below", "a", FILES)
    assert (tmp_path / "runs").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the system has no /proc")
def test_a_folder_that_no_one_can_write_is_one_sentence() -> None:
    with pytest.raises(RunError, match=r"^/proc/runs: cannot be written: "):
        RunFolder.create(Path("/proc/runs"), "a", FILES)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o755), (0o077, 0o700), (0o002, 0o775)])
def test_folders_are_as_open_as_the_umask_says(mask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        folder = RunFolder.create(tmp_path / "runs", "a", FILES)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.path.stat().st_mode) == mode
    assert stat.S_IMODE(folder.config.stat().st_mode) == mode & 0o666


def test_opening_what_is_no_run_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such run folder"):
        RunFolder.open(tmp_path / "nothing")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no such run folder"):
        RunFolder.open(tmp_path / "file")
    with pytest.raises(InputError, match=r"no config\.yaml and no summary\.json"):
        RunFolder.open(tmp_path)
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(InputError, match=r"it has no config\.yaml$"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize("content", ["{}", '{"name": "a"}', '{"status": "finished", "members": 3}'])
def test_a_summary_of_something_else_is_one_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(RunError, match=r"summary\.json: damaged: not the summary of a run$"):
        RunFolder(tmp_path).read_summary()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'"text"'])
def test_a_damaged_json_file_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_bytes(content)
    folder = RunFolder(tmp_path)
    with pytest.raises(RunError, match=r"summary\.json: damaged: not JSON|summary\.json: damaged: not a JSON object"):
        read_json(folder.summary)


def test_a_missing_json_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"environment\.json: cannot be read"):
        read_json(tmp_path / "environment.json")


def test_numbers_that_json_has_not_become_null(tmp_path: Path) -> None:
    value = {"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": (float("-inf"), 2)}, "text": "µ"}
    text = as_json(value)
    assert json.loads(text, parse_constant=pytest.fail) == {
        "a": None,
        "b": [None, 1.5],
        "c": {"d": [None, 2]},
        "text": "µ",
    }
    assert "µ" in text


HOLD = """
import sys
from pathlib import Path
from mlpexp.store.run_folder import RunFolder
with RunFolder(Path(sys.argv[1])).locked():
    print("locked", flush=True)
    sys.stdin.readline()
"""


def test_a_run_belongs_to_one_process_until_that_ends_however_it_ends(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(RunError, match="another process is training this run"), folder.locked():
            pass
        process.kill()
        process.wait()
        with folder.locked():
            pass


def test_a_lock_is_gone_after_use_and_after_an_error(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with pytest.raises(ZeroDivisionError), folder.locked():
        raise ZeroDivisionError
    with folder.locked():
        pass
    with folder.locked():
        pass
