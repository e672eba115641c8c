"""Standardizing against scikit-learn and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from mlpexp.data.standardize import PIXELS_AT_ONCE, fit, fit_range, neutral


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.floats(-1e6, 1e6, width=32))
)
def test_features_match_scikit_learn(inputs: np.ndarray) -> None:
    ours, theirs = fit(inputs), StandardScaler().fit(inputs)
    np.testing.assert_allclose(ours.shift, theirs.mean_, rtol=1e-12, atol=1e-9)
    # scikit-learn also takes a deviation for 0 that is lost in the rounding of the mean; we do only without any.
    clear = theirs.scale_ > 1e-7 * np.abs(inputs).max(axis=0, initial=1e-30)
    np.testing.assert_allclose(ours.scale[clear], theirs.scale_[clear], rtol=1e-6)


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.floats(-1e150, 1e150)))
def test_result_is_finite_with_unit_variance_or_constant_zero(inputs: np.ndarray) -> None:
    result = fit(inputs).apply(inputs, np.float64)
    assert np.isfinite(result).all()
    for column, original in zip(result.T, inputs.T, strict=True):
        if np.ptp(original) < np.finfo(np.float64).tiny:
            assert np.all(np.abs(column) < 1e-300)
        elif np.ptp(original) > 1e-6 * np.abs(original).max():
            assert abs(column.mean()) < 1e-6 and column.std() == pytest.approx(1, rel=1e-6)


def test_a_constant_that_has_no_exact_mean_gets_scale_one() -> None:
    inputs = np.full((3, 1), 0.1)
    assert inputs.mean() != 0.1  # so a test for a deviation of exactly 0 would miss it
    standardizer = fit(inputs)
    assert standardizer.scale.tolist() == [1.0] and standardizer.shift.tolist() == [0.1]


def test_images_have_one_mean_and_deviation_per_channel() -> None:
    images = np.random.default_rng(0).integers(
        0, 256, (2 * PIXELS_AT_ONCE // 400 + 5, 2, 20, 20), dtype=np.uint8
    )  # three pieces
    images[:, 1] //= 2
    standardizer = fit(images)
    assert standardizer.shift.shape == standardizer.scale.shape == (2, 1, 1)
    exact = images.astype(np.float64)
    np.testing.assert_allclose(standardizer.shift[:, 0, 0], exact.mean(axis=(0, 2, 3)), rtol=1e-14)
    np.testing.assert_allclose(standardizer.scale[:, 0, 0], exact.std(axis=(0, 2, 3)), rtol=1e-14)


def test_float32_images_equal_float64_ones_to_rounding() -> None:
    images = np.arange(256, dtype=np.uint8).reshape(4, 1, 8, 8)
    standardizer = fit(images)
    single, double = standardizer.apply(images), standardizer.apply(images, np.float64)
    assert single.dtype == np.float32 and double.dtype == np.float64
    assert double.mean() == pytest.approx(0, abs=1e-12) and double.std() == pytest.approx(1)
    np.testing.assert_allclose(single, double, atol=1e-6)


def test_a_blank_image_becomes_zero() -> None:
    blank = np.full((2, 1, 3, 3), 7, dtype=np.uint8)
    assert fit(blank).scale.item() == 1.0
    assert np.all(fit(blank).apply(blank) == 0)


def test_without_standardization_features_stay_and_pixels_become_shares() -> None:
    features = np.array([[1.5, -2.0], [3.0, 4.0]])
    assert np.array_equal(neutral(features).apply(features, np.float64), features)
    pixels = np.array([0, 51, 255, 102], dtype=np.uint8).reshape(1, 1, 2, 2)
    np.testing.assert_array_equal(neutral(pixels).apply(pixels).ravel(), np.array([0, 0.2, 1, 0.4], dtype=np.float32))


def test_inputs_are_not_changed() -> None:
    features, images = np.ones((3, 2)), np.full((2, 1, 2, 2), 9, dtype=np.uint8)
    fit(features).apply(features)
    fit(images).apply(images)
    assert np.all(features == 1) and np.all(images == 9)


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.floats(-1e6, 1e6, width=32))
)
def test_ranges_match_scikit_learn(inputs: np.ndarray) -> None:
    ours, theirs = fit_range(inputs), MinMaxScaler().fit(inputs)
    clear = theirs.data_range_ > 1e-12  # scikit-learn takes a smaller range for 0
    others = np.random.default_rng(0).normal(size=(5, inputs.shape[1])) * 1e3
    for samples in (inputs, others):  # new samples may lie outside 0..1
        np.testing.assert_allclose(
            ours.apply(samples, np.float64)[:, clear], theirs.transform(samples)[:, clear], rtol=1e-9, atol=1e-9
        )


def test_what_is_constant_becomes_zero() -> None:
    assert fit_range(np.full((3, 2), 0.1)).apply(np.full((3, 2), 0.1)).tolist() == [[0, 0]] * 3
    assert not fit_range(np.full((3, 1, 2, 2), 7, np.uint8)).apply(np.full((3, 1, 2, 2), 7, np.uint8)).any()


def test_the_range_of_images_is_that_of_each_channel() -> None:
    images = np.random.default_rng(0).integers(20, 200, (30, 2, 5, 4), dtype=np.uint8)
    images[:, 1] //= 2
    standardizer = fit_range(images)
    assert standardizer.shift.shape == standardizer.scale.shape == (2, 1, 1)
    scaled = standardizer.apply(images, np.float64)
    for channel in (0, 1):
        column = images[:, channel].reshape(-1, 1).astype(np.float64)
        np.testing.assert_allclose(scaled[:, channel].ravel(), MinMaxScaler().fit_transform(column).ravel(), rtol=1e-12)
