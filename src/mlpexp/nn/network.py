"""A stack of M independent networks of one architecture, all parameters in one tensor.

Axis letters: M members, P parameters of a member, B batch.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor, nn

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import BatchNorm
from mlpexp.config.networks import OutputActivation
from mlpexp.nn.initializers import initial_parameters
from mlpexp.nn.layers.catalogue import LAYERS, execution_order
from mlpexp.nn.layers.kind import RUNNING, Operation
from mlpexp.nn.mode import EVALUATION, Mode, typed

OUTPUT_MODULES: Mapping[OutputActivation, Callable[[], nn.Module]] = {
    "none": nn.Identity, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "softmax": partial(nn.Softmax, dim=1),
}  # fmt: skip

Watch = Callable[[str, Tensor], None]  # is shown a tensor (M, B, ...) of each layer, by name


class StackedNetwork:
    """M members of one architecture.

    Attributes:
        architecture: What each member is.
        flat: All parameters, ``(M, P)``. Writing into it changes the network.
        parameters: Views into ``flat`` by ``"layer.parameter"``, each ``(M, *shape)``.
        buffers: What batch normalization remembers, ``(M, Q)``; Q is 0 without it.
        running: Views into ``buffers`` by layer: mean and variance, ``(M, 2, F)``.
    """

    def __init__(self, architecture: Architecture, flat: Tensor, buffers: Tensor) -> None:
        self.architecture, self.flat, self.buffers = architecture, flat, buffers
        self.parameters: dict[str, Tensor] = {}
        self.running: dict[str, Tensor] = {}
        self._operations: list[Operation] = []
        tensors: dict[str, dict[str, Tensor]] = {layer.name: {} for layer in architecture.layers}
        for segment in architecture.layout:
            tensor = flat[:, segment.start : segment.stop].unflatten(1, segment.parameter.shape)
            self.parameters[segment.name] = tensors[segment.layer][segment.parameter.name] = tensor
        start = 0
        for name, features in _normalized(architecture):
            tensor = buffers[:, start : start + 2 * features].unflatten(1, (2, features))
            self.running[name] = tensors[name][RUNNING] = tensor
            start += 2 * features
        for layer in architecture.layers:
            self._operations.append(LAYERS[type(layer.spec)].operation(layer, tensors[layer.name]))
        order = execution_order(architecture.layers)
        self._program = [self._operations[i] for i in order]
        self._names = [architecture.layers[i].name for i in order]
        self._gradient_order = sorted(range(len(order)), key=order.__getitem__)
        layers = [architecture.layers[at] for at in order]
        self._first_with_parameters = min(i for i, layer in enumerate(layers) if layer.parameters)
        trained = (i for i, layer in enumerate(layers) if layer.parameters and not layer.frozen)
        self._first_trained = min(trained, default=len(layers))

    @classmethod
    def initialized(
        cls,
        architecture: Architecture,
        seeds: Sequence[int],
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> "StackedNetwork":
        """One member per seed, each with the initial parameters that are a pure function of its seed."""
        return cls.of_members([architecture] * len(seeds), seeds, dtype=dtype, device=device)

    @classmethod
    def of_members(
        cls,
        architectures: Sequence[Architecture],
        seeds: Sequence[int],
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> "StackedNetwork":
        """One member per architecture and seed; architectures may differ in what decides the initial parameters."""
        distinct = list(dict(zip(map(id, architectures), architectures, strict=True)).values())
        same_as = {
            id(architecture): distinct.index(architecture) for architecture in distinct
        }  # the first that is equal
        keys = [(same_as[id(architecture)], seed) for architecture, seed in zip(architectures, seeds, strict=True)]
        drawn = {key: initial_parameters(distinct[key[0]], key[1]) for key in set(keys)}
        flat = np.stack([drawn[key] for key in keys])
        buffers = np.stack([initial_buffers(distinct[0])] * len(seeds))
        return cls(distinct[0], *(torch.from_numpy(array).to(device, dtype) for array in (flat, buffers)))

    @property
    def num_members(self) -> int:
        """M."""
        return self.flat.shape[0]

    def __call__(self, inputs: Tensor, mode: Mode = EVALUATION, watch: Watch | None = None) -> Tensor:
        """Outputs ``(M, B, K)`` (logits, for a classifier) of inputs ``(M, B, *input_shape)``.

        ``watch`` is shown the output of each layer; where a max pooling and an activation have changed places, that of
        the activation is the pooled one.
        """
        x = inputs
        for name, step in zip(self._names, self._program, strict=True):
            x, _ = step.forward(x, mode)
            if watch is not None:
                watch(name, x)
        return x

    def forward_backward(
        self,
        inputs: Tensor,
        mode: Mode,
        output_gradient: Callable[[Tensor], Tensor],
        watch: Watch | None = None,
        *,
        of_frozen: bool = True,
    ) -> tuple[Tensor, Tensor]:
        """Outputs, and the gradient of all parameters: backpropagation by hand, layer by layer.

        Args:
            inputs: ``(M, B, *input_shape)``.
            mode: Usually training.
            output_gradient: From outputs ``(M, B, K)`` to the gradient of the objective with respect to them.
            watch: Is shown the derivative of the objective with respect to the output of each layer, last layer first.
            of_frozen: Whether the gradient of frozen layers is computed, too; else it is 0.

        Returns:
            Outputs ``(M, B, K)`` and gradient ``(M, P)``, in the order of ``flat``.

        References:
            Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors".
        """
        x, tape = inputs, []
        for step in self._program:
            x, saved = step.forward(x, mode)
            tape.append(saved)
        dy = output_gradient(x)
        gradients: dict[int, Sequence[Tensor]] = {}
        first = self._first_with_parameters if of_frozen else self._first_trained
        for i in range(len(self._program) - 1, first - 1, -1):
            if watch is not None:
                watch(self._names[i], dy)
            dx, gradients[i] = self._program[i].backward(dy, tape.pop(), need_dx=i > first)
            if dx is not None:
                dy = dx
        if not of_frozen:
            gradients |= self._no_gradient
        pieces = [typed(g.flatten(1), self.flat.dtype) for i in self._gradient_order for g in gradients.get(i, ())]
        return x, torch.cat(pieces, 1)

    @cached_property
    def _no_gradient(self) -> dict[int, Sequence[Tensor]]:
        """The gradient of frozen layers, by their places in the program."""
        frozen = {layer.name: layer.parameters for layer in self.architecture.layers if layer.frozen}
        return {
            i: [torch.zeros_like(self.parameters[f"{name}.{parameter.name}"]) for parameter in frozen[name]]
            for i, name in enumerate(self._names)
            if name in frozen
        }

    def layer_outputs(self, inputs: Tensor) -> dict[str, Tensor]:
        """The output ``(M, B, ...)`` of every layer, by name, in evaluation mode."""
        outputs, x = {}, inputs
        for layer, step in zip(self.architecture.layers, self._operations, strict=True):
            x, _ = step.forward(x, EVALUATION)
            outputs[layer.name] = x
        return outputs

    def output_of_hidden(self, hidden: Tensor) -> Tensor:
        """What the output layer makes of the values ``(M, B, ...)`` of the layer before it, in evaluation mode."""
        outputs, _ = self._operations[-1].forward(hidden, EVALUATION)
        return outputs

    def select(self, members: Sequence[int] | np.ndarray) -> "StackedNetwork":
        """A stack of copies of some members."""
        index = torch.from_numpy(np.asarray(members, dtype=np.int64)).to(self.flat.device)
        return StackedNetwork(self.architecture, self.flat[index], self.buffers[index])

    def part(self, start: int, stop: int) -> "StackedNetwork":
        """Neighbouring members as a stack that shares their memory; the whole stack is itself."""
        if start <= 0 and stop >= self.num_members:
            return self
        return StackedNetwork(self.architecture, self.flat[start:stop], self.buffers[start:stop])

    def member(self, index: int) -> nn.Sequential:
        """One member as a plain ``torch.nn.Sequential`` with copied weights, in evaluation mode.

        It gives logits where the loss takes these (cross-entropies), else what the output activation gives.
        """
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        solo = self.select([index])
        for layer in self.architecture.layers:
            tensors = {p.name: solo.parameters[f"{layer.name}.{p.name}"][0] for p in layer.parameters}
            if layer.name in solo.running:
                tensors[RUNNING] = solo.running[layer.name][0]
            modules[layer.name] = LAYERS[type(layer.spec)].module(layer, tensors)
        if self.architecture.output_activation is not None:
            modules["output_activation"] = OUTPUT_MODULES[self.architecture.output_activation]()
        return nn.Sequential(modules).to(self.flat.device).eval()


def initial_buffers(architecture: Architecture) -> np.ndarray:
    """Mean 0 and variance 1 for each batch normalization, as one vector ``(Q,)``."""
    parts = [np.repeat([0.0, 1.0], features) for _, features in _normalized(architecture)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _normalized(architecture: Architecture) -> list[tuple[str, int]]:
    """Name and features of each batch normalization, in the order of the buffers."""
    return [(layer.name, layer.input_shape[0]) for layer in architecture.layers if isinstance(layer.spec, BatchNorm)]
