"""Training whose pace is counted in steps, not in seconds, and which ends or fails where a test wants it.

Workers import it by its name, which they could not do with a module of tests.
"""

import itertools
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from making.trained_results import Trained
from mlpexp.execution.local import Runner, in_this_process
from mlpexp.execution.recorder import Recorder
from mlpexp.execution.tasks import Pace, StackTask
from mlpexp.training.trainer import Trainer


def steps_as_seconds(checkpoint_steps: float, **rest: Any) -> Pace:
    """A tick after each step, and a checkpoint after so many: the clock is read once a step."""
    return Pace(itertools.count().__next__, checkpoint_steps - 0.5, tick_seconds=0, **rest)


def every_step(checkpoint_steps: int) -> Runner:
    """In this process, with an update after each step, and a checkpoint after so many."""
    return partial(in_this_process, pace=steps_as_seconds(checkpoint_steps))


def abandon(run: Trained, updates: int, runner: Runner) -> bool:
    """Trains until so many updates have come, then drops everything, as a killed process would; False at the end."""
    training = run.updates(runner)
    for _ in itertools.islice(training, updates):
        pass
    over = next(training, None) is None
    training.close()
    return not over


class Disturbed:
    """Trains stacks that fail after some steps, in this process.

    Args:
        failing: The error of a stack, if it is to fail.
        steps: After how many steps, and evaluations.
        checkpoint_steps: A checkpoint after so many; None: there is none.

    Attributes:
        begun: The trials of each stack that was begun: learning rate and seed.
    """

    def __init__(
        self, failing: Callable[[Trainer], BaseException | None], steps: int = 3, checkpoint_steps: int | None = None
    ) -> None:
        self.failing, self.steps, self.checkpoint_steps = failing, steps, checkpoint_steps
        self.begun: list[list[tuple[float, int]]] = []
        self.recorder: Recorder | None = None

    def __call__(self, *arguments: Any) -> Any:
        """As a runner."""
        return in_this_process(*arguments, pace=steps_as_seconds(0, save=self._after_step))

    def _after_step(self, recorder: Recorder) -> None:
        if recorder is not self.recorder:
            members = recorder.trainer.members
            self.begun.append([(member.optimizer.learning_rate, member.seed) for member in members])
            self.recorder, self.count = recorder, 0
        self.count += 1
        if self.checkpoint_steps and self.count % self.checkpoint_steps == 0:
            recorder.save()
        error = self.failing(recorder.trainer)
        if error is not None and self.count == self.steps:
            raise error


class Deadly(StackTask):
    """A task that kills the process which unpacks it, if it holds a certain trial."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if (1, 0) in self.record.trials:
            os._exit(1)


class Lost(StackTask):
    """A task that some of the workers' machines cannot unpack."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.members[0].training.batch_size == 7:
            raise ImportError("another version")
