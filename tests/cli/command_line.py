"""Running the command line as a process of its own, and what the tests of the command line share."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs"
PATIENCE = 120.0  # seconds to wait for what must come: no test fails as the machine is slow

# Seconds between two checkpoints, and between two looks for a wish to stop.
CHECKPOINT_INTERVALS = ("mlpexp.execution.driver.CHECKPOINT_SECONDS",)
LOOK_INTERVALS = ("mlpexp.execution.driver.TICK_SECONDS",)
# What draws the plots of runs and sweeps, which takes longer than everything else.
DRAWING = ("mlpexp.report.figures.catalogue.draw_figures",)

# Quick networks, each a whole config.
TINY = """\
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 10, epochs: 3}
"""
SELECTED = """\
name: selected
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 16, epochs: 6}
seeds: 3
"""
MOONS = """\
dataset: {name: synthetic, kind: moons, samples: 60}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
"""
SINE = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
"""


@dataclass(frozen=True)
class Result:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def run(self) -> Path:
        """The run folder that ``train --quiet`` prints."""
        assert self.code == 0, self.err
        return Path(self.out.splitlines()[-1])


Command = Callable[..., Result]


class Process:
    """A command running as a process of its own."""

    def __init__(self, server: "ForkingServer", pid: int, out: Path, err: Path, folder: Path) -> None:
        self.server, self.pid, self.out, self.err, self.folder = server, pid, out, err, folder
        self.code: int | None = None

    def send(self, number: int) -> None:
        if self.code is None:
            os.kill(self.pid, number)

    def ended(self, seconds: float = 0) -> bool:
        if self.code is None:
            self.code = self.server.ask(do="wait", pid=self.pid, seconds=seconds)["code"]
        return self.code is not None

    def held(self, processes: int = 1) -> list[int]:
        """Waits until it, or so many of its workers, are held in the middle of training; returns their numbers."""
        wait_for(lambda: len(list(self.folder.glob("held-*"))) >= processes or self.ended())
        assert not self.ended(), f"not held: {self.wait()}"
        return sorted(int(path.name.partition("-")[2]) for path in self.folder.glob("held-*"))

    def handled(self, signals: int) -> None:
        """Waits until it has handled so many signals while it was held."""
        wait_for((self.folder / f"signal-{signals}").exists)

    def let_go(self) -> None:
        """Lets it and its workers go on, and does not hold any again."""
        (self.folder / "go").touch()

    def kill(self) -> None:
        """Ends it if it has not ended."""
        self.send(signal.SIGKILL)
        self.ended(PATIENCE)

    def wait(self, seconds: float = 300) -> Result:
        if not self.ended(seconds):
            self.kill()
            pytest.fail(f"still running after {seconds} s")
        result = Result(self.code, self.out.read_text(encoding="utf-8"), self.err.read_text(encoding="utf-8"))
        assert "Traceback" not in result.err, result.err
        return result


class ForkingServer:
    """See ``forking_server.py``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        unwanted = ("MLPEXP_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        environment["TERM"] = "xterm"
        self.process = subprocess.Popen(
            [sys.executable, HERE / "forking_server.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert self.answer() == {"ready": True}

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def ask(self, **request: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def start(self, *args: object, cwd: Path, **options: Any) -> Process:
        self.count += 1
        out, err, holds = (self.folder / f"{self.count}.{name}" for name in ("out", "err", "holds"))
        holds.mkdir()
        texts = {"args": [str(arg) for arg in args], "cwd": str(cwd), "out": str(out), "err": str(err)}
        pid = self.ask(do="start", **{**texts, "folder": str(holds), **options})["pid"]
        return Process(self, pid, out, err, holds)

    def close(self) -> None:
        self.process.communicate()


def results_of(run: Path) -> dict[str, bytes]:
    """The bytes that a run must always have: metrics, weights, and what is computed from the weights."""
    assert any((run / "weights").glob("*.best.json"))
    files = [run / "metrics.csv", run / "trials.csv", *run.glob("weights/*"), *run.glob("evaluation/*")]
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


def growing_tables(run: Path) -> list[Path]:
    """Where the rows of metrics of a run lie until it ends, as far as they exist."""
    return sorted(run.glob("parts/*/metrics.csv"))


def num_rows(run: Path) -> int:
    """Complete rows of metrics of a run that has not ended, headers not counted."""
    return sum(path.read_text().count("\n") - 1 for path in growing_tables(run))


def checkpoints(run: Path) -> list[Path]:
    """One file for each stack of a run that has not ended, from which it goes on."""
    return sorted(run.glob("parts/*/checkpoint.json"))


def complete_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table, without a last line that the end of the process cut short; each has all cells."""
    text = path.read_text()
    rows = list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))
    assert all(None not in row and None not in row.values() for row in rows), path
    return rows


def wait_for(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Polls until the condition, which must come true, is true; returns its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
    return value


def only_run(runs_dir: Path) -> Path:
    """The one run of a folder."""
    (run,) = (path for path in runs_dir.iterdir() if not path.name.startswith("."))
    return run
