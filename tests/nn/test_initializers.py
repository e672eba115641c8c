"""Initial weights: spread against theory and against ``torch.nn.init``, and shapes of dense and convolutional layers."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from mlpexp.architectures.build import build_architecture
from mlpexp.architectures.layers import Conv2d, Dense, Drawn
from mlpexp.config.networks import InitConfig, Mlp, MnistCnn
from mlpexp.nn.initializers import draw, initial_parameters
from mlpexp.randomness import stream

CONFIG: TypeAdapter[Any] = TypeAdapter(InitConfig)
DENSE, CONV = (300, 200), (40, 30, 5, 5)  # (in, out) and (out, in, k, k)
FANS = {DENSE: (300, 200), CONV: (750, 1000)}
FEW = (4, 4)  # where it does not matter
RELU = sqrt(2.0)


def drawn(init: Any, shape: tuple[int, ...], gain: float = 1.0) -> np.ndarray:
    return draw(Drawn(CONFIG.validate_python(init), gain, FANS.get(shape, FEW)), shape, stream(0, "init", 0))


def expected_deviation(name: str, n_in: int, n_out: int) -> float:
    if name.startswith("he"):
        return sqrt(2 / n_in)
    return sqrt(1 / n_in) if name.startswith("lecun") else sqrt(2 / (n_in + n_out))


@pytest.mark.parametrize("shape", [DENSE, CONV], ids=["dense", "conv"])
def test_fans(shape: tuple[int, ...]) -> None:
    init = CONFIG.validate_python("zeros")
    layers = {DENSE: Dense(200, True, init, init, 1.0), CONV: Conv2d(40, 5, 1, 0, True, init, init, 1.0)}
    of_sample = (300,) if shape == DENSE else (30, 9, 9)
    theirs = shape[::-1] if len(shape) == 2 else shape  # torch has (out, in)
    for parameter in layers[shape].parameters(of_sample):
        assert isinstance(parameter.initial, Drawn)
        assert parameter.initial.fans == FANS[shape] == nn.init._calculate_fan_in_and_fan_out(torch.empty(theirs))


@pytest.mark.parametrize("shape", [DENSE, CONV], ids=["dense", "conv"])
@pytest.mark.parametrize("name", ["xavier_normal", "xavier_uniform", "he_normal", "he_uniform", "lecun_normal"])
def test_the_spread_is_that_of_the_theory(name: str, shape: tuple[int, ...]) -> None:
    weights = drawn(name, shape, RELU)
    deviation = expected_deviation(name, *FANS[shape])
    assert weights.shape == shape
    assert weights.dtype == np.float64
    assert weights.std() == pytest.approx(deviation, rel=0.01)  # 30,000 or 60,000 weights
    assert abs(weights.mean()) < 4 * deviation / sqrt(weights.size)
    if name.endswith("uniform"):
        bound = sqrt(3) * deviation
        assert 0.999 * bound < np.abs(weights).max() <= bound
    else:
        assert np.abs(weights).max() > 3.5 * deviation
        assert np.mean(np.abs(weights) < deviation) == pytest.approx(0.6827, abs=0.01)


def test_the_bound_of_xavier_uniform() -> None:
    init = Drawn(CONFIG.validate_python("xavier_uniform"), 1.0, (1000, 200))
    assert np.abs(draw(init, (1000, 200), stream(0, "init", 0))).max() == pytest.approx(sqrt(6 / 1200), rel=1e-3)


@pytest.mark.parametrize("shape", [DENSE, CONV], ids=["dense", "conv"])
@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("xavier_normal", nn.init.xavier_normal_),
        ("xavier_uniform", nn.init.xavier_uniform_),
        ("he_normal", nn.init.kaiming_normal_),
        ("he_uniform", nn.init.kaiming_uniform_),
    ],
)
def test_the_quantiles_are_those_of_torch(name: str, theirs: Any, shape: tuple[int, ...]) -> None:
    tensor = torch.empty(shape[::-1] if len(shape) == 2 else shape)
    options = {"nonlinearity": "relu"} if name.startswith("he") else {}
    theirs(tensor, generator=torch.Generator().manual_seed(0), **options)
    levels = np.linspace(0.05, 0.95, 19)
    ours, other = (np.quantile(array, levels) for array in (drawn(name, shape, RELU), tensor.numpy()))
    np.testing.assert_allclose(ours, other, atol=0.08 * tensor.std().item())


def test_gains() -> None:
    plain = drawn("xavier_normal", DENSE)
    np.testing.assert_allclose(drawn({"name": "xavier_normal", "gain": 3.0}, DENSE, RELU), 3 * plain, rtol=1e-12)
    np.testing.assert_allclose(
        drawn({"name": "xavier_normal", "gain": "activation"}, DENSE, 5 / 3), 5 / 3 * plain, rtol=1e-12
    )
    np.testing.assert_allclose(drawn("xavier_normal", DENSE, RELU), plain, rtol=0)  # only where asked for
    np.testing.assert_allclose(drawn("he_normal", DENSE, 1.0) * RELU, drawn("he_normal", DENSE, RELU), rtol=1e-12)


def test_lecun_ignores_the_activation() -> None:
    assert np.array_equal(drawn("lecun_normal", DENSE, 0.75), drawn("lecun_normal", DENSE, 1.0))


@pytest.mark.parametrize("shape", [(20, 20), (30, 12), (12, 30), (6, 4, 3, 3), (50, 2, 3, 3)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    matrix = drawn({"name": "orthogonal", "gain": 2.0}, shape).reshape(shape[0], -1)
    rows, columns = matrix.shape
    product = matrix.T @ matrix if rows >= columns else matrix @ matrix.T
    np.testing.assert_allclose(product, 4 * np.eye(min(rows, columns)), atol=1e-12)


def test_orthogonal_matrices_are_uniform() -> None:
    """Of the Haar measure the trace has mean 0 and variance 1 (Diaconis and Shahshahani 1994), that of plain QR has not."""
    init = CONFIG.validate_python("orthogonal")
    traces = [np.trace(draw(Drawn(init, 1.0, FEW), (4, 4), stream(seed, "init", 0))) for seed in range(4000)]
    assert np.mean(traces) == pytest.approx(0, abs=4 / sqrt(4000))
    assert np.var(traces) == pytest.approx(1, abs=0.1)


def test_initializers_without_theory() -> None:
    assert not drawn("zeros", DENSE).any()
    assert (drawn({"name": "constant", "value": 0.3}, DENSE) == 0.3).all()
    normal = drawn({"name": "normal", "mean": 2.0, "std": 0.5}, DENSE)
    assert (normal.mean(), normal.std()) == (pytest.approx(2, abs=0.01), pytest.approx(0.5, rel=0.01))
    uniform = drawn({"name": "uniform", "low": 1.0, "high": 3.0}, DENSE)
    assert 1 <= uniform.min() < 1.001
    assert 2.999 < uniform.max() <= 3
    assert uniform.mean() == pytest.approx(2, abs=0.02)


def biases_of(layer: str, init: Any, bias_init: Any = None, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Weights and biases of the first layer of a dense network or of a convolutional one, before the first step."""
    given = {"init": init, "bias_init": bias_init}
    model = (
        Mlp.model_validate({"name": "mlp", "hidden_sizes": [20_000], **given})
        if layer == "dense"
        else MnistCnn.model_validate({"name": "mnist_cnn", **given})
    )
    architecture = build_architecture(model, (5,) if layer == "dense" else (1, 28, 28), 2)
    values, (weight, bias) = initial_parameters(architecture, seed), architecture.layout[:2]
    return values[weight.place].reshape(weight.parameter.shape), values[bias.place]


