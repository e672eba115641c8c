"""Gains against those of PyTorch, where both define one."""

from typing import Any

import pytest
import torch
from pydantic import TypeAdapter

from mlpexp.architectures.build import build_architecture
from mlpexp.architectures.layers import Dense
from mlpexp.config.activations import ActivationConfig, gain
from mlpexp.config.networks import ModelConfig

MODEL: TypeAdapter[Any] = TypeAdapter(ModelConfig)


def gain_of(activation: Any) -> float:
    return gain(TypeAdapter(ActivationConfig).validate_python(activation))


@pytest.mark.parametrize(
    ("activation", "theirs", "parameter"),
    [
        ("identity", "linear", None),
        ("sigmoid", "sigmoid", None),
        ("tanh", "tanh", None),
        ("relu", "relu", None),
        ("selu", "selu", None),
        ("leaky_relu", "leaky_relu", None),
        ({"name": "leaky_relu", "negative_slope": 0.3}, "leaky_relu", 0.3),
        ({"name": "prelu", "initial_slope": 0.25}, "leaky_relu", 0.25),
    ],
)
def test_as_in_torch(activation: Any, theirs: Any, parameter: float | None) -> None:
    assert gain_of(activation) == pytest.approx(torch.nn.init.calculate_gain(theirs, parameter), rel=1e-15)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "prelu"])
def test_the_gain_of_a_rectifier_keeps_the_second_moment(name: str) -> None:
    x = torch.randn(1_000_000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    slope = {"relu": 0.0, "leaky_relu": 0.01, "prelu": 0.25}[name]
    kept = torch.where(x > 0, x, slope * x).square().mean() * gain_of(name) ** 2
    assert float(kept) == pytest.approx(1.0, abs=0.01)


def test_a_layer_has_the_gain_of_the_activation_after_it() -> None:
    model = MODEL.validate_python({"name": "mlp", "hidden_sizes": [2, 2], "activation": ["tanh", "relu"]})
    specs = [layer.spec for layer in build_architecture(model, (3,), 2).layers]
    assert [spec.gain for spec in specs if isinstance(spec, Dense)] == [5 / 3, 2**0.5, 1.0]
