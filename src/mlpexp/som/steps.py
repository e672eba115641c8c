"""The steps of a self-organizing map: Kohonen's rule and the batch map, for all members of a stack at once.

Axis letters: M members, B batch, F features, U units, D distinct distances on the grid.
"""

import torch
from torch import Tensor

from mlpexp.nn.mode import Mode
from mlpexp.nn.products import product
from mlpexp.som.neighbourhood import Neighbourhood
from mlpexp.som.winners import WinnerSearch, winners
from mlpexp.training.hyper import StepCoefficients
from mlpexp.training.state import TrainingState

WEIGHT = "map.weight"


class OnlineSteps:
    """``w_j += eta h(j, j*) (x - w_j)``; of a batch the mean over its samples, all with the weights before the step.

    The values of the neighbourhood are those of h times eta.

    References:
        Kohonen (1982), "Self-organized formation of topologically correct feature maps", equation 2; Kohonen (2001),
        "Self-organizing maps", equations 3.2 to 3.4, there with 2 sigma^2.
    """

    def __init__(self, state: TrainingState, neighbourhood: Neighbourhood) -> None:
        self.state, self.network, self.neighbourhood = state, state.network, neighbourhood
        self.weight_MFU = weight = self.network.parameters[WEIGHT]
        members, _, units = weight.shape
        whole = weight.new_zeros(members, dtype=torch.int64), weight.new_zeros(members, units, dtype=torch.int64)
        rows = weight.new_zeros(2, members, 1, units).unbind(0)
        self.buffers = (torch.empty_like(weight), torch.empty_like(weight), *whole, *rows)
        distances_MU, self.pull_MU = (row.squeeze(1) for row in rows)
        self.find_winner = WinnerSearch(distances_MU, whole[0])

    def __call__(self, inputs: Tensor, targets: Tensor, mode: Mode, coefficients: StepCoefficients) -> Tensor:
        """Takes a step on inputs ``(M, B, ...)`` and returns squared distances ``(M, B, U)`` before it."""
        values_MD = self.neighbourhood.of(self.state.step)
        if inputs.shape[1] == 1:
            return self._one_sample(inputs, values_MD)
        x_MBF, weight, batch_size = inputs.flatten(2), self.weight_MFU, inputs.shape[1]
        distances = self.network(inputs)
        pull_MBU = self.neighbourhood.around(winners(distances), values_MD)
        towards_MFU = product(x_MBF.mT, pull_MBU)
        towards_MFU.addcmul_(weight, pull_MBU.sum(1).unsqueeze(1), value=-1)
        weight.add_(towards_MFU, alpha=1 / batch_size)
        return distances

    def _one_sample(self, inputs: Tensor, values_MD: Tensor) -> Tensor:
        """The same for one sample, with half as many operations, which write into tensors of the step before."""
        difference_MFU, squares_MFU, winner_M, number_MU, distances_M1U, pull_M1U = self.buffers
        torch.sub(inputs.view(len(inputs), -1, 1), self.weight_MFU, out=difference_MFU)
        torch.mul(difference_MFU, difference_MFU, out=squares_MFU)
        torch.sum(squares_MFU, 1, keepdim=True, out=distances_M1U)
        self.find_winner()
        torch.index_select(self.neighbourhood.distance_UU, 0, winner_M, out=number_MU)
        torch.gather(values_MD, 1, number_MU, out=self.pull_MU)
        self.weight_MFU.addcmul_(difference_MFU, pull_M1U)
        return distances_M1U


class BatchSteps:
    """``w_j += eta (m_j - w_j)`` with ``m_j = sum_i h(j, j*_i) x_i / sum_i h(j, j*_i)``; with eta = 1 the batch map.

    A unit that is far from every winner stays.

    References:
        Kohonen (2001), "Self-organizing maps", section 3.6, equation 3.22.
    """

    def __init__(self, state: TrainingState, neighbourhood: Neighbourhood) -> None:
        self.state, self.network, self.neighbourhood = state, state.network, neighbourhood
        self.weight_MFU = self.network.parameters[WEIGHT]

    def __call__(self, inputs: Tensor, targets: Tensor, mode: Mode, coefficients: StepCoefficients) -> Tensor:
        """Takes a step on all samples ``(M, B, ...)`` and returns squared distances ``(M, B, U)`` before it."""
        rate_M1 = -coefficients.own[0]
        distances, weight = self.network(inputs), self.weight_MFU
        pull_MBU = self.neighbourhood.around(winners(distances), self.neighbourhood.of(self.state.step))
        total_M1U = pull_MBU.sum(1).unsqueeze(1)
        mean_MFU = product(inputs.flatten(2).mT, pull_MBU) / total_M1U
        weight.lerp_(torch.where(total_M1U > 0, mean_MFU, weight), rate_M1.unsqueeze(2))
        return distances
