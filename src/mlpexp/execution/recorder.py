"""What is written of a stack while it trains and when it has ended.

Axis letters: M members of the stack, A active ones, P parameters of a member.
"""

from collections.abc import Mapping
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mlpexp.architectures.architecture import Architecture
from mlpexp.data.dataset import Dataset
from mlpexp.errors import RunError
from mlpexp.execution.dividing import CHECKPOINT, check_kept, has_checkpoint
from mlpexp.execution.evaluation_tables import evaluation_of
from mlpexp.execution.tasks import FinishedPart, KeptRows, StackTask
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.recording import history_epochs
from mlpexp.store.checkpoint import delete_checkpoint, load_checkpoint, save_checkpoint
from mlpexp.store.growing import GrowingTable
from mlpexp.store.inside import Place
from mlpexp.store.part import Part, TrialRecord
from mlpexp.store.weights import file_name, sum_of, write_rows
from mlpexp.training.records import Record
from mlpexp.training.trainer import Trainer

EVALUATED_AT_ONCE = 32  # members: what they give for all samples is in memory
COUNTS = ("epoch", "step", "samples", "learning_rate")
DIAGNOSTIC_COLUMNS = ("epoch", "layer", "quantity", "value")
TIMING_COLUMNS = ("stack", "epoch", "step", "train_seconds", "evaluation_seconds")


