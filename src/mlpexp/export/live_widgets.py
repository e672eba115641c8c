"""What a reader of a page changes of the inputs of its network, as plain data for JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, ColumnForm, DateColumn, NumberColumn, inputs_of
from mlpexp.data.ink.framing import FRAMES
from mlpexp.export.portable import PortableNetwork
from mlpexp.results.networks import Networks
from mlpexp.store.frames import Absent

MOST_COLUMNS = 40
MOST_POINTS = 200
WORK = 40_000_000  # multiplications for the plane, which is drawn anew with each epoch
CELLS = (30, 90)  # of the plane along an axis
DAY_MILLISECONDS, DATE_DIGITS = 86_400_000, 13
PARTS = ("test", "validation", "train")  # the first of them that there is gives the points
LEAST_DIGITS = 6  # that are shown of a number

Told = dict[str, Any]


def widget_of(networks: Networks, network: PortableNetwork) -> Told:
    """A drawing, a picture, or a row of the table; of two numbers also a point of their plane.

    Args:
        networks: Of one seed.
        network: The same in plain numbers.
    """
    preparation = network.preparation
    frame = FRAMES.get(networks.experiment.dataset.name)
    if network.is_image:
        if frame is None or preparation.input_shape != (1, frame.side, frame.side):
            return {"kind": "picture"}
        names = ("side", "box", "centre", "steps", "stretched")
        return {"kind": "ink", "frame": {name: getattr(frame, name) for name in names}}
    assert preparation.table is not None
    columns = preparation.table.columns
    shown = _columns(columns) if len(columns) <= MOST_COLUMNS else []
    return {"kind": "row", "columns": shown, "plane": _plane(networks, network, columns)}


def _columns(columns: Sequence[ColumnForm]) -> list[Told]:
    """What is filled in for each column, and the inputs that it becomes: from one place up to another."""
    fields, place = [], 0
    for column in columns:
        end = place + len(inputs_of(column))
        told: Told = {"from": place, "to": end, "fills": column.fill is not None, "indicates": column.has_indicator}
        match column:
            case CategoryColumn():
                fields.append({**told, "indicates": False, "label": column.name, "options": _options(column)})
            case DateColumn(parts=()):
                has_time = any(day % 1 for day in (*column.lowest, *column.highest))
                kind = "datetime-local" if has_time else "date"
                fields.append(
                    {
                        **told,
                        "inputs": [
                            {"label": column.name, "kind": kind, "unit": DAY_MILLISECONDS, "digits": DATE_DIGITS}
                        ],
                    }
                )
            case _:
                inputs = [
                    {"label": name, "kind": "number", "unit": 1, "digits": _digits(column), **_room(column)}
                    for name in column.inputs
                ]
                fields.append({**told, "inputs": inputs})
        place = end
    return fields


def _digits(column: NumberColumn | DateColumn) -> int:
    """So many that no whole number is rounded."""
    if isinstance(column, DateColumn):
        return LEAST_DIGITS
    return max(LEAST_DIGITS, len(str(int(max(abs(column.lowest), abs(column.highest))))))


def _room(column: NumberColumn | DateColumn) -> Told:
    """Between which numbers nothing is far outside the range of the data."""
    if isinstance(column, DateColumn):
        return {}
    return dict(zip(("min", "max"), _with_room(column.lowest, column.highest), strict=True))


def _options(column: CategoryColumn) -> list[Told]:
    """The levels of a category, a missing cell where there is a rule for it, and the inputs that each becomes."""
    count, marked = len(column.inputs), column.has_indicator
    names = [*column.levels, *filter(None, [column.level_of_missing])]
    options = [
        {
            "label": name,
            "inputs": [*np.eye(count, dtype=int)[level].tolist(), *[int(level >= len(column.levels))] * marked],
        }
        for level, name in enumerate(names)
    ]
    missing = {"label": "(missing)", "inputs": [*[None] * count, *[1] * marked]}
    return [*options, *[missing] * (column.fill is not None)]


def _plane(networks: Networks, network: PortableNetwork, columns: Sequence[ColumnForm]) -> Told | None:
    """The ends of the axes of two inputs, from the left and from the top, and samples with their classes.

    There are as many as are at hand, without those that lack a value. None unless there are two inputs.
    """
    numbers = [column for column in columns if isinstance(column, NumberColumn) and not column.has_indicator]
    if not network.classification or (len(numbers), len(columns)) != (2, 2):
        return None
    points: list[list[float]] = []
    part = ""
    names = list(network.preparation.feature_names)
    try:
        rows = networks.arm.evaluation("predictions")
    except (Absent, OSError, ValueError):
        rows = None
    ranges = [(column.lowest, column.highest) for column in numbers]
    if rows is not None and {*names, "seed", "part", "target"} <= set(rows.columns):
        rows = rows[rows["seed"] == networks.seeds[0]].dropna(subset=[*names, "target"])
        part = next((part for part in PARTS if (rows["part"] == part).any()), "")
        rows = rows[rows["part"] == part].head(MOST_POINTS)
        points = [[float(f"{x:.5g}"), float(f"{y:.5g}"), int(k)] for x, y, k in rows[[*names, "target"]].to_numpy()]
        if points:
            ranges = [(float(rows[name].min()), float(rows[name].max())) for name in names]
    side = int(np.clip((WORK / max(1, network.num_parameters)) ** 0.5, *CELLS))
    across, up = (_with_room(*each) for each in ranges)
    return {"ends": [across, up[::-1]], "axes": names, "points": points, "part": part, "cells": side}


def _with_room(low: float, high: float) -> list[float]:
    room = 0.08 * (high - low) or 1.0
    return [float(f"{low - room:.5g}"), float(f"{high + room:.5g}")]
