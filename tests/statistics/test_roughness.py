"""The roughness of curves: what it must be of curves that anybody can judge, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlpexp.statistics.roughness import roughness

CURVES = arrays(float, st.integers(3, 30), elements=st.integers(-1000, 1000).map(float))


def of(curve: np.ndarray) -> float:
    return float(roughness(np.asarray(curve, dtype=float)[:, None])[0])


@given(CURVES)
def test_a_curve_that_goes_one_way_is_smooth(curve: np.ndarray) -> None:
    assert of(np.sort(curve)) == of(-np.sort(curve)) == 0


@given(height=st.integers(1, 1000), count=st.integers(3, 40))
def test_a_saw_tooth_has_its_height(height: int, count: int) -> None:
    assert of(height * (np.arange(count) % 2)) == height


@given(CURVES, st.integers(-1000, 1000), st.integers(-8, 8).map(lambda power: 2.0**power))
def test_shift_and_direction_do_not_matter_and_the_unit_is_that_of_the_values(
    curve: np.ndarray, shift: int, factor: float
) -> None:
    assert of(curve + shift) == of(curve) == pytest.approx(of(curve[::-1]))
    assert of(-factor * curve) == factor * of(curve)


@given(CURVES)
def test_it_is_half_of_the_total_variation_less_the_net_change(curve: np.ndarray) -> None:
    triples = np.lib.stride_tricks.sliding_window_view(curve, 3)
    variation = np.abs(np.diff(triples, axis=1)).sum(1)
    assert of(curve) == pytest.approx(np.mean((variation - np.abs(triples[:, 2] - triples[:, 0])) / 2))


def test_a_loss_that_falls_and_then_rises_slowly_is_not_rough() -> None:
    epochs = np.linspace(-1, 1, 201)
    assert of(epochs**2) < 1e-5
    noisy = epochs**2 + np.where(np.arange(201) % 2, 0.1, -0.1)
    assert of(noisy) == pytest.approx(0.2, rel=0.1)


def test_noise_is_as_rough_however_often_is_evaluated() -> None:
    noise = np.random.default_rng(0).normal(size=(20_000, 1))
    every = float(roughness(noise)[0])
    assert float(roughness(noise[::10])[0]) == pytest.approx(every, rel=0.05)


@pytest.mark.parametrize("curve", [[], [1.0], [1.0, 0.5], [1.0, np.nan, 0.5], [2.0, 1.0, np.inf]])
def test_fewer_than_three_values_have_none(curve: list[float]) -> None:
    assert np.isnan(of(np.array(curve)))


def test_each_seed_has_its_own_and_ends_where_it_ends() -> None:
    curves = np.array([[0.0, 3.0, 0.0], [1.0, 2.0, 2.0], [0.0, 1.0, 0.0], [1.0, np.nan, np.inf]])
    assert roughness(curves).tolist() == [1.0, 0.0, 2.0]
