"""The user's own table as a data set, and what was understood of it; read once for each change of the file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mlpexp.config.column_forms import TableForm
from mlpexp.config.datasets import Csv
from mlpexp.config.facts import DatasetFacts, TargetRange
from mlpexp.config.splits import BY_COLUMN, FileSplit
from mlpexp.config.words import did_you_mean
from mlpexp.data.dataset import Dataset, Fill
from mlpexp.data.tables.cells import Cells
from mlpexp.data.tables.doubts import doubts
from mlpexp.data.tables.forms import table_form
from mlpexp.data.tables.header import ROW_NAMES, Asked
from mlpexp.data.tables.inputs import Inputs, OneHot, Rows, inputs_of, markers_of, matrix
from mlpexp.data.tables.kinds import Judged, Rules, as_category, judged
from mlpexp.data.tables.missing_cells import rows_used
from mlpexp.data.tables.number_forms import is_plain_number
from mlpexp.data.tables.pixels import as_pictures
from mlpexp.data.tables.reports import CONSTANT, reports
from mlpexp.data.tables.row_names import check_row_names
from mlpexp.data.tables.split_column import split_labels
from mlpexp.data.tables.table_file import Reading, TableFile, joined, read_file
from mlpexp.data.tables.targets import Targets, is_classification, targets_of
from mlpexp.data.tables.totals import refuse_total
from mlpexp.data.tables.understanding import Understanding, shown

AGAINST = {
    "exclude": ("features",),
    "numeric": ("categorical",),
    "dates": ("categorical", "numeric"),
}  # by key, what it excludes

telling: ContextVar[Callable[[str], None]] = ContextVar("telling", default=lambda sentence: None)
"""What is given sentences about what takes time."""


@contextmanager
def told(tell: Callable[[str], None]) -> Iterator[None]:
    """Gives such sentences to somebody, until the end."""
    token = telling.set(tell)
    try:
        yield
    finally:
        telling.reset(token)


@dataclass(frozen=True)
class Table:
    """A table that has been read."""

    dataset: Dataset
    """Its samples."""
    understanding: Understanding
    """What was understood."""
    form: TableForm
    """What another table is read by."""
    rows: np.ndarray
    """``(N,)`` int64: of each sample its row in the file, from 0; those of a second file behind."""


def read_table(config: Csv) -> Table:
    """A table: inputs ``(N, F)`` float64, NaN where a value is to be filled in; targets ``(N,)`` or ``(N, 1)``.

    Raises:
        DataError: One sentence ``path:line:column: what`` about the first problem.
    """
    return _read(config.model_copy(update={"target": config.target.as_read}), versions(config))


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
def _read(config: Csv, version: tuple[tuple[int, int], ...]) -> Table:
    """The table; the version of the files counts only as part of the key."""
    content = _content(config)  # the text of the file is freed before the largest part, the matrix of inputs
    dataset = _dataset(config, content)
    if config.shape is None:
        return Table(dataset, content.understanding, content.form, content.rows)
    channels, height, width = config.shape
    return _as_pictures(dataset, content, (channels, height, width))


def _as_pictures(dataset: Dataset, content: "_Content", shape: tuple[int, int, int]) -> Table:
    """A table whose rows are pictures.

    Raises:
        DataError: They are none of this shape.
    """
    pictures, note = as_pictures(dataset.inputs, list(content.pieces.values()), shape)
    facts = replace(dataset.facts, input_shape=shape)
    columns = tuple(replace(each, why="") if each.why == CONSTANT else each for each in content.understanding.columns)
    told = replace(content.understanding, columns=columns, notes=(*content.understanding.notes, note))
    return Table(replace(dataset, inputs=pictures, facts=facts, feature_names=()), told, content.form, content.rows)


@dataclass(frozen=True)
class _Content:
    """What the files of a table hold."""

    pieces: dict[str, Inputs]
    """Inputs by column, for the rows that are used."""
    targets: Targets
    """Of these rows."""
    split_labels: np.ndarray | None
    """What the column of the split says of them."""
    num_second: int
    """How many of these rows, the last ones, are of the second file."""
    understanding: Understanding
    """What was understood."""
    form: TableForm
    """How the table is written."""
    rows: np.ndarray
    """``(N,)``: the numbers of the rows that are used."""


def reading_of(config: Csv) -> Reading:
    """What a config says of how its files are read."""
    return Reading(Asked(config.delimiter, config.header, config.names), config.encoding)


def _content(config: Csv) -> _Content:
    reading = reading_of(config)
    file = read_file(Path(config.path).expanduser(), reading, telling.get())
    names, target = _inputs(config, file), config.target.column
    check_row_names(file)
    by_column = config.split if isinstance(config.split, BY_COLUMN) else None
    used = list(dict.fromkeys([*names, target, *([by_column.column] if by_column else [])]))
    rules = _rules(config)
    if isinstance(config.split, FileSplit):
        second = read_file(Path(config.split.path).expanduser(), reading, telling.get())
        file = joined(file, second, used)
        _check_numbers(file, used, rules)
    columns = judged(file, used, rules)
    rows, lost = rows_used(config, file, columns)
    refuse_total(rows, columns)
    if file.second is not None:
        classes = target if is_classification(rows, columns[target], config) else None
        _check_levels(rows, [columns[name] for name in (*names, target)], classes)
    targets = targets_of(rows, columns[target], config)
    pieces = {name: inputs_of(rows, columns[name], config) for name in names}
    labels = split_labels(rows, columns[by_column.column], by_column) if by_column else None
    understanding = Understanding(
        path=config.path,
        columns=tuple(reports(file, columns, pieces, targets, target, by_column.column if by_column else None)),
        rows=file.num_rows,
        lost=lost,
        used=len(rows.keep),
        of_second=int((rows.keep >= file.num_first).sum()),
        notes=file.notes,
        warnings=tuple(doubt for name in names for doubt in doubts(rows, columns[name], targets)),
    )
    num_second = int((rows.keep >= file.num_first).sum())
    form = table_form(config, rows, columns, pieces, targets)
    return _Content(pieces, targets, labels, num_second, understanding, form, rows.keep)


def _check_numbers(file: TableFile, names: Sequence[str], rules: Rules) -> None:
    """Sees that the second file has numbers where the first one has nothing else.

    Raises:
        DataError: At its first cell that is none.
    """
    for name in names:
        cells, number = file.columns[name], file.num_first
        if not isinstance(cells, Cells) or name in rules.categorical:
            continue
        known = {cells.levels[code] for code in np.unique(cells.codes[:number])}
        if known and all(map(is_plain_number, known)):
            wrong = cells.where(lambda cell: not is_plain_number(cell) and not rules.is_missing(cell, numbers=True))
            if wrong.any():
                row = int(np.argmax(wrong))
                what = f"{file.cell(row, name)!r} is not a number; in {file.path.name} the column has only numbers"
                raise file.error(what, name, row)


def _check_levels(rows: Rows, columns: Sequence[Judged], classes: str | None) -> None:
    """Sees that the second file has no category that the first one lacks, from which the network cannot have learned it.

    Raises:
        DataError: At its first row with another one.
    """
    is_second = rows.keep >= rows.file.num_first
    for column in columns:
        if column.kind != "category" and column.name != classes:
            continue
        levels, places = rows.levels(as_category(rows.file, column))
        known = np.unique(places[~is_second])
        unknown = is_second & (places >= 0) & ~np.isin(places, known)
        if unknown.any():
            place = int(np.argmax(unknown))
            raise rows.file.error(
                f"{levels[places[place]]!r} does not occur in {rows.file.path.name}", column.name, int(rows.keep[place])
            )


def _dataset(config: Csv, content: _Content) -> Dataset:
    pieces, targets = content.pieces, content.targets
    inputs = matrix(list(pieces.values()), len(targets.values))
    return Dataset(
        name=Path(config.path).stem,
        inputs=inputs,
        targets=targets.values,
        facts=DatasetFacts(
            task="classification" if targets.class_names else "regression",
            input_shape=inputs.shape[1:],
            num_outputs=len(targets.class_names) or 1,
            num_samples=len(inputs),
            num_official_test=content.num_second,
            target_range=None if targets.class_names else TargetRange.of(targets.values),
        ),
        feature_names=tuple(name for piece in pieces.values() for name in piece.names),
        class_names=targets.class_names,
        target_name=config.target.column,
        fills=tuple(_fills(pieces)),
        split_labels=content.split_labels,
    )


def _fills(pieces: dict[str, Inputs]) -> Iterator[Fill]:
    first = 0
    for piece in pieces.values():
        if piece.fill is not None:
            count = len(piece.names) - piece.has_indicator
            yield Fill(first, count, piece.fill, isinstance(piece.values[0], OneHot))
        first += len(piece.names)


def _rules(config: Csv) -> Rules:
    target = config.target.column
    categorical = (*config.categorical, *([target] if config.task == "classification" else []))
    return Rules(
        target, categorical, config.numeric, tuple(config.dates), config.decimal, config.thousands,
        markers_of(config),
    )  # fmt: skip


def _inputs(config: Csv, file: TableFile) -> list[str]:
    """The columns to predict from; every column that the config names must exist and make sense."""
    columns, target = [name for name in file.columns if name != ROW_NAMES], config.target.column
    by_column = () if isinstance(config.missing, str) else tuple(config.missing)
    indicators = () if isinstance(config.missing_indicator, bool) else config.missing_indicator
    named: dict[str, Sequence[str]] = {
        "target": (target,), "features": config.features or (), "exclude": config.exclude,
        "categorical": config.categorical, "numeric": config.numeric, "dates": list(config.dates),
        "missing": by_column, "missing_indicator": indicators,
        "split.column": (config.split.column,) if isinstance(config.split, BY_COLUMN) else (),
    }  # fmt: skip
    _check_names(named, target, file)
    apart = (target, *config.exclude, *(named["split.column"] if config.features is None else ()))
    inputs = [name for name in config.features or columns if name not in apart]
    for key in ("categorical", "numeric", "dates"):
        for name in named[key]:
            if name not in (*inputs, target):
                raise file.error(f"{key}: not among the columns that are used", name)
    if not inputs:
        raise file.error("no column is left to predict from", target)
    return inputs


def _check_names(named: Mapping[str, Sequence[str]], target: str, file: TableFile) -> None:
    """Sees that the columns exist which the config names by key, and that it does not say two things of one.

    Raises:
        DataError: By the first name and key.
    """
    columns = list(file.columns)
    for key, names in named.items():
        for name in names:
            if name not in columns:
                raise file.error(f"{key}: there is no such column{_instead(name, columns)}", name)
            if names.count(name) > 1:
                raise file.error(f"{key}: listed twice", name)
            if name == target and key not in ("target", "numeric", "missing"):
                what = "the split cannot go by" if key == "split.column" else "a feature cannot be"
                raise file.error(f"{key}: this is the target; {what} what is to be predicted", name)
            for other in AGAINST.get(key, ()):
                if name in named[other]:
                    raise file.error(f"{key}: listed under {other}:, too", name)


def _instead(name: str, columns: Sequence[str]) -> str:
    if all(map(is_plain_number, columns)):
        return "; the first line holds only numbers, and must hold the column names"
    return did_you_mean(name, columns) or f"; the columns are {shown(columns)}"
