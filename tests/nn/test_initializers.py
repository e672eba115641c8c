"""Initial weights: spread against theory and against ``torch.nn.init``, and shapes of dense and convolutional layers."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from mlpexp.config.networks import InitConfig
from mlpexp.nn.initializers import draw, fans
from mlpexp.randomness import stream

CONFIG: TypeAdapter[Any] = TypeAdapter(InitConfig)
DENSE, CONV = (300, 200), (40, 30, 5, 5)  # (in, out) and (out, in, k, k)
FANS = {DENSE: (300, 200), CONV: (750, 1000)}
RELU = sqrt(2.0)


def drawn(init: Any, shape: tuple[int, ...], gain: float = 1.0) -> np.ndarray:
    return draw(CONFIG.validate_python(init), shape, gain, stream(0, "init", 0))


def expected_deviation(name: str, n_in: int, n_out: int) -> float:
    if name.startswith("he"):
        return sqrt(2 / n_in)
    return sqrt(1 / n_in) if name.startswith("lecun") else sqrt(2 / (n_in + n_out))


@pytest.mark.parametrize("shape", [DENSE, CONV], ids=["dense", "conv"])
def test_fans(shape: tuple[int, ...]) -> None:
    assert fans(shape) == FANS[shape]
    theirs = shape[::-1] if len(shape) == 2 else shape  # torch has (out, in)
    assert fans(shape) == nn.init._calculate_fan_in_and_fan_out(torch.empty(theirs))


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
    assert np.abs(drawn("xavier_uniform", (1000, 200))).max() == pytest.approx(sqrt(6 / 1200), rel=1e-3)


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
    traces = [np.trace(draw(init, (4, 4), 1.0, stream(seed, "init", 0))) for seed in range(4000)]
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
