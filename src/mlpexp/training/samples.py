"""The samples of a stack on the device: each seed's own order of rows, standardization and batches.

Axis letters: S distinct seeds, N samples, B batch, T steps of a block.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.datasets import Augmentation
from mlpexp.data.dataset import Dataset
from mlpexp.data.order import batch_order
from mlpexp.data.split import PartSizes, Split
from mlpexp.data.standardize import Standardizer
from mlpexp.training.augmentation import draw_motions, move

PREPARED_BYTES = 64_000_000  # per stack: smaller data sets are standardized once, larger ones batch by batch
BLOCK_BYTES = 2_000_000  # per seed: batches are gathered for so many steps at once


@dataclass(frozen=True)
class Block:
    """Consecutive batches of an epoch: inputs ``(T, S, B, ...)`` and targets ``(T, S, B, ...)``."""

    inputs: Tensor
    targets: Tensor


class Samples:
    """All samples as seen by S seeds: rows in the order training, validation, test; inputs standardized."""

    def __init__(
        self, dataset: Dataset, seeds: Sequence[int], splits: Sequence[Split], standardizers: Sequence[Standardizer], *,
        dtype: torch.dtype, device: torch.device, augmentation: Augmentation | None = None,
    ) -> None:  # fmt: skip
        self.seeds, self.dtype, self.device, self.augmentation = list(seeds), dtype, device, augmentation
        first = splits[0]
        self.sizes = PartSizes(len(first.train), len(first.validation), len(first.test))
        rows = np.stack([np.concatenate([s.train, s.validation, s.test]) for s in splits])
        self.rows_SN = torch.from_numpy(rows).to(device)
        images = dataset.facts.is_image
        self.inputs = torch.from_numpy(dataset.inputs).to(device, None if images else dtype)
        targets = torch.from_numpy(dataset.targets)
        self.targets = targets.to(device, targets.dtype if dataset.facts.task == "classification" else dtype)
        self.shift, self.scale = (
            torch.from_numpy(np.stack([getattr(s, name) for s in standardizers])).to(device, dtype).unsqueeze(1)
            for name in ("shift", "scale")
        )
        self.prepared: Tensor | None = None
        total_bytes = self.rows_SN.numel() * self.inputs[0].numel() * dtype.itemsize
        if total_bytes <= PREPARED_BYTES and augmentation is None:
            self.prepared = self.standardized(self.inputs[self.rows_SN])

    def part(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets ``(S, n, ...)`` at positions start to stop."""
        rows = self.rows_SN[:, start:stop]
        if self.prepared is not None:
            return self.prepared[:, start:stop], self.targets[rows]
        return self.standardized(self.inputs[rows]), self.targets[rows]

    def blocks(self, epoch: int, batch_size: int, first_step: int = 0) -> Iterator[Block]:
        """The batches of an epoch from a given step on, several at a time; the last batch may be smaller."""
        order = np.stack([batch_order(seed, epoch, self.sizes.train) for seed in self.seeds])
        motions = self._motions(epoch)
        for start, num_steps, size in self.block_bounds(batch_size, first_step):
            places = slice(start, start + num_steps * size)
            index_SN = torch.from_numpy(order[:, places]).to(self.device)
            motion = None if motions is None else torch.from_numpy(motions[:, places]).to(self.device)
            yield self._gather(index_SN, num_steps, motion)

    def block_bounds(self, batch_size: int, first_step: int = 0) -> Iterator[tuple[int, int, int]]:
        """(first position, number of steps, samples per step) of each block; independent of the number of seeds."""
        full, rest = divmod(self.sizes.train, batch_size)
        sample_bytes = self.inputs[0].numel() * self.dtype.itemsize
        longest = max(1, BLOCK_BYTES // (sample_bytes * batch_size))
        for step in range(first_step, full, longest):
            yield step * batch_size, min(longest, full - step), batch_size
        if rest and first_step <= full:
            yield full * batch_size, 1, rest

    def num_steps(self, batch_size: int) -> int:
        """Steps of an epoch."""
        return -(-self.sizes.train // batch_size)

    def _motions(self, epoch: int) -> np.ndarray | None:
        if self.augmentation is None:
            return None
        return np.stack([draw_motions(self.augmentation, seed, epoch, self.sizes.train) for seed in self.seeds])

    def _gather(self, index_SN: Tensor, num_steps: int, motion: Tensor | None) -> Block:
        index_STB = index_SN.unflatten(1, (num_steps, -1))
        seed_S11 = torch.arange(len(self.seeds), device=self.device)[:, None, None]
        rows_TSB = self.rows_SN[seed_S11, index_STB].transpose(0, 1)
        if self.prepared is not None:
            inputs = self.prepared[seed_S11.transpose(0, 1), index_STB.transpose(0, 1)]
        else:
            raw = self.inputs[rows_TSB]
            if motion is not None:
                turned = move(
                    raw.flatten(0, 2).to(self.dtype), motion.unflatten(1, (num_steps, -1)).transpose(0, 1).flatten(0, 2)
                )
                raw = turned.unflatten(0, rows_TSB.shape)
            inputs = self.standardized(raw)
        return Block(inputs, self.targets[rows_TSB])

    def standardized(self, raw: Tensor) -> Tensor:
        """Inputs ``(..., S, n, *shape)`` with each seed's own shift and scale."""
        return (
            raw.to(self.dtype).sub_(self.shift).div_(self.scale)
            if raw.dtype != self.dtype
            else (raw - self.shift) / self.scale
        )
