"""Levels and int8 weights, with torch's own quantization as the witness."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.quantization.scheme import Levels, weight_scales, whole_weights

pytestmark = pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor.* are deprecated:UserWarning")
reals = st.one_of(st.just(0.0), st.floats(1e-20, 1e6), st.floats(-1e6, -1e-20)).map(lambda x: float(np.float32(x)))


@given(reals, reals)
def test_levels_hold_zero_and_their_ends_are_at_most_half_a_level_off(a: float, b: float) -> None:
    low, high = min(a, b, 0.0), max(a, b, 0.0)
    levels = Levels.of(min(a, b), max(a, b))
    assert -128 <= levels.zero <= 127
    assert levels.numbers[levels.zero + 128] == 0.0
    if high > low:
        half = levels.scale / 2 * (1 + 1e-4)  # the scale is a float32: 6e-8 of it, 256 times
        assert abs(levels.low - low) <= half
        assert abs(levels.high - high) <= half


@given(st.lists(reals, min_size=1, max_size=20), st.lists(reals, min_size=1, max_size=20))
def test_levels_of_numbers_are_those_of_torch(seen: list[float], numbers: list[float]) -> None:
    levels = Levels.of(min(seen), max(seen))
    given_numbers = torch.tensor(numbers, dtype=torch.float32)
    witness = torch.quantize_per_tensor(given_numbers, levels.scale, levels.zero, torch.qint8).int_repr().numpy()
    ours = levels.nearest(given_numbers.numpy())
    places = given_numbers.double().numpy() / levels.scale
    in_the_middle = np.abs(places - np.floor(places) - 0.5) < 1e-3  # of two levels: torch rounds in float32, to even
    overflows = np.abs(places) > 1e9  # of the whole numbers of torch
    assert (ours == witness)[(~in_the_middle | (np.abs(places) > 1e4)) & ~overflows].all()
    assert (np.abs(ours.astype(int) - witness) <= 1)[~overflows].all()
    assert (ours == np.where(places > 0, 127, -128))[overflows].all()


def test_levels_give_back_what_they_stand_for() -> None:
    levels = Levels.of(-1.3, 4.2)
    assert (levels.nearest(levels.numbers) == np.arange(-128, 128)).all()
    assert levels.nearest(np.array([-1e9, 1e9])).tolist() == [-128, 127]


@pytest.mark.parametrize("shape", [(6, 5), (6, 3, 2, 2)])
def test_weights_are_those_of_torch_per_tensor_and_per_channel(shape: tuple[int, ...]) -> None:
    weight = np.random.default_rng(1).normal(size=shape) * np.arange(1, 7).reshape(-1, *[1] * (len(shape) - 1))
    given_weight, bias = torch.from_numpy(weight), np.zeros(6)
    (scale,) = weight_scales(weight, bias, per_channel=False)
    per_tensor = torch.quantize_per_tensor(given_weight.float(), float(scale), 0, torch.qint8).int_repr().numpy()
    assert (whole_weights(weight, np.array([scale])) == per_tensor).all()
    scales = weight_scales(weight, bias, per_channel=True)
    zeros = torch.zeros(6, dtype=torch.int64)
    per_channel = torch.quantize_per_channel(given_weight.float(), torch.from_numpy(scales), zeros, 0, torch.qint8)
    assert (whole_weights(weight, scales) == per_channel.int_repr().numpy()).all()
    assert np.abs(whole_weights(weight, scales).reshape(6, -1)).max(1).tolist() == [127] * 6


def test_the_scale_of_an_observer_of_torch_is_ours() -> None:
    weight = torch.randn(8, 30, generator=torch.Generator().manual_seed(2))
    for per_channel in (True, False):
        kind = torch.ao.quantization.PerChannelMinMaxObserver if per_channel else torch.ao.quantization.MinMaxObserver
        scheme = torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric
        observer = kind(dtype=torch.qint8, qscheme=scheme, quant_min=-127, quant_max=127)
        observer(weight)
        scale, zero = observer.calculate_qparams()
        ours = weight_scales(weight.double().numpy(), np.zeros(8), per_channel=per_channel)
        np.testing.assert_allclose(ours, scale.numpy(), rtol=1e-6)
        assert not zero.any()


def test_an_observer_of_activations_finds_the_same_levels() -> None:
    seen = torch.randn(500, generator=torch.Generator().manual_seed(3)) * 3 + 1
    observer = torch.ao.quantization.MinMaxObserver(dtype=torch.qint8, qscheme=torch.per_tensor_affine)
    observer(seen)
    scale, zero = observer.calculate_qparams()
    levels = Levels.of(float(seen.min()), float(seen.max()))
    assert levels.scale == pytest.approx(float(scale), rel=1e-6)
    assert levels.zero == int(zero)


@given(st.floats(1e-12, 1e6), st.floats(-1e6, 1e6), st.floats(1e-6, 1e3), st.booleans())
def test_sums_and_biases_stay_within_int32(size: float, bias: float, input_scale: float, per_channel: bool) -> None:
    weight = size * np.random.default_rng(0).normal(size=(2, 50))
    scales = weight_scales(weight, np.full(2, bias), per_channel=per_channel, input_scale=input_scale)
    whole = np.abs(whole_weights(weight, scales).astype(np.int64)).sum(1) * 255
    assert (whole + np.floor(np.abs(bias) / (input_scale * scales.astype(float)) + 0.5) < 2**31 - 1).all()
