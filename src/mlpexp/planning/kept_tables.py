"""The copies of the user's own tables that a result keeps, so that it can go on where they are not."""

from collections.abc import Mapping
from pathlib import Path

from mlpexp.config.experiment import Experiment
from mlpexp.config.table_paths import copy_of
from mlpexp.config.yaml_source import Source
from mlpexp.errors import ConfigError, InputError, Problem

MOST_BYTES = 20_000_000


def check_kept(source: Source, experiment: Experiment) -> None:
    """Refuses to keep what is no table, or is too large.

    Raises:
        ConfigError: By the place of ``keep.data``.
    """
    if not experiment.keep.data:
        return
    message = (
        ""
        if source.tables and all(not Path(path).is_dir() for path in source.tables)
        else f"only tables and .npz files are copied, and {experiment.dataset.name} is none; leave it out"
    )
    for path in source.tables:
        size = Path(path).stat().st_size if Path(path).is_file() else 0
        if size > MOST_BYTES:
            message = f"{Path(path).name} has {size / 1e6:.1f} MB; only files up to {MOST_BYTES / 1e6:g} MB are copied"
    if message:
        raise ConfigError([Problem(source.place(("keep", "data")), "keep.data", message)])


def copies(told: Mapping[str, str]) -> dict[str, str | bytes]:
    """The tables that a result keeps, by the path of the copy in it.

    Args:
        told: What its config says of each table, by path.

    Raises:
        InputError: One cannot be read.
    """
    texts, here = list(told.values()), Path()
    try:
        return {copy_of(text, texts, here).as_posix(): Path(path).read_bytes() for path, text in told.items()}
    except OSError as error:
        raise InputError(f"keep.data: {error.filename}: cannot be read: {error.strerror or error}") from None
