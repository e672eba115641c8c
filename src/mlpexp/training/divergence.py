"""Which members have diverged: parameters or a loss that is not finite after an epoch.

Axis letters: A active members, P parameters of a member.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from mlpexp.nn.network import StackedNetwork
from mlpexp.training.scores import PartScores

LARGE_LOSS = 1e30  # far below the largest number of float32, 3e38


def largest_losses(scores: Mapping[str, PartScores], loss: str) -> np.ndarray:
    """The largest loss of each member on any part, ``(A,)``; NaN if one is NaN."""
    return np.asarray(np.max([of_name[loss] for of_name in scores.values()], axis=0))


def are_finite(network: StackedNetwork, losses_A: np.ndarray) -> np.ndarray:
    """Which members have finite parameters, buffers and losses, ``(A,)``."""
    finite = torch.isfinite(network.flat).all(1) & torch.isfinite(network.buffers).all(1)
    return np.asarray(finite.cpu().numpy() & np.isfinite(losses_A))


def norm(flat_AP: Tensor) -> float:
    """Length of the parameters of all members together: no member's is longer; found in half the time of each."""
    return float(torch.linalg.vector_norm(flat_AP))


def norms(flat_AP: Tensor) -> np.ndarray:
    """Length of each member's parameters, ``(A,)``; not finite if one of them is not."""
    return np.asarray(torch.linalg.vector_norm(flat_AP, dim=1).cpu().numpy())


def calm_norms(flat_AP: Tensor, losses_A: np.ndarray, num_layers: int) -> np.ndarray:
    """Lengths of the parameters below which a loss is hardly infinite, so that it need not be measured, ``(A,)``.

    If all weights of L layers grow by a factor, the outputs of a network grow by its power L at most, and a squared error by
    2 L. The length may grow until that makes a loss of ``LARGE_LOSS``, which leaves a factor of 1e8 to the largest number.

    Args:
        flat_AP: Parameters at an evaluation.
        losses_A: The largest loss of each member there.
        num_layers: L, layers with weights.
    """
    room = np.maximum(LARGE_LOSS / np.maximum(losses_A, 1.0), 1.0)
    limits = norms(flat_AP).astype(np.float64) * room ** (1 / (2 * max(num_layers, 1)))
    return np.where(np.isfinite(limits), limits, 0.0)  # a length that is no number has no limit: losses are measured
