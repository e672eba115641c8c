"""Integer arithmetic: against additions in int32 by NumPy, against rounding in float64, and against its stated bound."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from making.networks_to_quantize import Case, case_of, cases, cnn, mlp
from making.random_networks import ACTIVATIONS
from mlpexp.config.activations import KNOWN, Maxout, Prelu, default_activation
from mlpexp.nn.activations import elementwise
from mlpexp.quantization.bound import JUMPS, bound_of, slope_of
from mlpexp.quantization.integers import IntegerProduct, MeanPool, Multipliers, Table
from mlpexp.quantization.lowering import Function, Product, steps_of, value
from mlpexp.quantization.networks import quantized
from mlpexp.quantization.scheme import SCHEMES, Levels, Scheme

INTEGERS = [scheme for scheme in SCHEMES if scheme.activations]


def windows(x: np.ndarray, size: int, stride: int) -> np.ndarray:
    """``(B, C, H, W)`` as ``(B, H', W', C, size, size)``."""
    seen = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return seen.transpose(0, 2, 3, 1, 4, 5)


def sums_in_int32(step: IntegerProduct, levels: np.ndarray) -> np.ndarray:
    """int8 times int8, added in int32, as a small processor does it."""
    centred, weight = levels.astype(np.int32) - np.int32(step.inputs.zero), step.weight.astype(np.int32)
    if weight.ndim == 2:
        return np.einsum("bf,uf->bu", centred, weight, dtype=np.int32) + step.bias
    padded = np.pad(centred, [(0, 0), (0, 0), *[(step.padding, step.padding)] * 2])
    every = windows(padded, weight.shape[2], step.stride)
    return (np.einsum("bhwfkl,ufkl->bhwu", every, weight, dtype=np.int32) + step.bias).transpose(0, 3, 1, 2)


@settings(max_examples=40)
@given(cases, st.sampled_from(INTEGERS))
def test_sums_are_those_of_int32_and_levels_those_of_rounding_in_float64(case: Case, scheme: Scheme) -> None:
    network = quantized(steps_of(case.network), scheme, [case.calibration])
    assert network.inputs is not None
    levels = torch.from_numpy(network.inputs.nearest(case.inputs.numpy()))
    for step in network.steps:
        after = step.value(levels)
        if isinstance(step, IntegerProduct):
            sums = step.sums(levels)
            assert sums.dtype == torch.int32
            assert step.weight.dtype == np.int8
            assert step.bias.dtype == np.int32
            assert (sums.numpy() == sums_in_int32(step, levels.numpy())).all()
            check_product(step, levels, after)
        levels = after
    torch.testing.assert_close(levels, network.value(case.inputs), rtol=0, atol=0)


def check_product(step: IntegerProduct, levels: torch.Tensor, after: torch.Tensor) -> None:
    """Against the numbers that weights, biases and levels stand for, rounded in float64: at most one level apart."""
    shape = [-1, *[1] * (levels.ndim - 2)]
    numbers = step.inputs.scale * (levels.double() - step.inputs.zero)
    weight = torch.from_numpy(step.weight * step.scale.astype(float).reshape(-1, *[1] * (step.weight.ndim - 1)))
    bias = torch.from_numpy(step.bias * step.sum_scale).reshape(shape)
    if weight.ndim == 2:
        real = numbers @ weight.T + bias
    else:
        real = torch.nn.functional.conv2d(numbers, weight, None, step.stride, step.padding) + bias
    if step.outputs is None:
        torch.testing.assert_close(after, real, rtol=1e-9, atol=1e-9 * float(real.abs().max()))
        return
    places = real / step.outputs.scale + step.outputs.zero
    rounded = (places + 0.5).floor().clamp(-128, 127)
    apart = (rounded - after.double()).abs()
    near_the_middle = ((places + 0.5) - (places + 0.5).round()).abs() < places.abs() * 2.0**-21 + 1e-6
    assert (apart <= 1).all()
    assert (apart[~near_the_middle] == 0).all()


@settings(max_examples=60)
@given(cases, st.sampled_from(SCHEMES))
def test_logits_are_within_the_stated_bound(case: Case, scheme: Scheme) -> None:
    steps = steps_of(case.network)
    network = quantized(steps, scheme, [case.calibration])
    differences = (network.value(case.inputs) - value(steps, case.inputs)).abs()
    bound = bound_of(network, steps, case.inputs)
    assert bound.shape == differences.shape
    assert (differences <= bound * (1 + 1e-9) + 1e-12).all()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_bound_is_no_empty_word(scheme: Scheme) -> None:
    case = case_of(mlp("tanh"), (5,), 4)
    steps = steps_of(case.network)
    network = quantized(steps, scheme, [case.calibration])
    differences = (network.value(case.calibration) - value(steps, case.calibration)).abs()
    assert 0 < float(differences.max()) < 0.2
    assert float(bound_of(network, steps, case.calibration).max()) < 40 * float(differences.max())


def test_scales_per_channel_are_finer_than_one_for_all() -> None:
    case = case_of(mlp("tanh"), (5,), 4)
    case.network.parameters["dense1.weight"][0, :, 0] *= 30  # one unit with large weights
    steps = steps_of(case.network)
    x = case.calibration
    largest = [float((quantized(steps, scheme, [x]).value(x) - value(steps, x)).abs().max()) for scheme in SCHEMES[:2]]
    assert largest[1] < largest[0] / 2


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_every_activation_is_a_table_of_its_values(activation: object) -> None:
    case = case_of(mlp(activation), (5,), 4)
    steps = steps_of(case.network)
    network = quantized(steps, SCHEMES[3], [case.calibration])
    made = {step.name: step for step in network.steps}
    for step, following in pairwise(steps):
        if not isinstance(following, Function):
            continue
        before, table = made[step.name], made.get(following.name)
        assert isinstance(before, IntegerProduct)
        assert before.outputs is not None
        if table is None:
            assert following.config.name == "relu"  # its levels begin at 0, so that the product has done it
            assert before.outputs.low == 0.0
            continue
        assert isinstance(table, Table)
        features = len(step.bias) if isinstance(step, Product) else 0
        numbers = torch.from_numpy(before.outputs.numbers).repeat(features, 1).T  # (256, F)
        wanted = following.value(numbers).numpy()
        got = table.outputs.scale * (table.value(torch.arange(-128, 128).to(torch.int8).repeat(features, 1).T).double()
                                     - table.outputs.zero).numpy()  # fmt: skip
        inside = (wanted >= table.outputs.low) & (wanted <= table.outputs.high)
        assert inside.mean() > 0.5
        assert np.abs(got - wanted)[inside].max() <= table.outputs.scale / 2 * (1 + 1e-9)


@pytest.mark.parametrize("name", [name for name in KNOWN if name not in ("identity", "maxout", "prelu")])
def test_no_activation_is_steeper_than_the_bound_says(name: str) -> None:
    config = default_activation(name)
    assert not isinstance(config, (Maxout, Prelu))
    x = torch.linspace(-12, 12, 240_001, dtype=torch.float64)
    y = elementwise(config).value(x)
    gap = 2_000 if name in JUMPS else 1
    steepest = float(((y[gap:] - y[:-gap]).abs() / (x[gap:] - x[:-gap] + JUMPS.get(name, 0.0))).max())
    slope = slope_of(Function("f", config), x)
    assert isinstance(slope, float)
    assert 0.6 * slope < steepest <= slope * (1 + 1e-6)


@given(st.integers(-(2**31), 2**31 - 1), st.floats(1e-9, 1e3))
def test_multipliers_need_no_float_and_are_the_same_in_a_double(total: int, factor: float) -> None:
    multipliers = Multipliers.of(np.array([factor]))
    whole, shift = int(multipliers.integers[0]), int(multipliers.shifts[0])
    assert whole / 2**shift == pytest.approx(factor, rel=2**-22)
    exact = (total * whole + 2 ** (shift - 1)) // 2**shift
    assert int(multipliers.applied(torch.tensor([[total]]))[0, 0]) == exact
    if abs(exact) < 2**20:
        assert np.floor(float(total * whole) / 2.0**shift + 0.5) == exact  # as a language with doubles alone does it


@given(st.integers(0, 2**31), st.integers(1, 3), st.integers(1, 3))
def test_the_mean_of_a_window_is_rounded_to_the_nearest_level(seed: int, size: int, stride: int) -> None:
    levels = np.random.default_rng(seed).integers(-128, 128, (2, 3, 7, 6), np.int8)
    pooled = MeanPool("pool", size, stride).value(torch.from_numpy(levels)).numpy()
    means = windows(levels.astype(float), size, stride).mean((4, 5)).transpose(0, 3, 1, 2)
    assert (pooled == np.floor(means + 0.5)).all()


@pytest.mark.parametrize(("shape", "kernel"), [((40, 3000), None), ((48, 40, 3, 3), 3), ((20, 1, 5, 5), 5)], ids=str)
def test_sums_of_large_layers_are_exact(shape: tuple[int, ...], kernel: int | None) -> None:
    draw = np.random.default_rng(7)
    weight = draw.integers(-127, 128, shape, np.int8)
    bias = draw.integers(-(2**29), 2**29, len(weight)).astype(np.int32)
    levels = draw.integers(-128, 128, (4, shape[1], *([11, 9] if kernel else [])), np.int8)
    step = IntegerProduct(
        "one", weight, np.ones(1, np.float32), bias, Levels(0.5, -128), None, padding=1 if kernel else 0
    )
    assert (step.sums(torch.from_numpy(levels)).numpy() == sums_in_int32(step, levels)).all()


def test_padding_stands_for_zero() -> None:
    case = case_of(cnn(), (2, 9, 8), 5)
    steps = steps_of(case.network)
    network = quantized(steps, SCHEMES[3], [case.calibration.abs() + 3])  # the level of 0 is the first one
    first = network.steps[0]
    assert isinstance(first, IntegerProduct)
    assert network.inputs == Levels.of(0.0, float((case.calibration.abs() + 3).max()))
    assert first.padding == 1
    one = torch.full((1, 2, 9, 8), first.inputs.zero, dtype=torch.int8)
    assert (first.sums(one).numpy() == first.bias.reshape(1, -1, 1, 1)).all()
