"""The user's own table: a CSV file as a data set."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mlpexp.config.datasets import Csv
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.splits import BY_COLUMN, FileSplit
from mlpexp.config.words import did_you_mean
from mlpexp.data.columns import encode, feature, is_missing, is_number, is_numeric, to_numbers, which
from mlpexp.data.csv_file import CsvFile, data_error, read_csv
from mlpexp.data.dataset import Dataset
from mlpexp.data.split_column import split_labels, with_second_file

MOST_CLASSES = 20  # whole numbers with more different values than this are quantities, not labels


def read_table(config: Csv) -> Dataset:
    """Reads a CSV file: inputs ``(N, F)`` float64; targets ``(N,)`` class numbers or ``(N, 1)`` values.

    The file is read once for each change of it, however often the data set is asked for.

    Raises:
        DataError: One sentence ``path:line:column: what`` about the first problem.
    """
    kept = _read(config, versions(config))
    return replace(kept, inputs=kept.inputs.copy(), targets=kept.targets.copy())


def versions(config: Csv) -> tuple[tuple[int, int], ...]:
    """Of each file of a table, when it was last written and its bytes; zeros where reading it will say what is wrong."""
    stamps = []
    for path in [config.path, *([config.split.path] if isinstance(config.split, FileSplit) else [])]:
        try:
            state = Path(path).expanduser().stat()
            stamps.append((state.st_mtime_ns, state.st_size))
        except (OSError, ValueError):
            stamps.append((0, 0))
    return tuple(stamps)


@lru_cache(maxsize=4)
def _read(config: Csv, version: tuple[tuple[int, int], ...]) -> Dataset:
    """The data set; the version of the files counts only as part of the key."""
    file = read_csv(Path(config.path).expanduser(), config.delimiter)
    names = _feature_columns(config, file)
    used = [*names, config.target, *(name for name in [_split_column(config)] if name and name not in names)]
    file = _without_missing(config, file, used)
    num_first = len(file.cells)
    if isinstance(config.split, FileSplit):
        file = _with_test_file(config, config.split, file, used)
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
            num_official_test=len(inputs) - num_first,
        ),
        feature_names=tuple(name for _, group in pieces for name in group),
        class_names=class_names,
        target_name=config.target,
        split_labels=split_labels(file, config.split) if isinstance(config.split, BY_COLUMN) else None,
    )


def _split_column(config: Csv) -> str | None:
    """The column that the split goes by, if it goes by one."""
    return config.split.column if isinstance(config.split, BY_COLUMN) else None


def _with_test_file(config: Csv, kind: FileSplit, first: CsvFile, used: Sequence[str]) -> CsvFile:
    """The rows of the table, and behind them those of the file that is the test part."""
    second = read_csv(Path(kind.path).expanduser(), config.delimiter)
    present = [name for name in used if name in second.cells.columns]
    if len(present) == len(used):
        second = _without_missing(config, second, used)
    labels = [config.target] if _is_classification(config, first) else []
    return with_second_file(first, second, used, [*labels, *(config.categorical or ())])


def _feature_columns(config: Csv, file: CsvFile) -> list[str]:
    """The columns to predict from; every column that the config names must exist and make sense."""
    columns = list(file.cells.columns)
    for key, names in (
        ("target", (config.target,)),
        ("features", config.features),
        ("categorical", config.categorical),
        ("split.column", (config.split.column,) if isinstance(config.split, BY_COLUMN) else ()),
    ):
        for name in names or ():
            if name not in columns:
                hint = did_you_mean(name, columns)
                if all(map(is_number, columns)):
                    hint = "; the first line holds only numbers, and must hold the column names"
                raise file.error(f"{key}: there is no such column{hint}", name)
            if (names or ()).count(name) > 1:
                raise file.error(f"{key}: listed twice", name)
            if key != "target" and name == config.target:
                what = "the split cannot go by" if key == "split.column" else "a feature cannot be"
                raise file.error(f"{key}: this is the target; {what} what is to be predicted", name)
    others = [name for name in columns if name not in (config.target, _split_column(config))]
    features = others if config.features is None else list(config.features)
    for name in config.categorical or ():
        if name not in features:
            raise file.error("categorical: not among the columns under features:", name)
    return features


def _without_missing(config: Csv, file: CsvFile, names: Sequence[str]) -> CsvFile:
    """The file without the rows that lack a value, where the config says to drop them."""
    cells = file.cells[list(names)]
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
    if not is_numeric(file, config.target, "set task: classification"):
        return True
    values = to_numbers(file, config.target, "")
    return bool(np.all(values == np.floor(values))) and len(np.unique(values)) <= MOST_CLASSES


def _labels(config: Csv, file: CsvFile) -> tuple[np.ndarray, tuple[str, ...]]:
    targets, names = encode(file, config.target)
    if len(names) < 2:
        raise file.error(f"only one class, {names[0]}; classification needs at least two", config.target)
    counts = np.bincount(targets)
    if counts.min() < 2:
        rare = int(np.argmin(counts))
        line = int(file.cells.index[int(np.argmax(targets == rare))])
        raise file.error(
            f"class {names[rare]} has only one sample, and needs at least two; add some, remove it, "
            "or set task: regression if these are quantities",
            config.target,
            line,
        )
    return targets, names


def _quantities(config: Csv, file: CsvFile) -> np.ndarray:
    return to_numbers(file, config.target, "task: regression needs numbers")[:, np.newaxis]
