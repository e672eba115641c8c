"""What a kind of layer brings: its operation on a stack, and the plain module that computes the same for one member."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from mlpexp.architectures.architecture import Layer
from mlpexp.nn.mode import Mode

RUNNING = "running"  # beside its parameters: mean and variance that batch normalization remembers
Tensors = Mapping[str, Tensor]


class Operation(Protocol):
    """A layer at work."""

    def forward(self, x: Tensor, mode: Mode) -> tuple[Tensor, Any]:
        """The output for inputs ``(M, B, ...)``, and what ``backward`` needs."""

    def backward(self, dy: Tensor, saved: Any, *, need_dx: bool) -> tuple[Tensor | None, Sequence[Tensor]]:
        """From the gradient of the output those of the input (if needed) and of each parameter, in their order."""


@dataclass(frozen=True)
class LayerKind:
    """How the layers of one specification are computed."""

    operation: Callable[[Layer, Tensors], Operation]
    """Of a layer with its tensors by name, each ``(M, *shape)``."""
    module: Callable[[Layer, Tensors], nn.Module]
    """Of a layer with the tensors of one member, each ``(*shape)``, which are copied."""


def filled(module: nn.Module, tensors: Mapping[str, Tensor | None]) -> nn.Module:
    """The module with the values of some tensors, and their type."""
    given = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    module.to(next(iter(given.values())).dtype)
    with torch.no_grad():
        for name, tensor in given.items():
            getattr(module, name).copy_(tensor)
    return module
