"""Which arms a figure of some axes shows: those that are equal in all other axes, so that nothing is averaged over arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mlpexp.report.drawing.value_axis import chosen_values
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.sweep_caption import SweepAxis
from mlpexp.report.words import listed, note
from mlpexp.statistics.best_arm import best_arm

MOST_SETTINGS = 4  # that have a panel each


@dataclass(frozen=True)
class Setting:
    """Arms that are equal in all axes that a figure does not show: each combination of those it shows is one arm."""

    words: str
    """``activation relu, batch size 16``; empty where nothing else is varied."""
    outcomes: pd.DataFrame
    """Of their trials, as ``ArmsData.outcomes``."""
    note: str
    """What is to be said of the axes that are not shown; not the words, where each setting has a panel with them."""
    whole: str = ""
    """As ``words``, but with no value cut: for a table."""


def settings_of(data: ArmsData, *shown: SweepAxis, most: int = 1) -> list[Setting]:
    """The settings of the axes that are not shown, in their order; of more than ``most``, that of the best arm alone.

    Of the axes that are shown, the values are those of ``with_best``, or all.
    """
    rows, keys = _rows(data, shown), [axis.key for axis in shown]
    others = [axis for axis in data.caption.axes if axis.key not in keys]
    free = [axis for axis in others if (rows.groupby(keys)[axis.key].nunique() > 1).any()]
    together = [axis.label for axis in others if axis not in free and rows[axis.key].nunique() > 1]
    is_alone = data.caption.method == "one_at_a_time" and bool(others)
    said = note(
        "others as in the config" if is_alone else "", f"varied together with {listed(together)}" if together else ""
    )
    if not free:
        return [Setting("", rows, said)]
    groups = _in_order(rows, free)
    is_each = 1 < len(groups) <= most
    best = best_settings(data, *shown)["arm"]
    return [
        Setting(
            words := _words(free, of_group.iloc[0].to_dict()),
            of_group,
            said if is_each else note(f"{words} as in the best arm", said),
            _words(free, of_group.iloc[0].to_dict(), whole=True),
        )
        for of_group in groups
        if is_each or (of_group["arm"] == best).any()
    ]


def with_best(data: ArmsData, axis: SweepAxis, *shown: SweepAxis) -> SweepAxis:
    """An axis with at most eight of its values, with that of the best arm: see ``best_settings``.

    Args:
        data: Of the result.
        axis: With all values.
        shown: Axes that are shown, too.
    """
    rows = _rows(data, [*shown, axis])
    return chosen_values(axis, list(rows[axis.key].unique()), keep=best_settings(data, *shown, axis)[axis.key])


def best_settings(data: ArmsData, *shown: SweepAxis) -> Mapping[str, Any]:
    """Number and values of the best arm (see ``statistics.best_arm``) of those that have some value of each of these axes.

    Which values of them a figure shows does not change it. It is the first arm if no trial has a value.
    """
    axes = {axis.key: axis for axis in data.caption.axes}
    rows = _rows(data, [axes[axis.key] for axis in shown])
    values = rows.pivot(index="arm", columns="seed", values="value")
    best = best_arm(values.to_numpy(dtype=float), data.caption.score.higher_is_better)
    return {str(key): value for key, value in rows[rows["arm"] == values.index[best or 0]].iloc[0].items()}


def _rows(data: ArmsData, shown: Sequence[SweepAxis]) -> pd.DataFrame:
    """The outcomes that have one of these values of each axis, and show the effect of the first."""
    rows = data.of_axis(shown[0])
    for axis in shown[1:]:
        rows = rows[rows[axis.key].isin(axis.values)]
    return rows


def _in_order(rows: pd.DataFrame, axes: Sequence[SweepAxis]) -> list[pd.DataFrame]:
    """The rows with equal values of these axes, by the order of the values."""
    keys = [axis.key for axis in axes]
    places = [{value: place for place, value in enumerate(axis.values)} for axis in axes]
    order = [rows[key].map(of_axis).fillna(-1) for key, of_axis in zip(keys, places, strict=True)]
    return [of_group for _, of_group in rows.groupby(order, sort=True)]


def _words(axes: Sequence[SweepAxis], row: Mapping[object, object], *, whole: bool = False) -> str:
    """What the axes are in a row; an empty cell: the config has no such key there."""
    values = [(axis, str(row[axis.key])) for axis in axes]
    return ", ".join(
        f"{axis.label} {value if whole else axis.short(value)}" if value else f"no {axis.label}"
        for axis, value in values
    )
