"""What a shell and a system can make of a command: streams that are closed or full, names that are no text, pipes as files."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import TINY
from making.processes import PATIENCE, Process
from making.run_files import only_run

Write = Callable[..., Path]
Start = Callable[..., Process]
FULL = Path("/dev/full")
NOT_TEXT = os.fsdecode(b"b\xffd")

full = pytest.mark.skipif(not FULL.exists(), reason="a system without /dev/full")
pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
shell = pytest.mark.skipif(os.name != "posix", reason="a shell of another kind")


def in_shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of a shell, with ``mlpexp`` in it."""
    line = command.replace("mlpexp", f"'{sys.executable}' -m mlpexp")
    return subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=PATIENCE)


@full
@pytest.mark.parametrize("args", [("--version",), ("examples",), ("check", "iris/mlp"), ("params", "lenet5")])
def test_a_full_disk_behind_standard_output_is_said(args: tuple[str, ...], start: Start) -> None:
    process = start(*args, out=str(FULL))
    assert process.ended(PATIENCE)
    said = process.err.read_text(encoding="utf-8")
    assert (process.code, said) == (1, "error: standard output cannot be written: the disk is full\n")


@full
def test_training_goes_on_without_its_lines(start: Start, config: Write, tmp_path: Path) -> None:
    process = start("train", "-c", config(TINY), "--log-every", "1", out=str(FULL))
    assert process.ended(PATIENCE)
    *_, warning, error = process.err.read_text(encoding="utf-8").splitlines()
    reason = "standard output cannot be written: the disk is full"
    assert warning == f"warning: {reason}; training goes on without its lines"
    assert (process.code, error) == (1, f"error: {reason}")
    assert '"finished"' in (only_run(tmp_path / "runs") / "summary.json").read_text()


@full
def test_a_full_disk_behind_standard_error_stops_nothing(start: Start, config: Write) -> None:
    for args, code in ((("train", "-c", config(TINY)), 0), (("check", "nothing.yaml"), 2)):
        process = start(*args, err=str(FULL))
        assert process.ended(PATIENCE)
        assert process.code == code


@shell
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("mlpexp check iris/mlp >&-", 0), ("mlpexp check nothing >&- 2>&-", 2), ("mlpexp params lenet5 <&- 2>&-", 0),
        pytest.param("mlpexp train c.yaml <&- >&- 2>&-", 0, marks=pytest.mark.slow),
        pytest.param("mlpexp sweep c.yaml --seeds 2 --learning-rate 0.1,1 --jobs 2 >&- 2>&-", 0, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_closed_streams_change_no_exit_code(command: str, code: int, config: Write, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(TINY)
    result = in_shell(command, tmp_path)
    assert result.returncode == code
    assert not result.stderr


@shell
def test_a_reader_that_goes_away_ends_a_command_in_silence(tmp_path: Path) -> None:
    result = in_shell("{ mlpexp examples; echo $? >&2; } | head -c 1", tmp_path)
    assert (len(result.stdout), result.stderr) == (1, "0\n")


@pytest.mark.skipif(sys.getfilesystemencoding() != "utf-8", reason="names have another encoding")
@pytest.mark.parametrize(
    "args",
    [
        ("check", NOT_TEXT), (NOT_TEXT,), ("show", f"runs/{NOT_TEXT}"), ("train", "iris/mlp", "--runs-dir", NOT_TEXT),
        ("train", "iris/mlp", "--set", f"name={NOT_TEXT}"), ("train", "--data", NOT_TEXT, "--target", "y"),
        ("loss", "--logits", NOT_TEXT), ("report", "last", "-o", NOT_TEXT), ("list", f"--runs-dir={NOT_TEXT}"),
    ],
)  # fmt: skip
def test_a_word_that_is_not_utf8_is_refused(args: tuple[str, ...], mlpexp: Command, tmp_path: Path) -> None:
    result = mlpexp(*args)
    word = next(arg for arg in args if NOT_TEXT in arg).replace(NOT_TEXT, r"b\xffd")
    said = f"error: {word}: is no UTF-8 text, which results are written in; rename it\n"
    assert (result.code, result.out, result.err) == (2, "", said)
    assert not list(tmp_path.iterdir())


@shell
def test_a_folder_that_was_deleted_under_the_command(
    mlpexp: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for args in (("check", "iris/mlp"), ("train", "iris/mlp"), ("check", "nothing")):
        result = mlpexp(*args)
        said = "error: the folder in which you are is no longer there; change to another one\n"
        assert (result.code, result.err) == (2, said)
    assert mlpexp("params", "lenet5").code == 0


@pytest.mark.parametrize(
    "args",
    [
        ("train", "iris/mlp", "--runs-dir", "x" * 300), ("check", "x" * 300), ("show", "x" * 300),
        ("list", "--runs-dir", "x" * 300), ("train", "--data", f"{'x' * 300}.csv", "--target", "y"),
        ("examples", "iris/mlp", "--copy", "x" * 300), ("train", "iris/mlp", "--init-from", "x" * 300),
    ],
)  # fmt: skip
def test_a_name_that_is_too_long(args: tuple[str, ...], mlpexp: Command, tmp_path: Path) -> None:
    result = mlpexp(*args)
    assert result.code in (1, 2)
    line = result.err.splitlines()[-1]
    assert "x" * 300 in line and "a name in it is too long; most systems take 255 letters" in line
    assert not list(tmp_path.iterdir())


@pipes
@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("check", "pipe"), "pipe"), (("train", "pipe", "-q"), "pipe"), (("loss", "pipe"), "pipe"),
        (("check", "--data", "pipe", "--target", "y"), "pipe"),
    ],
)  # fmt: skip
def test_a_pipe_is_not_waited_for(args: tuple[str, ...], named: str, mlpexp: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = mlpexp(*args)
    said = "is a pipe, as `|` and `<(...)` make them, which can be read only once; save it as a file first"
    assert (result.code, result.err) == (2, f"error: {named}: {said}\n")


@pipes
def test_a_pipe_is_not_looked_at_before_a_report_takes_its_place(
    mlpexp: Command, config: Write, undrawn: None, tmp_path: Path
) -> None:
    run = mlpexp("train", "-c", config(TINY), "-q").run
    os.mkfifo(tmp_path / "page.html")
    for args in (("report", run, "-o", "page.html"), ("watch", run, "--html", "page.html")):
        result = mlpexp(*args)
        assert result.code == 2
        assert "page.html" in result.err
