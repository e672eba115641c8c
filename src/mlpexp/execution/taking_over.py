"""What a finished run has reached, as checkpoints of a longer one, which then goes on as if it had been stopped there.

Axis letters: M members of a stack, A active ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.optimization import Training
from mlpexp.data.catalogue import shared_dataset
from mlpexp.execution.driver import trainer_of_task
from mlpexp.execution.machine import computing
from mlpexp.execution.recorder import Recorder, flat_parameters
from mlpexp.execution.run import Job
from mlpexp.planning.longer import Parent
from mlpexp.planning.stacks import Stack
from mlpexp.store.as_written import is_there
from mlpexp.store.frames import complete_table
from mlpexp.store.weights import file_name, read_weights
from mlpexp.training.diagnosed import RANKS, has_ranks, is_diagnosed
from mlpexp.training.records import Record
from mlpexp.training.trainer import Trainer

if TYPE_CHECKING:
    import pandas as pd

Quantities = dict[tuple[str, str], np.ndarray]


@dataclass(frozen=True)
class Tables:
    """Those of the finished run."""

    metrics: "pd.DataFrame"
    """A row per epoch and trial."""
    trials: "pd.DataFrame"
    """A row per trial."""
    timing: "pd.DataFrame"
    """A row per epoch and stack."""
    diagnostics: "pd.DataFrame | None"
    """None: there are none."""


def take_over(job: Job, parent: Parent) -> None:
    """Writes a checkpoint for each stack whose trials the finished run has trained.

    Args:
        job: The longer run, whose folder is new.
        parent: The finished one.

    Raises:
        RunError: Its weights are damaged, or the folder cannot be written.
    """
    folder = parent.folder
    diagnostics = complete_table(folder.diagnostics) if is_there(folder.diagnostics) else None
    tables = Tables(
        complete_table(folder.metrics), complete_table(folder.trials), complete_table(folder.timing), diagnostics
    )
    failed = set(tables.trials.loc[tables.trials["status"] == "failed", "seed"].tolist())
    with job.folder.locked("run"):
        for stack in job.stacking.stacks:
            if not failed & {trial.seed for trial in stack.trials}:
                _take_over_stack(job, stack, parent, tables)


def _take_over_stack(job: Job, stack: Stack, parent: Parent, tables: Tables) -> None:
    task = job.task(stack)
    seeds = [member.seed for member in task.members]
    with computing(task.members[0], task.threads):
        dataset = shared_dataset(task.members[0].dataset, task.data_dir)
        trainer = trainer_of_task(task, dataset)
        weights, state = _Weights(parent, seeds, trainer), trainer.state
        recorder = Recorder(task, job.folder.path, trainer, dataset)
        try:
            recorder.begin()
            for record, healthy in _records(trainer, tables, parent, seeds):
                trainer.follow(record.epoch, record.positions, _by_part(trainer, record), healthy)
                if record.epoch in recorder.history:
                    state.last, state.last_buffers = weights.of(f"epoch-{record.epoch}")
                recorder.add(record)
                state.train_seconds += record.train_seconds
            state.recorded_seconds = state.train_seconds
            live = weights.live()
            state.take_over(live)
            state.best, state.best_buffers = weights.of("best")
            state.last, state.last_buffers = weights.last(live)
            recorder.save()
        finally:
            recorder.close()


def _records(trainer: Trainer, tables: Tables, parent: Parent, seeds: list[int]) -> Iterator[tuple[Record, np.ndarray]]:
    """The epochs that were recorded of some seeds, and which members were finite in each."""
    place = {seed: i for i, seed in enumerate(seeds)}
    trials = tables.trials.set_index("seed")
    seconds = _seconds(tables.timing, parent, seeds)
    columns = [f"{part}_{name}" for part in trainer.parts for name in trainer.names]
    diagnostics = _diagnostics(tables.diagnostics, place, trainer.settings)
    rows = tables.metrics[tables.metrics["seed"].isin(seeds)]
    for _, group in rows.groupby("epoch", sort=True):
        epoch = int(group["epoch"].iloc[0])
        positions = np.array([place[seed] for seed in group["seed"].tolist()], dtype=np.int64)
        of_seed = trials.loc[group["seed"]]
        diverged = (of_seed["status"] == "diverged").to_numpy() & (of_seed["ended_epoch"] == epoch).to_numpy()
        record = Record(
            epoch,
            int(group["step"].iloc[0]),
            int(group["samples"].iloc[0]),
            *seconds.get(epoch, (0.0, 0.0)),
            positions,
            group["seed"].to_numpy(np.int64),
            group["learning_rate"].to_numpy(np.float64),
            {name: group[name].to_numpy(np.float64) for name in columns},
            [],
            {key: values[positions] for key, values in diagnostics.get(epoch, {}).items()},
        )
        yield record, ~diverged


def _seconds(timing: "pd.DataFrame", parent: Parent, seeds: list[int]) -> dict[int, tuple[float, float]]:
    """By epoch what training and evaluation took, if the same seeds were trained together."""
    stacks = parent.folder.read_stacks().stacks
    number = next((i for i, stack in enumerate(stacks) if [seed for _, seed in stack.trials] == seeds), None)
    rows = timing[timing["stack"] == number]
    pairs = zip(rows["train_seconds"].tolist(), rows["evaluation_seconds"].tolist(), strict=True)
    return dict(zip(rows["epoch"].tolist(), pairs, strict=True))


def _diagnostics(table: "pd.DataFrame | None", place: dict[int, int], settings: Training) -> dict[int, Quantities]:
    """By epoch, each quantity of each layer, ``(M,)``, as far as so long a training records them; NaN: there is no row."""
    by_epoch: dict[int, Quantities] = {}
    if table is None:
        return by_epoch
    rows = table[table["seed"].isin(place)]
    for seed, epoch, layer, quantity, value in rows[["seed", "epoch", "layer", "quantity", "value"]].itertuples(
        index=False
    ):
        if not is_diagnosed(epoch, settings) or (quantity == RANKS and not has_ranks(epoch, settings)):
            continue
        values = by_epoch.setdefault(epoch, {}).setdefault((layer, quantity), np.full(len(place), np.nan))
        values[place[seed]] = value
    return by_epoch


def _by_part(trainer: Trainer, record: Record) -> dict[str, dict[str, np.ndarray]]:
    return {part: {name: record.scores[f"{part}_{name}"] for name in trainer.names} for part in trainer.parts}


class _Weights:
    """What the finished run has kept of some seeds, as tensors of a stack.

    Args:
        parent: The run.
        seeds: Of the stack.
        trainer: Of the stack, for device and shapes.
    """

    def __init__(self, parent: Parent, seeds: list[int], trainer: Trainer) -> None:
        self.parent, self.trainer = parent, trainer
        self.trials = [(0, seed) for seed in seeds]
        stacks = parent.folder.read_stacks().stacks
        self.program = next(stack.program for stack in stacks if self.trials[0] in stack.trials)
        self.network = trainer.state.network
        self.device, self.num_members = self.network.flat.device, len(seeds)
        self.num_buffers = trainer.state.last_buffers.shape[1]

    def of(self, kind: str) -> tuple[Tensor, Tensor]:
        """Weights ``(M, P)`` and buffers ``(M, Q)`` of one kind."""
        tensors = self._read(kind)
        flat = torch.from_numpy(flat_parameters(self.trainer.architecture, tensors))
        return flat.to(self.device), self._buffers(tensors.get("batch_norm.running"))

    def live(self) -> dict[str, Tensor]:
        """What the next steps start from."""
        if not self.parent.keeps("state"):
            flat, buffers = self.of("last" if self.parent.keeps("last") else "best")
            return {"flat": flat, "buffers": buffers}
        tensors = {name: torch.from_numpy(array).to(self.device) for name, array in self._read("state").items()}
        return {**tensors, "buffers": self._buffers(tensors.get("buffers"))}

    def last(self, live: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The last weights that were measured, and their buffers."""
        if self.parent.keeps("last"):
            return self.of("last")
        if not self.parent.has_validation:
            return self.of("best")
        return live.get("averaged", live["flat"]).clone(), live["buffers"].clone()

    def _read(self, kind: str) -> dict[str, np.ndarray]:
        return read_weights(self.parent.folder.weights / file_name(self.program, kind), self.trials)[0]

    def _buffers(self, kept: "np.ndarray | Tensor | None") -> Tensor:
        if kept is None:
            return torch.zeros(self.num_members, self.num_buffers, dtype=self.network.flat.dtype, device=self.device)
        return torch.as_tensor(kept, device=self.device)
