"""Dropout as a pure function of (seed, layer, epoch, step): the same units are dropped whatever is trained beside.

Axis letters: S order seeds, M members, T steps of a block, B batch.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Dropout
from mlpexp.randomness import stream

RESOLUTION = 2**16  # a rate is rounded to a multiple of 1/65,536: four draws from one 64-bit number


class DropoutMasks:
    """The factors on each value of each dropout layer, drawn for several steps at a time.

    References:
        Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout", section 4; scaling in training.
    """

    def __init__(self, architecture: Architecture, rates: np.ndarray, seed_of_member: np.ndarray) -> None:
        """Args: architecture; rates ``(L, M)`` of its L dropout layers; index ``(M,)`` of each member's order seed."""
        self.layers = [layer for layer in architecture.layers if isinstance(layer.spec, Dropout)]
        self.rates, self.seed_of_member = rates, seed_of_member
        self.streams: list[list[np.random.Generator]] = []

    def start_epoch(self, seeds: Sequence[int], epoch: int) -> None:
        """Begins the streams of an epoch."""
        self.streams = [[stream(seed, "dropout", epoch, i) for seed in seeds] for i in range(len(self.layers))]

    def draw(
        self, num_steps: int, batch_size: int, *, dtype: torch.dtype, device: torch.device
    ) -> list[dict[str, Tensor]]:
        """The next steps' factors: per step, by layer name, ``(M, B, *shape)`` with values 0 and ``1 / (1 - rate)``."""
        steps: list[dict[str, Tensor]] = [{} for _ in range(num_steps)]
        for i, layer in enumerate(self.layers):
            threshold = torch.from_numpy(np.round(self.rates[i] * RESOLUTION).astype(np.int64) - RESOLUTION // 2)
            numbers_TSN = torch.from_numpy(self._numbers(i, num_steps, batch_size * prod(layer.output_shape)))
            numbers_TMN = numbers_TSN.to(device)[:, torch.from_numpy(self.seed_of_member).to(device)]
            keep = numbers_TMN >= threshold.to(device, torch.int32)[:, None]
            scale = torch.from_numpy(1 / (1 - self.rates[i])).to(device, dtype)
            factors = (keep * scale[:, None]).unflatten(2, (batch_size, *layer.output_shape))
            for step, factor in zip(steps, factors.unbind(0), strict=True):
                step[layer.name] = factor
        return steps

    def _numbers(self, layer: int, num_steps: int, count: int) -> np.ndarray:
        """Uniform int16 ``(T, S, count)``; each step takes whole 64-bit numbers, so that blocks of any length agree."""
        words = -(-count // 4)
        drawn = [
            generator.bit_generator.random_raw(num_steps * words)
            .view(np.int16)
            .reshape(num_steps, 4 * words)[:, :count]
            for generator in self.streams[layer]
        ]
        return np.stack(drawn, axis=1)
