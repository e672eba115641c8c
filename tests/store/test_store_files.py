"""Writing a file leaves the old content or the new, whatever fails."""

import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlpexp.errors import RunError
from mlpexp.store import files
from mlpexp.store.files import write_bytes, write_text

# The calls of one write, in the order in which they happen; the last two make the rename permanent.
BEFORE_RENAME = ("tempfile.mkstemp", "os.fdopen", "stream.write", "stream.flush", "os.fsync", "os.chmod", "os.replace")
AFTER_RENAME = ("os.open", "second os.fsync")


class Killed(BaseException):
    """Stands for the end of the process; no handler for errors may stop it."""


class FailingStream:
    """A file whose write stops half-way, or whose flush fails."""

    def __init__(self, stream: Any, call: str, error: BaseException) -> None:
        self.stream, self.call, self.error = stream, call, error

    def __enter__(self) -> "FailingStream":
        return self

    def __exit__(self, *args: object) -> None:
        self.stream.close()

    def fileno(self) -> int:
        return self.stream.fileno()

    def write(self, content: bytes) -> None:
        self.stream.write(content[: len(content) // 2] if self.call == "stream.write" else content)
        if self.call == "stream.write":
            raise self.error

    def flush(self) -> None:
        if self.call == "stream.flush":
            raise self.error
        self.stream.flush()


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, BaseException], None]:
    """A function that makes one of the calls raise."""

    def arrange(call: str, error: BaseException) -> None:
        def raising(*args: Any, **options: Any) -> Any:
            raise error

        fdopen, fsync, opened, synced = os.fdopen, os.fsync, os.open, []

        def open_folder(path: Any, flags: int, *args: Any, **options: Any) -> int:
            if flags & os.O_DIRECTORY:
                raise error
            return opened(path, flags, *args, **options)

        def second(descriptor: int) -> None:
            synced.append(descriptor)
            if len(synced) == 2:
                raise error
            fsync(descriptor)

        if call.startswith("stream."):
            monkeypatch.setattr(os, "fdopen", lambda *a, **k: FailingStream(fdopen(*a, **k), call, error))
        elif call == "second os.fsync":
            monkeypatch.setattr(os, "fsync", second)
        elif call == "os.open":
            monkeypatch.setattr(os, "open", open_folder)
        elif call == "tempfile.mkstemp":
            monkeypatch.setattr(tempfile, "mkstemp", raising)
        else:
            monkeypatch.setattr(os, call.partition(".")[2], raising)

    return arrange


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "file.txt"
    write_text(path, "old content\n")
    return path


@pytest.mark.parametrize("call", BEFORE_RENAME)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failing_call_leaves_the_old_content_and_no_temporary_file(
    call: str, code: int, old: Path, fail: Callable[[str, BaseException], None]
) -> None:
    fail(call, OSError(code, os.strerror(code)))
    with pytest.raises(RunError) as caught:
        write_text(old, "new content, longer than the old\n")
    assert old.read_text() == "old content\n"
    assert names(old.parent) == ["file.txt"]
    assert str(old) in str(caught.value)
    assert "what was there before is still there" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("call", BEFORE_RENAME)
def test_an_end_of_the_process_at_any_call_leaves_the_old_content(
    call: str, old: Path, fail: Callable[[str, BaseException], None]
) -> None:
    fail(call, Killed())
    with pytest.raises(Killed):
        write_text(old, "new\n")
    assert old.read_text() == "old content\n"


@pytest.mark.parametrize("call", AFTER_RENAME)
def test_an_end_of_the_process_after_the_rename_leaves_the_new_content(
    call: str, old: Path, fail: Callable[[str, BaseException], None]
) -> None:
    fail(call, Killed())
    with pytest.raises(Killed):
        write_text(old, "new\n")
    assert old.read_text() == "new\n"
    assert names(old.parent) == ["file.txt"]


def test_ctrl_c_during_a_write_leaves_no_temporary_file(old: Path, fail: Callable[[str, BaseException], None]) -> None:
    fail("os.fsync", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write_text(old, "new\n")
    assert names(old.parent) == ["file.txt"]


def test_the_content_is_on_the_disk_before_it_gets_its_name_and_the_name_is_after(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def spied_fsync(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        calls.append(("fsync", kind))
        fsync(descriptor)

    def spied_replace(source: str, target: Path) -> None:
        calls.append(("replace", Path(source).read_text()))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", spied_fsync)
    monkeypatch.setattr(os, "replace", spied_replace)
    write_text(old, "new\n")
    assert calls == [("fsync", "file"), ("replace", "new\n"), ("fsync", "folder")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "the folder may not be written"),
    ],
)
def test_the_reason_is_given_in_plain_words(
    code: int, words: str, old: Path, fail: Callable[[str, BaseException], None]
) -> None:
    fail("os.fsync", OSError(code, os.strerror(code)))
    with pytest.raises(RunError, match=words):
        write_text(old, "new\n")


def test_a_file_in_the_place_of_a_folder_is_named_as_the_reason(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(RunError, match="a file, not a folder"):
        write_text(tmp_path / "runs" / "a" / "file.txt", "new\n")
    assert (tmp_path / "runs").read_text() == "mine"


def test_a_disk_that_cannot_sync_folders_is_no_failure(old: Path, fail: Callable[[str, BaseException], None]) -> None:
    """Some network disks answer EINVAL; the content is there all the same."""
    fail("second os.fsync", OSError(errno.EINVAL, "Invalid argument"))
    write_text(old, "new\n")
    assert old.read_text() == "new\n"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664), (0o027, 0o640)])
def test_files_are_as_readable_as_the_umask_says(mask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write_bytes(tmp_path / "file", b"x")
        assert files.current_umask() == mask
        assert os.umask(mask) == mask  # asking has not changed it
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_a_folder_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"file: cannot be written: No such file"):
        write_bytes(tmp_path / "a" / "file", b"x")
    assert list(tmp_path.iterdir()) == []


def test_text_is_utf8_with_unix_lines_everywhere(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "µ ± é\nzwei\n")
    assert (tmp_path / "file").read_bytes() == "µ ± é\nzwei\n".encode()
