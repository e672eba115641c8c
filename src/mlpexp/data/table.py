"""The user's own table: a CSV file as a data set."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mlpexp.config.datasets import Csv
from mlpexp.config.facts import DatasetFacts, TargetRange
from mlpexp.config.words import did_you_mean
from mlpexp.data.columns import encode, feature, is_missing, is_number, is_numeric, to_numbers, which
from mlpexp.data.csv_file import CsvFile, data_error, read_csv
from mlpexp.data.dataset import Dataset

MOST_CLASSES = 20  # whole numbers with more different values than this are quantities, not labels


def read_table(config: Csv) -> Dataset:
    """Reads a CSV file: inputs ``(N, F)`` float64; targets ``(N,)`` class numbers or ``(N, 1)`` values.

    The file is read once for each change of it, however often the data set is asked for.

    Raises:
        DataError: One sentence ``path:line:column: what`` about the first problem.
    """
    path = Path(config.path).expanduser()
    try:
        state = path.stat()
        version = (state.st_mtime_ns, state.st_size)
    except (OSError, ValueError):
        version = (0, 0)  # reading it will say what is wrong
    kept = _read(config.model_copy(update={"target": config.target.as_read}), version)
    return replace(kept, inputs=kept.inputs.copy(), targets=kept.targets.copy())


@lru_cache(maxsize=4)
def _read(config: Csv, version: tuple[int, int]) -> Dataset:
    """The data set; the version of the file counts only as part of the key."""
    file = read_csv(Path(config.path).expanduser(), config.delimiter)
    names = _feature_columns(config, file)
    file = _without_missing(config, file, [*names, config.target.column])
    pieces = [feature(file, name, config.categorical) for name in names]
    inputs = np.concatenate([values for values, _ in pieces], axis=1)
    is_classification = _is_classification(config, file)
    targets, class_names = _labels(config, file) if is_classification else (_quantities(config, file), ())
    return Dataset(
        name=file.path.stem,
        inputs=inputs,
        targets=targets,
        facts=DatasetFacts(
            task="classification" if is_classification else "regression",
            input_shape=inputs.shape[1:],
            num_outputs=len(class_names) or 1,
            num_samples=len(inputs),
            target_range=None if is_classification else TargetRange.of(targets),
        ),
        feature_names=tuple(name for _, group in pieces for name in group),
        class_names=class_names,
        target_name=config.target.column,
    )


def _feature_columns(config: Csv, file: CsvFile) -> list[str]:
    """The columns to predict from; every column that the config names must exist and make sense."""
    columns = list(file.cells.columns)
    for key, names in (
        ("target", (config.target.column,)),
        ("features", config.features),
        ("categorical", config.categorical),
    ):
        for name in names or ():
            if name not in columns:
                hint = did_you_mean(name, columns)
                if all(map(is_number, columns)):
                    hint = "; the first line holds only numbers, and must hold the column names"
                raise file.error(f"{key}: there is no such column{hint}", name)
            if (names or ()).count(name) > 1:
                raise file.error(f"{key}: listed twice", name)
            if key != "target" and name == config.target.column:
                raise file.error(f"{key}: this is the target; a feature cannot be what is to be predicted", name)
    others = [name for name in columns if name != config.target.column]
    features = others if config.features is None else list(config.features)
    for name in config.categorical or ():
        if name not in features:
            raise file.error("categorical: not among the columns under features:", name)
    return features


def _without_missing(config: Csv, file: CsvFile, names: list[str]) -> CsvFile:
    """The file without the rows that lack a value, where the config says to drop them."""
    cells = file.cells[names]
    missing = np.stack([which(is_missing, cells[name]) for name in names], axis=1)
    keep = ~missing.any(axis=1)
    if keep.all():
        return file
    if config.missing == "error":
        row, column = np.argwhere(missing)[0]
        written = cells.iloc[row, column]
        what = f"missing value ({written!r})" if written else "missing value"
        raise file.error(
            f"{what}; fill it in, or drop such rows with missing: drop", names[column], int(cells.index[row])
        )
    if not keep.any():
        raise data_error(file.path, "no row is left, because each lacks a value", file.header_line)
    return replace(file, cells=file.cells.iloc[np.flatnonzero(keep)])


def _is_classification(config: Csv, file: CsvFile) -> bool:
    if config.task is not None:
        return config.task == "classification"
    if not is_numeric(file, config.target.column, "set task: classification"):
        return True
    values = to_numbers(file, config.target.column, "")
    return bool(np.all(values == np.floor(values))) and len(np.unique(values)) <= MOST_CLASSES


def _labels(config: Csv, file: CsvFile) -> tuple[np.ndarray, tuple[str, ...]]:
    targets, names = encode(file, config.target.column)
    if len(names) < 2:
        raise file.error(f"only one class, {names[0]}; classification needs at least two", config.target.column)
    counts = np.bincount(targets)
    if counts.min() < 2:
        rare = int(np.argmin(counts))
        line = int(file.cells.index[int(np.argmax(targets == rare))])
        raise file.error(
            f"class {names[rare]} has only one sample, and needs at least two; add some, remove it, "
            "or set task: regression if these are quantities",
            config.target.column,
            line,
        )
    return targets, names


def _quantities(config: Csv, file: CsvFile) -> np.ndarray:
    values = to_numbers(file, config.target.column, "task: regression needs numbers")
    if config.target.transform == "log" and values.min() <= 0:
        place = int(np.argmax(values <= 0))
        message = f"{values[place]:g} has no logarithm; transform: log needs positive numbers, so leave it out"
        raise file.error(message, config.target.column, int(file.cells.index[place]))
    return values[:, np.newaxis]
