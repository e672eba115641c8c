"""The samples of a stack on the device: each seed's own order of rows, standardization and batches.

Axis letters: S distinct pairs of what decides the parts and an order seed, N samples, B batch, T steps of a block, M members.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.experiment import Experiment
from mlpexp.config.image_sets import Augmentation
from mlpexp.data.dataset import Dataset
from mlpexp.data.split import PartSizes, Split
from mlpexp.data.standardize import Standardizer, TargetScale
from mlpexp.training.augmentation import draw_motions, move
from mlpexp.training.orders import Orders, by_steps
from mlpexp.training.target_units import TargetUnits
from mlpexp.training.transfer import on_device

Pair = tuple[tuple[int, int | None], int]
"""The seeds of a member's split and of its data (None: all see the same), and that of the order."""
PREPARED_BYTES = 64_000_000  # per stack: smaller data sets are standardized once, larger ones batch by batch


@dataclass(frozen=True)
class Block:
    """Consecutive batches of an epoch: inputs ``(T, S, B, ...)`` and targets ``(T, S, B, ...)``."""

    inputs: Tensor
    """``(T, S, B, ...)``."""
    targets: Tensor
    """``(T, S, B, ...)``."""


class Samples:
    """All samples as seen by S pairs of seeds: rows in the order training, validation, test; inputs standardized.

    Attributes:
        pairs: What decides the parts, and the seed of the order, each pair once; see ``pair_of``.
        datasets: Of each pair: the same one, unless each seed has data of its own.
        sizes: Number of samples of each part, the same for every seed.
        rows: ``(S, N)``: which sample of its data set lies at each position of a pair's order (on the host).
        inputs, targets: What batches are taken from: if small, standardized copies for every pair, one after the
            other; else the data set as it is.
        dtype: Of inputs, once standardized.
        fill: What each pair puts in place of missing values, ``(S, 1, F)``; None: none is missing.
        shift, scale: Each pair's standardization, ``(S, 1, ...)``.
        units: What is learned of numbers to predict, by pair; None: what they are.
    """

    block_bytes = 2_000_000
    """Per pair of seeds: batches are gathered for so many steps at once."""

    def __init__(
        self,
        datasets: Sequence[Dataset],
        pairs: Sequence[Pair],
        splits: Sequence[Split],
        standardizers: Sequence[Standardizer],
        target_scales: Sequence[TargetScale | None] = (),
        *,
        dtype: torch.dtype,
        device: torch.device,
        augmentation: Augmentation | None = None,
    ) -> None:
        self.pairs, self.dtype, self.device, self.augmentation = list(pairs), dtype, device, augmentation
        self.datasets = list(datasets)
        first, dataset = splits[0], datasets[0]
        self.sizes = PartSizes(len(first.train), len(first.validation), len(first.test))
        self.rows = np.stack([np.concatenate([s.train, s.validation, s.test]) for s in splits])
        wide = torch.float32 if dtype == torch.bfloat16 else dtype
        tables = (
            torch.float64 if device.type != "mps" else wide
        )  # a feature far from 0 needs its digits until it is shifted
        exact = wide if dataset.facts.is_image else tables
        pool, begins_S1 = _pooled(datasets)
        self._source = self.rows + begins_S1 if begins_S1.any() else self.rows  # (S, N): rows of inputs and targets
        self.inputs = torch.from_numpy(pool.inputs).to(device, None if dataset.facts.is_image else exact)
        self.units, self._wide = TargetUnits.of(target_scales, device), wide
        self._targets, self._target_rows = pool.targets, self._source
        targets = torch.from_numpy(np.log(pool.targets) if self.units and self.units.log else pool.targets)
        exact_targets = wide if self.units is None else self.units.shift.dtype  # digits until the mean is taken away
        self.targets = targets.to(device, targets.dtype if dataset.facts.task == "classification" else exact_targets)
        self.shift, self.scale = (
            torch.from_numpy(np.stack([getattr(s, name) for s in standardizers])).to(device, exact).unsqueeze(1)
            for name in ("shift", "scale")
        )
        fills = [s.fill for s in standardizers if s.fill is not None]
        self.fill = torch.from_numpy(np.stack(fills)).to(device, exact).unsqueeze(1) if fills else None  # (S, 1, F)
        self._prepared = self.rows.size * self.inputs[0].numel() * wide.itemsize <= PREPARED_BYTES and not augmentation
        if self._prepared:
            every = torch.from_numpy(self._source).to(device)
            self.inputs = self.standardized(self.inputs[every]).flatten(0, 1)
            self.targets = self._learned(self.targets[every]).flatten(0, 1)
            self._source = np.arange(self.rows.size).reshape(self.rows.shape)
        self._orders = Orders(self.order_seeds, self._source[:, : self.sizes.train], device)

    @cached_property
    def target_variances(self) -> dict[str, np.ndarray]:
        """Mean squared distance of the targets from their mean, ``(S,)`` by part: what R² compares the loss with."""
        variances = {}
        for part, (start, stop) in self.sizes.bounds.items():
            if self.units is not None and self.units.log:  # else R² is the same in what is learned
                targets = self._targets[self._target_rows[:, start:stop]]
            else:
                targets = self.part(start, stop)[1].double().cpu().numpy()
            variances[part] = targets.var(axis=1).mean(axis=1)
        return variances

    @property
    def order_seeds(self) -> list[int]:
        """The order seed of each pair."""
        return [order for _, order in self.pairs]

    def index_of(self, members: Sequence[Experiment]) -> np.ndarray:
        """Which pair is each member's, ``(M,)`` int64."""
        places = {pair: place for place, pair in enumerate(self.pairs)}
        return np.array([places[pair_of(member)] for member in members], dtype=np.int64)

    def part(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets ``(S, n, ...)`` at positions start to stop."""
        inputs, targets = self._take(on_device(self._source[:, start:stop].reshape(-1), self.device), stop - start)
        return inputs if self._prepared else self.standardized(inputs), targets

    def blocks(
        self,
        epoch: int,
        batch_size: int,
        first_step: int = 0,
        most_steps: int | None = None,
        last_epoch: int | None = None,
    ) -> Iterator[Block]:
        """The batches of an epoch from a given step on, several at a time; the last batch may be smaller.

        Args:
            epoch: From 1.
            batch_size: Samples per step.
            first_step: Of the epoch, from 0.
            most_steps: At a time.
            last_epoch: Of the training: orders of epochs to come are prepared with that of this one; None: of none.
        """
        rows, motions = self._orders.of(epoch, batch_size, last_epoch or epoch), self._motions(epoch, batch_size)
        for start, num_steps, size in self.block_bounds(batch_size, first_step, most_steps):
            places = slice(start * len(self.pairs), (start + num_steps * size) * len(self.pairs))
            inputs, targets = self._take(rows[places], size, num_steps)
            if motions is not None:
                moved = move(inputs.flatten(0, 2).to(self.shift.dtype), motions[places])
                inputs = moved.unflatten(0, inputs.shape[:3])
            yield Block(inputs if self._prepared else self.standardized(inputs), targets)

    def block_bounds(
        self, batch_size: int, first_step: int = 0, most_steps: int | None = None
    ) -> Iterator[tuple[int, int, int]]:
        """(first position, number of steps, samples per step) of each block."""
        full, rest = divmod(self.sizes.train, batch_size)
        sample_bytes = self.inputs[0].numel() * self.shift.dtype.itemsize
        longest = max(1, min(self.block_bytes // (sample_bytes * batch_size), most_steps or full))
        for step in range(first_step, full, longest):
            yield step * batch_size, min(longest, full - step), batch_size
        if rest and first_step <= full:
            yield full * batch_size, 1, rest

    def num_steps(self, batch_size: int) -> int:
        """Steps of an epoch."""
        return -(-self.sizes.train // batch_size)

    def standardized(self, raw: Tensor) -> Tensor:
        """Inputs ``(..., S, n, *shape)`` with each pair's own values in place of missing ones, shift and scale."""
        return standardized(raw, self.fill, self.shift, self.scale).to(self.dtype)

    def _learned(self, targets: Tensor) -> Tensor:
        """What networks learn of targets ``(..., S, n, T)``; classes stay."""
        return targets if self.units is None else self.units.learned(targets).to(self._wide)

    def _take(self, rows: Tensor, size: int, *more: int) -> tuple[Tensor, Tensor]:
        """Inputs of a vector of rows as ``(*more, S, size, ...)``, and what is learned of their targets."""
        shape = (*more, len(self.pairs), size)
        inputs, targets = (tensor.index_select(0, rows).unflatten(0, shape) for tensor in (self.inputs, self.targets))
        return inputs, targets if self._prepared else self._learned(targets)

    def _motions(self, epoch: int, batch_size: int) -> Tensor | None:
        """How each sample of an epoch is moved, in the order of the rows, ``(S * N, 3)``."""
        if self.augmentation is None:
            return None
        motions = [draw_motions(self.augmentation, seed, epoch, self.sizes.train) for seed in self.order_seeds]
        return on_device(by_steps(np.stack(motions), batch_size), self.device)


def standardized(raw: Tensor, fill: Tensor | None, shift: Tensor, scale: Tensor) -> Tensor:
    """Inputs with what is filled in for NaN, less ``shift``, divided by ``scale``; in the type of these two."""
    wide = raw.to(shift.dtype)
    if fill is not None:
        wide = torch.where(wide.isnan(), fill, wide)
    fresh = wide is not raw  # a copy may be changed in place
    shifted = wide.sub_(shift) if fresh else wide - shift
    return shifted.div_(scale)


def pair_of(member: Experiment) -> Pair:
    """What decides the samples of a member: the seeds of its parts, and that of their order."""
    seeds = member.seeds_by_purpose
    return (seeds.split, seeds.data), seeds.order


def _pooled(datasets: Sequence[Dataset]) -> tuple[Dataset, np.ndarray]:
    """All distinct data sets as one, one behind the other; and where that of each pair begins, ``(S, 1)``."""
    places: dict[int, int] = {}
    for dataset in datasets:
        places.setdefault(id(dataset), len(places))
    first, begins_S = datasets[0], np.array([places[id(dataset)] for dataset in datasets]) * len(datasets[0].targets)
    if len(places) == 1:
        return first, begins_S[:, None]
    distinct = list({id(dataset): dataset for dataset in datasets}.values())
    inputs, targets = (np.concatenate([getattr(one, name) for one in distinct]) for name in ("inputs", "targets"))
    return replace(first, inputs=inputs, targets=targets), begins_S[:, None]
