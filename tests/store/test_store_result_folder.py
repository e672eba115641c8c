"""A result folder appears complete or not at all, and never replaces another."""

import errno
import os
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from making.store_records import STACK, summary
from mlpexp.errors import InputError, RunError
from mlpexp.store.folders import new_folder
from mlpexp.store.json_files import record_text
from mlpexp.store.result_folder import ResultFolder, refuse_old
from mlpexp.store.summary import ResultStatus

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
    folder = ResultFolder.create(tmp_path / "runs", "iris-1a2b3c4d", FILES)
    assert seen == [sorted(FILES)]
    assert {name: (folder.path / name).read_text() for name in FILES} == FILES
    assert names(tmp_path / "runs") == [folder.path.name]


def test_the_name_is_the_time_and_what_was_given(tmp_path: Path) -> None:
    before = datetime.now().replace(microsecond=0)
    folder = ResultFolder.create(tmp_path, "iris-1a2b3c4d", FILES)
    after = datetime.now()
    time, _, rest = folder.path.name.partition("-iris")
    assert rest == "-1a2b3c4d"
    assert before <= datetime.strptime(time, "%Y%m%d-%H%M%S") <= after


def stopped() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 1, 2, 3, 4, 5)


def test_runs_of_the_same_second_get_different_folders(tmp_path: Path) -> None:
    names = [new_folder(tmp_path, "a", FILES, stopped).name for _ in range(3)]
    assert names == ["20260102-030405-a", "20260102-030405-a-2", "20260102-030405-a-3"]


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "20260102-030405-a").mkdir()
    (tmp_path / "20260102-030405-a" / "mine").write_text("mine")
    (tmp_path / "20260102-030405-a-2").write_text("a file of mine")
    assert new_folder(tmp_path, "a", FILES, stopped).name == "20260102-030405-a-3"
    assert (tmp_path / "20260102-030405-a" / "mine").read_text() == "mine"
    assert (tmp_path / "20260102-030405-a-2").read_text() == "a file of mine"


