"""Image data sets with a name, as data sets in memory."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.config.image_sets import NamedImages
from mlpexp.data.dataset import Dataset
from mlpexp.data.download import download
from mlpexp.data.image_files import Pictures, data_folder, missing_files, read_files
from mlpexp.data.image_sources import source_of
from mlpexp.data.split import allocate
from mlpexp.errors import InputError
from mlpexp.randomness import stream


def image_facts(config: NamedImages) -> DatasetFacts:
    """Task and sizes.

    Raises:
        InputError: If more samples are asked for than there are.
    """
    source = source_of(config)
    num_train = _limited("train_samples", config.train_samples, source.num_train, source.title)
    num_test = _limited("test_samples", config.test_samples, source.num_test, source.title)
    return DatasetFacts(
        "classification", source.shape, len(source.class_names), num_train + num_test, num_official_test=num_test
    )


def _limited(key: str, limit: int | None, available: int, name: str) -> int:
    if limit is not None and limit > available:
        raise InputError(f"{limit} is more than the {available} samples that {name} has", key=f"dataset.{key}")
    return available if limit is None else limit


def load_images(
    config: NamedImages, data_dir: Path | None = None, progress: Callable[[str], None] | None = None
) -> Dataset:
    """Images ``(N, C, H, W)`` uint8 and targets ``(N,)``, in the official order, the official test set last.

    Args:
        config: Which data set, and how many samples of it.
        data_dir: See ``mlpexp.data.image_files.data_folder``.
        progress: Is given sentences about what takes time.

    Raises:
        InputError: If more samples are asked for than there are.
        DataError: If files are damaged, or not there and cannot be downloaded.
    """
    facts = image_facts(config)  # first, so that a wrong number is said before anything is downloaded
    source, root = source_of(config), data_folder(data_dir)
    if missing_files(source, root):
        download(source, root, progress or (lambda sentence: None))
    train, test = read_files(source, root)
    sizes = facts.num_samples - facts.num_official_test, facts.num_official_test
    parts = [_limited_to(part, size) for part, size in zip((train, test), sizes, strict=True)]
    return Dataset(
        name=source.title,
        inputs=np.concatenate([part.images for part in parts]),
        targets=np.concatenate([part.labels for part in parts]),
        facts=facts,
        class_names=source.class_names,
        target_name=source.target_name,
    )


def official_places(config: NamedImages, data_dir: Path | None = None) -> list[tuple[str, int]]:
    """Of each sample whether it is from the ``training`` or ``test`` files, and its number there, from 0.

    Raises:
        DataError: If files are damaged.
    """
    source, facts = source_of(config), image_facts(config)
    sizes = facts.num_samples - facts.num_official_test, facts.num_official_test
    used: list[np.ndarray] = [np.arange(size) for size in sizes]
    if sizes != (source.num_train, source.num_test):
        parts = read_files(source, data_folder(data_dir))
        used = [_used(part.labels, size) for part, size in zip(parts, sizes, strict=True)]
    return [(name, place) for name, places in zip(("training", "test"), used, strict=True) for place in places.tolist()]


def _limited_to(part: Pictures, size: int) -> Pictures:
    """So many of the pictures."""
    if size == len(part.labels):
        return part
    rows = _used(part.labels, size)
    return Pictures(part.images[rows], part.labels[rows])


def _used(labels: np.ndarray, size: int) -> np.ndarray:
    """Which of the pictures are used."""
    return np.arange(size) if size == len(labels) else stratified_subset(labels, size)


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
