"""``train --log-every`` and ``show --curve``: the same lines, live, and without tearing the progress bar."""

import csv
import io
import itertools
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import MOONS, SELECTED, SINE, TINY
from making.run_files import unsealed
from making.trained_results import new
from mlpexp.cli.training import train_job
from mlpexp.errors import Interrupted
from mlpexp.execution.local import Runner, in_this_process
from mlpexp.execution.tasks import Pace

Write = Callable[..., Path]
MAP = """\
dataset: {name: iris, test_fraction: 0.3}
model: {name: som, grid: [4, 4]}
training: {epochs: 5}
seeds: 2
"""
STOPPING = """\
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.1}
training: {batch_size: 16, epochs: 30, early_stopping: {patience: 2}}
seeds: 4
"""
DIVERGING = """\
dataset: {name: synthetic, kind: function, function: square, samples: 60, noise: 0.1}
model: {name: mlp, hidden_sizes: [8, 8]}
optimizer: {name: sgd, learning_rate: 1.2}
training: {batch_size: full, epochs: 12}
seeds: 5
"""
CNN = """\
dataset: {name: digits, test_fraction: 0.95}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 30, epochs: 3, threads: 1}
seeds: 3
"""
CONFIGS = {
    "plain": TINY, "validation": SELECTED, "one seed": MOONS, "regression": SINE, "map": MAP, "early stopping": STOPPING,
    "diverging": DIVERGING, "stacks": CNN, "seldom": SELECTED.replace("epochs: 6", "epochs: 7, evaluate_every: 3"),
}  # fmt: skip
pytestmark = pytest.mark.usefixtures("undrawn")


def lines_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("epoch ")]


@pytest.mark.parametrize("every", [1, 4])
@pytest.mark.parametrize("name", CONFIGS)
def test_show_gives_what_training_printed(name: str, every: int, mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "-c", config(CONFIGS[name]), "--log-every", every)
    assert result.code == 0, result.err
    printed = lines_in(result.out)
    assert len(printed) >= 2
    assert result.out.startswith(printed[0])
    assert mlpexp("show", "last", "--curve", "--log-every", every).out.splitlines() == printed
    assert ("one after the other" in result.err) == (name == "stacks")


def test_the_numbers_are_means_over_seeds(mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "-c", config(SELECTED), "--log-every", 5, "-q")
    *printed, folder = result.out.splitlines()
    assert folder == str(result.run)  # with --quiet the folder is the last line, and the only other one
    assert [line.split()[1] for line in printed] == ["0", "5", "6"]
    with (result.run / "metrics.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["epoch"] == "5"]
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    loss, accuracy, *others = (sum(float(row[name]) for row in rows) / 3 for name in names)
    expected = f"epoch 5  loss {loss:.4f}  accuracy {accuracy:.4f}"
    assert printed[1] == f"{expected}  validation loss {others[0]:.4f}  accuracy {others[1]:.4f}"


def test_nothing_is_printed_that_was_not_asked_for(mlpexp: Command, config: Write) -> None:
    assert lines_in(mlpexp("train", "-c", config(TINY)).out) == []


def test_a_sweep_shows_the_curve_of_an_arm(mlpexp: Command, config: Write) -> None:
    mlpexp("sweep", "-c", config(TINY), "--learning-rate", "0.1,0.5", "--seeds", "2", "-q")
    curve = mlpexp("show", "last", "--curve", "--arm", "1")
    arm = config(mlpexp("show", "last", "--arm", "1").out, "arm.yaml")
    assert lines_in(mlpexp("train", "-c", arm, "--log-every", 1).out) == curve.out.splitlines()
    refused = mlpexp("show", "sweep", "--curve")
    assert refused.code == 2
    assert re.fullmatch(r"error: --curve: \S+ is a sweep; name an arm, such as --arm 0\n", refused.err)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("show", "last", "--log-every", 5), "--log-every: only with --curve"),
        (("show", "last", "--curve", "--log-every", 0), "--log-every: 0 is not a positive number"),
        (("show", "last", "--curve", "--arm", 0), r"--arm: \S+ is a run, not a sweep"),
        (("train", "-c", "config.yaml", "--log-every", -1), "--log-every: -1 is not a positive number"),
    ],
)
def test_refused(options: tuple[object, ...], message: str, mlpexp: Command, config: Write) -> None:
    mlpexp("train", "-c", config(TINY), "-q")
    result = mlpexp(*options)
    assert (result.code, result.out) == (2, "")
    assert re.fullmatch(f"error: {message}\n", result.err)
    assert len(list(Path("runs").iterdir())) == 1


def watched(look: Callable[[], int | None]) -> Runner:
    """In this process; ``look`` is called after each step and evaluation, and says which signal has come."""
    return lambda tasks, stop, shares: in_this_process(tasks, lambda: look() or stop(), shares, Pace(tick_seconds=-1))


