"""The one driver of training: a stack from its checkpoint, if it has one, to its end; here, in a worker, on a cluster."""

import gc
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from mlpexp.architectures.build import architecture_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.own_parts import register
from mlpexp.config.own_scores import declare_given
from mlpexp.data.catalogue import shared_dataset
from mlpexp.data.dataset import Dataset
from mlpexp.errors import DataError, InputError, Interrupted, RunError
from mlpexp.execution.dividing import begun_in_halves, divide
from mlpexp.execution.environment import engine_name
from mlpexp.execution.machine import arithmetic_name, choose_device, computing, device_name
from mlpexp.execution.members import trainer_of
from mlpexp.execution.recorder import Recorder
from mlpexp.execution.signals import Stop
from mlpexp.execution.tasks import AS_EVER, FinishedPart, Pace, StackOutcome, StackTask, Tick, failed, halves, joined
from mlpexp.store.part import Part
from mlpexp.training.lack_of_memory import is_lack_of_memory
from mlpexp.training.trainer import Trainer

Driven = Generator[Tick, None, StackOutcome]


def train_stack(task: StackTask, stop: Stop = lambda: None, pace: Pace = AS_EVER) -> Driven:
    """Trains a stack to its end, and says now and then where it is.

    A stack for which there is not enough memory is tried again in halves, down to single trials; a trial that fails alone
    is a row with its reason. So is, where several arms are compared, one that cannot be trained for a reason that a user
    can understand. A defect of the program is raised.

    Raises:
        Interrupted: ``stop`` said so; the checkpoint is saved.
        RunError: The folder cannot be written.
        InputError: It cannot be trained as asked, and there is one arm.
    """
    register(task.own_parts)
    declare_given(part.reference for part in task.own_parts if part.kind == "score")
    if task.folder is None:
        with TemporaryDirectory(prefix="mlpexp-") as folder:
            return (yield from _trained(task, Path(folder), stop, pace))
    return (yield from _trained(task, Path(task.folder), stop, pace))


def finished(driven: Driven, report: Callable[[float], None] = lambda share: None) -> StackOutcome:
    """Trains to the end; ``report`` is told the share that is done."""
    notes: list[str] = []
    while True:
        try:
            tick = next(driven)
        except StopIteration as end:
            return replace(end.value, notes=notes)
        report(tick.share)
        notes += [tick.note] if tick.note else []


def _trained(task: StackTask, folder: Path, stop: Stop, pace: Pace) -> Driven:
    done = _done(task, folder)
    if done:
        return StackOutcome(task, [done])
    choose_device(task.members[0])  # if it is not there, that is no fault of a trial
    if not begun_in_halves(task, folder):
        try:
            return (yield from _train(task, folder, stop, pace))
        except InputError as error:
            if isinstance(error, DataError) or not task.recording.arm_column:
                raise
            return failed(task, str(error).splitlines()[0])
        except Exception as error:
            if not is_lack_of_memory(error):
                raise
            if len(task.members) == 1:
                return failed(task, _too_large(task, error))
        gc.collect()  # what the whole stack held is for its halves
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        yield from _halve(task, folder)
    outcomes = []
    for half in halves(task):
        outcomes.append((yield from _trained(half, folder, stop, pace)))
    return joined(task, outcomes)


def _halve(task: StackTask, folder: Path) -> Iterator[Tick]:
    """Hands what a stack has reached to its halves; if that is damaged, they begin at the beginning."""
    try:
        divide(task, folder, halves(task))
    except RunError as error:
        yield Tick(
            task.number, 0.0, note=f"{error}; its {len(task.members)} trials are trained again from the beginning"
        )
    Part(folder / "parts" / task.name).remove()


def _too_large(task: StackTask, error: BaseException) -> str:
    """Why a single trial could not be trained, and on a card what to change."""
    first = str(error).splitlines()[0] if str(error) else "out of memory"
    if not task.on_cuda:
        return f"not enough memory: {first}"
    return (
        f"not enough memory on the GPU; set a smaller training.batch_size, or device: cpu ({first.partition('. ')[0]})"
    )


def _done(task: StackTask, folder: Path) -> FinishedPart | None:
    """What an earlier attempt has left of a half."""
    part = Part(folder / "parts" / task.name)
    try:
        record = part.read() if part.is_done else None
    except RunError:
        return None
    if record is None or all(trial.status == "failed" for trial in record.trials):
        return None
    return FinishedPart(task.name, record)


def _train(task: StackTask, folder: Path, stop: Stop, pace: Pace) -> Driven:
    with computing(task.members[0], task.threads):
        dataset = shared_dataset(task.members[0].dataset, task.data_dir)
        trainer = trainer_of_task(task, dataset, pace.clock)
        recorder = Recorder(task, folder, trainer, dataset)
        try:
            note = recorder.begin()
            if note:
                yield Tick(task.number, 0.0, note=note)
            yield from _steps(task, trainer, recorder, stop, pace)
            part = recorder.finish(_machine(task.members[0]))
        finally:
            recorder.close()
    return StackOutcome(task, [part])


def trainer_of_task(task: StackTask, dataset: Dataset, clock: Callable[[], float] = AS_EVER.clock) -> Trainer:
    """The trainer of a stack, before its first step."""
    distinct = {member.model: member for member in task.members}  # all freeze the same layers: they are one program
    built = {model: architecture_of(member, dataset.facts) for model, member in distinct.items()}
    return trainer_of(task.members, [built[member.model] for member in task.members], dataset, clock, task.starts)


def _steps(task: StackTask, trainer: Trainer, recorder: Recorder, stop: Stop, pace: Pace) -> Iterator[Tick]:
    state = trainer.state
    total = max(1, trainer.steps_per_epoch * trainer.settings.epochs)
    saved = told = pace.clock()
    noted = ""
    for record in trainer.run():
        if record:
            recorder.add(record)
        if trainer.note != noted:
            noted = trainer.note
            yield Tick(task.number, state.step / total, state.epoch, note=noted)
        now, number = pace.clock(), stop()
        if number or now - saved > pace.checkpoint_seconds:
            pace.save(recorder)
            saved = pace.clock()
        if number:
            if record:  # nobody would hear of it later
                yield Tick(task.number, state.step / total, state.epoch, record)
            raise Interrupted(f"stopped after epoch {state.epoch}, step {state.step}; everything is saved", number)
        if record or now - told > pace.tick_seconds:
            told = now
            recorder.flush()
            yield Tick(task.number, state.step / total, state.epoch, record)


def _machine(experiment: Experiment) -> dict[str, str]:
    """What a stack was trained by, for its record."""
    return {
        "device": device_name(choose_device(experiment)),
        "arithmetic": arithmetic_name(experiment),
        "engine": engine_name(experiment),
        "capability": torch.backends.cpu.get_cpu_capability(),
    }
