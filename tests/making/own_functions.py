"""Functions that tests give as parts of one's own."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def mish(x: Tensor) -> Tensor:
    """``x tanh(softplus(x))`` (Misra 2020)."""
    return x * torch.tanh(F.softplus(x))


def own_relu(x: Tensor) -> Tensor:
    """As the built-in one, written as students do."""
    return x * (x > 0)


def own_cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """As the built-in one."""
    return -torch.log_softmax(outputs, -1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def own_squares(outputs: Tensor, targets: Tensor) -> Tensor:
    """As mean_squared_error."""
    return (outputs - targets).square().mean(-1)


def own_lecun(fan_in: int, fan_out: int, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    """As lecun_normal."""
    return generator.normal(0.0, np.sqrt(1.0 / fan_in), shape)


def focal(outputs: Tensor, targets: Tensor, gamma: float = 2.0) -> Tensor:
    """``-(1 - p)^gamma log p`` of the own class (Lin et al. 2017)."""
    log_p = torch.log_softmax(outputs, -1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -((1 - log_p.exp()) ** gamma) * log_p


def right(outputs: Tensor, targets: Tensor) -> Tensor:
    """As accuracy."""
    return outputs.argmax(-1) == targets


def top_two(outputs: Tensor, targets: Tensor) -> Tensor:
    """Whether the class is among the two with the largest outputs."""
    return (outputs.topk(2, -1).indices == targets.unsqueeze(-1)).any(-1)


def brier(outputs: Tensor, targets: Tensor, *, higher_is_better: bool = False) -> Tensor:
    """Squared distance of probabilities and the true class (Brier 1950)."""
    probabilities = torch.softmax(outputs, -1)
    return (probabilities - F.one_hot(targets, outputs.shape[-1])).square().sum(-1)


def squared_error(outputs: Tensor, targets: Tensor, *, higher_is_better: bool = False) -> Tensor:
    """As mean squared error."""
    return (outputs - targets).square().mean(-1)
