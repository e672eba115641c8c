"""Every data set in one table: what is known of it before it is loaded, and how it is loaded.

A data set that is added gets its class in ``config/datasets.py`` or ``config/image_sets.py``, and a row here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlpexp.config.datasets import Csv, DatasetConfig, Digits, Iris, Synthetic, ThreeClass3D
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.image_sets import Cifar10, Emnist, FashionMnist, Kmnist, Mnist, NamedImages, Usps
from mlpexp.config.own_images import Images
from mlpexp.data.dataset import Dataset
from mlpexp.data.image_sources import source_of
from mlpexp.data.images import image_facts, load_images
from mlpexp.data.pictures.read import known_of, read_pictures
from mlpexp.data.pictures.understanding import PictureReport
from mlpexp.data.small_sets import DIGITS, IRIS, THREE_CLASS_3D, load_digits, load_iris, load_three_class_3d
from mlpexp.data.synthetic import load_synthetic, synthetic_facts
from mlpexp.data.tables.read import read_table
from mlpexp.data.tables.understanding import Understanding

Progress = Callable[[str], None]


def _copied(dataset: Dataset) -> Dataset:
    """With arrays of its own, which its caller may change."""
    return replace(dataset, inputs=dataset.inputs.copy(), targets=dataset.targets.copy())


@dataclass(frozen=True)
class DataSource:
    """Where a data set comes from."""

    facts: Callable[[Any], DatasetFacts]
    """From its config: task, shapes and sizes."""
    load: Callable[[Any, Path | None, Progress | None], Dataset]
    """From its config, the folder of image data sets and what is told of progress: all samples."""


CATALOGUE: Mapping[type[DatasetConfig], DataSource] = {
    Iris: DataSource(lambda config: IRIS, lambda config, *_: load_iris()),
    Digits: DataSource(lambda config: DIGITS, lambda config, *_: load_digits()),
    ThreeClass3D: DataSource(lambda config: THREE_CLASS_3D, lambda config, *_: load_three_class_3d()),
    Synthetic: DataSource(synthetic_facts, lambda config, *_: load_synthetic(config)),
    Mnist: DataSource(image_facts, load_images),
    FashionMnist: DataSource(image_facts, load_images),
    Kmnist: DataSource(image_facts, load_images),
    Emnist: DataSource(image_facts, load_images),
    Cifar10: DataSource(image_facts, load_images),
    Usps: DataSource(image_facts, load_images),
    Images: DataSource(
        lambda config: known_of(config).facts, lambda config, *_: _copied(read_pictures(config).dataset)
    ),
    Csv: DataSource(
        lambda config: read_table(config).dataset.facts, lambda config, *_: _copied(read_table(config).dataset)
    ),
}


def facts_of(config: DatasetConfig) -> DatasetFacts:
    """Task, shapes and sizes of a data set; only the user's own files must be read for that.

    Raises:
        InputError: If more samples are asked for than there are, or fewer than there are classes.
        DataError: If a CSV file cannot be used.
    """
    return CATALOGUE[type(config)].facts(as_loaded(config))


def class_names(config: DatasetConfig) -> tuple[str, ...]:
    """The names of the classes, as ``training.class_weights`` takes them; none for numbers. Image data are not loaded."""
    if isinstance(config, NamedImages):
        return source_of(config).class_names
    dataset = _of_user(as_loaded(config)) or load(config)
    labels = range(dataset.facts.num_outputs) if dataset.facts.task == "classification" else ()
    return dataset.class_names or tuple(map(str, labels))


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
    return CATALOGUE[type(config)].load(as_loaded(config), data_dir, progress)


# Keys that are for what comes after loading.
AFTERWARDS = ("test_fraction", "validation_fraction", "standardize", "scale", "train_fraction", "augmentation")


def as_loaded(config: DatasetConfig) -> DatasetConfig:
    """The section without what is for later: equal for configs whose samples are the same, however they are split."""
    names = list(AFTERWARDS)
    if not isinstance(config, NamedImages):
        names += ["train_samples"] + ([] if config.columns_of_split else ["split"])
    fields = type(config).model_fields
    return config.model_copy(update={name: fields[name].default for name in names if name in fields})


def understood(config: Csv) -> Understanding:
    """What was understood of a table."""
    loaded = as_loaded(config)
    assert isinstance(loaded, Csv)
    return read_table(loaded).understanding


def pictures_seen(config: Images) -> PictureReport:
    """What was understood of the user's own pictures."""
    loaded = as_loaded(config)
    assert isinstance(loaded, Images)
    return known_of(loaded).report


def dataset_of_seed(config: DatasetConfig, shared: Dataset, seed: int | None) -> Dataset:
    """The data that a seed sees.

    Args:
        config: The ``dataset:`` section.
        shared: What all seeds see, if they see the same.
        seed: Of the data, where each seed has its own (``Experiment.seeds_by_purpose``); None: all see the same.
    """
    return shared if seed is None else load(config.model_copy(update={"data_seed": seed}))


MOST_KEPT = 4
_loaded: dict[tuple[DatasetConfig, Path | None], Dataset] = {}


def _of_user(config: DatasetConfig) -> Dataset | None:
    """The user's own data, which nobody changes; None: they are no files of the user's."""
    if isinstance(config, Images):
        return read_pictures(config).dataset
    return read_table(config).dataset if isinstance(config, Csv) else None


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
    config = as_loaded(config)
    if (own := _of_user(config)) is not None:
        return own  # its reader keeps it
    key = (config, folder)
    if key not in _loaded:
        if len(_loaded) == MOST_KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[key] = load(config, folder, say)
    return _loaded[key]
