"""What remains of a trained stack: how each member ended, and its weights by name.

Axis letters: M members, P parameters of a member.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mlpexp.architectures.architecture import Architecture
from mlpexp.store.checkpoint import save_checkpoint
from mlpexp.training.trainer import Trainer


@dataclass(frozen=True)
class StackResults:
    """A finished stack.

    Attributes:
        members: Of each member: seed, status, ended_epoch, last_epoch (of its last finite loss), best_epoch.
        last, best: Weights ``(M, P)`` at the last evaluation with finite loss, and at the lowest validation loss.
        last_buffers, best_buffers: What batch normalization remembers then.
        shift, scale: The standardization of each member's inputs, ``(M, ...)``.
    """

    members: list[dict[str, Any]]
    last: np.ndarray
    best: np.ndarray
    last_buffers: np.ndarray
    best_buffers: np.ndarray
    shift: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, trainer: Trainer) -> "StackResults":
        """The results of a trainer whose run has ended."""
        progress = trainer.progress
        members = [
            {
                "seed": member.seed,
                "status": progress.statuses[i],
                "ended_epoch": int(progress.ended_epoch[i]),
                "last_epoch": int(progress.last_epoch[i]),
                "best_epoch": int(progress.best_epoch[i]),
            }
            for i, member in enumerate(trainer.members)
        ]
        pair = torch.from_numpy(trainer.pair_of_member).to(trainer.samples.device)
        tensors = {
            "last": progress.last,
            "best": progress.best,
            "last_buffers": progress.last_buffers,
            "best_buffers": progress.best_buffers,
            "shift": trainer.samples.shift[pair].squeeze(1).double(),
            "scale": trainer.samples.scale[pair].squeeze(1).double(),
        }
        return cls(members, **{name: tensor.cpu().numpy() for name, tensor in tensors.items()})


def save_final_weights(folder: Path, architecture: Architecture, results: Sequence[StackResults]) -> None:
    """Writes ``last`` and ``best``: each parameter by name, ``(seeds, *shape)``, and the standardization of inputs."""
    members = [member for result in results for member in result.members]
    for name, epoch_key in (("last", "last_epoch"), ("best", "best_epoch")):
        flat = np.concatenate([getattr(result, name) for result in results])
        buffers = np.concatenate([getattr(result, f"{name}_buffers") for result in results])
        tensors = named_parameters(architecture, flat)
        tensors["input.shift"], tensors["input.scale"] = (
            np.concatenate([getattr(result, key) for result in results]) for key in ("shift", "scale")
        )
        if buffers.size:
            tensors["batch_norm.running"] = buffers
        plain = {"seeds": [m["seed"] for m in members], "epochs": [m[epoch_key] for m in members]}
        save_checkpoint(folder, name, tensors, plain)


def named_parameters(architecture: Architecture, flat_MP: np.ndarray) -> dict[str, np.ndarray]:
    """Parameters by ``"layer.parameter"``, each ``(M, *shape)``."""
    return {
        f"{layer.name}.{parameter.name}": flat_MP[:, place].reshape(len(flat_MP), *parameter.shape)
        for layer, parameter, place in architecture.places
    }