class Recorder:
    """Rows, checkpoints, weights and evaluation of one stack.

    Args:
        task: The stack.
        folder: The result, or a folder like one on a machine that cannot reach it.
        trainer: Before its first step.
        dataset: Its data.
    """

    def __init__(self, task: StackTask, folder: Path, trainer: Trainer, dataset: Dataset) -> None:
        self.task, self.folder, self.trainer, self.dataset = task, folder, trainer, dataset
        self.place, self.part = Place(folder), Part(folder / "parts" / task.name)
        self.recording, self.evaluation_seconds = task.recording, 0.0
        self.prefixes = task.row_prefixes
        names = [f"{part}_{name}" for part in trainer.parts for name in trainer.names]
        self.scores = {when: {n: np.full(len(task.members), nan) for n in names} for when in ("final", "best")}
        settings = trainer.settings
        self.history = history_epochs(settings.epochs, settings.evaluate_every, self.recording.history)
        self.kept: list[KeptRows] = []
        self.sums: dict[str, str] = {}
        self.tables: dict[str, GrowingTable] = {}

    def begin(self) -> str | None:
        """Opens the tables, and takes the trainer to where its checkpoint is, if it has one.

        Returns:
            A sentence if the checkpoint is damaged or gone: then the stack is trained from its beginning.

        Raises:
            RunError: The folder cannot be written.
        """
        note, reason = None, ""
        if has_checkpoint(self.part):
            try:
                arrays, plain = load_checkpoint(self.part.folder, CHECKPOINT)
                check_kept(self.task, self.folder, plain["sums"])
                self._open(plain["tables"])
                self._restore(arrays, plain)
                return None
            except (RunError, KeyError, ValueError, TypeError, RuntimeError) as error:
                self._close_tables()
                if _cannot_be_opened(self.part.folder):
                    raise
                reason = str(error)
        elif self.part.folder.is_dir():
            reason = f"{self.part.folder}: has no checkpoint"
        if reason:
            number = len(self.task.members)
            trials = "its trial is" if number == 1 else f"its {number} trials are"
            note = f"{reason}; {trials} trained again from the beginning"
        self.part.remove()
        self._open({})
        return note

    def add(self, record: Record) -> None:
        """Appends the rows of an evaluated epoch; they reach the files at the next ``flush`` at the latest."""
        state, places = self.trainer.state, record.positions
        improved = state.best_epoch[places] == record.epoch
        for name, values in record.scores.items():
            self.scores["final"][name][places] = values
            self.scores["best"][name][places[improved]] = values[improved]
        self.evaluation_seconds += record.evaluation_seconds
        self.tables["metrics"].append(self._metric_lines(record).encode())
        seconds = f"{record.train_seconds!r},{record.evaluation_seconds!r}"
        self.tables["timing"].append(f"{self.task.number},{record.epoch},{record.step},{seconds}\n".encode())
        if "diagnostics" in self.tables:
            self.tables["diagnostics"].append(self._diagnostic_lines(record).encode())
        if record.epoch in self.history:
            self._keep_weights(f"epoch-{record.epoch}", state.last, state.last_buffers)

    def flush(self, *, permanent: bool = False) -> None:
        """Hands all rows to the operating system, and to the disk if ``permanent``.

        Raises:
            LostFolder: The folder has been moved or removed.
            RunError: The rows cannot be written.
        """
        self.place.check()
        for table in self.tables.values():
            table.flush(permanent=permanent)

    def save(self) -> None:
        """Rows first, checkpoint second: every row that a checkpoint counts on is on the disk."""
        if self.task.folder is None:  # a checkpoint on another machine would help nobody
            return
        self.flush(permanent=True)
        arrays, plain = self.trainer.state.saved()
        for when, scores in self.scores.items():
            arrays |= {f"scores.{when}.{name}": values for name, values in scores.items()}
        states = {name: table.state() for name, table in self.tables.items()}
        plain |= {"sums": self.sums, "tables": states, "evaluation_seconds": self.evaluation_seconds}
        save_checkpoint(self.part.folder, CHECKPOINT, arrays, plain)

    def finish(self, machine: Mapping[str, str]) -> FinishedPart:
        """Writes weights and evaluation, and makes the part count.

        Args:
            machine: What the stack was trained by: fields of its record.
        """
        self.flush(permanent=True)
        grown = {name: table.state() for name, table in self.tables.items()}
        self._close_tables()
        state, recording = self.trainer.state, self.recording
        for epoch in sorted(epoch for epoch in self.history if epoch > state.epoch):  # all had stopped before
            self._keep_weights(f"epoch-{epoch}", state.last, state.last_buffers)
        if recording.weights != "none":
            self._keep_weights("best", state.best, state.best_buffers)
        if recording.weights == "all" and "validation" in self.trainer.parts:  # else the last is the best
            self._keep_weights("last", state.last, state.last_buffers)
        if recording.state:
            kept = {name: tensor for name, tensor in state.left.items() if tensor.numel()}
            self._keep("state", {name: tensor.cpu().numpy() for name, tensor in kept.items()})
        self._evaluate()
        made = {**machine, "steps": state.step}
        seconds = {"train_seconds": state.train_seconds, "evaluation_seconds": self.evaluation_seconds}
        stack = self.task.record.model_copy(update={**made, **seconds})
        record = self.part.finish(self._trials(), stack, self.sums, grown)
        delete_checkpoint(self.part.folder, CHECKPOINT)
        files = {} if self.task.folder else self.part.contents()
        return FinishedPart(self.task.name, record, files, self.kept)

    def close(self) -> None:
        """Closes what is open."""
        self.place.close()
        self._close_tables()

    def _close_tables(self) -> None:
        """Closes the tables; each even if another cannot be."""
        tables, self.tables = self.tables, {}
        errors = []
        for table in tables.values():
            try:
                table.close()
            except RunError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _open(self, states: dict[str, Any]) -> None:
        self.part.make()
        keys = self.recording.keys
        columns = {"metrics": (*keys, *COUNTS, *self.recording.scores), "timing": TIMING_COLUMNS}
        if self.task.members[0].diagnostics != "off":
            columns["diagnostics"] = (*keys, *DIAGNOSTIC_COLUMNS)
        for name, header in columns.items():
            self.tables[name] = GrowingTable(self.part.path(name), header, states[name] if states else None)

    def _restore(self, arrays: dict[str, np.ndarray], plain: dict[str, Any]) -> None:
        for when, scores in self.scores.items():
            for name in scores:
                scores[name] = arrays.pop(f"scores.{when}.{name}").copy()
        self.evaluation_seconds, self.sums = float(plain["evaluation_seconds"]), dict(plain["sums"])
        self.trainer.restore(arrays, plain)

    def _metric_lines(self, record: Record) -> str:
        """A row per active member; ``nan`` where an arm has not such a part."""
        middle = f"{record.epoch},{record.step},{record.samples},"
        absent = np.full(len(record.positions), nan)
        columns = [record.learning_rates, *(record.scores.get(name, absent) for name in self.recording.scores)]
        texts = zip(*(map(repr, column.tolist()) for column in columns), strict=True)
        prefixes = map(self.prefixes.__getitem__, record.positions.tolist())
        return "".join(f"{prefix}{middle}{','.join(row)}\n" for prefix, row in zip(prefixes, texts, strict=True))

    def _diagnostic_lines(self, record: Record) -> str:
        columns = [
            (f"{record.epoch},{layer},{quantity},", values.tolist())
            for (layer, quantity), values in record.diagnostics.items()
        ]
        lines = []
        for i, member in enumerate(record.positions.tolist()):
            prefix = self.prefixes[member]
            lines += [f"{prefix}{name}{v[i]!r}\n" for name, v in columns if v[i] == v[i]]  # not NaN
        return "".join(lines)

    def _keep_weights(self, kind: str, flat: torch.Tensor, buffers: torch.Tensor) -> None:
        trainer = self.trainer
        tensors = named_parameters(trainer.architecture, flat.cpu().numpy())
        pair = torch.from_numpy(trainer.pair_of_member).to(trainer.samples.device)
        for name in ("shift", "scale"):
            tensors[f"input.{name}"] = getattr(trainer.samples, name)[pair].squeeze(1).double().cpu().numpy()
        if trainer.samples.fill is not None:
            tensors["input.fill"] = trainer.samples.fill[pair].squeeze(1).double().cpu().numpy()
        units = None if trainer.samples.units is None else trainer.samples.units.select(pair)
        if units is not None:
            tensors["target.shift"] = units.shift.squeeze(1).double().cpu().numpy()
            tensors["target.scale"] = units.scale.squeeze(1).double().cpu().numpy()
        if buffers.numel():
            tensors["batch_norm.running"] = buffers.cpu().numpy()
        self._keep(kind, tensors)

    def _keep(self, kind: str, tensors: dict[str, np.ndarray]) -> None:
        self.sums[kind] = sum_of(tensors)
        if self.task.folder is None:
            self.kept.append(KeptRows(kind, {name: array.copy() for name, array in tensors.items()}))
            return
        path = self.folder / "weights" / file_name(self.task.program, kind)
        write_rows(path, self.task.num_rows, self.task.rows, tensors)

    def _evaluate(self) -> None:
        trainer, state = self.trainer, self.trainer.state
        if not self.recording.tables:
            return
        evaluation = evaluation_of(self.task.members[0], self.dataset, self.recording)
        task = self.task
        for start in range(0, len(task.members), EVALUATED_AT_ONCE):
            places = slice(start, start + EVALUATED_AT_ONCE)
            network = StackedNetwork(trainer.architecture, state.best[places], state.best_buffers[places])
            evaluation.add(
                network,
                trainer.samples,
                task.members[places],
                task.arms[places],
                trainer.architectures[places],
                trainer.starts[places],
            )
        for name, lines in evaluation.tables():
            self.part.write_table(name, lines)

    def _trials(self) -> list[TrialRecord]:
        state, trials = self.trainer.state, []
        for i, (arm, member) in enumerate(zip(self.task.arms, self.task.members, strict=True)):
            diverged = state.statuses[i] == "diverged"
            scores = {
                when: {} if diverged else {name: _defined(values[i]) for name, values in of_name.items()}
                for when, of_name in self.scores.items()
            }
            trials.append(
                TrialRecord(
                    arm=arm,
                    seed=member.seed,
                    status=state.statuses[i],
                    ended_epoch=int(state.ended_epoch[i]),
                    last_epoch=int(state.last_epoch[i]),
                    best_epoch=int(state.best_epoch[i]),
                    reason="the loss is not finite" if diverged else "",
                    **scores,
                )
            )
        return trials


def named_parameters(architecture: Architecture, flat_MP: np.ndarray) -> dict[str, np.ndarray]:
    """Parameters by ``"layer.parameter"``, each ``(M, *shape)``."""
    return {
        segment.name: flat_MP[:, segment.place].reshape(len(flat_MP), *segment.parameter.shape)
        for segment in architecture.layout
    }


def _cannot_be_opened(folder: Path) -> bool:
    """Whether a file is there that the system does not let us read: that is no damage, and may pass."""
    for path in filter(Path.is_file, folder.iterdir()):
        try:
            path.open("rb").close()
        except FileNotFoundError:
            continue
        except OSError:
            return True
    return False


def _defined(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def flat_parameters(architecture: Architecture, tensors: dict[str, np.ndarray]) -> np.ndarray:
    """``named_parameters`` the other way round: ``(M, P)``."""
    names = [segment.name for segment in architecture.layout]
    num_members = len(tensors[names[0]])
    return np.concatenate([tensors[name].reshape(num_members, -1) for name in names], 1)
