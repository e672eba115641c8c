"""The objective of the first step of a training: what the derivatives of a config are taken of."""

import torch

from mlpexp.analysis.gradcheck.objective import Objective
from mlpexp.data.dataset import Dataset
from mlpexp.execution.members import members_of, samples_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.prepare import Prepared
from mlpexp.training.dropout import DropoutMasks
from mlpexp.training.hyper import dropout_rates
from mlpexp.training.losses import LOSSES


def first_objective(prepared: Prepared, dataset: Dataset) -> Objective:
    """The objective of the first batch in float64, exactly as training with the first seed would see it."""
    experiment, architecture = prepared.experiment, prepared.architecture
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
    loss = LOSSES[str(experiment.loss)]
    return Objective(network, block.inputs[0], block.targets[0], dropout, loss, experiment.optimizer.l2_penalty)
