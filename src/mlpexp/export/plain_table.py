"""The rows of a table as inputs, in plain Python: what ``model.py`` holds of it, too.

A column is told of by a dictionary, as in ``model.json``: what it is called, what its cells are, how they are written.
"""

import csv
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

SAME = {" ": " \u00a0\u202f\u2009", "'": "'\u2019"}  # marks that mean the same
FAR = 0.5  # of the width of the range that training has seen: farther outside is said
PARTS = {"year": "%Y", "month": "%m", "day": "%d", "weekday": "%u", "hour": "%H", "minute": "%M"}


def rows_of(path: str, columns: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The rows of a text table, cells by the names of columns; the mark between cells is the one that gives most names."""
    with open(path, encoding="utf-8-sig", newline="") as stream:
        lines = stream.readlines()
    known = {column["name"] for column in columns}
    delimiter = max(",;\t|", key=lambda mark: len(known.intersection(names_in(lines, mark))))
    names = names_in(lines, delimiter)
    for column in columns:
        if lines and column["name"] not in names:
            raise ValueError(f"there is no column {column['name']!r}")
    cells = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    _, *rows = [row for row in cells if any(map(str.strip, row))] or [[]]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise ValueError(f"row {number}: it has {len(row)} cells, and the first line has {len(names)} names")
    if not rows:
        raise ValueError("there are no rows below the first line")
    return [dict(zip(names, row, strict=True)) for row in rows]


def names_in(lines: Sequence[str], delimiter: str) -> list[str]:
    """The names of columns in the first lines of a table, without what cannot be typed."""
    first = next(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), [])
    return [re.sub(r"[^\S ]+", " ", cell).removeprefix("# ").strip() for cell in first]


def encoded(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]], missing: Mapping[str, Any]
) -> np.ndarray:
    """Rows, cells by the names of columns, as inputs (N, F); NaN where a value is filled in later."""
    return np.array([row_inputs(n, row, columns, missing) for n, row in enumerate(rows, start=1)], dtype=float)


def readable(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]], missing: Mapping[str, Any]
) -> dict[int, list[float]]:
    """The inputs of the rows that can be read, by their numbers from 1; of the others it is said why not."""
    inputs, left_out = {}, []
    for number, row in enumerate(rows, start=1):
        try:
            inputs[number] = row_inputs(number, row, columns, missing)
        except ValueError as error:
            left_out.append(str(error))
    if left_out and not inputs:
        raise ValueError(f"no row can be read; {left_out[0]}")
    for why in left_out:
        warnings.warn(f"{why}; the row is left out", stacklevel=2)
    return inputs


def row_inputs(
    number: int, row: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], missing: Mapping[str, Any]
) -> list[float]:
    """The inputs of a row, given its number; says what training has not seen."""
    inputs: list[float] = []
    for column in columns:
        try:
            values = cell_inputs(row, column, missing)
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from None
        if why := unseen(values, column):
            warnings.warn(f"row {number}: {column['name']}: {row[column['name']]!r} {why}", stacklevel=2)
        inputs += values
    return inputs


def cell_inputs(row: Mapping[str, Any], column: Mapping[str, Any], missing: Mapping[str, Any]) -> list[float]:
    """The inputs that a cell becomes."""
    name, kind = column["name"], column["kind"]
    if name not in row:
        raise ValueError(f"there is no column {name!r}")
    cell = "" if row[name] is None else str(row[name]).strip()
    words = missing["any"] if kind == "category" else missing["any"] + missing["numbers"]
    is_missing = cell.lower() in words
    if kind == "category":
        values = level_inputs(cell, column, is_missing)
    elif is_missing:
        values = [math.nan] * max(1, len(column.get("parts", ())))
    elif kind == "date":
        values = date_inputs(cell, column)
    else:
        values = [number_in(row[name], column)]
    if any(map(math.isnan, values)) and not column["filled"]:
        raise ValueError(f"{name}: missing, and nothing was learned to fill it in")
    return values + [float(is_missing)] * column["indicator"]


def unseen(values: Sequence[float], column: Mapping[str, Any]) -> str:
    """What is odd about the inputs of a cell; empty: nothing."""
    if column["kind"] == "category":
        return "" if any(values) else "was not there in training; all its inputs are 0"
    for value, lowest, highest in zip(values, column["lowest"], column["highest"], strict=False):
        width = FAR * (highest - lowest)
        if value < lowest - width or value > highest + width:
            seen = f" ({lowest:.10g} to {highest:.10g})" if column["kind"] == "number" else ""
            return f"is far outside of what training has seen{seen}"
    return ""


def number_in(cell: Any, column: Mapping[str, Any]) -> float:
    """The number in a cell, which may have a decimal comma, marks between thousands, a currency or a unit."""
    if not isinstance(cell, str):
        return float(cell)
    text = cell.strip().replace("\u2212", "-")
    text = text.removeprefix(column["before"]).removesuffix(column["after"]).strip()
    marks, decimal = SAME.get(column["thousands"], column["thousands"]), re.escape(column["decimal"])
    groups = rf"|\d{{1,3}}([{re.escape(marks)}]\d{{2,3}})+" if marks else ""
    pattern = rf"[+-]?(\d+{groups}|(?={decimal}\d))({decimal}\d*)?([eE][+-]?\d+)?"
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(f"{column['name']}: {cell!r} is no number as in training")
    for mark in marks:
        text = text.replace(mark, "")
    value = float(text.replace(column["decimal"], "."))
    if math.isinf(value):
        raise ValueError(f"{column['name']}: {cell!r} is not a finite number")
    return value


def level_inputs(cell: str, column: Mapping[str, Any], is_missing: bool) -> list[float]:
    """A 1 for the level of a cell, 0 for the others; all 0 for a level that training has not seen."""
    levels = list(column["levels"])
    if is_missing and not column["level_of_missing"]:
        return [math.nan] * len(levels)
    if is_missing:
        return [0.0] * len(levels) + [1.0]
    try:
        same = [float(level) == float(cell) if column["numeric"] else level == cell for level in levels]
    except ValueError:
        same = [False] * len(levels)
    return [float(is_it) for is_it in same] + [0.0] * bool(column["level_of_missing"])


def date_inputs(cell: str, column: Mapping[str, Any]) -> list[float]:
    """The days since the beginning of 1970, or the parts of a date."""
    form = column["form"]
    try:
        moment = datetime.strptime(cell, form) if form else datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{column['name']}: {cell!r} is no date as in training ({form or 'ISO 8601'})") from None
    if column["parts"]:
        return [float(moment.strftime(PARTS[part])) for part in column["parts"]]
    return [(moment.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds() / 86_400]
