"""How well a map fits its data: quantization error and topographic error of all members on whole parts.

Axis letters: M members, G members of a group, B samples of a chunk, F features, U units.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.grid import neighbours
from mlpexp.architectures.layers import SelfOrganizingMap
from mlpexp.nn.network import StackedNetwork
from mlpexp.som.steps import WEIGHT
from mlpexp.som.winners import best_units
from mlpexp.training.evaluation import MemberData, chunk_size, group_size
from mlpexp.training.samples import Samples
from mlpexp.training.scores import PartScores


class MapMeasures:
    """Measures maps on the samples of a stack.

    Args:
        grid: Of all members.
        samples: The data.
        pair_of_member: Whose samples each member sees, ``(M,)``.
    """

    def __init__(self, grid: SelfOrganizingMap, samples: Samples, pair_of_member: Tensor) -> None:
        self.samples, self._data = samples, MemberData(samples, pair_of_member)
        self.neighbours_UU = torch.from_numpy(neighbours(grid)).to(samples.device)

    @torch.no_grad()
    def scores(self, network: StackedNetwork, parts: list[str]) -> dict[str, PartScores]:
        """Mean distance from the nearest unit, and the share of samples whose two nearest units are not neighbours.

        References:
            Kiviluoto (1996), "Topology preservation in self-organizing maps" (topographic error).
        """
        bounds = {part: place for part, place in self.samples.sizes.bounds.items() if part in parts}
        return {part: self._part(network, start, stop) for part, (start, stop) in bounds.items()}

    def _part(self, network: StackedNetwork, first: int, past: int) -> PartScores:
        sums: list[Tensor] = []  # of distances and of torn samples, (2, M)
        for start, stop in _chunks(first, past, chunk_size(network)):
            inputs, _ = self._data(start, stop)
            size = group_size(network, inputs.shape[1]) if inputs.is_cpu else network.num_members
            groups = [
                self._group(network.part(a, a + size), inputs[a : a + size], stop - start)
                for a in range(0, network.num_members, size)
            ]
            sums.append(torch.cat(groups, 1))
        errors, torn = sum(sums[1:], sums[0]).cpu().numpy().astype(np.float64) / (past - first)
        return {"quantization_error": errors, "topographic_error": torn}

    def _group(self, network: StackedNetwork, x_GBF: Tensor, count: int) -> Tensor:
        """Sums over the first ``count`` samples of a chunk, ``(2, G)``."""
        nearest, second = (units[:, :count] for units in best_units(network, x_GBF))
        units_GUF = network.parameters[WEIGHT].mT
        winner_GBF = units_GUF.gather(1, nearest.unsqueeze(2).expand(-1, -1, units_GUF.shape[2]))
        distances = (x_GBF[:, :count].flatten(2) - winner_GBF).square_().sum(2).sqrt_()
        torn = ~self.neighbours_UU[nearest, second]
        wide = torch.float64 if distances.device.type != "mps" else torch.float32
        return torch.stack((distances.sum(1, dtype=wide), torn.sum(1, dtype=wide)))


def _chunks(first: int, past: int, size: int) -> Iterator[tuple[int, int]]:
    for start in range(first, past, size):
        yield start, min(start + size, past)
