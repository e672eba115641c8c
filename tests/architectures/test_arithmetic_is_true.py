"""Arithmetic on paper against the networks themselves, for random architectures with layers of every kind."""

from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from torch import nn

from making.formulas import check_formulas
from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.arithmetic import cost
from mlpexp.architectures.build import build_architecture
from mlpexp.architectures.layers import Flatten
from mlpexp.config.activations import KNOWN
from mlpexp.config.networks import ModelConfig
from mlpexp.errors import ArchitectureError
from mlpexp.nn.network import StackedNetwork

MODEL: TypeAdapter[Any] = TypeAdapter(ModelConfig)
activations = st.sampled_from([name for name in KNOWN if name != "maxout"]) | st.fixed_dictionaries(
    {"name": st.just("maxout"), "pieces": st.integers(2, 4)}
)
flags = st.booleans()
mlps = st.lists(st.tuples(st.integers(1, 9), activations), max_size=3).flatmap(
    lambda pairs: st.fixed_dictionaries(
        {
            "name": st.just("mlp"),
            "hidden_sizes": st.just([units for units, _ in pairs]),
            "activation": st.just([activation for _, activation in pairs]),
            "dropout": st.sampled_from([0.0, 0.5]),
            "batch_norm": flags,
            "bias": flags,
        }
    )
)
spatial = st.one_of(
    st.fixed_dictionaries(
        {
            "layer": st.just("conv"),
            "channels": st.integers(1, 4),
            "kernel_size": st.sampled_from([1, 3, 5, 2]),
            "stride": st.integers(1, 3),
            "padding": st.integers(0, 2) | st.just("same"),
            "batch_norm": flags,
            "activation": st.none() | activations,
        }
    ),
    st.fixed_dictionaries(
        {
            "layer": st.sampled_from(["max_pool", "average_pool"]),
            "kernel_size": st.integers(1, 3),
            "stride": st.none() | st.integers(1, 3),
        }
    ),
    st.just({"layer": "dropout", "rate": 0.3}),
)
flat = st.one_of(
    st.fixed_dictionaries(
        {
            "layer": st.just("dense"),
            "units": st.integers(1, 6),
            "batch_norm": flags,
            "activation": st.none() | activations,
        }
    ),
    st.just({"layer": "dropout", "rate": 0.3}),
)
cnns = st.tuples(st.lists(spatial, min_size=1, max_size=3), st.lists(flat, max_size=2)).flatmap(
    lambda parts: st.fixed_dictionaries(
        {"name": st.just("cnn"), "layers": st.just(parts[0] + parts[1]), "activation": activations, "bias": flags}
    )
)
images = st.tuples(st.integers(1, 3), st.integers(4, 13), st.integers(4, 13))


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    model, shape = draw(st.tuples(mlps, st.tuples(st.integers(1, 9)) | images) | st.tuples(cnns, images))
    try:
        return build_architecture(MODEL.validate_python(model), shape, draw(st.integers(1, 5)))
    except ArchitectureError as error:
        assert error.layer is not None
        assert str(error).startswith("layer ")
        return build_architecture(MODEL.validate_python({"name": "mlp"}), (2,), 2)


def counted_macs(network: nn.Sequential, x: torch.Tensor) -> tuple[int, dict[str, tuple[int, ...]]]:
    """Multiply-accumulates of one forward pass for one sample, and the shapes of all outputs, seen from outside."""
    macs, shapes = 0, {}

    def hook(name: str) -> Any:
        def seen(module: nn.Module, _: Any, y: torch.Tensor) -> None:
            nonlocal macs
            shapes[name] = tuple(y.shape[1:])
            if isinstance(module, nn.Linear):
                macs += module.in_features * module.out_features
            if isinstance(module, nn.Conv2d):
                macs += y[0].numel() * module.in_channels * prod(module.kernel_size)

        return seen

    for name, module in network.named_children():
        module.register_forward_hook(hook(name))
    network(x)
    return macs, shapes


def check(architecture: Architecture) -> None:
    table = cost(architecture)
    stacked = StackedNetwork.initialized(architecture, [0, 1])
    member = stacked.member(0)
    x = torch.zeros(3, *architecture.input_shape)

    assert stacked.flat.shape == (2, architecture.num_parameters)
    assert table.parameters == architecture.num_parameters == sum(p.numel() for p in member.parameters())
    assert architecture.penalized.shape == (architecture.num_parameters,)
    macs, shapes = counted_macs(member, x)
    assert table.macs == macs
    expected = {layer.name: layer.output_shape for layer in architecture.layers}
    assert shapes == expected
    outputs = stacked.layer_outputs(x.expand(2, *x.shape))
    assert {name: tuple(y.shape) for name, y in outputs.items()} == {n: (2, 3, *shape) for n, shape in expected.items()}
    assert stacked(x.expand(2, *x.shape)).shape == (2, 3, *architecture.output_shape)
    for layer, module in zip(architecture.layers, member, strict=True):
        assert layer.num_parameters == sum(p.numel() for p in module.parameters())
    for row in table.rows:
        assert row.activation_bytes == 4 * prod(expected[row.layer])
    assert len({layer.name for layer in architecture.layers}) == len(architecture.layers)
    check_formulas(table)


@settings(deadline=None, max_examples=80)
@given(architectures())
def test_random_networks(architecture: Architecture) -> None:
    check(architecture)


@pytest.mark.parametrize(
    ("name", "shape"), [("lenet5", (1, 32, 32)), ("cnn4", (3, 64, 48)), ("mnist_cnn", (1, 28, 28))]
)
@pytest.mark.parametrize("bias", [True, False])
def test_named_networks(name: str, shape: tuple[int, ...], bias: bool) -> None:
    check(build_architecture(MODEL.validate_python({"name": name, "bias": bias}), shape, 10))


def test_an_image_is_flattened_once() -> None:
    model = MODEL.validate_python({"name": "mlp", "hidden_sizes": [3, 3]})
    specs = [layer.spec for layer in build_architecture(model, (1, 8, 8), 10).layers]
    assert [isinstance(spec, Flatten) for spec in specs].count(True) == 1
    assert not any(isinstance(layer.spec, Flatten) for layer in build_architecture(model, (8,), 10).layers)
