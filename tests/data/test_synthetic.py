"""Synthetic data against closed forms: what they are without noise, and how the noise behaves."""

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import make_circles, make_moons

from mlpexp.config.datasets import FunctionName, Synthetic, SyntheticKind
from mlpexp.data.catalogue import load
from mlpexp.data.dataset import Dataset
from mlpexp.data.synthetic import FUNCTIONS

CLASS_KINDS = [kind for kind in get_args(SyntheticKind) if kind != "function"]


def make(kind: str, **options: Any) -> Dataset:
    return load(Synthetic.model_validate({"name": "synthetic", "kind": kind, **options}))


def test_four_samples_of_xor_without_noise_are_the_truth_table() -> None:
    data = make("xor", samples=4, noise=0.0)
    assert data.inputs.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert data.targets.tolist() == [0, 1, 1, 0]


def test_labels_of_xor_belong_to_the_corner_not_to_the_noisy_point() -> None:
    data = make("xor", samples=4000, noise=2.0)
    assert data.targets.tolist() == [0, 1, 1, 0] * 1000
    assert np.any((data.inputs[:, 0] * data.inputs[:, 1] < 0) != data.targets)


def test_moons_without_noise_are_those_of_scikit_learn() -> None:
    data = make("moons", samples=40, noise=0.0)
    points, labels = make_moons(40, shuffle=False, noise=None)
    for label in (0, 1):
        np.testing.assert_allclose(data.inputs[data.targets == label], points[labels == label], atol=1e-12)


def test_circles_without_noise_are_those_of_scikit_learn() -> None:
    data = make("circles", samples=40, noise=0.0)
    points, labels = make_circles(40, shuffle=False, noise=None, factor=0.5)
    for label in (0, 1):
        np.testing.assert_allclose(data.inputs[data.targets == label], points[labels == label], atol=1e-12)


@pytest.mark.parametrize("num_classes", [2, 3, 7])
def test_arms_of_a_spiral_are_one_arm_turned(num_classes: int) -> None:
    data = make("spirals", samples=50 * num_classes, noise=0.0, classes=num_classes)
    as_complex = data.inputs[:, 0] + 1j * data.inputs[:, 1]
    first = as_complex[data.targets == 0]
    for arm in range(num_classes):
        turned = first * np.exp(2j * np.pi * arm / num_classes)
        np.testing.assert_allclose(as_complex[data.targets == arm], turned, atol=1e-12)
    assert abs(first[-1]) == pytest.approx(2.0)
    # On any ray, neighbouring arms are 2/3 apart: here on the positive x axis of the continuous curves.
    angle_of_first = np.unwrap(np.angle(first))
    turn = 2 * math.pi * 3 / num_classes
    np.testing.assert_allclose(np.diff(angle_of_first) / np.diff(np.abs(first)), turn / 2, rtol=1e-9)


def test_both_arms_of_a_double_spiral_make_seven_quarters_of_a_turn_out_from_the_origin() -> None:
    data = make("double_spiral", samples=500, noise=0.0)
    first, second = (data.inputs[data.targets == arm] for arm in (0, 1))
    np.testing.assert_allclose(first, -second, atol=1e-12)
    np.testing.assert_allclose(np.hypot(*first.T), np.arange(250) / 50, atol=1e-12)
    clockwise = np.unwrap(np.arctan2(first[1:, 0], first[1:, 1]))  # from the axis of x2
    np.testing.assert_allclose(clockwise, 1.75 * 2 * np.pi * np.arange(1, 250) / 250, atol=1e-9)


def test_blobs_have_their_centres_evenly_on_a_circle_and_the_asked_deviation() -> None:
    data = make("blobs", samples=30_000, noise=0.7)
    for label in range(3):
        points = data.inputs[data.targets == label]
        centre = 2 * np.array([math.cos(2 * math.pi * label / 3), math.sin(2 * math.pi * label / 3)])
        np.testing.assert_allclose(points.mean(axis=0), centre, atol=5 * 0.7 / 100)
        np.testing.assert_allclose(np.cov(points.T), 0.49 * np.eye(2), atol=0.03)


@pytest.mark.parametrize("kind", CLASS_KINDS)
def test_noise_is_gaussian_of_the_asked_deviation_and_scales_one_draw(kind: str) -> None:
    clean, low, high = (make(kind, samples=5000, noise=noise).inputs for noise in (0.0, 0.1, 0.2))
    noise = (low - clean) / 0.1
    assert abs(noise.mean()) < 0.05 and noise.std() == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose((high - clean) / 0.2, noise, atol=1e-9)


@given(st.sampled_from(CLASS_KINDS), st.integers(2, 200), st.integers(2, 20))
def test_classes_are_balanced_as_far_as_the_number_permits(kind: str, samples: int, classes: int) -> None:
    options = {"classes": min(classes, samples)} if kind in ("blobs", "spirals") else {}
    data = make(kind, samples=samples, **options)
    counts = np.bincount(data.targets, minlength=data.facts.num_outputs)
    assert len(counts) == data.facts.num_outputs == len(data.class_names) and counts.sum() == samples
    assert np.ptp(counts) <= (2 if kind == "xor" else 1)
    assert data.inputs.shape == (samples, 2) and np.isfinite(data.inputs).all()


@pytest.mark.parametrize("kind", get_args(SyntheticKind))
def test_data_are_a_pure_function_of_the_data_seed(kind: str) -> None:
    options = {"function": "sine"} if kind == "function" else {}
    np.random.seed(1)
    first = make(kind, data_seed=3, **options)
    np.random.seed(2)
    again, other = make(kind, data_seed=3, **options), make(kind, data_seed=4, **options)
    assert np.array_equal(first.inputs, again.inputs) and np.array_equal(first.targets, again.targets)
    assert not np.array_equal(first.inputs, other.inputs)


def test_there_is_a_function_for_every_name() -> None:
    assert tuple(FUNCTIONS) == get_args(FunctionName)


WRITTEN_BY_HAND = {
    "sine": math.sin,
    "cosine": math.cos,
    "step": lambda x: float(x >= 0),
    "abs": lambda x: x if x > 0 else -x,
    "square": lambda x: x * x,
    "cubic": lambda x: x * x * x,
    "exp": lambda x: math.e**x,
    "sinc": lambda x: math.sin(math.pi * x) / (math.pi * x),
    "sawtooth": lambda x: x % 1,
    "polynomial": lambda x: math.cos(5 * math.acos(x)),  # what the Chebyshev polynomial of degree 5 is
}


@pytest.mark.parametrize("name", get_args(FunctionName))
def test_functions_have_the_values_of_a_second_definition(name: FunctionName) -> None:
    data = make("function", function=name, samples=500, noise=0.0)
    lowest, highest = FUNCTIONS[name].interval
    assert data.inputs.shape == data.targets.shape == (500, 1)
    assert lowest <= data.inputs.min() < lowest + 0.1 * (highest - lowest)
    assert highest >= data.inputs.max() > highest - 0.1 * (highest - lowest)
    expected = [WRITTEN_BY_HAND[name](x) for x in data.inputs[:, 0]]
    np.testing.assert_allclose(data.targets[:, 0], expected, atol=1e-12)


def test_noise_of_a_function_is_on_y_only() -> None:
    clean, noisy = (make("function", function="sine", samples=5000, noise=noise) for noise in (0.0, 0.3))
    assert np.array_equal(clean.inputs, noisy.inputs)
    assert (noisy.targets - clean.targets).std() == pytest.approx(0.3, abs=0.02)
