"""Networks of every kind of layer at random weights, for whoever makes them int8."""

from dataclasses import dataclass

import torch
from hypothesis import strategies as st

from making.random_networks import ACTIVATIONS
from mlpexp.architectures.build import build_architecture
from mlpexp.config.networks import Cnn, Mlp
from mlpexp.nn.network import StackedNetwork

LAYERS = [
    {"layer": "conv", "channels": 4, "kernel_size": 3, "padding": "same", "batch_norm": True},
    {"layer": "max_pool"},
    {"layer": "conv", "channels": 6, "kernel_size": 3, "stride": 2, "padding": 1, "activation": "maxout"},
    {"layer": "average_pool"},
    {"layer": "dense", "units": 7, "activation": "prelu", "batch_norm": True},
    {"layer": "dropout", "rate": 0.5},
    {"layer": "dense", "units": 6, "activation": "gelu"},
]


@dataclass(frozen=True, eq=False)
class Case:
    """A network with inputs."""

    network: StackedNetwork
    """Of one member."""
    calibration: torch.Tensor
    """Inputs ``(B, *shape)``."""
    inputs: torch.Tensor
    """Others, some of them twice as large."""


def case_of(model, shape: tuple[int, ...], seed: int, size: float = 1.0) -> Case:
    """At random weights, biases and statistics of batches."""
    generator = torch.Generator().manual_seed(seed)

    def drawn(*sizes: int) -> torch.Tensor:
        return torch.randn(*sizes, generator=generator, dtype=torch.float64)

    network = StackedNetwork.initialized(build_architecture(model, shape, 3), [seed], dtype=torch.float64)
    network.flat.add_(0.1 * drawn(*network.flat.shape)).mul_(size)
    network.buffers.add_(0.5 * drawn(*network.buffers.shape).abs())
    return Case(network, drawn(40, *shape), torch.cat([drawn(20, *shape), 2 * drawn(10, *shape)]))


def mlp(activation: object = "relu", **keys: object) -> Mlp:
    return Mlp.model_validate({"name": "mlp", "hidden_sizes": [9, 6], "activation": activation, **keys})


def cnn(activation: object = "relu", **keys: object) -> Cnn:
    return Cnn.model_validate({"name": "cnn", "layers": LAYERS, "activation": activation, **keys})


numbers = st.integers(0, 2**31)
flags = st.booleans()
activations = st.sampled_from(ACTIVATIONS)
vectors = st.builds(
    lambda activation, batch_norm, bias, seed, size: case_of(
        mlp(activation, batch_norm=batch_norm, bias=bias), (5,), seed, size
    ),
    activations, flags, flags, numbers, st.sampled_from([1e-6, 0.3, 1.0, 3.0]),
)  # fmt: skip
images = st.builds(
    lambda activation, bias, seed: case_of(cnn(activation, bias=bias), (2, 9, 8), seed), activations, flags, numbers
)
cases = vectors | images
