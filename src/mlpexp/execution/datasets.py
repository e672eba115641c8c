"""Data sets that several stacks of one process share."""

from pathlib import Path

from mlpexp.config.datasets import DatasetConfig
from mlpexp.data.dataset import Dataset
from mlpexp.data.load import load

MOST_KEPT = 4
_loaded: dict[tuple[str, str | None], Dataset] = {}


def shared_dataset(config: DatasetConfig, data_dir: str | None) -> Dataset:
    """The data set, loaded once.

    Raises:
        InputError: It cannot be loaded.
    """
    key = (config.model_dump_json(), data_dir)
    if key not in _loaded:
        if len(_loaded) == MOST_KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[key] = load(config, Path(data_dir) if data_dir else None)
    return _loaded[key]
