"""``kill -9`` at any moment, then ``--resume``: the bytes of an uninterrupted run."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import TINY, Process, Result, only_run, results_of, wait_for
from dying import DIED
from test_cli_signals import CNN, LONG, num_rows

Write = Callable[..., Path]
Start = Callable[..., Process]
STACKS = """\
dataset: {name: synthetic, kind: moons, samples: 24, validation_fraction: 0.25}
model: {name: mlp, hidden_sizes: [3]}
optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}
training: {batch_size: 6, epochs: 2, early_stopping: {patience: 1}}
seeds: 2
"""


def assert_readable(run: Path) -> None:
    """Whatever moment the process died at: config, summary and complete rows can be read."""
    assert (run / "config.yaml").read_text().startswith("dataset:")
    assert json.loads((run / "summary.json").read_text())["status"] in ("running", "finished")
    if (run / "metrics.csv").exists():
        text = (run / "metrics.csv").read_text()
        rows = list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))
        assert all(None not in row.values() for row in rows)


def resume_until_finished(start: Start, run: Path, **options: object) -> None:
    result = start("train", "--resume", run, "-q", **options).wait()
    if "this run is complete" not in result.err:
        assert result.code == 0, result.err


@pytest.mark.parametrize("kind", ["MLP", "CNN"])
def test_killed_at_random_moments_again_and_again(kind: str, start: Start, config: Write, tmp_path: Path) -> None:
    path = config(LONG if kind == "MLP" else CNN)
    modules = {"import": ["sklearn.datasets"]} if kind == "CNN" else {}
    whole = tmp_path / start("train", "-c", path, "--runs-dir", "whole", "-q", **modules).wait().run
    moments = random.Random(kind)
    arguments = ["-c", path]
    kills, epochs = 0, set()
    while True:
        rows = num_rows(tmp_path / "runs")
        process = start("train", *arguments, "-q", checkpoint_seconds=0.02)
        if kills < 8:
            if kills % 3 < 2:  # the others are killed while they start
                wait_for(lambda: process.ended() or num_rows(tmp_path / "runs") > rows)  # noqa: B023
            time.sleep(moments.uniform(0, 0.1))
            process.send(signal.SIGKILL)
        result = process.wait()
        if result.code == 0 or "this run is complete" in result.err:
            break
        assert result.code == -signal.SIGKILL, result
        kills += 1
        runs = list((tmp_path / "runs").glob("2*"))
        if runs:
            (run,) = runs
            assert_readable(run)
            arguments = ["--resume", run]
            if (run / "metrics.csv").exists():
                epochs.add((run / "metrics.csv").read_text().count("\n"))
    assert kills >= 3
    assert len(epochs) >= 2, "the kills all came at the same place"
    assert results_of(only_run(tmp_path / "runs")) == results_of(whole)


class TestAtEveryOperation:
    """The process dies right before its k-th operation on files, a checkpoint being written after each step."""

    def whole(self, start: Start, path: Path, folder: Path) -> Path:
        return folder / start("train", "-c", path, "--runs-dir", "whole", "-q").wait().run

    def die(self, start: Start, path: Path, runs: Path, number: int) -> Result:
        return start(
            "train", "-c", path, "--runs-dir", runs, "-q", checkpoint_seconds=-1.0, die_at=number, below=str(runs)
        ).wait()  # fmt: skip

    def check(self, start: Start, config: Write, folder: Path, text: str, numbers: range) -> None:
        path = config(text)
        whole = self.whole(start, path, folder)
        died = 0
        for number in numbers:
            runs = folder / f"runs-{number}"
            result = self.die(start, path, runs, number)
            if result.code == 0:
                break
            assert result.code == DIED, result
            died += 1
            found = list(runs.glob("2*")) if runs.exists() else []
            if not found:  # it died before the folder got its name
                assert start("list", "--runs-dir", runs).wait().out in ("", f"no runs in {runs}\n")
                continue
            (run,) = found
            assert_readable(run)
            resume_until_finished(start, run, checkpoint_seconds=-1.0)
            assert results_of(run) == results_of(whole), number
        assert result.code == 0, "more operations than tried"
        assert died >= 5

    def test_some_operations(self, start: Start, config: Write, tmp_path: Path) -> None:
        self.check(start, config, tmp_path, TINY.replace("epochs: 3", "epochs: 1"), range(1, 1000, 13))

    @pytest.mark.slow
    @pytest.mark.parametrize("text", [TINY.replace("epochs: 3", "epochs: 1"), STACKS])
    def test_every_operation(self, text: str, start: Start, config: Write, tmp_path: Path) -> None:
        self.check(start, config, tmp_path, text, range(1, 1000))

    def test_dying_again_and_again_while_resuming(self, start: Start, config: Write, tmp_path: Path) -> None:
        path = config(STACKS)
        whole = self.whole(start, path, tmp_path)
        run = None
        for attempt in range(100):
            arguments = ["--resume", run] if run else ["-c", path]
            number = 40 + 7 * (attempt % 9)  # beyond what resuming itself takes, so that each attempt gets on
            result = start(
                "train", *arguments, "-q", checkpoint_seconds=-1.0, die_at=number, below=str(tmp_path / "runs")
            ).wait()  # fmt: skip
            run = only_run(tmp_path / "runs")
            if result.code == 0 or "this run is complete" in result.err:
                break
            assert result.code == DIED, result
        assert 3 <= attempt < 99
        assert results_of(run) == results_of(whole)

    def test_temporary_files_of_killed_processes_do_not_pile_up(
        self, start: Start, config: Write, tmp_path: Path
    ) -> None:
        path = config(TINY.replace("epochs: 3", "epochs: 1"))
        whole = self.whole(start, path, tmp_path)
        for number in (60, 62, 64, 150, 153):
            runs = tmp_path / f"runs-{number}"
            assert self.die(start, path, runs, number).code == DIED
            run = only_run(runs)
            resume_until_finished(start, run)
            left, expected = ({str(file.relative_to(folder)) for file in folder.rglob("*")} for folder in (run, whole))
            assert left == expected, number


@pytest.mark.slow
def test_without_any_help_of_the_tests_a_program_is_killed_and_resumed(config: Write, tmp_path: Path) -> None:
    """As a user would: ``python -m mlpexp``, plots included; only the checkpoints are made frequent."""
    path = config(LONG)
    program = [sys.executable, "-m", "mlpexp", "train"]
    frequent = "import mlpexp.execution.run as r; r.CHECKPOINT_SECONDS = 0.0; from mlpexp.cli.main import main; main()"
    subprocess.run([*program, "-c", path, "--runs-dir", "whole"], cwd=tmp_path, check=True, capture_output=True)
    with subprocess.Popen([sys.executable, "-c", frequent, "train", "-c", path], cwd=tmp_path) as process:
        wait_for(lambda: list(tmp_path.glob("runs/2*/checkpoints/stack-0.json")), 60)
        process.kill()
    run = only_run(tmp_path / "runs")
    assert_readable(run)
    done = subprocess.run(
        [*program, "--resume", run], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    assert f"written to {run}" in done.stdout.replace("\n", " ")
    whole = only_run(tmp_path / "whole")
    assert results_of(run) == results_of(whole)
    plots = {file.name for file in (run / "plots").iterdir()}
    assert plots == {file.name for file in (whole / "plots").iterdir()}
