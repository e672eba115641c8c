"""Whatever goes wrong ends in one line on standard error and an exit code."""

import errno
import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from making.command_line import Command
from making.configs import TINY
from making.stopping import before_replacing
from mlpexp.cli.failures import failure_of
from mlpexp.errors import MlpexpError

Write = Callable[..., Path]


class Broken(io.StringIO):
    """What cannot be written to."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """A function that makes every command raise, as soon as it prints something."""
    return lambda error: monkeypatch.setattr(sys, "stdout", Broken(error))


@pytest.mark.parametrize("error", [RuntimeError("first\nsecond"), KeyError("x"), ZeroDivisionError()])
def test_a_defect_is_one_line_that_calls_itself_one(
    error: Exception, mlpexp: Command, breaks: Callable[[BaseException], None]
) -> None:
    breaks(error)
    result = mlpexp("params", "lenet5")
    assert (result.code, result.out) == (1, "")
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: internal error: {type(error).__name__}: ")
    assert "MLPEXP_DEBUG=1 shows where" in line


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MemoryError(), 1, "the memory that this needs is not there; .* GB are free now: take fewer samples, units or jobs"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 bytes"), 1, "the memory that this needs is not there.*"),
        (RecursionError("maximum"), 1, "something that was read is nested too deeply"),
        (RuntimeError("can't start new thread"), 1, "the system allows no more threads; .*"),
        (ImportError("libx.so: failed to map segment"), 1, "a library cannot be loaded: libx.so: .*"),
        (OSError(errno.ENOSPC, "No space"), 1, "standard output cannot be written: the disk is full"),
        (UnicodeEncodeError("utf-8", "of b\udcff", 4, 5, "surrogates"), 2, r"b\\xff: is no UTF-8 text, .*; rename it"),
    ],
)  # fmt: skip
def test_what_the_system_does_not_give_is_a_sentence(
    error: Exception, code: int, said: str, mlpexp: Command, breaks: Callable[[BaseException], None]
) -> None:
    breaks(error)
    result = mlpexp("params", "lenet5")
    assert (result.code, result.out) == (code, "")
    assert re.fullmatch(f"error: {said}\n", result.err), result.err


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (errno.EMFILE, 1, "the system allows no more open files; `ulimit -n` shows and sets how many"),
        (errno.ENAMETOOLONG, 2, "a name in it is too long; most systems take 255 letters"),
        (errno.EIO, 1, "Input/output error"),
    ],
)
def test_a_file_that_the_system_refuses_is_named(number: int, code: int, said: str) -> None:
    failure = failure_of(OSError(number, os.strerror(number), "some/file"))
    assert failure is not None
    assert (failure.exit_code, str(failure)) == (code, f"some/file: cannot be used: {said}")


def test_debug_shows_the_traceback_before_the_line(
    mlpexp: Command, breaks: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(RuntimeError("what happened"))
    monkeypatch.setenv("MLPEXP_DEBUG", "1")
    result = mlpexp("params", "lenet5")
    assert result.code == 1
    assert result.err.startswith("Traceback (most recent call last):\n")
    assert "in write" in result.err
    assert result.err.splitlines()[-1].startswith("error: internal error: RuntimeError: what happened (")


def test_debug_shows_the_traceback_of_a_user_error_too(mlpexp: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPEXP_DEBUG", "1")
    result = mlpexp("show", "nothing")
    assert result.code == 2
    assert "Traceback" in result.err


def test_every_line_of_a_user_error_is_marked(mlpexp: Command, breaks: Callable[[BaseException], None]) -> None:
    breaks(MlpexpError("one\ntwo"))
    result = mlpexp("params", "lenet5")
    assert (result.code, result.err) == (1, "error: one\nerror: two\n")


def test_ctrl_c_outside_training_is_one_line_and_130(mlpexp: Command, breaks: Callable[[BaseException], None]) -> None:
    breaks(KeyboardInterrupt())
    result = mlpexp("params", "lenet5")
    assert (result.code, result.err) == (130, "error: interrupted\n")


def test_ctrl_c_while_plots_are_drawn_says_that_the_run_is_complete(
    mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Figure, "savefig", interrupted)
    result = mlpexp("train", "-c", config(TINY))
    assert result.code == 130
    assert result.err.startswith("error: interrupted; the run is complete; draw its plots with: mlpexp plot runs/")


def test_a_defect_during_training_leaves_a_run_that_tells_and_can_be_resumed(
    mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch, undrawn: None, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        before_replacing(patch, "done.json", RuntimeError("a defect"))
        result = mlpexp("train", "-c", config(TINY))
    assert result.code == 1
    assert result.err.startswith("error: internal error: RuntimeError: a defect")
    (run,) = (tmp_path / "runs").iterdir()
    assert "failed" in mlpexp("list").out
    assert mlpexp("train", "--resume", run, "-q").run == run


def test_the_program_without_a_command_shows_its_help(mlpexp: Command) -> None:
    result = mlpexp()
    assert result.code in (0, 2)
    assert "Usage: " in result.out + result.err


def test_an_unknown_command_exits_with_2(mlpexp: Command) -> None:
    result = mlpexp("trian")
    assert result.code == 2
    assert "trian" in result.err


def test_the_version_is_printed(mlpexp: Command) -> None:
    from mlpexp import __version__
    from mlpexp.execution.build_facts import build_line

    assert mlpexp("--version").out == f"{build_line()}\n"
    assert build_line().startswith(f"mlpexp {__version__} (")
