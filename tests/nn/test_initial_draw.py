"""The initial draw of a network: a pure function of architecture and seed, layer by layer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter

from mlpexp.architectures.build import build_architecture
from mlpexp.config.networks import ModelConfig
from mlpexp.nn.initializers import initial_parameters
from mlpexp.nn.network import StackedNetwork

MODEL: TypeAdapter[Any] = TypeAdapter(ModelConfig)


def network(seeds: list[int], shape: tuple[int, ...] = (4,), dtype: torch.dtype = torch.float64, **model: Any) -> Any:
    architecture = build_architecture(MODEL.validate_python({"name": "mlp", "hidden_sizes": [6, 5], **model}), shape, 3)
    return StackedNetwork.initialized(architecture, seeds, dtype=dtype)


def equal_draws(one: Any, other: Any) -> dict[str, bool]:
    """By name, whether two networks have the same weights; those of equal shape only."""
    shared = [
        name
        for name, tensor in one.parameters.items()
        if name.endswith(".weight") and name in other.parameters and tensor.shape == other.parameters[name].shape
    ]
    return {name: torch.equal(one.parameters[name], other.parameters[name]) for name in shared}


def test_the_draw_is_a_pure_function_of_the_seed() -> None:
    torch.manual_seed(1)
    first = network([3])
    torch.manual_seed(2)
    np.random.seed(5)
    assert torch.equal(first.flat, network([3]).flat)
    assert not torch.equal(first.flat, network([4]).flat)


def test_a_member_is_drawn_by_its_seed_alone() -> None:
    together = network([7, 2, 7])
    assert torch.equal(together.flat[0], together.flat[2])
    assert torch.equal(together.flat[1], network([2]).flat[0])


def test_float32_is_the_rounded_float64_draw() -> None:
    assert torch.equal(network([0], dtype=torch.float32).flat, network([0]).flat.float())


def test_the_draw_never_changes_between_versions() -> None:
    weights = network([0], hidden_sizes=[2]).parameters["dense1.weight"][0]
    expected = [[1.005, 0.5075], [-1.0231, 0.4369], [0.6689, 1.4789], [0.3299, 0.9339]]
    assert np.round(weights.numpy(), 4).tolist() == expected


def test_layers_of_one_shape_draw_different_weights() -> None:
    parameters = network([0], (6,), hidden_sizes=[6, 6]).parameters
    assert not torch.equal(parameters["dense1.weight"], parameters["dense2.weight"])


def test_biases_scales_and_slopes_start_at_their_values() -> None:
    activation = {"name": "prelu", "initial_slope": 0.125}
    parameters = network([0, 1], batch_norm=True, activation=activation).parameters
    starts = {"bias": 0.0, "shift": 0.0, "scale": 1.0, "slope": 0.125}
    for name, tensor in parameters.items():
        kind = name.split(".")[1]
        assert kind == "weight" or (tensor == starts[kind]).all()
    assert sum(not name.endswith("weight") for name in parameters) == 3 + 2 * 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"hidden_sizes": [6, 5]}, {"hidden_sizes": [6, 7]}),
        ({"bias": True}, {"bias": False}),
        ({"activation": "tanh", "init": "xavier_normal"}, {"activation": "prelu", "init": "xavier_normal"}),
        ({"activation": "relu", "init": "lecun_normal"}, {"activation": "identity", "init": "lecun_normal"}),
        *(
            (
                {change: False if change == "batch_norm" else 0.0},
                {change: True if change == "batch_norm" else 0.3},
            )
            for change in ("dropout", "batch_norm")
        ),
    ],
    ids=["width", "bias", "slopes", "activation", "dropout", "batch norm"],
)
def test_a_change_leaves_the_draw_of_the_other_layers_alone(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Arms of a sweep with equal seeds start from equal weights wherever their shapes agree."""
    equal = equal_draws(network([0], **one), network([0], **other))
    assert equal["dense1.weight"]
    assert all(equal.values())


def test_all_parameters_lie_in_one_vector_in_the_order_of_the_layers() -> None:
    stack = network([0, 1])
    flat = torch.cat([tensor.flatten(1) for tensor in stack.parameters.values()], 1)
    assert torch.equal(flat, stack.flat)
    assert np.array_equal(initial_parameters(stack.architecture, 1), stack.flat[1].numpy())
    stack.flat.zero_()
    assert not any(tensor.any() for tensor in stack.parameters.values())
