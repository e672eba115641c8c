"""SIGKILL at random moments of every way to train, gone on with, killed again: all files end as if nothing had been."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from making.dying import DIED
from making.processes import Process, wait_for
from making.run_files import equal_files, only_run
from making.ways_to_train import WAYS, config_of

Write = Callable[..., Path]
Start = Callable[..., Process]

STEPS = 30  # a way takes more than that
ONE_STEP_AN_EPOCH = ("full batch", "batch map")
SWEEP = ("--learning-rate", "0.01,0.1,1e30", "--batch-size", "8,16", "--seeds", "2")
FURTHER: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "by hand, in NumPy": ({}, ("train", "--engine", "numpy")),
    "sweep with an arm that diverges": ({}, ("sweep", *SWEEP, "--jobs", "1")),
    "sweep in two processes": (WAYS["validation"], ("sweep", *SWEEP, "--jobs", "2")),
    "goes on from a shorter run": ({}, ("train", "--continue", "BEFORE", "--epochs", "8")),
    "begins with other weights": ({}, ("train", "--init-from", "BEFORE", "--freeze", "dense1")),
}  # fmt: skip
COMMANDS = {way: (sections, ("train",)) for way, sections in WAYS.items()} | FURTHER


def gone(processes: list[int]) -> bool:
    """Workers end with the process that began them."""
    for number in processes:
        with suppress(ProcessLookupError):
            os.kill(number, 0)
            return False
    return True


class Killer:
    """Kills what it starts: at a step, at an operation on files, and at any moment soon after a step."""

    def __init__(self, start: Start, runs: Path, seed: str) -> None:
        self.start, self.runs, self.random = start, runs, random.Random(seed)

    def kills(self, arguments: list[object]) -> Iterator[str]:
        """Begins, is killed, goes on, is killed; yields how after each."""
        options = {"save_every": self.random.randint(1, 12)}
        for how in ("step", "operation", "moment"):
            if how == "operation":
                dying = {"die_at": self.random.randint(1, 25), "below": str(self.runs)}
                assert self.start(*arguments, **options, **dying).wait().code == DIED
            else:
                process = self.start(*arguments, **options, hold_after=self.random.randint(1, STEPS // 2))
                trained_in = process.held()  # the process itself, or a worker of it
                if how == "moment":
                    process.let_go()
                    time.sleep(self.random.uniform(0, 0.05))
                process.kill()
                wait_for(partial(gone, trained_in))
            arguments = [arguments[0], "--resume", only_run(self.runs), "-q"]
            yield how


@pytest.mark.slow
@pytest.mark.parametrize("way", COMMANDS)
def test_killed_at_random_moments(way: str, start: Start, config: Write, tmp_path: Path) -> None:
    sections, (command, *options) = COMMANDS[way]
    path = config(config_of(sections, **({"epochs": STEPS} if way in ONE_STEP_AN_EPOCH else {})))
    if "BEFORE" in options:
        before = tmp_path / start("train", "-c", path, "--runs-dir", "before", "-q").wait().run
        options = [str(before) if word == "BEFORE" else word for word in options]
    given = [*([] if "--continue" in options else ["-c", path]), *options, "-q"]
    whole = tmp_path / start(command, *given, "--runs-dir", "whole").wait().run
    runs, hows = tmp_path / "runs", []
    for how in Killer(start, runs, way).kills([command, *given, "--runs-dir", runs]):
        hows.append(how)
        run = only_run(runs)
        assert start("show", run).wait().code == 0
        assert " running " not in start("list", "--runs-dir", runs).wait().out
    ended = start(command, "--resume", run, "-q").wait()
    assert ended.code == 0 or "is complete" in ended.err, ended
    files = equal_files(run)
    print(f"{way}: kills {len(hows)}, files {len(files)}, all equal")
    assert files == equal_files(whole)
    assert len(hows) == 3
