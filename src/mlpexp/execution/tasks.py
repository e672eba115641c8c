"""What is handed to a worker and what comes back: plain data that travel between processes and machines; and its pace."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import methodcaller
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.config.experiment import Experiment
from mlpexp.config.own_parts import OwnPart, needed_parts
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import Stack
from mlpexp.store.part import DONE, Part, PartRecord, TrialRecord
from mlpexp.store.plan_files import Recording, StackRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.weights import file_name, write_rows
from mlpexp.training.records import Record

if TYPE_CHECKING:
    from mlpexp.execution.recorder import Recorder


@dataclass(frozen=True)
class Pace:
    """What happens between the steps of a stack, and when."""

    clock: Callable[[], float] = perf_counter
    """Seconds; also those that training takes."""
    checkpoint_seconds: float = 10.0
    """From one checkpoint to the next."""
    tick_seconds: float = 0.1
    """From one tick to the next, where no epoch ends."""
    save: Callable[["Recorder"], None] = methodcaller("save")
    """Writes a checkpoint."""


AS_EVER = Pace()


@dataclass(frozen=True)
class StackTask:
    """One stack to be trained."""

    name: str
    """Of its part: ``stack-3``; of its halves ``stack-3.0`` and ``stack-3.1``."""
    number: int
    """Of the stack."""
    members: Sequence[Experiment]
    """The experiments, each with its seed and its device."""
    arms: Sequence[int]
    """Number of each member's arm."""
    rows: Sequence[int]
    """Of each member in the weights of the program."""
    program: int
    """Number of the program, which has ``num_rows`` trials."""
    num_rows: int
    """Of the weights of the program: its trials."""
    threads: int
    """CPU threads."""
    recording: Recording
    """What is written."""
    data_dir: str | None = None
    """Where image data sets lie; None: as the environment says."""
    folder: str | None = None
    """The result's folder where it can be reached; None on other machines."""
    starts: Sequence[Mapping[str, np.ndarray] | None] = ()
    """Tensors by name that each member begins with instead of drawn ones; empty: all are drawn."""
    own_parts: Sequence[OwnPart] = ()
    """The functions that its config names: they travel with it, and are never written."""

    @property
    def row_prefixes(self) -> list[str]:
        """How the rows of each member begin in tables: its arm, where there are several, and its seed."""
        trials = zip(self.arms, self.members, strict=True)
        return [f"{arm},{m.seed}," if self.recording.arm_column else f"{m.seed}," for arm, m in trials]

    @property
    def on_cuda(self) -> bool:
        """Whether it is trained on a card."""
        return self.members[0].on_cuda

    @property
    def record(self) -> StackRecord:
        """What is known of the stack before it is trained."""
        trials = tuple((arm, member.seed) for arm, member in zip(self.arms, self.members, strict=True))
        return StackRecord(part=self.name, program=self.program, threads=self.threads, trials=trials)


@dataclass(frozen=True)
class KeptRows:
    """Weights that a worker could not write itself: rows of one kind of weights."""

    kind: str
    """``best``, ``last``, ``state`` or ``epoch-3``."""
    tensors: Mapping[str, np.ndarray]
    """By name, a row per member of the stack."""


@dataclass(frozen=True)
class FinishedPart:
    """A trained stack, or one whose trials failed."""

    name: str
    """Of the part."""
    record: PartRecord
    """What it says."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What is still to be written into the result; empty where the worker did so itself."""
    kept: Sequence[KeptRows] = ()
    """Weights that are still to be written."""


@dataclass(frozen=True)
class StackOutcome:
    """What became of a task: one part, or those of its halves; and sentences that are still to be said."""

    task: StackTask
    """What was to be trained."""
    parts: Sequence[FinishedPart]
    """What it has left."""
    notes: Sequence[str] = ()
    """Sentences for the user."""

    @property
    def statuses(self) -> list[str]:
        """Of all trials."""
        return [trial.status for part in self.parts for trial in part.record.trials]

    def write(self, folder: ResultFolder) -> None:
        """Puts into the result what is not there yet: weights first, then the files that make them count.

        Raises:
            RunError: It cannot be written.
        """
        place = {
            (arm, m.seed): row for arm, m, row in zip(self.task.arms, self.task.members, self.task.rows, strict=True)
        }
        for part in self.parts:
            rows = [place[trial.arm, trial.seed] for trial in part.record.trials]
            for kept in part.kept:
                path = folder.weights / file_name(self.task.program, kept.kind)
                write_rows(path, self.task.num_rows, rows, kept.tensors)
            if part.files:
                Part(folder.parts / part.name).put(part.files)


@dataclass(frozen=True)
class Tick:
    """Where a stack is."""

    number: int
    """Of the stack."""
    share: float
    """Of its work, 0 to 1."""
    epoch: int = 0
    """Epochs done."""
    record: Record | None = None
    """The newest record, if there is a new one."""
    note: str = ""
    """A sentence to be said."""


def failed(task: StackTask, reason: str) -> StackOutcome:
    """The outcome of a stack none of whose trials could be trained."""
    trials = tuple(
        TrialRecord(arm=arm, seed=member.seed, status="failed", reason=reason)
        for arm, member in zip(task.arms, task.members, strict=True)
    )
    record = PartRecord(trials=trials, stack=task.record, files={})
    return StackOutcome(task, [FinishedPart(task.name, record, {DONE: record.text.encode()})])


def halves(task: StackTask) -> list[StackTask]:
    """The two halves of a stack that cannot be trained as a whole."""
    middle = len(task.members) // 2
    return [
        replace(
            task,
            name=f"{task.name}.{i}",
            members=task.members[half],
            arms=task.arms[half],
            rows=task.rows[half],
            starts=task.starts[half],
        )
        for i, half in enumerate((slice(middle), slice(middle, None)))
    ]


def joined(task: StackTask, outcomes: Sequence[StackOutcome]) -> StackOutcome:
    """The outcome of a stack from those of its halves."""
    notes = [note for outcome in outcomes for note in outcome.notes]
    return StackOutcome(task, [part for outcome in outcomes for part in outcome.parts], notes)


def task_of(
    stack: Stack,
    rows: Mapping[tuple[int, int], int],
    num_rows: int,
    recording: Recording,
    data_dir: str | None = None,
    folder: str | None = None,
) -> StackTask:
    """The task of a stack.

    Args:
        stack: To be trained.
        rows: Of each trial of its program (arm, seed) in its weights.
        num_rows: Trials of the program.
        recording: What is written.
        data_dir: Where image data sets lie.
        folder: The result's folder where workers can reach it.
    """
    members = tuple(
        trial.arm.experiment.model_copy(update={"seed": trial.seed, "device": stack.device}) for trial in stack.trials
    )
    return StackTask(
        stack.name,
        stack.number,
        members,
        tuple(trial.arm.number for trial in stack.trials),
        tuple(rows[trial.key] for trial in stack.trials),
        stack.program,
        num_rows,
        stack.threads,
        recording,
        data_dir,
        folder,
        starts_of((trial.prepared, trial.seed) for trial in stack.trials),
        needed_parts({trial.arm.number: trial.arm.experiment for trial in stack.trials}.values()),
    )


def starts_of(trials: Iterable[tuple[Prepared, int]]) -> tuple[Mapping[str, np.ndarray] | None, ...]:
    """What each of some trials, experiment and seed, begins with; empty where all is drawn."""
    starts = tuple(prepared.initial(seed) for prepared, seed in trials)
    return starts if any(starts) else ()
