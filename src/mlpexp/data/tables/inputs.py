"""The inputs that columns become: numbers as they are, categories one input for each level, dates by request.

What a missing cell becomes is learned on the training part of each seed; until then it is NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlpexp.config.datasets import Csv, MissingRule
from mlpexp.data.tables.cells import Cells, plain
from mlpexp.data.tables.dates import ordinal, parts_of, readings
from mlpexp.data.tables.kinds import Judged, in_order
from mlpexp.data.tables.number_forms import is_plain_number
from mlpexp.data.tables.table_file import TableFile

FEW_LEVELS, MOST_LEVELS = 20, 50  # and a tenth of the rows in between
BLOCK = 10_000  # rows that are written together
LEARNED = ("mean", "median", "most_frequent")  # on the training part
OF_NUMBERS = ("mean", "median")


@dataclass(frozen=True)
class OneHot:
    """One input for each level of a category, without the zeros."""

    places: np.ndarray
    """``(n,)`` int32: which of the inputs is 1; -1: all are NaN."""
    count: int
    """Number of inputs."""


@dataclass(frozen=True)
class Inputs:
    """What one column gives the network."""

    column: str
    """Of the table."""
    names: tuple[str, ...]
    """One for each input."""
    values: tuple[np.ndarray | OneHot, ...]
    """In the order of the names: ``(n,)`` float64, NaN to be filled in, or a category."""
    fill: str | None = None
    """What is filled in for NaN: ``mean``, ``median`` or ``most_frequent``; None: nothing is missing."""
    has_indicator: bool = False
    """Whether the last input says where a value was missing."""
    level_of_missing: str = ""
    """What the level of missing cells is called; empty: there is none."""
    note: str = ""
    """What was done, in words."""


def matrix(inputs: Sequence[Inputs], num_rows: int) -> np.ndarray:
    """All inputs side by side, ``(N, F)`` float64; written some rows at a time, which is faster than column by column."""
    result = np.zeros((num_rows, sum(len(piece.names) for piece in inputs)))
    for start in range(0, num_rows, BLOCK):
        block, first = result[start : start + BLOCK], 0
        in_a_row, begins = block.reshape(-1), np.arange(len(block)) * result.shape[1]
        for values in (values for piece in inputs for values in piece.values):
            if isinstance(values, OneHot):
                places = values.places[start : start + BLOCK]
                missing = places < 0
                if missing.any():
                    block[missing, first : first + values.count] = np.nan
                    in_a_row[(begins + first + places)[~missing]] = 1.0
                else:
                    in_a_row[begins + first + places] = 1.0
                first += values.count
            else:
                block[:, first] = values[start : start + BLOCK]
                first += 1
    return result


@dataclass(frozen=True)
class Rows:
    """The rows that are used, and how a column is made inputs for them."""

    file: TableFile
    """All of them."""
    keep: np.ndarray
    """Which are used, ``(n,)`` int64 ascending."""

    def of(self, values: np.ndarray) -> np.ndarray:
        """Of values for each row of the file those of the rows that are used."""
        return values if len(self.keep) == len(values) else values[self.keep]

    def cells(self, column: Judged) -> tuple[Cells, np.ndarray]:
        """The cells of a column in these rows, those that are missing too, and which are, ``(n,)`` bool."""
        return Cells(column.cells.levels, self.of(column.cells.codes)), self.of(column.missing)

    def levels(self, column: Judged) -> tuple[tuple[str, ...], np.ndarray]:
        """The different cells that are not missing, in order, and each row's place among them; -1: missing.

        Numbers are the same however they are written, such as 1 and 1.0, unless some are codes, such as 01.
        """
        cells, missing = self.cells(column)
        counts = np.bincount(cells.codes[~missing], minlength=len(cells.levels))
        present = [place for place in range(len(cells.levels)) if counts[place]]
        written = [cells.levels[place] for place in present]
        names = level_names(written)
        levels = tuple(sorted(set(names), key=in_order(names)))
        places = np.full(len(cells.levels), -1, dtype=np.int32)
        number = {level: place for place, level in enumerate(levels)}
        places[present] = [number[name] for name in names]
        return levels, np.where(missing, -1, places[cells.codes])

    def where(self, column: Judged, level: str) -> int:
        """The first row of the file that has a level, of those that are used."""
        levels, places = self.levels(column)
        return int(self.keep[np.argmax(places == levels.index(level))])


def most_levels(num_rows: int) -> int:
    """How many levels a category may have without being asked for."""
    return max(FEW_LEVELS, min(MOST_LEVELS, num_rows // 10))


def inputs_of(rows: Rows, column: Judged, config: Csv) -> Inputs:
    """What a column gives.

    Raises:
        DataError: It has too many levels, or dates nobody said what to do with, or its rule is for numbers.
    """
    rule = rule_of(config, column.name)
    by_name = not isinstance(config.missing, str)
    if column.kind == "category" and rule in OF_NUMBERS and by_name:
        raise rows.file.error(
            f"missing: {rule} is for numbers, and this is a category; take most_frequent or category, by column such as "
            f"missing: {{{column.name}: category}}",
            column.name,
        )
    made = {"number": _numbers, "category": _one_hot, "date": _dates}[column.kind](rows, column, config)
    if rule in LEARNED and rows.of(column.missing).any():
        made = replace(made, fill=rule)
    return _with_indicator(made, rows, column, config)


def rule_of(config: Csv, name: str) -> MissingRule:
    """What to do where a column lacks a value."""
    rules = config.missing
    return rules if isinstance(rules, str) else rules.get(name, "error")


def markers_of(config: Csv) -> tuple[str, ...]:
    """Cells that stand for a missing value because the config says so."""
    return tuple(value if isinstance(value, str) else plain(float(value)) for value in config.missing_values)


def _numbers(rows: Rows, column: Judged, config: Csv) -> Inputs:
    values = rows.of(column.numbers)
    largest = np.fmax.reduce(np.abs(values), initial=0.0)
    if largest > np.finfo(np.float64).max / (2 * len(values)):
        row = int(rows.keep[np.nanargmax(np.abs(values))])
        cell = rows.file.cell(row, column.name)
        what = (
            "is not a finite number"
            if np.isinf(largest)
            else "is too large for a mean; divide the column by a power of ten"
        )
        raise rows.file.error(f"{cell!r} {what}, or leave it out with exclude: [{column.name}]", column.name, row)
    return Inputs(column.name, (column.name,), (values,), note=column.note)


def _one_hot(rows: Rows, column: Judged, config: Csv) -> Inputs:
    levels, places = rows.levels(column)
    _check_levels(rows, column, levels, config)
    names = tuple(f"{column.name}={level}" for level in levels)
    level = ""
    if rule_of(config, column.name) == "category" and (places < 0).any():
        level = _unlike("missing", levels)
        names = (*names, f"{column.name}={level}")
        places = np.where(places < 0, len(levels), places)
    return Inputs(column.name, names, (OneHot(places, len(names)),), level_of_missing=level, note=column.note)


def level_names(levels: Sequence[str]) -> list[str]:
    """What cells are called as levels: numbers without a needless ``.0``, unless some begin with zeros, as codes do."""
    numeric = all(map(is_plain_number, levels)) and not any(map(is_code, levels))
    return [plain(float(level)) for level in levels] if numeric else list(levels)


def is_code(level: str) -> bool:
    """Whether a number has zeros in front."""
    digits = level.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()


def _check_levels(rows: Rows, column: Judged, levels: Sequence[str], config: Csv) -> None:
    most = config.max_levels or most_levels(len(rows.keep))
    is_unique = len(levels) == len(rows.keep) and not config.max_levels
    if len(levels) <= most and not is_unique:
        return
    if is_unique:
        raise rows.file.error(
            f"not a number, and different in each of the {len(levels)} rows, so it names the samples and predicts "
            f"nothing; leave it out with exclude: [{column.name}]",
            column.name,
        )
    raise rows.file.error(
        f"{len(levels)} levels in {len(rows.keep)} rows, each an input of its own, are more than {most}; leave the column "
        f"out with exclude: [{column.name}], or set max_levels: {len(levels)}",
        column.name,
    )


def _dates(rows: Rows, column: Judged, config: Csv) -> Inputs:
    form = config.dates.get(column.name)
    cells, missing = rows.cells(column)
    present = np.flatnonzero(np.bincount(cells.codes[~missing], minlength=len(cells.levels))).tolist()
    texts = [cells.levels[place] for place in present]
    if form is None:
        raise rows.file.error(
            f"dates such as {texts[0]!r}; leave the column out with exclude: [{column.name}], or say what the network gets: "
            f"dates: {{{column.name}: ordinal}} (days) or dates: {{{column.name}: parts}} (year, month, day, ...)",
            column.name,
        )
    moments = readings(texts)
    if len(moments) != 1:
        what = "can be read in two ways (day or month first)" if moments else "is no date that is known"
        raise rows.file.error(
            f"{texts[0]!r} {what}; write dates as 2024-01-31, or leave the column out with exclude: [{column.name}]",
            column.name,
            _first(rows, column, texts[0]),
        )
    columns = {"": ordinal(moments[0])} if form == "ordinal" else parts_of(moments[0])
    values = []
    for of_texts in columns.values():
        of_levels = np.full(len(cells.levels), np.nan)
        of_levels[present] = of_texts
        values.append(np.where(missing, np.nan, of_levels[cells.codes]))
    names = tuple(f"{column.name}.{part}" if part else column.name for part in columns)
    what = "days since the beginning of 1970" if form == "ordinal" else ", ".join(columns)
    return Inputs(column.name, names, tuple(values), note=f"dates such as {texts[0]!r} become {what}")


def _first(rows: Rows, column: Judged, cell: str) -> int:
    """The first row of the file that has a cell, of those that are used."""
    return int(rows.keep[np.argmax(rows.of(column.cells.codes) == column.cells.levels.index(cell))])


def _with_indicator(inputs: Inputs, rows: Rows, column: Judged, config: Csv) -> Inputs:
    asked = config.missing_indicator
    missing = rows.of(column.missing)
    if not (asked is True or (asked and column.name in asked)) or not missing.any():
        return inputs
    names, values = (*inputs.names, f"{column.name} is missing"), (*inputs.values, missing.astype(float))
    return replace(inputs, names=names, values=values, has_indicator=True)


def _unlike(word: str, levels: Sequence[str]) -> str:
    """A word that is no level."""
    return word if word not in levels else _unlike(f"({word})", levels)
