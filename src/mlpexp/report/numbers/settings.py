"""Which arms a figure of some axes shows: those that are equal in all other axes, so that nothing is averaged over arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.sweep_caption import SweepAxis
from mlpexp.report.words import listed, note

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


def settings_of(data: ArmsData, *shown: SweepAxis, most: int = 1) -> list[Setting]:
    """The settings of the axes that are not shown, in their order; of more than ``most``, that of the best arm alone.

    The best arm has the best mean of those of which no trial diverged or failed, if there are any.
    """
    rows, keys = data.of_axis(shown[0]), [axis.key for axis in shown]
    for axis in shown:
        rows = rows[rows[axis.key].isin(axis.values)]
    others = [axis for axis in data.caption.axes if axis.key not in keys]
    free = [axis for axis in others if (rows.groupby(keys)[axis.key].nunique() > 1).any()]
    together = [axis.label for axis in others if axis not in free and rows[axis.key].nunique() > 1]
    is_alone = data.caption.method == "one_at_a_time" and bool(others)
    said = note(
        "others as in the config" if is_alone else "", f"varied together with {listed(together)}" if together else ""
    )
    if not free:
        return [Setting("", rows, said)]
    groups = [(_words(free, of_group.iloc[0].to_dict()), of_group) for of_group in _in_order(rows, free)]
    if 1 < len(groups) <= most:
        return [Setting(words, of_group, said) for words, of_group in groups]
    best = best_arm(rows, higher_is_better=data.caption.score.higher_is_better)
    words, of_best = next((words, of_group) for words, of_group in groups if (of_group["arm"] == best).any())
    return [Setting(words, of_best, note(f"{words} as in the best arm", said))]


def best_arm(outcomes: pd.DataFrame, *, higher_is_better: bool) -> int:
    """The arm with the best mean, of those without a lost trial if there are any; the first if no trial has a value."""
    arms = outcomes.groupby("arm")["value"].agg(["mean", "count", "size"])
    whole = arms[arms["count"] == arms["size"]]
    means = (whole if len(whole) else arms)["mean"].dropna()
    if means.empty:
        return int(arms.index[0])
    return int(means.index[int((means if higher_is_better else -means).argmax())])


def _in_order(rows: pd.DataFrame, axes: Sequence[SweepAxis]) -> list[pd.DataFrame]:
    """The rows with equal values of these axes, by the order of the values."""
    keys = [axis.key for axis in axes]
    places = [{value: place for place, value in enumerate(axis.values)} for axis in axes]
    order = [rows[key].map(of_axis).fillna(-1) for key, of_axis in zip(keys, places, strict=True)]
    return [of_group for _, of_group in rows.groupby(order, sort=True)]


def _words(axes: Sequence[SweepAxis], row: Mapping[object, object]) -> str:
    """What the axes are in a row; an empty cell: the config has no such key there."""
    values = [(axis, str(row[axis.key])) for axis in axes]
    return ", ".join(f"{axis.label} {axis.short(value)}" if value else f"no {axis.label}" for axis, value in values)
