"""Ctrl-C, SIGTERM and a second trainer, in real processes."""

import json
import os
import re
import select
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from making.configs import CNN, MLP
from making.processes import Process, wait_for
from making.run_files import checkpoints, num_rows, only_run, results_of

Write = Callable[..., Path]
Start = Callable[..., Process]


# In the middle of an epoch; of the CNN, whose seeds are a stack each, in the second stack.
MIDDLE = {"MLP": 200, "CNN": 600}
NEVER = 10**9


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("MLP", signal.SIGINT, 130), ("MLP", signal.SIGTERM, 143), ("CNN", signal.SIGINT, 130),
        pytest.param("CNN", signal.SIGTERM, 143, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_a_signal_saves_says_how_to_resume_and_the_resumed_run_has_the_same_bytes(
    kind: str, number: int, code: int, start: Start, config: Write, tmp_path: Path
) -> None:
    path = config(MLP if kind == "MLP" else CNN)
    modules = {"import": ["sklearn.datasets"]} if kind == "CNN" else {}
    whole = tmp_path / start("train", "-c", path, "--runs-dir", "whole", "-q", **modules).wait().run
    process = start("train", "-c", path, "--runs-dir", "some runs", save_every=NEVER, hold_after=MIDDLE[kind])
    process.held()
    process.send(number)
    result = process.wait()
    assert result.code == code
    assert result.out == ""
    (line,) = result.err.splitlines()
    run = only_run(tmp_path / "some runs")
    found = re.fullmatch(
        r"error: stopped after epoch \d+, step \d+; everything is saved; resume with: (mlpexp train --resume .+)", line
    )
    assert found, line
    assert num_rows(run) >= 2
    assert len(checkpoints(run)) == 1
    assert len(list(run.glob("parts/*/done.json"))) == (0 if kind == "MLP" else 1)
    assert json.loads((run / "summary.json").read_text())["status"] == "interrupted"
    assert not list(run.glob("weights/*.json"))
    command = shlex.split(found[1])
    assert tmp_path / start(*command[1:], "-q").wait().run == run
    assert results_of(run) == results_of(whole)


class Terminal:
    """What standard error of a command is connected to."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.openpty()
        self.name, self.shown = os.ttyname(self.theirs), b""

    def shows(self, pattern: str) -> bool:
        """Whether what has been shown so far has a place that matches."""
        while select.select([self.ours], [], [], 0)[0]:
            self.shown += os.read(self.ours, 4096)
        return re.search(pattern, self.shown.decode(errors="replace")) is not None

    def close(self) -> None:
        os.close(self.theirs)
        os.close(self.ours)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


def test_a_terminal_shows_progress_and_standard_output_stays_clean(
    terminal: Terminal, start: Start, config: Write
) -> None:
    process = start("train", "-c", config(MLP), err=terminal.name, hold_after=MIDDLE["MLP"])
    process.held()
    wait_for(lambda: terminal.shows(r"epoch \d+/20  train loss \d\.\d{4}  train accuracy \d\.\d{4}"))
    process.let_go()
    wait_for(lambda: not terminal.shows("never") and process.ended())  # reads on, so that the command can write on
    assert process.code == 0
    assert terminal.shows("\x1b\\[") and terminal.shows("%")
    out = process.out.read_text()
    assert "\x1b" not in out
    assert "three_class_3d-mlp: last epoch" in out


def test_quiet_shows_no_progress_on_a_terminal(terminal: Terminal, start: Start, config: Write) -> None:
    process = start("train", "-c", config(MLP), "--quiet", err=terminal.name)
    wait_for(lambda: not terminal.shows(".") and process.ended())
    assert process.code == 0
    assert not terminal.shows(".")


def test_a_run_that_is_being_trained_cannot_be_resumed_by_another_process(
    start: Start, config: Write, tmp_path: Path
) -> None:
    first = start("train", "-c", config(MLP), hold_after=MIDDLE["MLP"])
    first.held()
    run = only_run(tmp_path / "runs").relative_to(tmp_path)
    result = start("train", "--resume", run).wait()
    assert result.code == 1
    assert result.err.startswith(f"error: {run}: another process is training this run")
    assert len(result.err.splitlines()) == 1
    first.send(signal.SIGINT)
    assert first.wait().code == 130


def test_a_second_ctrl_c_is_obeyed_too_and_the_run_can_be_resumed(start: Start, config: Write, tmp_path: Path) -> None:
    path = config(MLP)
    whole = tmp_path / start("train", "-c", path, "--runs-dir", "whole", "-q").wait().run
    process = start("train", "-c", path, save_every=50, hold_after=MIDDLE["MLP"], signals=2)
    process.held()
    process.send(signal.SIGINT)
    process.handled(1)
    process.send(signal.SIGINT)
    result = process.wait()
    run = only_run(tmp_path / "runs")
    assert result.code == 130
    (line,) = result.err.splitlines()
    assert line == f"error: interrupted; resume with: mlpexp train --resume {run.relative_to(tmp_path)}"
    assert start("train", "--resume", run, "-q").wait().code == 0
    assert results_of(run) == results_of(whole)
