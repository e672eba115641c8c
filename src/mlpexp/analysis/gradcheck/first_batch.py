"""The first batch of a training, and the network before its first step: what the derivatives of a config are taken of."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.config.experiment import Experiment
from mlpexp.data.dataset import Dataset
from mlpexp.execution.members import members_of, samples_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.dropout import DropoutMasks
from mlpexp.training.hyper import dropout_rates


@dataclass(frozen=True, eq=False)
class FirstBatch:
    """The network and what its first step sees, for the first seed."""

    network: StackedNetwork
    """One member, before its first step."""
    inputs: Tensor
    """``(1, B, *input_shape)``."""
    targets: Tensor
    """``(1, B, ...)``."""
    dropout: dict[str, Tensor]
    """The factors of that step, by layer."""


def first_batch(experiment: Experiment, architecture: Architecture, dataset: Dataset) -> FirstBatch:
    """The first batch of an experiment in float64, exactly as training would see it."""
    members = members_of(experiment, [experiment.seed])
    samples = samples_of(members, dataset)
    batch_size = experiment.training.batch_of(samples.sizes.train)
    block = next(samples.blocks(1, batch_size, most_steps=1))
    masks = DropoutMasks(architecture, dropout_rates([architecture]), samples.index_of(members))
    masks.start_epoch(samples.order_seeds, 1)
    (dropout,) = masks.draw(1, batch_size, dtype=samples.dtype, device=samples.device)
    network = StackedNetwork.initialized(
        architecture, [members[0].seeds_by_purpose.init], dtype=torch.float64, device=samples.device
    )
    return FirstBatch(network, block.inputs[0], block.targets[0], dropout)
