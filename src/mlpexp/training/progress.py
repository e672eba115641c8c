"""Everything that training changes: what a checkpoint holds.

Axis letters: M members of the stack, A active members, P parameters and Q buffers of a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.experiment import Experiment
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.hyper import HyperParameters
from mlpexp.training.optimizers import Slots
from mlpexp.training.records import Status


@dataclass
class Progress:
    """The state of a stack between two steps.

    Attributes:
        network: The active members, ``(A, P)``.
        slots: What the optimizer remembers of the active members.
        averaged: Their exponential moving average of the weights, if asked for.
        active: Positions of the active members in the stack.
        statuses: Of all members.
        ended_epoch: Last epoch each member took part in, ``(M,)``.
        last_epoch: Epoch of ``last``; earlier than ``ended_epoch`` for members that diverged, ``(M,)``.
        epoch: Epochs done.
        step_of_epoch: Steps done since then.
        step: Steps done in all.
        last, last_buffers: Weights ``(M, P)`` and buffers at the last evaluation with finite loss.
        best, best_buffers: Those with the lowest validation loss; the last ones where there is no validation part.
        best_loss, best_epoch: That loss and its epoch, ``(M,)``.
        running: Sums since the last evaluation of losses, correct samples and samples, ``(A, 3)`` float64.
        initial_recorded: Whether the record of epoch 0 has been made.
    """

    network: StackedNetwork
    slots: Slots
    averaged: Tensor | None
    active: list[int]
    statuses: list[Status]
    ended_epoch: np.ndarray
    last_epoch: np.ndarray
    last: Tensor
    last_buffers: Tensor
    best: Tensor
    best_buffers: Tensor
    best_loss: np.ndarray
    best_epoch: np.ndarray
    running: Tensor
    epoch: int = 0
    step_of_epoch: int = 0
    step: int = 0
    initial_recorded: bool = False

    @classmethod
    def start(cls, network: StackedNetwork, hyper: HyperParameters, *, averaging: bool) -> "Progress":
        """Before the first step."""
        members, flat = network.num_members, network.flat
        wide = torch.float64 if flat.device.type != "mps" else torch.float32
        return cls(
            network=network,
            slots={name: torch.zeros_like(flat) for name in hyper.optimizer.slots},
            averaged=flat.clone() if averaging else None,
            active=list(range(members)),
            statuses=["running"] * members,
            ended_epoch=np.zeros(members, dtype=np.int64),
            last_epoch=np.zeros(members, dtype=np.int64),
            last=flat.clone(),
            last_buffers=network.buffers.clone(),
            best=flat.clone(),
            best_buffers=network.buffers.clone(),
            best_loss=np.full(members, np.inf),
            best_epoch=np.zeros(members, dtype=np.int64),
            running=torch.zeros(members, 3, dtype=wide, device=flat.device),
        )

    def evaluated_network(self) -> StackedNetwork:
        """The network that is measured and saved: the averaged one where there is an average."""
        if self.averaged is None:
            return self.network
        return StackedNetwork(self.network.architecture, self.averaged, self.network.buffers)

    def add_running(self, losses: Tensor, correct: Tensor | None) -> None:
        """Adds a batch's losses ``(A, B)`` and whether each sample was right."""
        self.running[:, 0] += losses.to(self.running.dtype).sum(1)
        if correct is not None:
            self.running[:, 1] += correct.sum(1)
        self.running[:, 2] += losses.shape[1]

    def take_running(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean loss and accuracy ``(A,)`` since the last call."""
        means = (self.running[:, :2] / self.running[:, 2:]).cpu().numpy()
        self.running.zero_()
        return means[:, 0], means[:, 1]

    def keep(self, healthy: np.ndarray, validation_loss: np.ndarray | None, members: Sequence[Experiment]) -> None:
        """Remembers the weights of healthy members as their last, and as their best where they are."""
        measured = self.evaluated_network()
        self.ended_epoch[self.active] = self.epoch
        good = [i for i in range(len(self.active)) if healthy[i]]
        self.last_epoch[[self.active[i] for i in good]] = self.epoch
        better = good
        if validation_loss is not None:
            stopping = [members[position].training.early_stopping for position in self.active]
            deltas = np.array([option.min_delta if option else 0.0 for option in stopping])
            better = [i for i in good if validation_loss[i] < self.best_loss[self.active[i]] - deltas[i]]
        for chosen, weights, buffers in ((good, self.last, self.last_buffers), (better, self.best, self.best_buffers)):
            here, there = (
                torch.tensor(x, dtype=torch.int64, device=weights.device)
                for x in (chosen, [self.active[i] for i in chosen])
            )
            weights[there], buffers[there] = measured.flat[here], measured.buffers[here]
        for i in better:
            position = self.active[i]
            self.best_epoch[position] = self.epoch
            if validation_loss is not None:
                self.best_loss[position] = validation_loss[i]

    def drop_all_but(self, staying: Sequence[int], statuses: Sequence[Status]) -> None:
        """Takes members out of the stack; ``staying`` counts among the active ones."""
        for position, status in zip(self.active, statuses, strict=True):
            self.statuses[position] = status
        self.active = [self.active[i] for i in staying]
        index = torch.tensor(list(staying), dtype=torch.int64, device=self.network.flat.device)
        self.network = self.network.select(staying)
        self.slots = {name: slot[index] for name, slot in self.slots.items()}
        self.averaged = None if self.averaged is None else self.averaged[index]
        self.running = self.running[index]

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Everything as arrays and plain data, for a checkpoint."""
        tensors = {
            "flat": self.network.flat, "buffers": self.network.buffers, "last": self.last, "best": self.best,
            "last_buffers": self.last_buffers, "best_buffers": self.best_buffers, "running": self.running,
            **{f"slot.{name}": slot for name, slot in self.slots.items()},
        }  # fmt: skip
        if self.averaged is not None:
            tensors["averaged"] = self.averaged
        arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
        arrays |= {name: getattr(self, name) for name in ("ended_epoch", "last_epoch", "best_loss", "best_epoch")}
        plain = {name: getattr(self, name) for name in PLAIN_STATE}
        return arrays, plain

    def restore(self, arrays: Mapping[str, np.ndarray], plain: Mapping[str, Any]) -> None:
        """Takes over a saved state."""
        flat = self.network.flat
        tensor = {name: torch.from_numpy(array.copy()).to(flat.device) for name, array in arrays.items()}
        self.network = StackedNetwork(self.network.architecture, tensor["flat"], tensor["buffers"])
        self.slots = {name: tensor[f"slot.{name}"] for name in self.slots}
        self.averaged = tensor.get("averaged")
        self.last, self.last_buffers = tensor["last"], tensor["last_buffers"]
        self.best, self.best_buffers, self.running = tensor["best"], tensor["best_buffers"], tensor["running"]
        for name in ("ended_epoch", "last_epoch", "best_loss", "best_epoch"):
            setattr(self, name, arrays[name].copy())
        for name in PLAIN_STATE:
            setattr(self, name, plain[name])


PLAIN_STATE = ("active", "statuses", "epoch", "step_of_epoch", "step", "initial_recorded")
