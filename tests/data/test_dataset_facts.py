"""What is said of a data set before loading is true of the loaded one; the small sets are the published ones."""

from typing import get_args

import numpy as np
import pytest
from pydantic import TypeAdapter

from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.facts import DatasetFacts
from mlpexp.data.catalogue import CATALOGUE, facts_of, load
from mlpexp.errors import InputError

ADAPTER: TypeAdapter[DatasetConfig] = TypeAdapter(DatasetConfig)

SMALL = [
    {"name": "iris"},
    {"name": "digits"},
    {"name": "three_class_3d"},
    {"name": "synthetic", "kind": "xor", "samples": 5},
    {"name": "synthetic", "kind": "spirals", "classes": 4},
    {"name": "synthetic", "kind": "function", "function": "sinc"},
]


def test_every_data_set_of_a_config_has_a_row() -> None:
    assert set(CATALOGUE) == set(get_args(get_args(DatasetConfig)[0]))


@pytest.mark.parametrize("options", SMALL, ids=lambda options: options.get("kind", options["name"]))
def test_facts_are_true_of_the_loaded_data(options: dict[str, object]) -> None:
    config = ADAPTER.validate_python(options)
    facts, data = facts_of(config), load(config)
    assert data.facts == facts
    assert data.inputs.shape == (facts.num_samples, *facts.input_shape)
    assert data.inputs.dtype == (np.uint8 if facts.is_image else np.float64)
    if facts.task == "classification":
        assert data.targets.dtype == np.int64 and data.targets.shape == (facts.num_samples,)
        assert set(data.targets) == set(range(facts.num_outputs))
        assert len(data.class_names) == facts.num_outputs
    else:
        assert data.targets.dtype == np.float64 and data.targets.shape == (facts.num_samples, facts.num_outputs)
        assert data.class_names == ()
    assert len(data.feature_names) == (0 if facts.is_image else facts.input_shape[0])


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_facts_of_images_need_no_files(name: str) -> None:
    assert facts_of(ADAPTER.validate_python({"name": name})) == DatasetFacts(
        "classification", (1, 28, 28), 10, 70_000, 10_000
    )
    limited = ADAPTER.validate_python({"name": name, "train_samples": 500, "test_samples": 100})
    assert facts_of(limited) == DatasetFacts("classification", (1, 28, 28), 10, 600, 100)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"name": "mnist", "train_samples": 60_001},
            "dataset.train_samples: 60001 is more than the 60000 samples that MNIST has",
        ),
        (
            {"name": "fashion_mnist", "test_samples": 10_001},
            "dataset.test_samples: 10001 is more than the 10000 samples",
        ),
        ({"name": "synthetic", "kind": "blobs", "samples": 2}, "dataset.samples: 2 is too few for the 3 classes"),
        ({"name": "synthetic", "kind": "xor", "samples": 1}, "dataset.samples: 1 is too few for the 2 classes"),
    ],
)
def test_impossible_numbers_of_samples_are_refused(options: dict[str, object], message: str) -> None:
    config = ADAPTER.validate_python(options)
    for function in (facts_of, load):
        with pytest.raises(InputError, match=message):
            function(config)


def test_iris_is_fishers() -> None:
    data = load(ADAPTER.validate_python({"name": "iris"}))
    assert data.class_names == ("setosa", "versicolor", "virginica")
    np.testing.assert_allclose(data.inputs.mean(axis=0), [5.843333, 3.057333, 3.758, 1.199333], atol=1e-6)
    assert np.bincount(data.targets).tolist() == [50, 50, 50]


def test_digits_fill_the_range_of_a_byte() -> None:
    from sklearn.datasets import load_digits

    data, original = load(ADAPTER.validate_python({"name": "digits"})), load_digits()
    assert (data.inputs.min(), data.inputs.max()) == (0, 255)
    nearest = [0, 16, 32, 48, 64, 80, 96, 112, 128, 143, 159, 175, 191, 207, 223, 239, 255]  # to 15.9375 times 0..16
    assert np.array_equal(data.inputs[:, 0], np.array(nearest)[original.images.astype(int)])
    assert np.array_equal(data.targets, original.target)


def test_three_class_3d_is_the_table_of_the_course() -> None:
    data = load(ADAPTER.validate_python({"name": "three_class_3d"}))
    assert data.inputs[0].tolist() == [1.58, 2.32, -5.80]
    assert data.inputs[15].tolist() == [0.74, 0.96, -1.16]
    assert data.inputs[29].tolist() == [0.66, -0.45, 0.08]
    assert data.targets.tolist() == [0] * 10 + [1] * 10 + [2] * 10
    sums = data.inputs.reshape(3, 10, 3).sum(axis=1)
    np.testing.assert_allclose(sums, [[2.75, 16.47, -30.91], [0.62, 9.27, -6.52], [15.22, 10.99, 1.39]], atol=1e-9)
