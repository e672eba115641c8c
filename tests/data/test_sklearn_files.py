"""Iris and digits are read from scikit-learn's files; its own loaders are the witness, and the way out where there are none."""

import importlib.util

import numpy as np
import pytest
from sklearn import datasets

from mlpexp.data import small_sets


@pytest.mark.parametrize("by_file", [True, False])
def test_iris_and_digits_are_those_of_the_library(by_file: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert small_sets._file("iris.csv") is not None
    if not by_file:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    iris, flowers = small_sets.load_iris(), datasets.load_iris()
    assert np.array_equal(iris.inputs, flowers.data) and np.array_equal(iris.targets, flowers.target)
    assert iris.feature_names == tuple(flowers.feature_names) and iris.class_names == tuple(flowers.target_names)
    digits, pictures = small_sets.load_digits(), datasets.load_digits()
    assert np.array_equal(digits.inputs[:, 0], np.rint(pictures.images * (255 / 16)).astype(np.uint8))
    assert np.array_equal(digits.targets, pictures.target)
