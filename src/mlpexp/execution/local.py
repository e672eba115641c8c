"""Running stacks on this machine: in this process, or in worker processes with one thread each."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from time import sleep
from typing import Any

from mlpexp.asking import keyword
from mlpexp.errors import Interrupted, RunError
from mlpexp.execution.meter import Shares
from mlpexp.execution.quiet import quieten
from mlpexp.execution.signals import Stop
from mlpexp.execution.tasks import AS_EVER, Pace, StackOutcome, StackTask, Tick, failed, halves, joined

POLL_SECONDS = 0.2
STOPPED = "stopped; what has been trained is kept"
DIED = "its worker process died (killed, or out of memory)"

Outcomes = Iterator[StackOutcome | Tick | None]  # None: nothing new, but time to move the progress bar
Runner = Callable[[Sequence[StackTask], Stop, Shares], Outcomes]


def in_this_process(tasks: Sequence[StackTask], stop: Stop, shares: Shares, pace: Pace = AS_EVER) -> Outcomes:
    """One stack after the other.

    Raises:
        Interrupted: After the checkpoint of the stack in training has been saved.
    """
    from mlpexp.execution.driver import train_stack

    for task in tasks:
        yield (yield from train_stack(task, stop, pace))


def in_workers(tasks: Sequence[StackTask], jobs: int, stop: Stop) -> Outcomes:
    """Stacks shared among worker processes, in the order in which they end.

    If a worker dies, the stacks that were in work are tried once more, each alone and then in halves; a trial that kills
    its worker again has failed, and the rest goes on.

    Raises:
        Interrupted: ``stop`` said so; the workers are gone, their checkpoints are at most some seconds old.
    """
    waiting = {task.number: task for task in tasks}
    while waiting:
        suspects: list[StackTask] = []
        for outcome in _pool(list(waiting.values()), jobs, stop, suspects):
            if isinstance(outcome, StackOutcome):
                del waiting[outcome.task.number]
            yield outcome
        for suspect in suspects:
            yield _alone(suspect, stop)
            del waiting[suspect.number]


def _alone(task: StackTask, stop: Stop) -> StackOutcome:
    """A stack in a worker of its own, in halves if that dies."""
    died: list[StackTask] = []
    for outcome in _pool([task], 1, stop, died):
        if isinstance(outcome, StackOutcome):
            return outcome
    if len(task.members) == 1:
        return failed(task, DIED)
    return joined(task, [_alone(half, stop) for half in halves(task)])


def _pool(tasks: Sequence[StackTask], jobs: int, stop: Stop, suspects: list[StackTask]) -> Outcomes:
    """One pool of workers, until all is done or one of them dies; ``suspects`` then takes what was in work."""
    from loky import ProcessPoolExecutor

    try:
        executor = ProcessPoolExecutor(min(jobs, len(tasks)), initializer=_begin, initargs=(os.getpid(),))
    except OSError as error:
        raise _no_workers(error) from None
    running: dict[Future[Any], StackTask] = {}
    rest = iter(tasks)
    try:
        while True:
            try:
                while len(running) < jobs and (task := next(rest, None)):
                    running[_submitted(executor, task)] = task
                if not running:
                    return
                done, _ = wait(running, POLL_SECONDS, FIRST_COMPLETED)
                if number := stop():
                    raise Interrupted(STOPPED, number)
                for future in done:
                    outcome = future.result()
                    del running[future]
                    yield outcome
            except BrokenProcessPool:
                suspects += running.values()
                return
            yield None
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def _submitted(executor: Any, task: StackTask) -> Future[Any]:
    """A task on its way; the first one starts the workers."""
    try:
        future: Future[Any] = executor.submit(_work, task)
    except OSError as error:  # of what they share, such as locks in /dev/shm
        raise _no_workers(error) from None
    return future


def _no_workers(error: OSError) -> RunError:
    what = f"worker processes cannot be started: {error.strerror or error}"
    return RunError(f"{what}; they need /dev/shm, and a run without {keyword('jobs')} needs none")


def _begin(parent: int) -> None:
    """Ctrl-C reaches every process of the terminal, but the parent decides; and a worker ends with its parent.

    Whoever resumes a sweep whose process was killed must not meet its workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quieten()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        sleep(POLL_SECONDS)
    os._exit(1)


def _work(task: StackTask) -> StackOutcome:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from mlpexp.execution.driver import finished, train_stack

    if task.folder is None:
        return finished(train_stack(task))
    return finished(train_stack(task), partial(Shares.open(task.folder).set, task.number))
