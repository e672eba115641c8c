"""Data sets that several stacks of one process share."""

from collections.abc import Callable
from pathlib import Path

from mlpexp.config.datasets import DatasetConfig
from mlpexp.data.dataset import Dataset
from mlpexp.data.load import load

MOST_KEPT = 4
_loaded: dict[tuple[DatasetConfig, Path | None], Dataset] = {}


def shared_dataset(config: DatasetConfig, data_dir: str | None, say: Callable[[str], None] | None = None) -> Dataset:
    """The data set, loaded once.

    Args:
        config: The ``dataset:`` section.
        data_dir: Where image data sets lie.
        say: Is given sentences about what takes time.

    Raises:
        InputError: It cannot be loaded.
    """
    folder = Path(data_dir).resolve() if data_dir else None
    key = (config, folder)
    if key not in _loaded:
        if len(_loaded) == MOST_KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[key] = load(config, folder, say)
    return _loaded[key]
