"""``kill -9`` at any moment, then ``--resume``: the bytes of an uninterrupted run."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Answer
from making.configs import CNN, MLP, TINY
from making.dying import DIED
from making.processes import Process, wait_for, with_tests
from making.run_files import complete_rows, growing_tables, num_rows, only_run, results_of

Write = Callable[..., Path]
Start = Callable[..., Process]
STACKS = """\
dataset: {name: synthetic, kind: moons, samples: 24, validation_fraction: 0.25}
model: {name: mlp, hidden_sizes: [3]}
optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}
training: {batch_size: 6, epochs: 2, early_stopping: {patience: 1}}
seeds: 2
"""
STEPS = {"MLP": 600, "CNN": 800}  # a little fewer than the kinds of run have


def assert_readable(run: Path) -> None:
    """Whatever moment the process died at: config, summary and complete rows can be read."""
    assert (run / "config.yaml").read_text().startswith("dataset:")
    assert json.loads((run / "summary.json").read_text())["status"] in ("running", "finished")
    for path in growing_tables(run):
        complete_rows(path)


def resume_until_finished(start: Start, run: Path, **options: object) -> None:
    result = start("train", "--resume", run, "-q", **options).wait()
    if "this run is complete" not in result.err:
        assert result.code == 0, result.err


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind == "CNN" else kind for kind in STEPS]
)
def test_killed_at_random_moments_again_and_again(kind: str, start: Start, config: Write, tmp_path: Path) -> None:
    """Two kills of three at a random step, the third at a random operation on files soon after the start."""
    path = config(MLP if kind == "MLP" else CNN)
    modules = {"import": ["sklearn.datasets"]} if kind == "CNN" else {}
    whole = tmp_path / start("train", "-c", path, "--runs-dir", "whole", "-q", **modules).wait().run
    moments, runs, numbers = random.Random(kind), tmp_path / "runs", set()
    for kill in range(6):
        begun = list(runs.glob("2*"))
        arguments = ["--resume", *begun] if begun else ["-c", path]
        if kill % 3 == 2:
            dying = {"die_at": moments.randint(1, 25), "below": str(runs)}
            assert start("train", *arguments, "-q", save_every=20, **dying).wait().code == DIED
        else:  # at most a tenth of all steps
            process = start("train", *arguments, "-q", save_every=20, hold_after=moments.randint(1, STEPS[kind] // 10))
            process.held()
            process.kill()
            assert process.code == -signal.SIGKILL
        run = only_run(runs)
        assert_readable(run)
        numbers.add(num_rows(run))
    assert len(numbers) >= 2, "the kills all came at the same place"
    assert start("train", "--resume", run, "-q").wait().code == 0
    assert results_of(run) == results_of(whole)


class TestAtEveryOperation:
    """The process dies right before its k-th operation on files, a checkpoint being written after each step."""

    def whole(self, start: Start, path: Path, folder: Path) -> Path:
        return folder / start("train", "-c", path, "--runs-dir", "whole", "-q").wait().run

    def die(self, start: Start, path: Path, runs: Path, number: int) -> Answer:
        return start(
            "train", "-c", path, "--runs-dir", runs, "-q", save_every=1, die_at=number, below=str(runs)
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
            resume_until_finished(start, run, save_every=1)
            assert results_of(run) == results_of(whole), number
        assert result.code == 0, "more operations than tried"
        assert died >= 3

    @pytest.mark.slow
    def test_some_operations(self, start: Start, config: Write, tmp_path: Path) -> None:
        self.check(start, config, tmp_path, TINY.replace("epochs: 3", "epochs: 1"), range(1, 1000, 61))

    @pytest.mark.slow
    @pytest.mark.parametrize("text", [TINY.replace("epochs: 3", "epochs: 1"), STACKS])
    def test_every_operation(self, text: str, start: Start, config: Write, tmp_path: Path) -> None:
        self.check(start, config, tmp_path, text, range(1, 1000))

    @pytest.mark.slow
    def test_dying_again_and_again_while_resuming(self, start: Start, config: Write, tmp_path: Path) -> None:
        path = config(STACKS)
        whole = self.whole(start, path, tmp_path)
        run = None
        for attempt in range(100):
            arguments = ["--resume", run] if run else ["-c", path]
            number = 90 + 9 * (attempt % 9)  # beyond what resuming itself takes, so that each attempt gets on
            result = start(
                "train", *arguments, "-q", save_every=1, die_at=number, below=str(tmp_path / "runs")
            ).wait()  # fmt: skip
            run = only_run(tmp_path / "runs")
            if result.code == 0 or "this run is complete" in result.err:
                break
            assert result.code == DIED, result
        assert 3 <= attempt < 99
        assert results_of(run) == results_of(whole)

    @pytest.mark.slow
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
def test_a_program_of_its_own_is_killed_and_resumed(config: Write, tmp_path: Path) -> None:
    """As a user would: ``python -m mlpexp``, plots included; only what is killed is held first, after some checkpoints."""
    path = config(MLP)
    program = [sys.executable, "-m", "mlpexp", "train"]
    held = "from making.holding import arrange; from mlpexp.cli.main import main; "
    held += f"arrange(save_every=10, hold_after=200, folder={str(tmp_path)!r}); main()"
    subprocess.run([*program, "-c", path, "--runs-dir", "whole"], cwd=tmp_path, check=True, capture_output=True)
    with subprocess.Popen([sys.executable, "-c", held, "train", "-c", path], cwd=tmp_path, env=with_tests()) as process:
        wait_for(lambda: list(tmp_path.glob("held-*")) or process.poll() is not None)
        process.kill()
    assert process.returncode == -signal.SIGKILL
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