@pytest.mark.parametrize("name", ["plain", "early stopping", "stacks"])
@pytest.mark.parametrize("steps", [1, 4, 6, 9, 13, 20])
def test_interrupted_and_gone_on_with_prints_each_line_once(
    name: str, steps: int, mlpexp: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = itertools.count(1)
    runner = watched(lambda: signal.SIGINT if next(count) == steps else None)
    try:
        train_job(new(tmp_path, CONFIGS[name]).job, runner, ["png"], quiet=False, log_every=1)
        pytest.skip("it has ended before")
    except Interrupted as stopped:
        assert stopped.exit_code == 130
    first = capsys.readouterr().out
    assert mlpexp("show", "last", "--curve", "--log-every", 1).code == 0  # also of what is in training
    second = mlpexp("train", "--resume", "last", "--log-every", 1)
    curve = mlpexp("show", "last", "--curve", "--log-every", 1).out.splitlines()
    assert lines_in(first) + lines_in(second.out) == curve


def test_a_line_leaves_the_process_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Even into a pipe: what a reader has by the time of each step."""
    raw, seen = io.BytesIO(), []
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8"))
    runner = watched(lambda: seen.append(raw.getvalue().count(b"\n")))
    train_job(new(tmp_path, TINY).job, runner, ["png"], quiet=False, log_every=1)
    assert seen == [0, *(line for line in (1, 2, 3) for _ in range(4))]  # three steps and an evaluation for each epoch


PROGRAM = [sys.executable, "-m", "mlpexp", "train", "-c", "config.yaml", "--log-every", "1", "--plot-format", "svg"]


@pytest.mark.slow
@pytest.mark.parametrize("piped", [False, True])
def test_lines_stand_above_the_bar_or_go_into_the_pipe(piped: bool, config: Write, tmp_path: Path) -> None:
    config(TINY.replace("epochs: 3", "epochs: 40"))
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(
        PROGRAM, cwd=tmp_path, stdin=child, stdout=subprocess.PIPE if piped else child, stderr=child, env=environment
    )
    os.close(child)
    shown = b""
    try:
        while piece := os.read(parent, 65536):
            shown += piece
    except OSError:  # the terminal has no writer any more
        pass
    out = process.communicate()[0] if piped else b""
    assert process.wait() == 0, shown
    os.close(parent)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    bar = [line for line in re.split(r"[\r\n]+", text) if " % " in line]
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", text) if re.match(r"epoch \d+  loss", line)]
    assert bar
    assert all("loss" not in line or re.match(r"epoch \d+/40  ", line) for line in bar)
    if piped:
        assert lines == []
        lines = lines_in(out.decode())
    assert [line.split()[1] for line in lines] == [str(epoch) for epoch in range(41)]
    assert all(re.fullmatch(r"epoch \d+  loss \d\.\d{4}  accuracy \d\.\d{4}", line) for line in lines)


@pytest.mark.slow
def test_training_goes_on_when_the_reader_goes_away(config: Write, tmp_path: Path) -> None:
    config(TINY.replace("epochs: 3", "epochs: 40"))
    with subprocess.Popen(PROGRAM, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"epoch 0")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert '"status": "finished"' in (run / "summary.json").read_text()


def test_training_without_the_sweep_section_says_so(mlpexp: Command, config: Write) -> None:
    path = config(TINY + "sweep: {over: {learning_rate: [0.1, 1]}}\n", "with blank.yaml")
    said = f"the sweep: section is left aside; `mlpexp sweep '{path}'` trains it"
    assert said in mlpexp("train", "-c", path).err.splitlines()
    assert mlpexp("train", "-c", path, "-q").err == ""
    assert "left aside" not in mlpexp("train", "-c", config(TINY)).err


@pytest.mark.parametrize("text", [SELECTED, SINE, TINY])
def test_running_scores_are_explained(text: str, mlpexp: Command, config: Write) -> None:
    path = config(text.replace("epochs:", "train_metrics: running, epochs:"))
    notes = [
        line for line in mlpexp("train", "-c", path).out.splitlines() if "train_metrics" in line or "dropout" in line
    ]
    score = "R²" if text == SINE else "accuracy"
    assert notes[0].startswith(
        f"training loss and {score} are means over the batches since the last row (train_metrics: running)"
    )
    assert len(notes) == (1 if text == TINY else 2)  # of no test part there is nothing to lie below
    assert all(len(line.split()) <= 20 for line in notes)


def test_the_time_of_a_step_is_the_median_over_epochs(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(TINY), "-q").run
    rows = "stack,epoch,step,train_seconds,evaluation_seconds\n0,0,0,0.0,0\n0,1,3,9.0,0\n0,2,6,0.003,0\n0,3,9,0.003,0\n"
    (unsealed(run) / "timing.csv").write_text(rows)
    assert " s (median 1,000 us per step), evaluation " in mlpexp("show", run).out
    (run / "timing.csv").unlink()
    assert re.search(r" s \(median [\d,]+ us per step\), evaluation ", mlpexp("show", run).out)