@pytest.mark.parametrize("shape", [DENSE, CONV], ids=["dense", "conv"])
def test_the_default_of_torch(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    theirs = nn.Linear(*shape) if len(shape) == 2 else nn.Conv2d(shape[1], shape[0], shape[2])
    theirs.reset_parameters()
    ours, bound = drawn("torch_default", shape, RELU), 1 / sqrt(FANS[shape][0])
    for weights in (ours, theirs.weight.detach().numpy()):
        assert 0.999 * bound < np.abs(weights).max() <= bound * (1 + 1e-6)
        assert weights.var() == pytest.approx(bound**2 / 3, rel=0.02)
    levels = np.linspace(0.05, 0.95, 19)
    np.testing.assert_allclose(
        np.quantile(ours, levels), np.quantile(theirs.weight.detach().numpy(), levels), atol=0.03 * bound
    )


@pytest.mark.parametrize(("layer", "module"), [("dense", nn.Linear(5, 20_000)), ("conv", nn.Conv2d(1, 20_000, 2))])
def test_biases_of_torch_by_default(layer: str, module: Any) -> None:
    """Of a layer with 5, and of a filter with 4 inputs."""
    bound = 1 / sqrt(5 if layer == "dense" else 4)
    theirs = module.bias.detach().numpy()
    assert np.abs(theirs).max() == pytest.approx(bound, rel=0.01)
    _, ours = biases_of(layer, "he_normal", "torch_default")
    assert np.abs(ours).max() <= bound
    if layer == "dense":
        assert np.abs(ours).max() == pytest.approx(bound, rel=0.01)
        assert ours.var() == pytest.approx(theirs.var(), rel=0.05)


@pytest.mark.parametrize("factor", [6, 2], ids=["relu and tanh", "logistic"])
def test_weights_and_biases_of_scikit_learn(factor: float) -> None:
    """Both are uniform up to ``sqrt(factor / (n_in + n_out))``, the factor by the activation."""
    xavier = {"name": "xavier_uniform", "gain": sqrt(factor / 6)}
    weights, biases = biases_of("dense", xavier, xavier)
    bound = sqrt(factor / (5 + 20_000))
    for values in (weights, biases):
        assert 0.999 * bound < np.abs(values).max() <= bound
        assert values.var() == pytest.approx(bound**2 / 3, rel=0.05)


@pytest.mark.parametrize("layer", ["dense", "conv"])
@pytest.mark.parametrize(
    "bias_init", [0.25, "he_normal", {"name": "uniform", "low": 1.0, "high": 2.0}, "torch_default"]
)
def test_biases_leave_the_weights_alone(layer: str, bias_init: Any) -> None:
    plain, zeros = biases_of(layer, "he_normal")
    weights, biases = biases_of(layer, "he_normal", bias_init)
    assert np.array_equal(weights, plain)
    assert not zeros.any()
    if bias_init == 0.25:
        assert (biases == 0.25).all()
    else:
        assert len(np.unique(biases)) == len(biases)
        assert not np.isin(biases, weights).any()
        assert np.array_equal(biases, biases_of(layer, "zeros", bias_init)[1])
        assert not np.isin(biases, biases_of(layer, "zeros", bias_init, seed=1)[1]).any()
