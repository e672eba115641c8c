"""With linear activations a network of any depth is one linear map: the product of its weight matrices."""

import numpy as np
import pytest
import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.activations import PlainActivation
from mlpexp.config.networks import Mlp
from mlpexp.nn.network import StackedNetwork


@pytest.mark.parametrize("sizes", [[], [8], [8, 8, 8], [3] * 12], ids=str)
def test_the_product_of_the_weights_is_the_map(sizes: list[int]) -> None:
    activation = PlainActivation(name="identity")
    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": sizes, "activation": activation, "init": "he_normal"})
    network = StackedNetwork.initialized(build_architecture(model, (5,), 2), [3, 4], dtype=torch.float64)
    network.flat.add_(0.1)  # biases, too, are something
    layers = [f"dense{i + 1}" for i in range(len(sizes))] + ["output"]
    inputs = torch.randn(2, 7, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    outputs = network(inputs)
    for member in (0, 1):
        product, shift = np.eye(5), np.zeros(5)
        for name in layers:
            weight = network.parameters[f"{name}.weight"][member].numpy()
            shift = shift @ weight + network.parameters[f"{name}.bias"][member].numpy()
            product = product @ weight
        assert outputs[member].numpy() == pytest.approx(inputs[member].numpy() @ product + shift, rel=1e-12)


def test_another_activation_makes_it_more_than_a_map() -> None:
    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": [8], "activation": "relu", "init": "he_normal"})
    network = StackedNetwork.initialized(build_architecture(model, (5,), 2), [3], dtype=torch.float64)
    x = torch.ones(1, 1, 5, dtype=torch.float64)
    assert not torch.allclose(network(x) + network(-x), 2 * network(0 * x))  # what an affine map would give
