"""Running the command line as a process of its own, and what the tests of the command line share."""

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

    def __init__(self, server: "ForkingServer", pid: int, out: Path, err: Path) -> None:
        self.server, self.pid, self.out, self.err = server, pid, out, err
        self.code: int | None = None

    def send(self, number: int) -> None:
        if self.code is None:
            os.kill(self.pid, number)

    def ended(self, seconds: float = 0) -> bool:
        if self.code is None:
            self.code = self.server.ask(do="wait", pid=self.pid, seconds=seconds)["code"]
        return self.code is not None

    def wait(self, seconds: float = 60) -> Result:
        if not self.ended(seconds):
            self.send(signal.SIGKILL)
            self.ended(10)
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
        out, err = (self.folder / f"{self.count}.{name}" for name in ("out", "err"))
        texts = {"args": [str(arg) for arg in args], "cwd": str(cwd), "out": str(out), "err": str(err)}
        return Process(self, self.ask(do="start", **{**texts, **options})["pid"], out, err)

    def close(self) -> None:
        self.process.communicate()


def results_of(run: Path) -> dict[str, bytes]:
    """The bytes that a run must always have: metrics, weights, and what is computed from the weights."""
    assert {"last.json", "best.json"} <= {path.name for path in (run / "checkpoints").iterdir()}
    files = [run / "metrics.csv", *run.glob("checkpoints/[!s]*"), *run.glob("evaluation/*")]  # not stack-0 and so on
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


def wait_for(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """Polls until the condition is true, and returns its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
    return value


def only_run(runs_dir: Path) -> Path:
    """The one run of a folder."""
    (run,) = (path for path in runs_dir.iterdir() if not path.name.startswith("."))
    return run
