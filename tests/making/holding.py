"""Training that is decided by its steps, not by a clock: held at a step until a test says so, saved every so many steps.

The steps of a process are counted, whatever it trains; worker processes count their own.
"""

import itertools
import os
import select
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from making.pace import steps_as_seconds
from mlpexp.execution.signals import Stop
from mlpexp.execution.tasks import Pace, StackTask

ABANDONED_SECONDS = 600  # a process that nobody lets go, as the tests are gone, ends by itself


def arrange(save_every: int | None = None, hold_after: int | None = None, **hold: Any) -> None:
    """Does in this process, and in the worker processes that it starts, what a request to the server asks for.

    Args:
        save_every: A checkpoint after so many steps, and none in between.
        hold_after: Hold after so many steps.
        hold: See ``hold``.
    """
    _arrange_here(save_every, hold_after, **hold)
    _arrange_in_workers(save_every=save_every, hold_after=hold_after, **hold)


def hold(folder: str, signals: int = 1) -> None:
    """Waits until the file ``go`` is in the folder, or so many signals have been handled.

    The file ``held-<number of the process>`` says that the process waits, ``signal-<n>`` that it has handled n signals.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer)
    place, count, end = Path(folder), 0, time.monotonic() + ABANDONED_SECONDS
    try:
        (place / f"held-{os.getpid()}").touch()
        while count < signals and not (place / "go").exists():
            if select.select([reader], [], [], 0.01)[0]:
                count += len(os.read(reader, 64))
                (place / f"signal-{count}").touch()
            if time.monotonic() > end:
                os._exit(1)
    finally:
        signal.set_wakeup_fd(before)


def _arrange_here(save_every: int | None, hold_after: int | None, **rest: Any) -> None:
    """Replaces what trains a stack: a command has no option for the pace of training."""
    import mlpexp.execution.driver as driver

    train_stack, steps = driver.train_stack, itertools.count(1)
    pace = Pace(tick_seconds=-1.0) if save_every is None else steps_as_seconds(save_every)

    def held(stop: Stop) -> int | None:
        if next(steps) == hold_after:
            hold(**rest)
        return stop()

    def paced(task: StackTask, stop: Stop = lambda: None, _: Pace = pace) -> driver.Driven:
        return train_stack(task, partial(held, stop), pace)

    driver.train_stack = paced


def _arrange_in_workers(**options: Any) -> None:
    from loky import ProcessPoolExecutor

    start = ProcessPoolExecutor.__init__

    def arranged(self: Any, *args: Any, initializer: Any = None, initargs: Any = (), **rest: Any) -> None:
        start(self, *args, initializer=_begin, initargs=(options, initializer, initargs), **rest)

    ProcessPoolExecutor.__init__ = arranged


def _begin(options: dict[str, Any], initializer: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    _arrange_here(**options)
    if initializer:
        initializer(*arguments)
