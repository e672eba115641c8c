"""What is known of a data set before it is loaded."""

from typing import assert_never

from mlpexp.config.datasets import Csv, DatasetConfig, Digits, FashionMnist, Iris, Mnist, Synthetic, ThreeClass3D
from mlpexp.config.facts import DatasetFacts
from mlpexp.data.table import read_table
from mlpexp.errors import InputError

NUM_TRAIN_IMAGES = 60_000
NUM_TEST_IMAGES = 10_000


def facts_of(config: DatasetConfig) -> DatasetFacts:
    """Task, shapes and sizes of a data set; only a CSV file must be read for that.

    Raises:
        InputError: If more samples are asked for than there are, or fewer than there are classes.
        DataError: If a CSV file cannot be used.
    """
    match config:
        case Iris():
            return DatasetFacts("classification", (4,), 3, 150)
        case Digits():
            return DatasetFacts("classification", (1, 8, 8), 10, 1797)
        case ThreeClass3D():
            return DatasetFacts("classification", (3,), 3, 30)
        case Synthetic():
            return _synthetic(config)
        case Mnist() | FashionMnist():
            return _images(config)
        case Csv():
            return read_table(config).facts
        case _:
            assert_never(config)


def _synthetic(config: Synthetic) -> DatasetFacts:
    if config.kind == "function":
        return DatasetFacts("regression", (1,), 1, config.samples)
    if config.samples < config.num_classes:
        raise InputError(
            f"{config.samples} is too few for the {config.num_classes} classes of kind: {config.kind}",
            key="dataset.samples",
        )
    return DatasetFacts("classification", (2,), config.num_classes, config.samples)


def _images(config: Mnist | FashionMnist) -> DatasetFacts:
    num_train = _limited("train_samples", config.train_samples, NUM_TRAIN_IMAGES, config.name)
    num_test = _limited("test_samples", config.test_samples, NUM_TEST_IMAGES, config.name)
    return DatasetFacts("classification", (1, 28, 28), 10, num_train + num_test, num_test)


def _limited(key: str, limit: int | None, available: int, name: str) -> int:
    if limit is not None and limit > available:
        raise InputError(f"{limit} is more than the {available} samples that {name} has", key=f"dataset.{key}")
    return available if limit is None else limit
