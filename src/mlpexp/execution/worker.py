"""Training one stack: what runs in a worker process, here or on another machine. The only module here that needs torch."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.errors import Interrupted, RunError
from mlpexp.execution.datasets import shared_dataset
from mlpexp.execution.environment import engine_name
from mlpexp.execution.history import History
from mlpexp.execution.machine import choose_device, device_name
from mlpexp.execution.members import trainer_of
from mlpexp.execution.run import CHECKPOINT_SECONDS
from mlpexp.execution.tasks import StackOutcome, StackTask, failed, halves, joined
from mlpexp.store.checkpoint import load_checkpoint, save_checkpoint
from mlpexp.store.sweep_folder import SweepFolder, TrialBlock
from mlpexp.training.trainer import Trainer

LOOK_SECONDS = 0.25

Stop = Callable[[], int | None]  # the number of the signal that asks to stop
Report = Callable[[float], None]  # takes the share of the stack that is done


def train_stack(task: StackTask, stop: Stop = lambda: None, report: Report = lambda share: None) -> StackOutcome:
    """Trains a stack to its end, from its checkpoint if it has one.

    A stack that cannot be trained as a whole (out of memory, say) is tried again in halves, down to single trials; a
    trial that fails alone is a row with its reason.

    Raises:
        Interrupted: ``stop`` said so; the checkpoint is saved.
        RunError: The folder cannot be written.
    """
    torch.set_num_threads(_threads(task))
    try:
        return _train(task, stop, report)
    except (Interrupted, RunError):
        raise
    except Exception as error:
        if len(task.members) == 1:
            return failed(task, f"{type(error).__name__}: {error}".splitlines()[0])
    return joined([train_stack(half, stop, report) for half in halves(task)])


def _threads(task: StackTask) -> int:
    """One, so that results depend neither on the machine nor on the number of workers, unless a config asks for more."""
    wanted = task.members[0].training.threads
    return 1 if wanted == "auto" else wanted


def _train(task: StackTask, stop: Stop, report: Report) -> StackOutcome:
    members = task.members
    dataset = shared_dataset(members[0].dataset, task.data_dir)
    shape, outputs = dataset.facts.input_shape, dataset.facts.num_outputs
    keys = [member.model.model_dump_json() for member in members]
    models = dict(zip(keys, (member.model for member in members), strict=True))
    built = {key: build_architecture(model, shape, outputs) for key, model in models.items()}
    architectures = [built[key] for key in keys]
    trainer = trainer_of(members, architectures, dataset)
    history = History(len(members))
    saver = _Saver(task, trainer, history)
    saver.restore()
    total = max(1, trainer.steps_per_epoch * trainer.settings.epochs)
    looked = monotonic()
    for record in trainer.run():
        if record:
            history.add(record)
        now = monotonic()
        if now - looked > LOOK_SECONDS:
            looked = now
            report(trainer.progress.step / total)
            saver.save_if_due(now)
            if number := stop():
                saver.save()
                raise Interrupted("stopped", number)
    return _outcome(task, trainer, history)


class _Saver:
    """The checkpoint of a stack in training."""

    def __init__(self, task: StackTask, trainer: Trainer, history: History) -> None:
        self.folder = None if task.folder is None else SweepFolder(Path(task.folder)).checkpoints
        self.name, self.trainer, self.history = f"stack-{task.number}", trainer, history
        self.saved = monotonic()

    def restore(self) -> None:
        """Takes over the checkpoint, if there is a sound one; a damaged one costs time, not results."""
        if self.folder is None or not (self.folder / f"{self.name}.json").exists():
            return
        try:
            arrays, plain = load_checkpoint(self.folder, self.name)
        except RunError:
            return
        self.history.restore(arrays, plain)
        self.trainer.restore(arrays, plain)

    def save_if_due(self, now: float) -> None:
        """Saves now and then."""
        if now - self.saved > CHECKPOINT_SECONDS:
            self.save()
            self.saved = monotonic()

    def save(self) -> None:
        """Saves."""
        if self.folder is None:
            return
        arrays, plain = self.trainer.progress.state()
        rows, counts = self.history.state()
        save_checkpoint(self.folder, self.name, {**arrays, **rows}, {**plain, **counts})


def _outcome(task: StackTask, trainer: Trainer, history: History) -> StackOutcome:
    progress = trainer.progress
    blocks = []
    for i, (arm, member) in enumerate(zip(task.arms, task.members, strict=True)):
        status, ended, best = progress.statuses[i], int(progress.ended_epoch[i]), int(progress.best_epoch[i])
        described = {
            "status": status,
            "ended_epoch": ended,
            "best_epoch": best,
            "reason": "the loss is not finite" if status == "diverged" else "",
            "final": {} if status == "diverged" else history.at(i, ended),
            "best": {} if status == "diverged" else history.at(i, best),
        }
        blocks.append(
            TrialBlock(arm, member.seed, described, history.columns, history.rows(i, ended), history.diagnostic_rows(i))
        )
    timing = {
        "trials": len(blocks), "steps": progress.step, "train_seconds": progress.train_seconds,
        "evaluation_seconds": history.evaluation_seconds, "device": device_name(choose_device(task.members[0])),
        "engine": engine_name(task.members[0]),
    }  # fmt: skip
    return StackOutcome(task.number, blocks, timing)
