"""The scores of all members on whole parts of the data.

Members are evaluated a group at a time, so that what lies between two layers stays in the cache of the processor.

Axis letters: M members, G members of a group, B samples of a chunk, K outputs.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.architectures.arithmetic import evaluation_chunk
from mlpexp.nn.network import StackedNetwork
from mlpexp.nn.products import SIDE
from mlpexp.training.activation_sums import ActivationSums
from mlpexp.training.head import Head
from mlpexp.training.samples import Samples
from mlpexp.training.scores import Collected, PartScores, explained

GROUP_VALUES = 250_000  # of the widest layer, on CPU: one megabyte
REMEMBERED_BYTES = 64_000_000


class Evaluator:
    """Evaluates a network on the samples of a stack.

    Args:
        samples: The data.
        head: What is made of logits, and what training lowers.
        names: The scores to measure.
        pair_of_member: Whose samples each member sees, ``(M,)``.
    """

    def __init__(self, samples: Samples, head: Head, names: Sequence[str], pair_of_member: Tensor) -> None:
        self.samples, self.head, self.names = samples, head, names
        self.classification = "accuracy" in names
        self.pair_of_member = pair_of_member
        self.units = None if samples.units is None else samples.units.select(pair_of_member)
        self.collects = bool(self._collected())
        pairs, variances = pair_of_member.cpu().numpy(), samples.target_variances if "r2" in names else {}
        self.variances = {part: variance[pairs] for part, variance in variances.items()}
        self._data = MemberData(samples, pair_of_member)

    @torch.no_grad()
    def scores(
        self, network: StackedNetwork, parts: list[str], activations: ActivationSums | None = None
    ) -> dict[str, PartScores]:
        """Scores of the given parts; fills ``activations`` if the training part is among them."""
        bounds = {part: place for part, place in self.samples.sizes.bounds.items() if part in parts}
        sums: dict[str, list[Tensor]] = {part: [] for part in bounds}  # of losses and of right samples, (2, M)
        collected = {part: self._collected() for part in bounds if self.collects}
        for start, stop in _chunks(network, list(bounds.values())):
            losses, correct, *outputs_and_targets = self._chunk(network, start, stop, activations)
            for part, (first, past) in bounds.items():
                a, b = max(first, start) - start, min(past, stop) - start
                if a < b:
                    sums[part].append(torch.stack((losses[:, a:b].sum(1), correct[:, a:b].sum(1))))
                    if outputs_and_targets:
                        outputs, targets = outputs_and_targets
                        collected[part].add(outputs[:, a:b], targets[:, a:b], self.units)
        totals = torch.stack([sum(of_chunks[1:], of_chunks[0]) for of_chunks in sums.values()]).cpu().numpy()
        scores = {
            part: self._means(part, total, past - first)
            for total, (part, (first, past)) in zip(totals, bounds.items(), strict=True)
        }
        if not collected:
            return scores
        return {part: means | collected[part].scores(self.variances.get(part)) for part, means in scores.items()}

    def _collected(self) -> Collected:
        return Collected(self.names, self.head, log=self.units is not None and self.units.log)

    def training_samples(self, most: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets ``(M, n, ...)`` of each member's first training samples."""
        inputs, targets = self.samples.part(0, min(most, self.samples.sizes.train))
        return inputs.index_select(0, self.pair_of_member), targets.index_select(0, self.pair_of_member)

    def _means(self, part: str, sums: np.ndarray, count: int) -> PartScores:
        return always(self.head, sums[0] / count, sums[1] / count, self.variances.get(part))

    def _chunk(
        self, network: StackedNetwork, start: int, stop: int, activations: ActivationSums | None
    ) -> list[Tensor]:
        """Loss of each sample and whether it was right, ``(M, B)`` float64; if more is measured, outputs and targets."""
        inputs, targets = self._data(start, stop)
        size = group_size(network, inputs.shape[1]) if inputs.is_cpu else network.num_members
        bounds = range(0, network.num_members, size)
        groups = []
        for a in bounds:
            if activations is not None:
                activations.expect(a, min(self.samples.sizes.train, stop) - start)
            groups.append(
                self._group(network.part(a, a + size), inputs[a : a + size], targets[a : a + size], activations)
            )
        columns = [torch.cat(column) if len(groups) > 1 else column[0] for column in zip(*groups, strict=True)]
        return [*columns, targets] if self.collects else columns

    def _group(
        self, network: StackedNetwork, inputs: Tensor, targets: Tensor, activations: ActivationSums | None
    ) -> list[Tensor]:
        outputs = network(inputs, watch=activations)[:, : targets.shape[1]].to(network.flat.dtype)
        losses = self.head.loss.value(outputs, targets)
        wide = torch.float64 if losses.device.type != "mps" else torch.float32
        beside = self.head.beside_loss(outputs, targets)
        return [losses.to(wide), beside.to(wide), *([outputs] if self.collects else [])]


def always(head: Head, loss: np.ndarray, beside: np.ndarray | None, variance: np.ndarray | None) -> PartScores:
    """The scores that every training is measured by, each ``(M,)``.

    Args:
        head: Whose loss it is.
        loss: Mean over the samples.
        beside: Mean of ``Head.beside_loss``: the share of right samples, or the mean squared error.
        variance: Of the targets, what R² compares a squared error with; 0: there is nothing to explain.
    """
    if head.classes and beside is not None:
        return {"loss": loss, "accuracy": beside}
    if variance is not None:
        squared = beside if not head.output.is_of_squares and beside is not None else loss * head.square_share
        return {"loss": loss, "r2": explained(squared, variance)}
    return {"loss": loss}


class MemberData:
    """Inputs and targets of each member, kept if small, since they are the same in every epoch.

    Zeros are added to the inputs so that no product has to add them (``nn/products.py``).
    """

    def __init__(self, samples: Samples, pair_of_member: Tensor) -> None:
        self.samples, self.pair_of_member = samples, pair_of_member
        self._remembered: dict[tuple[int, int], tuple[Tensor, Tensor]] = {}

    def __call__(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Those at positions start to stop."""
        known = self._remembered.get((start, stop))
        if known is not None:
            return known
        inputs, targets = (each.index_select(0, self.pair_of_member) for each in self.samples.part(start, stop))
        if inputs.ndim == 3:
            inputs = F.pad(inputs, (0, 0, 0, -inputs.shape[1] % SIDE))
        if (
            inputs.nbytes + targets.nbytes + sum(x.nbytes + y.nbytes for x, y in self._remembered.values())
            <= REMEMBERED_BYTES
        ):
            self._remembered[start, stop] = inputs, targets
        return inputs, targets


def chunk_size(network: StackedNetwork) -> int:
    """Samples per forward pass."""
    return evaluation_chunk(network.architecture, network.num_members, on_cpu=network.flat.is_cpu)


def group_size(network: StackedNetwork, num_samples: int) -> int:
    """Members per forward pass, on CPU."""
    return max(1, GROUP_VALUES // (network.architecture.widest * num_samples))


def _chunks(network: StackedNetwork, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cuts the span of the parts (neighbours in the order of rows) into chunks."""
    size = chunk_size(network)
    first, past = places[0][0], places[-1][1]
    for start in range(first, past, size):
        yield start, min(start + size, past)
