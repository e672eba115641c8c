"""The step that ``mlpexp gradcheck --explain`` shows, with the weights of a seed, checked against reverse mode."""

import torch

from mlpexp.analysis.gradcheck.chain_rule import INPUT, TARGET, Example, example
from mlpexp.analysis.gradcheck.derivatives import reverse_mode
from mlpexp.analysis.gradcheck.objective import Objective
from mlpexp.architectures.build import build_architecture
from mlpexp.config.networks import Mlp
from mlpexp.errors import DerivativeError
from mlpexp.nn.network import StackedNetwork
from mlpexp.numpy_twin.backprop import flattened, layers_of
from mlpexp.training.losses import LOSSES

EXACT = 1e-14


def worked_example(seed: int) -> Example:
    """One step of a network 2-2-1 with the initial weights of a seed.

    Raises:
        DerivativeError: Reverse mode computes something else.
    """
    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": [2], "activation": "sigmoid"})
    architecture = build_architecture(model, (2,), 1)
    network = StackedNetwork.initialized(architecture, [seed], dtype=torch.float64)
    step = example(layers_of(architecture, network.flat[0].numpy()))
    inputs, targets = (torch.from_numpy(array)[None] for array in (INPUT, TARGET))
    objective = Objective(network, inputs, targets, {}, LOSSES["mean_squared_error"], 0.0)
    gap = abs(reverse_mode(objective) - flattened(step.gradients)).max()
    if not gap <= EXACT:
        raise DerivativeError(f"backpropagation by hand and reverse mode differ by {gap:.1e}")
    return step
