"""MNIST and Fashion-MNIST."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.config.image_sets import FashionMnist, Mnist
from mlpexp.data.dataset import Dataset
from mlpexp.data.download import download
from mlpexp.data.image_files import (
    NUM_TEST_IMAGES,
    NUM_TRAIN_IMAGES,
    ImageSource,
    data_folder,
    missing_files,
    read_files,
)
from mlpexp.data.split import allocate
from mlpexp.errors import InputError
from mlpexp.randomness import stream

MNIST = ImageSource(
    title="MNIST",
    folder="MNIST",
    class_names=tuple(str(digit) for digit in range(10)),
    md5={
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
)
FASHION_MNIST = ImageSource(
    title="Fashion-MNIST",
    folder="FashionMNIST",
    class_names=(
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"
    ),
    balanced=True,
)  # fmt: skip


def image_facts(config: Mnist | FashionMnist) -> DatasetFacts:
    """Task and sizes.

    Raises:
        InputError: If more samples are asked for than there are.
    """
    num_train = _limited("train_samples", config.train_samples, NUM_TRAIN_IMAGES, config.name)
    num_test = _limited("test_samples", config.test_samples, NUM_TEST_IMAGES, config.name)
    return DatasetFacts("classification", (1, 28, 28), 10, num_train + num_test, num_test)


def _limited(key: str, limit: int | None, available: int, name: str) -> int:
    if limit is not None and limit > available:
        raise InputError(f"{limit} is more than the {available} samples that {name} has", key=f"dataset.{key}")
    return available if limit is None else limit


def load_images(
    config: Mnist | FashionMnist, data_dir: Path | None = None, progress: Callable[[str], None] | None = None
) -> Dataset:
    """Images ``(N, 1, 28, 28)`` uint8 and targets ``(N,)``, in the official order, the official test set last.

    Args:
        config: Which of the two, and how many samples of it.
        data_dir: See ``mlpexp.data.image_files.data_folder``.
        progress: Is given sentences about what takes time.

    Raises:
        InputError: If more samples are asked for than there are.
        DataError: If files are damaged, or not there and cannot be downloaded.

    References:
        LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document recognition".
        Xiao, Rasul and Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking machine learning".
    """
    facts = image_facts(config)  # first, so that a wrong number is said before anything is downloaded
    source = MNIST if isinstance(config, Mnist) else FASHION_MNIST
    root = data_folder(data_dir)
    if missing_files(source, root):
        download(source, root, progress or (lambda sentence: None))
    raw = read_files(source, root)
    train = stratified_subset(raw.train_labels, facts.num_samples - facts.num_official_test)
    test = stratified_subset(raw.test_labels, facts.num_official_test)
    return Dataset(
        name=source.title,
        inputs=np.concatenate([raw.train_images[train], raw.test_images[test]])[:, np.newaxis],
        targets=np.concatenate([raw.train_labels[train], raw.test_labels[test]]).astype(np.int64),
        facts=facts,
        class_names=source.class_names,
        target_name="digit" if source is MNIST else "article",
    )


def stratified_subset(labels: np.ndarray, size: int) -> np.ndarray:
    """Which samples to use of a data set that is limited to ``size``: the same ones in every experiment.

    Args:
        labels: Class numbers of all samples, ``(N,)``.
        size: How many to use, at most N.

    Returns:
        Ascending indices ``(size,)``; the classes are in the proportion of the whole, within one sample.
    """
    counts = np.bincount(labels)
    generator = stream(0, "data")
    shares = allocate(size, counts, counts)
    samples = [generator.permutation(np.flatnonzero(labels == label))[:share] for label, share in enumerate(shares)]
    return np.sort(np.concatenate(samples))
