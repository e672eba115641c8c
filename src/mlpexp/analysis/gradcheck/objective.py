"""The objective of one training step as a function of all parameters, at many points at once, and its derivative by hand.

Every point is a member of a stack, so that many perturbed networks take few calls.

Axis letters: N points, P parameters, B batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.data.dataset import Dataset
from mlpexp.execution.members import members_of, samples_of
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.prepare import Prepared
from mlpexp.training.class_weights import class_weights
from mlpexp.training.dropout import DropoutMasks
from mlpexp.training.head import head_of
from mlpexp.training.hyper import HyperParameters, dropout_rates
from mlpexp.training.losses import Loss
from mlpexp.training.starts import begin_with

CHUNK_VALUES = 2_000_000  # parameters and outputs of the widest layer, of all points of a chunk


@dataclass(frozen=True, eq=False)
class Objective:
    """``E = mean loss + penalty/2 sum |W|^2`` of a network in training mode on one batch."""

    network: StackedNetwork
    """One member; it is never changed, batch normalization's memory included."""
    inputs: Tensor
    """``(1, B, *input_shape)``."""
    targets: Tensor
    """``(1, B, ...)``."""
    dropout: Mapping[str, Tensor]
    """The factors of the step, by layer: which units are dropped does not change from point to point."""
    loss: Loss
    """Of each sample."""
    penalty: float
    """The factor of the L2 penalty."""
    sample_weights: np.ndarray | None = None
    """How much each sample counts, ``(B,)``, where that depends on its class; ``loss`` knows it."""

    @property
    def point(self) -> Tensor:
        """The parameters of the network, ``(P,)``."""
        return self.network.flat[0]

    def __call__(self, points_NP: Tensor) -> Tensor:
        """E at each point, ``(N,)``; differentiable."""
        network, (inputs, targets), mode = self._stack(points_NP)
        losses = self.loss.value(network(inputs, mode), targets).mean(1)
        return losses + self.penalty / 2 * (self._weights * points_NP.square()).sum(1) if self.penalty else losses

    def by_hand(self) -> Tensor:
        """The derivative at the network's own parameters by the engine's own backward pass, ``(P,)``."""
        network, (inputs, targets), mode = self._stack(self.network.flat)
        size = inputs.shape[1]
        with torch.no_grad():
            _, gradient = network.forward_backward(inputs, mode, lambda y: self.loss.gradient(y, targets) / size)
        return gradient[0] + self.penalty * self._weights * self.point if self.penalty else gradient[0]

    def chunk_size(self) -> int:
        """How many points to take at once; of convolutions one, which is no slower and needs less memory."""
        if self.network.architecture.has_convolutions:
            return 1
        values = self.point.numel() + self.network.architecture.widest * self.inputs.shape[1]
        return max(1, CHUNK_VALUES // values)

    @property
    def _weights(self) -> Tensor:
        return torch.from_numpy(self.network.architecture.penalized).to(self.point.device)

    def _stack(self, points_NP: Tensor) -> tuple[StackedNetwork, tuple[Tensor, Tensor], Mode]:
        count = len(points_NP)
        network = StackedNetwork(self.network.architecture, points_NP, self.network.buffers.repeat(count, 1))
        data = (tensor.expand(count, *tensor.shape[1:]) for tensor in (self.inputs, self.targets))
        dropout = {name: factor.expand(count, *factor.shape[1:]) for name, factor in self.dropout.items()}
        inputs, targets = data
        return network, (inputs, targets), Mode(training=True, dropout=dropout)


def first_objective(prepared: Prepared, dataset: Dataset) -> Objective:
    """The objective of the first batch in float64, exactly as training with the first seed would see it."""
    experiment, architecture = prepared.experiment, prepared.architecture
    members = members_of(experiment, [experiment.seed])
    samples = samples_of(members, dataset)
    batch_size = experiment.training.batch_of(samples.sizes.train)
    block = next(samples.blocks(1, batch_size, most_steps=1))
    rates, pairs = dropout_rates([architecture]), samples.index_of(members)
    masks = DropoutMasks(architecture, rates, pairs, dtype=samples.dtype, device=samples.device)
    masks.start_epoch(samples.order_seeds, 1)
    dropout = {layer: factors[0] for layer, factors in masks.draw(1, batch_size).items()}
    network = StackedNetwork.initialized(
        architecture, [members[0].seeds_by_purpose.init], dtype=torch.float64, device=samples.device
    )
    begin_with(network, [prepared.initial(members[0].seed)])
    hyper = HyperParameters.of(members, class_weights(members, dataset, samples), num_train=samples.sizes.train)
    weights = None if hyper.class_weights is None else hyper.class_weights[0, block.targets[0, 0].cpu().numpy()]
    loss = hyper.objective(head_of(experiment, dataset.facts).loss, network.flat)
    penalty = experiment.optimizer.l2_penalty
    return Objective(network, block.inputs[0], block.targets[0], dropout, loss, penalty, weights)
