"""Training that is decided by its steps, not by a clock: held at a step until a test says so, saved every so many steps.

The steps of a process are counted, whatever it trains; worker processes count their own.
"""

import importlib
import itertools
import math
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from making.command_line import CHECKPOINT_INTERVALS, LOOK_INTERVALS

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


def after_each_step(act: Callable[[int], None]) -> None:
    """Calls ``act`` with the number of steps, each after the caller of the trainer has dealt with it.

    A step is what ``Trainer.run`` yields: a step of training or the evaluation of an epoch.
    """
    from mlpexp.training.trainer import Trainer

    run, count = Trainer.run, itertools.count(1)

    def watched(self: Trainer) -> Any:
        for update in run(self):
            yield update
            act(next(count))

    Trainer.run = watched


def _arrange_here(save_every: int | None, hold_after: int | None, **rest: Any) -> None:
    if save_every is not None:
        _set(LOOK_INTERVALS, -1.0)
        _save_next(0, save_every)
        after_each_step(lambda steps: _save_next(steps, save_every))
    if hold_after is not None:
        _set(LOOK_INTERVALS, -1.0)
        after_each_step(lambda steps: hold(**rest) if steps == hold_after else None)


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


def _save_next(steps: int, every: int) -> None:
    _set(CHECKPOINT_INTERVALS, -1.0 if (steps + 1) % every == 0 else math.inf)


def _set(names: tuple[str, ...], seconds: float) -> None:
    for name in names:
        module, _, attribute = name.rpartition(".")
        setattr(importlib.import_module(module), attribute, seconds)
