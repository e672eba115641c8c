"""Running a max pooling before a monotone activation changes nothing; nor does stacking convolutions."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from pydantic import TypeAdapter

from mlpexp.architectures.build import build_architecture
from mlpexp.config.activations import KNOWN
from mlpexp.config.networks import ModelConfig
from mlpexp.nn.layers.catalogue import execution_order
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork

MODEL: TypeAdapter[Any] = TypeAdapter(ModelConfig)
POOLED_FIRST = [row.name for row in KNOWN.values() if row.pools_first]
POOLED_LAST = [name for name in KNOWN if name not in POOLED_FIRST]


def architecture_of(activation: str, pool: str = "max_pool", norm: bool = False, between: Sequence[Any] = ()) -> Any:
    layers = [
        {"layer": "conv", "channels": 4, "kernel_size": 3, "batch_norm": norm},
        *between,
        {"layer": pool},
        {"layer": "dense", "units": 5},
    ]
    model = MODEL.validate_python({"name": "cnn", "layers": layers, "activation": activation})
    return build_architecture(model, (2, 10, 8), 3)


def results(architecture: Any, members: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    """Outputs and gradients of a sum of squares, at random weights."""
    generator = torch.Generator().manual_seed(0)
    network = StackedNetwork.initialized(architecture, range(members), dtype=torch.float64)
    network.flat += 0.1 * torch.randn(network.flat.shape, dtype=torch.float64, generator=generator)
    x = torch.randn(members, 5, 2, 10, 8, dtype=torch.float64, generator=generator)
    nothing_dropped = {"dropout1": torch.ones(1)}
    return network.forward_backward(x, Mode(training=True, dropout=nothing_dropped), lambda y: 2 * y)


def test_what_is_pooled_first_never_falls() -> None:
    """The identity never falls either, but there is nothing to save; a learned slope may become negative; a table has ties."""
    assert all(KNOWN[name].monotone for name in POOLED_FIRST)
    assert {name for name in POOLED_LAST if KNOWN[name].monotone} == {"identity", "prelu", "table_sigmoid"}


@pytest.mark.parametrize("activation", POOLED_FIRST)
def test_pooling_first_gives_the_same_outputs_and_gradients(activation: str) -> None:
    """A dropout that drops nothing in between keeps the order of the layers."""
    swapped, plain = (
        architecture_of(activation),
        architecture_of(activation, between=[{"layer": "dropout", "rate": 0.0}]),
    )
    assert execution_order(swapped.layers)[:3] == [0, 2, 1]
    assert execution_order(plain.layers) == list(range(len(plain.layers)))
    for one, other in zip(results(swapped), results(plain), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("activation", "pool"), [*((name, "max_pool") for name in POOLED_LAST), ("relu", "average_pool")]
)
def test_what_does_not_commute_keeps_its_order(activation: str, pool: str) -> None:
    layers = architecture_of(activation, pool).layers
    assert execution_order(layers) == list(range(len(layers)))


def test_a_normalization_stays_before_both() -> None:
    architecture = architecture_of("relu", norm=True)
    names = [architecture.layers[i].name for i in execution_order(architecture.layers)]
    assert names[:4] == ["conv1", "conv1_norm", "pool1", "conv1_relu"]


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("norm", [False, True])
def test_grouped_convolutions_equal_those_of_single_members(activation: str, norm: bool) -> None:
    architecture = architecture_of(activation, norm=norm)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 5, 2, 10, 8, generator=generator)
    network = StackedNetwork.initialized(architecture, range(3))
    outputs, gradient = network.select(range(3)).forward_backward(x, Mode(training=True), lambda y: 2 * y)
    for i in range(3):
        solo = network.select([i])
        own_outputs, own_gradient = solo.forward_backward(x[i : i + 1], Mode(training=True), lambda y: 2 * y)
        torch.testing.assert_close(outputs[i], own_outputs[0], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(gradient[i], own_gradient[0], rtol=1e-4, atol=1e-4)


def test_backward_in_evaluation_equals_autograd() -> None:
    """Then nothing is dropped, and the statistics of batch normalization are constants."""
    model = MODEL.validate_python({"name": "mlp", "hidden_sizes": [6, 5], "batch_norm": True, "dropout": 0.5})
    network = StackedNetwork.initialized(build_architecture(model, (4,), 3), [0, 1], dtype=torch.float64)
    network.buffers += 0.5
    x = torch.randn(2, 7, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    outputs, by_hand = network.forward_backward(x, Mode(), lambda y: 2 * y)
    assert torch.equal(outputs, network(x))
    for parameter in network.parameters.values():
        parameter.requires_grad_()
    gradients = torch.autograd.grad(network(x).square().sum(), list(network.parameters.values()))
    torch.testing.assert_close(by_hand, torch.cat([g.flatten(1) for g in gradients], 1), rtol=1e-10, atol=1e-12)
