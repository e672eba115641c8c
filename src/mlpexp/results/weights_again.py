"""The weights of an arm: those that were kept, else made by training its trials again.

Axis letters: M members, P parameters of a member.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch

from mlpexp.architectures.architecture import Architecture
from mlpexp.config.experiment import Experiment, Keep
from mlpexp.data.catalogue import shared_dataset
from mlpexp.data.dataset import Dataset, fingerprint
from mlpexp.errors import RunError
from mlpexp.execution.driver import finished, train_stack
from mlpexp.execution.machine import why_not_here
from mlpexp.execution.members import members_of
from mlpexp.execution.recorder import flat_parameters
from mlpexp.execution.tasks import StackTask, starts_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.again import other_data
from mlpexp.planning.stacks import places_together
from mlpexp.results.result import ArmResult
from mlpexp.store.frames import Absent
from mlpexp.store.plan_files import Recording

Kind = Literal["best", "last"]
Tensors = dict[str, np.ndarray]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Kept:
    """Weights of some trials of an arm: by name, each ``(M, *shape)``, and whose epochs they are."""

    tensors: Tensors
    """By name, ``(M, *shape)``."""
    epochs: list[int]
    """Of each trial, the epoch whose weights these are."""

    def network(self, architecture: Architecture, device: torch.device | str = "cpu") -> StackedNetwork:
        """The trials as a stack."""
        flat = flat_parameters(architecture, self.tensors)
        buffers = self.tensors.get("batch_norm.running", np.zeros((len(flat), 0), flat.dtype))
        tensors = (torch.from_numpy(np.array(array)).to(device) for array in (flat, buffers))
        return StackedNetwork(architecture, *tensors)


def weights_of(
    arm: ArmResult, seeds: Sequence[int], kind: Kind, data_dir: str | None = None, say: Say = lambda sentence: None
) -> Kept:
    """The weights of some seeds of an arm, at the last or at the selected epoch.

    Args:
        arm: The arm.
        seeds: Of its trials.
        kind: ``last`` or ``best``.
        data_dir: Where image data sets lie.
        say: Is told if they have to be made again.

    Raises:
        RunError: A file is damaged, or a trial failed.
        InputError: They must be made again, and the data are not there.
    """
    try:
        return Kept(*arm.kept_weights(seeds, kind))
    except Absent:
        return _trained_again(arm, seeds, kind, data_dir, say)


def dataset_of(arm: ArmResult, data_dir: str | None = None, say: Say | None = None) -> Dataset:
    """The data that an arm was trained on.

    Raises:
        InputError: They are not there.
        RunError: They have changed since.
    """
    experiment, before = experiment_of(arm), arm.result.planned_arms[arm.number].data
    dataset = shared_dataset(experiment.dataset, data_dir, say)
    now = fingerprint(dataset)
    if now != before:
        what = other_data(experiment, now, before, arm.result.summary.word)
        raise RunError(f"{arm.result.path}: {what}; train again from its config.yaml")
    return dataset


def experiment_of(arm: ArmResult) -> Experiment:
    """What the trials of an arm train, but for the seed."""
    return arm.result.plan.arms[arm.number].experiment


def experiment_here(arm: ArmResult, say: Say = lambda sentence: None) -> Experiment:
    """``experiment_of``, on the device that it was trained on, or on the CPU if that is not there.

    Args:
        arm: The arm.
        say: Is told if it is another one.
    """
    return on_this_machine(arm, experiment_of(arm), say)


def on_this_machine(arm: ArmResult, experiment: Experiment, say: Say = lambda sentence: None) -> Experiment:
    """What an arm trains, on the device that it was trained on, or on the CPU if that is not there.

    Args:
        arm: The arm.
        experiment: Of it.
        say: Is told if it is another one.
    """
    before = " ".join(arm.result.stacks.of("device"))
    name = experiment.device if experiment.device != "auto" else "cuda" if "cuda" in before else "cpu"
    why = why_not_here(name)
    if why:
        say(f"computed on the CPU, not on {name}: {why}")
    return experiment.model_copy(update={"device": "cpu" if why else name})


def _trained_again(arm: ArmResult, seeds: Sequence[int], kind: Kind, data_dir: str | None, say: Say) -> Kept:
    """Trains the trials once more, in a folder of which nothing stays but the weights."""
    dataset_of(arm, data_dir)
    count = "its trial is" if len(seeds) == 1 else f"its {len(seeds)} trials are"
    say(f"weights of arm {arm.number} ({arm.label}) were not kept; {count} trained again")
    planned, here = arm.result.plan.arms[arm.number], experiment_here(arm)
    experiment = here.model_copy(update={"keep": Keep(weights="all"), "diagnostics": "off"})
    kept = Recording(
        arm_column=False, scores=(), weights="all", history=0, state=False, tables=(), whole=False, first_seed=seeds[0]
    )
    threads = max((stack.threads for stack in arm.result.stacks.stacks), default=1)
    pieces = []
    groups = places_together(planned.prepared, seeds, here.device)
    for places in groups:
        group, rows = [seeds[place] for place in places], tuple(range(len(places)))
        members = members_of(experiment, group)
        numbers = (arm.number,) * len(group)
        task = StackTask("again", 0, members, numbers, rows, 0, len(group), threads, kept, data_dir)
        task = replace(task, starts=starts_of((planned.prepared, seed) for seed in group))
        pieces.append(_rows(arm, task, kind))
    order = np.argsort([place for places in groups for place in places])  # folds of one size were trained together
    tensors = {name: np.concatenate([piece.tensors[name] for piece in pieces])[order] for name in pieces[0].tensors}
    epochs = [epoch for piece in pieces for epoch in piece.epochs]
    return Kept(tensors, [epochs[place] for place in order])


def _rows(arm: ArmResult, task: StackTask, kind: Kind) -> Kept:
    parts = finished(train_stack(task)).parts
    trials = [trial for part in parts for trial in part.record.trials]
    failed = next((trial for trial in trials if trial.status == "failed"), None)
    if failed:
        raise RunError(f"arm {arm.number}, seed {failed.seed}: {failed.reason}")
    by_part = []
    for part in parts:
        kinds = {rows.kind: rows.tensors for rows in part.kept}
        by_part.append(kinds.get(kind) or kinds["best"])
    tensors = {name: np.concatenate([tensors[name] for tensors in by_part]) for name in by_part[0]}
    epochs = [trial.best_epoch if kind == "best" else trial.last_epoch for trial in trials]
    return Kept(tensors, epochs)
