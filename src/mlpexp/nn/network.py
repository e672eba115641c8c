"""A stack of M independent networks of one architecture, all parameters in one tensor.

Axis letters: M members, P parameters of a member, B batch.
"""

from collections import OrderedDict
from collections.abc import Sequence
from math import prod

import numpy as np
import torch
from torch import Tensor, nn

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import BatchNorm
from mlpexp.nn.initializers import initial_parameters
from mlpexp.nn.modules import as_module
from mlpexp.nn.operations import EVALUATION, Mode, Operation, execution_order, operation


class StackedNetwork:
    """M members of one architecture.

    Attributes:
        architecture: What each member is.
        flat: All parameters, ``(M, P)``. Writing into it changes the network.
        parameters: Views into ``flat`` by ``"layer.parameter"``, each ``(M, *shape)``; they are what autograd sees.
        buffers: What batch normalization remembers, ``(M, Q)``; Q is 0 without it.
        running: Views into ``buffers`` by layer: mean and variance, ``(M, 2, F)``.
    """

    def __init__(self, architecture: Architecture, flat: Tensor, buffers: Tensor) -> None:
        self.architecture, self.flat, self.buffers = architecture, flat, buffers
        self.parameters: dict[str, Tensor] = {}
        self.running: dict[str, Tensor] = {}
        self._operations: list[Operation] = []
        parameter_start = buffer_start = 0
        for layer in architecture.layers:
            own = {}
            for parameter in layer.parameters:
                piece = flat.detach()[:, parameter_start : parameter_start + parameter.count]
                own[parameter.name] = piece.unflatten(1, parameter.shape).requires_grad_()
                parameter_start += parameter.count
            if isinstance(layer.spec, BatchNorm):
                features = layer.input_shape[0]
                piece = buffers[:, buffer_start : buffer_start + 2 * features]
                self.running[layer.name] = piece.unflatten(1, (2, features))
                buffer_start += 2 * features
            self._operations.append(operation(layer, own, self.running.get(layer.name)))
            self.parameters.update({f"{layer.name}.{name}": tensor for name, tensor in own.items()})
        self._program = [self._operations[i] for i in execution_order(architecture.layers)]

    @classmethod
    def initialized(
        cls, architecture: Architecture, seeds: Sequence[int], *,
        dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu",
    ) -> "StackedNetwork":  # fmt: skip
        """One member per seed, each with the initial parameters that are a pure function of its seed."""
        drawn = {seed: initial_parameters(architecture, seed) for seed in set(seeds)}
        flat = np.stack([drawn[seed] for seed in seeds])
        buffers = np.stack([initial_buffers(architecture)] * len(seeds))
        return cls(architecture, *(torch.from_numpy(array).to(device, dtype) for array in (flat, buffers)))

    @property
    def num_members(self) -> int:
        """M."""
        return self.flat.shape[0]

    def __call__(self, inputs: Tensor, mode: Mode = EVALUATION) -> Tensor:
        """Outputs ``(M, B, K)`` (logits, for a classifier) of inputs ``(M, B, *input_shape)``."""
        x = inputs
        for apply in self._program:
            x = apply(x, mode)
        return x

    def layer_outputs(self, inputs: Tensor) -> dict[str, Tensor]:
        """The output ``(M, B, ...)`` of every layer, by name, in evaluation mode."""
        outputs, x = {}, inputs
        for layer, apply in zip(self.architecture.layers, self._operations, strict=True):
            x = apply(x, EVALUATION)
            outputs[layer.name] = x
        return outputs

    def select(self, members: Sequence[int]) -> "StackedNetwork":
        """A stack of copies of some members."""
        index = torch.tensor(list(members), dtype=torch.int64, device=self.flat.device)
        return StackedNetwork(self.architecture, self.flat[index], self.buffers[index])

    def member(self, index: int) -> nn.Sequential:
        """One member as a plain ``torch.nn.Sequential`` with copied weights, in evaluation mode."""
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        solo = self.select([index])
        for layer in self.architecture.layers:
            own = {p.name: solo.parameters[f"{layer.name}.{p.name}"].detach()[0] for p in layer.parameters}
            running = solo.running[layer.name][0] if layer.name in solo.running else None
            modules[layer.name] = as_module(layer, own, running)
        return nn.Sequential(modules).to(self.flat.device).eval()


def initial_buffers(architecture: Architecture) -> np.ndarray:
    """Mean 0 and variance 1 for each batch normalization, as one vector ``(Q,)``."""
    norms = [layer.input_shape[0] for layer in architecture.layers if isinstance(layer.spec, BatchNorm)]
    parts = [np.repeat([0.0, 1.0], features) for features in norms]
    return np.concatenate(parts) if parts else np.zeros(0)


def penalized(architecture: Architecture) -> np.ndarray:
    """1 for each parameter that the L2 penalty and weight decay act on (weights), 0 for the others; ``(P,)``."""
    return np.concatenate(
        [np.full(prod(p.shape), float(p.penalized)) for layer in architecture.layers for p in layer.parameters]
    )
