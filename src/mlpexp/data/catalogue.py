"""Every data set in one table: what is known of it before it is loaded, and how it is loaded.

A data set that is added gets its class in ``config/datasets.py`` and a row here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlpexp.config.datasets import Csv, DatasetConfig, Digits, FashionMnist, Iris, Mnist, Synthetic, ThreeClass3D
from mlpexp.config.facts import DatasetFacts
from mlpexp.data.dataset import Dataset
from mlpexp.data.images import image_facts, load_images
from mlpexp.data.small_sets import DIGITS, IRIS, THREE_CLASS_3D, load_digits, load_iris, load_three_class_3d
from mlpexp.data.synthetic import load_synthetic, synthetic_facts
from mlpexp.data.table import read_table
from mlpexp.errors import DataError

Progress = Callable[[str], None]


@dataclass(frozen=True)
class DataSource:
    """Where a data set comes from."""

    facts: Callable[[Any], DatasetFacts]
    """From its config: task, shapes and sizes."""
    load: Callable[[Any, Path | None, Progress | None], Dataset]
    """From its config, the folder of image data sets and what is told of progress: all samples."""


def _table(config: Csv) -> Dataset:
    """The user's own table, with inputs that can be summed and subtracted.

    Raises:
        DataError: It cannot be read, or a column has numbers that are too large.
    """
    dataset = read_table(config)
    largest = np.maximum(dataset.inputs.max(axis=0), -dataset.inputs.min(axis=0))
    most = np.finfo(np.float64).max / (2 * len(dataset.inputs))
    if (largest > most).any():
        column = int(largest.argmax())
        raise DataError(
            f"{config.path}: {dataset.feature_names[column]}: numbers up to {largest[column]:.3g} are too large to take "
            "a mean of; divide the column by a power of ten first, or name only the others under features:"
        )
    return dataset


CATALOGUE: Mapping[type[DatasetConfig], DataSource] = {
    Iris: DataSource(lambda config: IRIS, lambda config, *_: load_iris()),
    Digits: DataSource(lambda config: DIGITS, lambda config, *_: load_digits()),
    ThreeClass3D: DataSource(lambda config: THREE_CLASS_3D, lambda config, *_: load_three_class_3d()),
    Synthetic: DataSource(synthetic_facts, lambda config, *_: load_synthetic(config)),
    Mnist: DataSource(image_facts, load_images),
    FashionMnist: DataSource(image_facts, load_images),
    Csv: DataSource(lambda config: _table(config).facts, lambda config, *_: _table(config)),
}


def facts_of(config: DatasetConfig) -> DatasetFacts:
    """Task, shapes and sizes of a data set; only a CSV file must be read for that.

    Raises:
        InputError: If more samples are asked for than there are, or fewer than there are classes.
        DataError: If a CSV file cannot be used.
    """
    return CATALOGUE[type(config)].facts(config)


def load(config: DatasetConfig, data_dir: Path | None = None, progress: Progress | None = None) -> Dataset:
    """Loads a data set; an image data set that is not on this machine is downloaded.

    Args:
        config: The ``dataset:`` section.
        data_dir: The folder of image data sets; default: ``MLPEXP_DATA_DIR``, else a cache folder of the user.
        progress: Is given sentences about what takes time.

    Raises:
        InputError: If more samples are asked for than there are.
        DataError: If the data are absent, damaged or not usable.
    """
    return CATALOGUE[type(config)].load(config, data_dir, progress)


MOST_KEPT = 4
Stamp = tuple[int, int] | None  # when a user's own file was last written, and its bytes
_loaded: dict[tuple[DatasetConfig, Path | None, Stamp], Dataset] = {}


def shared_dataset(config: DatasetConfig, data_dir: str | None, say: Callable[[str], None] | None = None) -> Dataset:
    """The data set, loaded once, and again if the user's own file has changed.

    Args:
        config: The ``dataset:`` section.
        data_dir: Where image data sets lie.
        say: Is given sentences about what takes time.

    Raises:
        InputError: It cannot be loaded.
    """
    folder = Path(data_dir).resolve() if data_dir else None
    key = (config, folder, _stamp(config))
    if key not in _loaded:
        if len(_loaded) == MOST_KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[key] = load(config, folder, say)
    return _loaded[key]


def _stamp(config: DatasetConfig) -> Stamp:
    if not isinstance(config, Csv):
        return None
    try:
        state = Path(config.path).stat()
    except OSError:  # `load` says why
        return None
    return state.st_mtime_ns, state.st_size
