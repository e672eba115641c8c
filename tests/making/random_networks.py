"""Networks at random weights with random data, for whoever compares derivatives."""

import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.activations import KNOWN, STEP_FUNCTIONS
from mlpexp.config.networks import Mlp
from mlpexp.nn.network import StackedNetwork

ACTIVATIONS = [
    *KNOWN,
    {"name": "maxout", "pieces": 3},
    {"name": "elu", "alpha": 0.5},
    {"name": "leaky_relu", "negative_slope": 0.3},
]

DIFFERENTIABLE = [activation for activation in ACTIVATIONS if activation not in STEP_FUNCTIONS]  # but for a kink or two


def case(activation, loss, *, bias=True, sizes=(6, 5), dtype=torch.float64, seed=3):
    """A network at random weights with random data: the stack of one, inputs ``(B, 4)`` and targets."""
    generator = torch.Generator().manual_seed(seed)
    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": list(sizes), "activation": activation, "bias": bias})
    network = StackedNetwork.initialized(build_architecture(model, (4,), 3), [0], dtype=dtype)
    network.flat.add_(0.1 * torch.randn(network.flat.shape, dtype=dtype, generator=generator))
    x = torch.randn(7, 4, dtype=dtype, generator=generator)
    y = torch.randint(0, 3, (7,), generator=generator)
    if loss == "mean_squared_error":
        y = torch.randn(7, 3, dtype=dtype, generator=generator)
    return network, x, y
