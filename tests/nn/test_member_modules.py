"""A member as plain ``torch.nn`` modules, and the stack from which it comes."""

from typing import Any

import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from mlpexp.architectures.build import build_architecture
from mlpexp.architectures.layers import LayerSpec
from mlpexp.config.networks import ModelConfig
from mlpexp.nn.layers import catalogue
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork

MODEL: TypeAdapter[Any] = TypeAdapter(ModelConfig)
LAYERS = [
    {"layer": "conv", "channels": 4, "kernel_size": 3, "padding": "same", "batch_norm": True, "activation": "prelu"},
    {"layer": "max_pool"},
    {"layer": "conv", "channels": 3, "kernel_size": 2, "stride": 2, "padding": 1, "activation": "maxout"},
    {"layer": "average_pool", "kernel_size": 2, "stride": 1},
    {"layer": "dropout", "rate": 0.4},
    {"layer": "dense", "units": 5, "batch_norm": True, "activation": {"name": "elu", "alpha": 0.7}},
]
NETWORKS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "linear": ({"name": "mlp", "hidden_sizes": []}, (4,)),
    "mlp": ({"name": "mlp", "hidden_sizes": [7, 5], "activation": ["tanh", "hard_sigmoid"]}, (4,)),
    "mlp without biases": ({"name": "mlp", "hidden_sizes": [7], "bias": False, "activation": "maxout"}, (4,)),
    "mlp with everything": (
        {"name": "mlp", "hidden_sizes": [6, 6], "batch_norm": True, "dropout": 0.3, "activation": "prelu"},
        (4,),
    ),
    "mlp on images": ({"name": "mlp", "hidden_sizes": [7]}, (2, 5, 6)),
    "lenet5": ({"name": "lenet5"}, (1, 28, 28)),
    "lenet5 at 32x32": ({"name": "lenet5", "pooling": "max", "activation": "selu"}, (1, 32, 32)),
    "cnn4": ({"name": "cnn4", "bias": False}, (3, 32, 48)),
    "mnist_cnn": ({"name": "mnist_cnn", "activation": "silu"}, (1, 20, 20)),
    "cnn": ({"name": "cnn", "layers": LAYERS, "activation": "hard_tanh"}, (2, 9, 11)),
}
OF_TORCH = {"Linear", "Conv2d", "MaxPool2d", "AvgPool2d", "Flatten", "Dropout", "BatchNorm1d", "BatchNorm2d", "PReLU"}


def stack(name: str, members: int = 2) -> StackedNetwork:
    """A stack with random weights (biases too) that has seen a batch, so that batch normalization remembers something."""
    model, shape = NETWORKS[name]
    architecture = build_architecture(MODEL.validate_python(model), shape, 3)
    network = StackedNetwork.initialized(architecture, range(members), dtype=torch.float64)
    generator = torch.Generator().manual_seed(1)
    network.flat += 0.1 * torch.randn(network.flat.shape, dtype=torch.float64, generator=generator)
    factors = {
        layer.name: torch.ones(members, 6, *layer.output_shape, dtype=torch.float64) for layer in architecture.layers
    }
    network(2 + 3 * inputs(name, members), Mode(training=True, dropout=factors))
    return network


def inputs(name: str, members: int = 2, batch: int = 6) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(members, batch, *NETWORKS[name][1], dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_member_computes_what_it_computes_in_the_stack(name: str) -> None:
    network, x = stack(name), inputs(name)
    together = network(x)
    for i in range(2):
        torch.testing.assert_close(network.member(i)(x[i]), together[i], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_member_has_the_layers_and_parameters_of_the_architecture(name: str) -> None:
    network = stack(name)
    member = network.member(1)
    assert [key for key, _ in member.named_children()] == [layer.name for layer in network.architecture.layers]
    assert not member.training
    assert sum(parameter.numel() for parameter in member.parameters()) == network.architecture.num_parameters
    assert {type(module).__name__ for module in member if list(module.parameters())} <= OF_TORCH
    assert all(parameter.requires_grad for parameter in member.parameters())


@pytest.mark.parametrize("name", ["mlp with everything", "cnn"])
def test_a_member_trains_like_the_stack(name: str) -> None:
    """In training mode too, batch normalization gives the same outputs and remembers the same."""
    network, x = stack(name), inputs(name) - 1
    member = network.member(0).train()
    for module in member.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    ones = {layer.name: torch.ones(2, 6, *layer.output_shape).double() for layer in network.architecture.layers}
    torch.testing.assert_close(member(x[0]), network(x, Mode(training=True, dropout=ones))[0], rtol=1e-10, atol=1e-12)
    norms = {key: module for key, module in member.named_children() if "norm" in key}
    assert set(norms) == set(network.running)
    for key, norm in norms.items():
        torch.testing.assert_close(torch.stack([norm.running_mean, norm.running_var]), network.running[key][0])


def test_a_member_is_a_copy() -> None:
    network = stack("mlp with everything")
    before = network.flat.clone(), network.buffers.clone()
    member = network.member(0)
    with torch.no_grad():
        for tensor in (*member.parameters(), *member.buffers()):
            tensor.zero_()
    assert torch.equal(network.flat, before[0])
    assert torch.equal(network.buffers, before[1])


def test_a_member_knows_its_dropout_rate_and_its_type() -> None:
    member = stack("cnn").member(0)
    assert member.dropout1.p == 0.4
    assert {parameter.dtype for parameter in member.parameters()} == {torch.float64}


@pytest.mark.parametrize("name", ["mlp with everything", "cnn"])
def test_select_copies_members_in_the_order_asked_for(name: str) -> None:
    network, x = stack(name, members=3), inputs(name, members=3)
    chosen = network.select([2, 0, 2])
    torch.testing.assert_close(chosen(x[[2, 0, 2]]), network(x)[[2, 0, 2]], rtol=1e-10, atol=1e-12)
    assert torch.equal(chosen.buffers, network.buffers[[2, 0, 2]])
    chosen.flat.zero_()
    assert network.flat[[0, 2]].any(1).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_outputs_of_layers_end_in_the_output_of_the_network(name: str) -> None:
    network, x = stack(name), inputs(name)
    outputs = network.layer_outputs(x)
    assert list(outputs) == [layer.name for layer in network.architecture.layers]
    torch.testing.assert_close(outputs["output"], network(x), rtol=1e-12, atol=1e-14)
    first = next(iter(outputs))
    torch.testing.assert_close(outputs[first][1], network.member(1)[0](x[1]), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_layout_is_where_the_parameters_lie(name: str) -> None:
    network = stack(name)
    layout = network.architecture.layout
    assert [segment.name for segment in layout] == list(network.parameters)
    ends = [0, *(segment.stop for segment in layout)]
    assert ends[:-1] == [segment.start for segment in layout]
    assert ends[-1] == network.architecture.num_parameters == network.flat.shape[1]
    for segment in layout:
        assert torch.equal(network.flat[:, segment.place], network.parameters[segment.name].flatten(1))
    penalized = torch.from_numpy(network.architecture.penalized)
    weights = [network.parameters[segment.name].flatten(1) for segment in network.architecture.weights]
    assert torch.equal(network.flat[:, penalized == 1], torch.cat(weights, 1))


def test_every_specification_has_a_row() -> None:
    assert set(catalogue.LAYERS) == set(LayerSpec.__subclasses__())
