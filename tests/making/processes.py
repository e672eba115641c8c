"""The command line as a process of its own, which tests hold, end and wait for."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from making.command_line import Answer

TESTS = Path(__file__).parents[1]
PATIENCE = 120.0  # seconds to wait for what must come: no test fails as the machine is slow


def with_tests(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which a process of its own can import ``making``."""
    paths = [str(TESTS), *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(paths)}


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

    def wait(self, seconds: float = 300) -> Answer:
        if not self.ended(seconds):
            self.kill()
            pytest.fail(f"still running after {seconds} s")
        result = Answer(self.code, self.out.read_text(encoding="utf-8"), self.err.read_text(encoding="utf-8"))
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
            [sys.executable, "-m", "making.forking_server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=with_tests(environment),
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


def wait_for(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Polls until the condition, which must come true, is true; returns its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
    return value


@pytest.fixture(scope="session")
def forking_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkingServer]:
    server = ForkingServer(tmp_path_factory.mktemp("processes"))
    yield server
    server.close()


@pytest.fixture
def start(forking_server: ForkingServer, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """A function that starts ``mlpexp`` as a process in the test's folder; for the options see ``forking_server.py``."""
    processes = []

    def begin(*args: object, **options: Any) -> Process:
        processes.append(forking_server.start(*args, cwd=tmp_path, **options))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
