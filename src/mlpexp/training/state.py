"""Everything that training changes: what a checkpoint holds.

Axis letters: M members of the stack, A active members, P parameters and Q buffers of a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mlpexp.nn.network import StackedNetwork
from mlpexp.training.hyper import HyperParameters
from mlpexp.training.optimizers import Slots
from mlpexp.training.records import Status
from mlpexp.training.scores import Collected, PartScores
from mlpexp.training.target_units import TargetUnits
from mlpexp.training.transfer import on_device


@dataclass
class TrainingState:
    """The state of a stack between two steps."""

    network: StackedNetwork
    """The active members, ``(A, P)``."""
    slots: Slots
    """What the optimizer remembers of the active members."""
    averaged: Tensor | None
    """Their exponential moving average of the weights, if asked for."""
    active: np.ndarray
    """Positions of the active members in the stack, ``(A,)`` int64, ascending."""
    statuses: list[Status]
    """Of all members."""
    ended_epoch: np.ndarray
    """Last epoch each member took part in, ``(M,)``."""
    last_epoch: np.ndarray
    """Epoch of ``last``; earlier than ``ended_epoch`` for members that diverged, ``(M,)``."""
    last: Tensor
    """Weights ``(M, P)`` at the last evaluation with finite loss."""
    last_buffers: Tensor
    """Their buffers."""
    best: Tensor
    """Weights that are the best by validation data; the last ones where there is no validation part."""
    best_buffers: Tensor
    """Their buffers."""
    best_value: np.ndarray
    """Lowest validation loss, or the negative of the highest score that the best weights are selected on, ``(M,)``."""
    best_epoch: np.ndarray
    """Its epoch, ``(M,)``."""
    reference_value: np.ndarray
    """What early stopping waits for something lower than: the last of these values that was lower than the one before
    it by more than ``min_delta``, ``(M,)``.
    """
    improved_epoch: np.ndarray
    """The epoch of that value, ``(M,)``."""
    lowest_train: np.ndarray
    """Lowest training loss after an epoch, ``(M,)``; of members that stop when it falls no more."""
    fell_epoch: np.ndarray
    """Last epoch in which it fell by more than the tolerance, ``(M,)``."""
    calm_norm: np.ndarray
    """Length of the parameters up to which losses need no look between evaluations, ``(M,)``; see ``divergence``."""
    running: Tensor
    """Sums since the last evaluation of losses, correct samples and samples, ``(A, 3)`` float64."""
    running_more: Collected
    """What else has been collected since then, for the scores that ask for it."""
    observed: Tensor | None = None
    """Norms of gradient, weights and update in the last step of the epoch, by layer with weights, ``(A, 3, L)``; None
    before, and without diagnostics.
    """
    left: dict[str, Tensor] = field(default_factory=dict)
    """Of members that have left, if it is to be kept: live weights, buffers, what the optimizer remembers and the
    average, each ``(M, ...)``; of others zeros.
    """
    epoch: int = 0
    """Epochs done."""
    step_of_epoch: int = 0
    """Steps done since then."""
    step: int = 0
    """Steps done in all."""
    train_seconds: float = 0.0
    """Time inside the steps so far."""
    recorded_seconds: float = 0.0
    """How much of it has been recorded."""
    initial_recorded: bool = False
    """Whether the record of epoch 0 has been made."""

    @classmethod
    def start(
        cls,
        network: StackedNetwork,
        hyper: HyperParameters,
        *,
        averaging: bool,
        keep_state: bool = False,
        running_more: Collected,
    ) -> "TrainingState":
        """Before the first step; ``scores`` are those that are measured."""
        members, flat = network.num_members, network.flat
        wide = torch.float64 if flat.device.type != "mps" else torch.float32
        state = cls(
            network=network,
            slots={name: torch.zeros_like(flat) for name in hyper.optimizer.slots},
            averaged=flat.clone() if averaging else None,
            active=np.arange(members),
            statuses=["running"] * members,
            ended_epoch=np.zeros(members, dtype=np.int64),
            last_epoch=np.zeros(members, dtype=np.int64),
            last=flat.clone(),
            last_buffers=network.buffers.clone(),
            best=flat.clone(),
            best_buffers=network.buffers.clone(),
            best_value=np.full(members, np.inf),
            best_epoch=np.zeros(members, dtype=np.int64),
            reference_value=np.full(members, np.inf),
            improved_epoch=np.zeros(members, dtype=np.int64),
            lowest_train=np.full(members, np.inf),
            fell_epoch=np.zeros(members, dtype=np.int64),
            calm_norm=np.zeros(members),
            running=torch.zeros(members, 3, dtype=wide, device=flat.device),
            running_more=running_more,
        )
        if keep_state:
            state.left = {name: torch.zeros_like(tensor) for name, tensor in state.state_of_members().items()}
        return state

    def state_of_members(self) -> dict[str, Tensor]:
        """What the next step of each active member starts from, each ``(A, ...)``."""
        tensors = {"flat": self.network.flat, "buffers": self.network.buffers}
        tensors |= {f"slot.{name}": slot for name, slot in self.slots.items()}
        return tensors if self.averaged is None else {**tensors, "averaged": self.averaged}

    def evaluated_network(self) -> StackedNetwork:
        """The network that is measured and saved: the averaged one where there is an average."""
        if self.averaged is None:
            return self.network
        return StackedNetwork(self.network.architecture, self.averaged, self.network.buffers)

    def add_running(
        self,
        losses: Tensor,
        correct: Tensor | None,
        outputs: Tensor,
        targets: Tensor,
        units: TargetUnits | None = None,
    ) -> None:
        """Adds a batch's losses ``(A, B)``, whether each sample was right, its outputs and targets, and their units."""
        self.running[:, 0] += losses.to(self.running.dtype).sum(1)
        if correct is not None:
            self.running[:, 1] += correct.sum(1)
        self.running[:, 2] += losses.shape[1]
        if self.running_more:
            self.running_more.add(outputs.to(self.network.flat.dtype), targets, units)

    def take_running(
        self, variance: np.ndarray | None = None, *, to_be_continued: bool = False
    ) -> tuple[np.ndarray, np.ndarray, PartScores]:
        """Mean loss and accuracy ``(A,)`` since the last call, and the other scores of the same batches.

        Args:
            variance: Of the targets in their own unit, ``(A,)``; None: there is no R² to measure.
            to_be_continued: Whether the next call is to give these batches, too.
        """
        means = (self.running[:, :2] / self.running[:, 2:]).cpu().numpy()
        more = self.running_more.scores(variance)
        if not to_be_continued:
            self.running.zero_()
            self.running_more.replace({})
        return means[:, 0], means[:, 1], more

    def keep(self, healthy: np.ndarray, value: np.ndarray | None, min_delta: np.ndarray) -> None:
        """Remembers the weights of healthy members as their last, and as their best where they are.

        Args:
            healthy: Whether parameters and losses are finite, ``(A,)``.
            value: On validation data, the lower the better, ``(A,)``; None without such data. Where it has never been a
                number, the last weights count as the best.
            min_delta: How much lower it must be for early stopping, ``(A,)``.
        """
        active, better = self.active, healthy
        self.ended_epoch[active] = self.epoch
        self.last_epoch[active[healthy]] = self.epoch
        if value is not None:
            value = np.where(np.isnan(value), np.inf, value)
            undecided = np.isinf(value) & np.isinf(self.best_value[active])
            better = healthy & ((value < self.best_value[active]) | undecided)
            self.best_value[active[better]] = value[better]
            improved = healthy & ((value < self.reference_value[active] - min_delta) | undecided)
            self.reference_value[active[improved]] = value[improved]
            self.improved_epoch[active[improved]] = self.epoch
        self.best_epoch[active[better]] = self.epoch
        measured = self.evaluated_network()
        for kept, weights, buffers in ((healthy, self.last, self.last_buffers), (better, self.best, self.best_buffers)):
            self._copy_rows(weights, measured.flat, kept)
            self._copy_rows(buffers, measured.buffers, kept)

    def follow_training(self, loss: np.ndarray, tolerance: np.ndarray) -> None:
        """Remembers when the training loss of active members ``(A,)`` was last lower by the tolerance ``(A,)``."""
        if self.epoch == 0:
            return
        before = self.lowest_train[self.active]
        fell = (loss < before) & (loss <= before - tolerance)
        self.fell_epoch[self.active[fell]] = self.epoch
        self.lowest_train[self.active] = np.fmin(before, loss)

    def _copy_rows(self, target: Tensor, source: Tensor, kept: np.ndarray) -> None:
        """From the rows of active members to those of all members."""
        if len(kept) == len(target) and kept.all():
            target.copy_(source)
        elif source.numel() and kept.any():
            here, there = (on_device(index, target.device) for index in (np.flatnonzero(kept), self.active[kept]))
            target[there] = source[here]

    def drop_all_but(self, staying: np.ndarray, statuses: Sequence[Status]) -> None:
        """Takes members out of the stack; ``staying`` counts among the active ones, whose new statuses are given."""
        for position, status in zip(self.active.tolist(), statuses, strict=True):
            self.statuses[position] = status
        if self.left:
            leaving = np.setdiff1d(np.arange(len(self.active)), staying)
            here, there = (on_device(i, self.network.flat.device) for i in (leaving, self.active[leaving]))
            for name, tensor in self.state_of_members().items():
                self.left[name][there] = tensor[here]
        self.active = self.active[staying]
        index = on_device(staying, self.network.flat.device)
        self.network = self.network.select(staying)
        self.slots = {name: slot[index] for name, slot in self.slots.items()}
        self.averaged = None if self.averaged is None else self.averaged[index]
        self.observed = None if self.observed is None else self.observed[index]
        self.running = self.running[index]
        self.running_more.replace({kind: tensor[index] for kind, tensor in self.running_more.tensors().items()})

    def take_over(self, live: Mapping[str, Tensor]) -> None:
        """Sets what the next steps start from; of members that have left, what is to be kept.

        Args:
            live: Of all members, by the names of ``state_of_members``, each ``(M, ...)``.
        """
        device = self.network.flat.device
        gone = np.setdiff1d(np.arange(len(self.statuses)), self.active)
        here, left = (on_device(index, device) for index in (self.active, gone))
        self.network = StackedNetwork(self.network.architecture, live["flat"][here], live["buffers"][here])
        self.slots = {name: live[f"slot.{name}"][here] for name in self.slots}
        self.averaged = None if self.averaged is None else live["averaged"][here]
        for name, tensor in self.left.items():
            tensor.zero_()
            tensor[left] = live[name][left]

    def saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Everything as arrays and plain data, for a checkpoint; copies, which later steps do not change."""
        tensors = {
            "flat": self.network.flat,
            "buffers": self.network.buffers,
            "last": self.last,
            "best": self.best,
            "last_buffers": self.last_buffers,
            "best_buffers": self.best_buffers,
            "running": self.running,
            **{f"slot.{name}": slot for name, slot in self.slots.items()},
            **{f"left.{name}": tensor for name, tensor in self.left.items()},
            **{f"{RUNNING}{kind}": tensor for kind, tensor in self.running_more.tensors().items()},
        }
        optional = {"averaged": self.averaged, "observed": self.observed}
        tensors |= {name: tensor for name, tensor in optional.items() if tensor is not None}
        arrays = {name: np.array(tensor.cpu().numpy()) for name, tensor in tensors.items()}
        arrays |= {name: getattr(self, attribute).copy() for name, attribute in ARRAYS.items()}
        plain = {name: getattr(self, name) for name in NUMBERS}
        return arrays, {**plain, "statuses": list(self.statuses)}

    def restore(self, arrays: Mapping[str, np.ndarray], plain: Mapping[str, Any]) -> None:
        """Takes over a saved state."""
        flat = self.network.flat
        tensor = {n: torch.from_numpy(a.copy()).to(flat.device) for n, a in arrays.items() if n not in ARRAYS}
        self.network = StackedNetwork(self.network.architecture, tensor["flat"], tensor["buffers"])
        self.slots = {name: tensor[f"slot.{name}"] for name in self.slots}
        self.left = {name: tensor[f"left.{name}"] for name in self.left}
        self.averaged, self.observed = tensor.get("averaged"), tensor.get("observed")
        self.last, self.last_buffers = tensor["last"], tensor["last_buffers"]
        self.best, self.best_buffers, self.running = tensor["best"], tensor["best_buffers"], tensor["running"]
        self.running_more.replace({n.removeprefix(RUNNING): t for n, t in tensor.items() if n.startswith(RUNNING)})
        for name, attribute in ARRAYS.items():
            if name in arrays or name not in ADDED:
                setattr(self, attribute, arrays[name].copy())
        for name in NUMBERS:
            setattr(self, name, plain[name])
        self.statuses = list(plain["statuses"])


ARRAYS = {
    **{name: name for name in ("active", "ended_epoch", "last_epoch", "best_epoch", "improved_epoch")},
    "best_loss": "best_value",  # names of checkpoints that older versions wrote
    "reference_loss": "reference_value",
    "lowest_train": "lowest_train",
    "fell_epoch": "fell_epoch",
    "calm_norm": "calm_norm",
}
ADDED = ("lowest_train", "fell_epoch", "calm_norm")  # checkpoints of older versions do not have these, nor need them
RUNNING = "running."
NUMBERS = ("epoch", "step_of_epoch", "step", "train_seconds", "recorded_seconds", "initial_recorded")
OF_ACTIVE = ("active", "flat", "buffers", "slot", "averaged", "running", "observed")  # names up to their first dot


def saved_of(
    arrays: Mapping[str, np.ndarray], plain: Mapping[str, Any], first: int, past: int
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """What ``saved`` would have given of some members alone; further arrays ``(M, ...)`` are cut likewise.

    Args:
        arrays: Of the whole stack.
        plain: Likewise.
        first: Place of the first of the members.
        past: Behind the last.
    """
    active = arrays["active"]
    staying = np.flatnonzero((first <= active) & (active < past))
    cut = {n: a[staying] if n.partition(".")[0] in OF_ACTIVE else a[first:past] for n, a in arrays.items()}
    cut["active"] = cut["active"] - first
    return cut, {**plain, "statuses": plain["statuses"][first:past]}
