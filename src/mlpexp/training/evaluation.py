"""Loss and accuracy of all members on whole parts of the data.

Axis letters: M members, B samples of a chunk, K outputs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.nn.network import StackedNetwork
from mlpexp.training.losses import Loss
from mlpexp.training.samples import Samples

CHUNK_SAMPLES = 4096  # small enough that no sum is split among threads
CHUNK_VALUES = 2_000_000  # per member, of the widest layer


@dataclass(frozen=True)
class PartScore:
    """Mean loss and share of correct samples (NaN for regression) of each member on one part, ``(M,)`` float64."""

    loss: np.ndarray
    accuracy: np.ndarray


class Evaluator:
    """Evaluates a network on the samples of a stack."""

    def __init__(self, samples: Samples, loss: Loss, *, classification: bool) -> None:
        self.samples, self.loss, self.classification = samples, loss, classification

    @torch.no_grad()
    def scores(self, network: StackedNetwork, pair_of_member: Tensor | None, parts: list[str]) -> dict[str, PartScore]:
        """Scores of the given parts; ``pair_of_member`` ``(M,)`` tells whose samples a member sees (None: its own)."""
        bounds = {part: place for part, place in self.samples.sizes.bounds.items() if part in parts}
        sums = {part: [np.zeros(network.num_members), np.zeros(network.num_members)] for part in bounds}
        for start, stop in _chunks(network, list(bounds.values())):
            losses, correct = self._chunk(network, pair_of_member, start, stop)
            for part, (first, past) in bounds.items():
                a, b = max(first, start) - start, min(past, stop) - start
                if a < b:
                    sums[part][0] += losses[:, a:b].sum(1).cpu().numpy()
                    sums[part][1] += correct[:, a:b].sum(1).cpu().numpy()
        return {part: self._means(sums[part], past - first) for part, (first, past) in bounds.items()}

    def _means(self, sums: list[np.ndarray], count: int) -> PartScore:
        accuracy = sums[1] / count if self.classification else np.full_like(sums[1], np.nan)
        return PartScore(sums[0] / count, accuracy)

    def _chunk(self, network: StackedNetwork, pairs: Tensor | None, start: int, stop: int) -> tuple[Tensor, Tensor]:
        inputs, targets = self.samples.part(start, stop)
        if pairs is not None:
            inputs, targets = inputs[pairs], targets[pairs]
        outputs = network(inputs).to(network.flat.dtype)
        losses = self.loss.value(outputs, targets)
        wide = torch.float64 if losses.device.type != "mps" else torch.float32
        correct = outputs.argmax(2) == targets if self.classification else torch.zeros_like(losses)
        return losses.to(wide), correct.to(wide)


def chunk_size(network: StackedNetwork) -> int:
    """Samples per forward pass; a function of the architecture alone, so that neighbours change no rounding."""
    widest = max(int(np.prod(layer.output_shape)) for layer in network.architecture.layers)
    return max(16, min(CHUNK_SAMPLES, CHUNK_VALUES // widest))


def _chunks(network: StackedNetwork, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cuts the span of the parts (neighbours in the order of rows) into chunks."""
    size = chunk_size(network)
    first, past = places[0][0], places[-1][1]
    for start in range(first, past, size):
        yield start, min(start + size, past)
