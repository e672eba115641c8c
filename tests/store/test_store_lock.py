"""A result belongs to one process at a time; where a drive knows no locks, that is said and nothing is stopped."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from mlpexp.errors import RunError
from mlpexp.store.lock import NO_LOCKS, is_held, locked

HOLD = """
import sys
from pathlib import Path
from mlpexp.store.lock import locked
with locked(Path(sys.argv[1]), "run"):
    print("locked", flush=True)
    sys.stdin.readline()
"""


def test_a_result_belongs_to_one_process_until_that_ends_however_it_ends(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        assert is_held(tmp_path)
        with pytest.raises(RunError, match=r"another process is training this run$"), locked(tmp_path, "run"):
            pass
        process.kill()
        process.wait()
        assert not is_held(tmp_path)
        with locked(tmp_path, "run") as note:
            assert note == ""


def test_asking_does_not_take_it_away(tmp_path: Path) -> None:
    with locked(tmp_path, "run"):
        assert is_held(tmp_path)
        with pytest.raises(RunError, match=r"another process is training this run$"), locked(tmp_path, "run"):
            pass
        assert is_held(tmp_path)


def test_a_lock_is_gone_after_use_and_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path, "run"):
        raise ZeroDivisionError
    for _ in range(2):
        with locked(tmp_path, "run"):
            pass
        assert not is_held(tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOLCK, "No locks available"),
        OSError(errno.ENOSYS, "Function not implemented"),
        NotImplementedError(),
    ],
    ids=["ENOLCK", "ENOSYS", "not implemented"],
)
def test_a_drive_without_locks_is_a_note(error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lockless(filelock.FileLock):
        def acquire(self, *args: object, **options: object) -> None:
            raise error

    (tmp_path / ".lock").touch()
    monkeypatch.setattr(filelock, "FileLock", Lockless)
    for _ in range(2):
        with locked(tmp_path, "run") as note:
            assert note == f"{tmp_path}: {NO_LOCKS}"
            assert not is_held(tmp_path)  # nobody knows
    with pytest.raises(ZeroDivisionError), locked(tmp_path, "run"):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "the disk is read-only")]
)
def test_another_failure_is_one(number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(filelock.FileLock):
        def acquire(self, *args: object, **options: object) -> None:
            raise OSError(number, "what the system says")

    monkeypatch.setattr(filelock, "FileLock", Failing)
    with pytest.raises(RunError, match=f"cannot be written: {words}"), locked(tmp_path, "run"):
        pytest.fail("it was locked all the same")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be written"), locked(tmp_path / "file", "run"):
        pytest.fail("it was locked all the same")


@pytest.mark.skipif(os.name != "posix", reason="flock is of Unix")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_a_drive_whose_flock_fails_is_a_note_and_leaves_no_marker(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system says it: no marker file, which would outlive a process that is killed, and no warning."""
    import fcntl

    def flock(*_: object) -> None:
        raise OSError(number, "as the drive says")

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path, "run") as note:
        assert note == f"{tmp_path}: {NO_LOCKS}"
    assert [path.name for path in tmp_path.iterdir()] in ([".lock"], [])
