"""From the ``dataset:`` section of a config to a data set in memory."""

from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from mlpexp.config.datasets import Csv, DatasetConfig, Digits, FashionMnist, Iris, Mnist, Synthetic, ThreeClass3D
from mlpexp.data.dataset import Dataset
from mlpexp.data.images import load_images
from mlpexp.data.sklearn_sets import load_digits, load_iris
from mlpexp.data.synthetic import load_synthetic
from mlpexp.data.table import read_table
from mlpexp.data.three_class import load_three_class_3d


def load(config: DatasetConfig, data_dir: Path | None = None, progress: Callable[[str], None] | None = None) -> Dataset:
    """Loads a data set; an image data set that is not on this machine is downloaded.

    Args:
        config: The ``dataset:`` section.
        data_dir: The folder of image data sets; default: ``MLPEXP_DATA_DIR``, else a cache folder of the user.
        progress: Is given sentences about what takes time.

    Raises:
        InputError: If more samples are asked for than there are.
        DataError: If the data are absent, damaged or not usable.
    """
    match config:
        case Iris():
            return load_iris(config)
        case Digits():
            return load_digits(config)
        case ThreeClass3D():
            return load_three_class_3d(config)
        case Synthetic():
            return load_synthetic(config)
        case Mnist() | FashionMnist():
            return load_images(config, data_dir, progress)
        case Csv():
            return read_table(config)
        case _:
            assert_never(config)