def test_twenty_processes_at_once_get_twenty_folders(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from mlpexp.store.result_folder import ResultFolder
children = []
for _ in range(20):
    pid = os.fork()
    if pid == 0:
        ResultFolder.create(Path(sys.argv[1]), "same", {"config.yaml": "x", "summary.json": "y"})
        os._exit(0)
    children.append(pid)
sys.exit(max(os.waitpid(pid, 0)[1] for pid in children))
"""
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True, timeout=600)
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
        ResultFolder.create(tmp_path, "a", FILES)
    assert len(str(caught.value).splitlines()) == 1
    assert names(tmp_path) == []


def test_a_file_in_the_place_of_the_runs_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(RunError, match=r"runs: cannot be written: .*a file, not a folder"):
        ResultFolder.create(tmp_path / "runs", "a", FILES)
    with pytest.raises(RunError, match=r"cannot be written: .*a file, not a folder"):
        ResultFolder.create(tmp_path / "runs" / "below", "a", FILES)
    assert (tmp_path / "runs").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the system has no /proc")
def test_a_folder_that_no_one_can_write_is_one_sentence() -> None:
    with pytest.raises(RunError, match=r"^/proc/runs: cannot be written: "):
        ResultFolder.create(Path("/proc/runs"), "a", FILES)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o755), (0o077, 0o700), (0o002, 0o775)])
def test_folders_are_as_open_as_the_umask_says(mask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        folder = ResultFolder.create(tmp_path / "runs", "a", FILES)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.path.stat().st_mode) == mode
    assert stat.S_IMODE(folder.config.stat().st_mode) == mode & 0o666


def test_opening_what_is_no_result_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such result folder"):
        ResultFolder.open(tmp_path / "nothing")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no such result folder"):
        ResultFolder.open(tmp_path / "file")
    with pytest.raises(InputError, match=r"no config\.yaml and no summary\.json"):
        ResultFolder.open(tmp_path)
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(InputError, match=r"it has no config\.yaml$"):
        ResultFolder.open(tmp_path)


def test_a_summary_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = ResultFolder.create(tmp_path, "a", {"config.yaml": "", "summary.json": record_text(summary("running"))})
    assert folder.read_summary() == summary("running")
    folder.write_summary(summary("finished"))
    assert ResultFolder.open(folder.path).read_summary() == summary("finished")
    assert not folder.is_old


@pytest.mark.parametrize("content", ["{}", '{"name": "a"}', '{"status": "finished", "members": 3}'])
def test_a_summary_of_something_else_is_one_sentence(content: str, tmp_path: Path) -> None:
    """Without a format number it could only be one of the first format."""
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(RunError, match=r"summary\.json: damaged: not the summary of a run or sweep"):
        ResultFolder(tmp_path).read_summary()


def test_a_result_of_the_first_format_is_not_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("")
    (tmp_path / "summary.json").write_text("{}")
    folder = ResultFolder.open(tmp_path)
    assert folder.is_old
    with pytest.raises(RunError, match=r"begun by an older version .* train it again from its config\.yaml$"):
        refuse_old(folder)


def test_an_old_sweep_has_its_config_in_a_file_of_another_name(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text("")
    (tmp_path / "summary.json").write_text("{}")
    assert ResultFolder.open(tmp_path).config == tmp_path / "sweep.yaml"


@pytest.mark.parametrize("status", ["running", "finished", "interrupted", "failed"])
def test_the_status_is_interrupted_if_nobody_is_at_work_any_more(status: ResultStatus, tmp_path: Path) -> None:
    folder = ResultFolder.create(tmp_path, "a", {"config.yaml": "", "summary.json": record_text(summary(status))})
    unheld = "interrupted" if status == "running" else status
    assert folder.status(folder.read_summary()) == unheld  # a copy without hidden files has no lock
    with folder.locked("run"):
        assert folder.status(folder.read_summary()) == status
    assert folder.status(folder.read_summary()) == unheld


def test_temporary_files_of_killed_processes_go_and_nothing_else(tmp_path: Path) -> None:
    folder = ResultFolder(tmp_path)
    kept = [
        tmp_path / "mine.tmp",
        tmp_path / ".lock",
        folder.parts / "stack-0" / "metrics.csv",
        folder.weights / "p.json",
    ]
    lost = [
        tmp_path / ".summary.json.x.tmp", folder.parts / "stack-0" / ".done.json.x.tmp", folder.evaluation / ".a.csv.x.tmp",
        folder.weights / ".b.json.x.tmp",
    ]  # fmt: skip
    for path in (*kept, *lost):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    folder.remove_leftovers()
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in lost)


def test_parts_go_when_the_tables_hold_what_was_in_them(tmp_path: Path) -> None:
    folder = ResultFolder(tmp_path)
    folder.part("stack-0").write_table("metrics", ["seed\n", "0\n"])
    folder.part("stack-0").finish([], STACK)
    folder.part("stack-1").write_table("metrics", ["seed\n"])
    folder.metrics.write_text("seed\n0\n")
    folder.remove_parts()
    assert names(tmp_path) == ["metrics.csv"]
    folder.remove_parts()  # nothing left to do


HOLD = """
import sys
from pathlib import Path
from mlpexp.store.folders import building_in
with building_in(Path(sys.argv[1])) as building:
    (building / "half").touch()
    print(building, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.skipif(os.name != "posix", reason="folders are held by locks of Unix")
def test_what_killed_processes_have_left_goes_and_what_others_build_stays(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        building = Path(process.stdout.readline().strip())
        (tmp_path / ".mlpexp-new-filemine").write_text("a file of mine")
        (tmp_path / ".new-mine").mkdir()
        first = new_folder(tmp_path, "a", FILES, stopped)
        assert names(building) == ["half"]  # a process is at work in it
        process.kill()
        process.wait()
        second = new_folder(tmp_path, "a", FILES, stopped)
    assert names(tmp_path) == sorted([".mlpexp-new-filemine", ".new-mine", first.name, second.name])
