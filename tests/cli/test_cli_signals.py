"""Ctrl-C, SIGTERM and a second trainer, in real processes."""

import json
import os
import re
import select
import shlex
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Process, only_run, results_of, wait_for

Write = Callable[..., Path]
Start = Callable[..., Process]

# Some thousand steps, so that there is time for a signal.
LONG = """\
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [6], dropout: 0.2}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 1, epochs: 60}
"""
CNN = """\
dataset: {name: digits, test_fraction: 0.7}
model:
  name: cnn
  layers: [{layer: conv, channels: 4, kernel_size: 3, batch_norm: true}, {layer: max_pool}, {layer: dropout, rate: 0.2}]
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 4, epochs: 3, threads: 1}
seeds: 2
"""


def num_rows(runs: Path) -> int:
    tables = list(runs.glob("*/metrics.csv"))
    return tables[0].read_text().count("\n") - 1 if tables else 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("kind", ["MLP", "CNN"])
def test_a_signal_saves_says_how_to_resume_and_the_resumed_run_has_the_same_bytes(
    kind: str, number: int, code: int, start: Start, config: Write, tmp_path: Path
) -> None:
    path = config(LONG if kind == "MLP" else CNN)
    modules = {"import": ["sklearn.datasets"]} if kind == "CNN" else {}
    whole = tmp_path / start("train", "-c", path, "--runs-dir", "whole", "-q", **modules).wait().run
    process = start("train", "-c", path, "--runs-dir", "some runs")
    wait_for(lambda: num_rows(tmp_path / "some runs") >= 2)
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
    assert json.loads((run / "summary.json").read_text())["status"] == "interrupted"
    assert not (run / "checkpoints" / "last.json").exists()
    command = shlex.split(found[1])
    assert tmp_path / start(*command[1:], "-q").wait().run == run
    assert results_of(run) == results_of(whole)


def on_a_terminal(start: Start, *args: object) -> tuple[Process, str]:
    """Runs a command whose standard error is a terminal; returns what that showed."""
    ours, theirs = os.openpty()
    process = start(*args, err=os.ttyname(theirs))
    shown = b""
    while not process.ended():
        while select.select([ours], [], [], 0.02)[0]:
            shown += os.read(ours, 4096)
    os.close(theirs)
    os.close(ours)
    return process, shown.decode()


def test_a_terminal_shows_progress_and_standard_output_stays_clean(start: Start, config: Write) -> None:
    process, shown = on_a_terminal(start, "train", "-c", config(LONG))
    assert process.code == 0
    assert "\x1b[" in shown
    assert re.search(r"epoch \d+/60  train loss \d\.\d{4}  train accuracy \d\.\d{4}", shown)
    assert "%" in shown
    out = process.out.read_text()
    assert "\x1b" not in out
    assert "three_class_3d-mlp: last epoch" in out


def test_quiet_shows_no_progress_on_a_terminal(start: Start, config: Write) -> None:
    process, shown = on_a_terminal(start, "train", "-c", config(LONG), "--quiet")
    assert (process.code, shown) == (0, "")


def test_a_run_that_is_being_trained_cannot_be_resumed_by_another_process(
    start: Start, config: Write, tmp_path: Path
) -> None:
    first = start("train", "-c", config(LONG))
    wait_for(lambda: num_rows(tmp_path / "runs") >= 1)
    run = only_run(tmp_path / "runs").relative_to(tmp_path)
    result = start("train", "--resume", run).wait()
    assert result.code == 1
    assert result.err.startswith(f"error: {run}: another process is training this run")
    assert len(result.err.splitlines()) == 1
    first.send(signal.SIGINT)
    assert first.wait().code == 130


def test_a_second_ctrl_c_is_obeyed_too_and_the_run_can_be_resumed(start: Start, config: Write, tmp_path: Path) -> None:
    path = config(LONG)
    whole = tmp_path / start("train", "-c", path, "--runs-dir", "whole", "-q").wait().run
    process = start("train", "-c", path, checkpoint_seconds=0.05)
    wait_for(lambda: num_rows(tmp_path / "runs") >= 2)
    process.send(signal.SIGINT)
    process.send(signal.SIGINT)
    result = process.wait()
    run = only_run(tmp_path / "runs")
    assert result.code == 130
    (line,) = result.err.splitlines()
    assert line.endswith(f"; resume with: mlpexp train --resume {run.relative_to(tmp_path)}")
    assert start("train", "--resume", run, "-q").wait().code == 0
    assert results_of(run) == results_of(whole)
