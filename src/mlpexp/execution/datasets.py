"""Data sets that several stacks of one process share."""

from collections.abc import Callable
from pathlib import Path

from mlpexp.config.datasets import Csv, DatasetConfig
from mlpexp.data.catalogue import load
from mlpexp.data.dataset import Dataset

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
