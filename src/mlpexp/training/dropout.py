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
from mlpexp.training.transfer import on_device

RESOLUTION = 2**16  # a rate is rounded to a multiple of 1/65,536: four draws from one 64-bit number


class DropoutMasks:
    """The factors on each value of each dropout layer, drawn for several steps at a time.

    Args:
        architecture: With L dropout layers.
        rates: Of each layer and member, ``(L, M)``.
        seed_of_member: Index of each member's order seed, ``(M,)``.
        dtype: Of the factors.
        device: Where they are needed.

    References:
        Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout", section 4; scaling in training.
    """

    def __init__(
        self,
        architecture: Architecture,
        rates: np.ndarray,
        seed_of_member: np.ndarray,
        *,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self.layers = [layer for layer in architecture.layers if isinstance(layer.spec, Dropout)]
        self.device, self.streams = device, list[list[np.random.Generator]]()
        thresholds = np.round(rates * RESOLUTION).astype(np.int32) - RESOLUTION // 2
        self.thresholds_LM1 = on_device(thresholds[:, :, None], device)
        self.scales_LM1 = on_device((1 / (1 - rates))[:, :, None], device, dtype)
        self.seed_of_member = on_device(seed_of_member, device)

    def start_epoch(self, seeds: Sequence[int], epoch: int) -> None:
        """Begins the streams of an epoch."""
        self.streams = [[stream(seed, "dropout", epoch, i) for seed in seeds] for i in range(len(self.layers))]

    def draw(self, num_steps: int, batch_size: int) -> dict[str, Tensor]:
        """The next steps' factors by layer name, ``(T, M, B, *shape)`` with values 0 and ``1 / (1 - rate)``."""
        factors = {}
        for i, layer in enumerate(self.layers):
            numbers_TSN = on_device(self._numbers(i, num_steps, batch_size * prod(layer.output_shape)), self.device)
            keep_TMN = numbers_TSN.index_select(1, self.seed_of_member) >= self.thresholds_LM1[i]
            factors[layer.name] = (keep_TMN * self.scales_LM1[i]).unflatten(2, (batch_size, *layer.output_shape))
        return factors

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
