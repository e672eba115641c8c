"""How far the columns of new samples lie from those that were learned from; of pictures their brightness and contrast.

Axis letters: N samples, F inputs, C channels, H height, W width, L levels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, ColumnForm, NumberColumn, TableForm, inputs_of
from mlpexp.statistics.shift import (
    kolmogorov_smirnov,
    largest_by_chance,
    largest_variation_by_chance,
    standardized_difference,
    total_variation,
)
from mlpexp.store.networks import Preparation

AT_ONCE = 3_000_000  # pixels that are looked at together
CHANNELS = ("red", "green", "blue")
UNKNOWN = "(not seen in training)"  # what levels are called that training has not seen


@dataclass(frozen=True)
class LevelShares:
    """How many samples have a level of a category."""

    level: str
    """Its name; ``UNKNOWN`` stands for those that training has not seen."""
    share: float
    """Of the new samples."""
    learned_share: float
    """Of those that were learned from; NaN: they are not at hand."""

    @property
    def change(self) -> float:
        """New minus learned."""
        return self.share - self.learned_share


@dataclass(frozen=True)
class ColumnShift:
    """How far a column lies from what was learned from; NaN where that is not at hand, or does not apply."""

    column: str
    """Its name."""
    kind: str
    """``number`` or ``category``."""
    distance: float
    """From 0 to 1: of numbers that of Kolmogorov and Smirnov, of categories the total variation."""
    by_chance: float
    """The distance that as many samples of one source exceed in one column of twenty."""
    difference: float
    """Of numbers: of the means, in standard deviations."""
    mean: float
    """Of numbers."""
    learned_mean: float
    """Of those that were learned from."""
    outside: float
    """Of numbers: the share outside of the range that training has seen."""
    unknown: float
    """Of categories: the share of levels that training has not seen."""
    missing: float
    """The share of missing cells."""
    learned_missing: float
    """Of those that were learned from."""
    levels: tuple[LevelShares, ...] = ()
    """Of categories: those that have samples; the one that changed most comes first."""
    is_target: bool = False
    """Whether it is what is predicted."""


Samples = tuple[np.ndarray, np.ndarray]
"""Inputs ``(N, ...)`` as a table or picture has them, and targets ``(N,)`` or ``(N, 1)``."""


def column_shifts(preparation: Preparation, new: Samples, learned: Samples | None) -> list[ColumnShift]:
    """The shift of each column, and of what is predicted; the farthest first.

    Args:
        preparation: What the networks are given.
        new: The new samples.
        learned: Those of a training part; None: they are not at hand.
    """
    inputs = None if learned is None else learned[0]
    if preparation.table is not None:
        shifts = list(_of_table(preparation.table, new[0], inputs))
    else:
        shifts = list(_of_pictures(new[0], inputs))
    shifts += [_of_target(preparation, new[1], None if learned is None else learned[1])]
    return sorted(shifts, key=_size, reverse=True)


def _size(shift: ColumnShift) -> tuple[float, ...]:
    numbers = (shift.distance, shift.unknown, shift.outside, shift.missing)
    return tuple(-1.0 if isnan(number) else number for number in numbers)


def _of_table(form: TableForm, new: np.ndarray, learned: np.ndarray | None) -> Iterator[ColumnShift]:
    first = 0
    for column in form.columns:
        names = inputs_of(column)
        places = slice(first, first + len(names))
        yield from _of_column(column, new[:, places], None if learned is None else learned[:, places])
        first += len(names)


def _of_column(column: ColumnForm, new: np.ndarray, learned: np.ndarray | None) -> Iterator[ColumnShift]:
    count = len(column.inputs)
    missing = [None if block is None else _missing(column, block) for block in (new, learned)]
    if isinstance(column, CategoryColumn):
        before = None if learned is None else _counts(learned[:, :count])
        levels = [*column.levels, *filter(None, [column.level_of_missing])]
        yield _of_levels(column.name, levels, _counts(new[:, :count]), before, missing)
        return
    for place, name in enumerate(column.inputs):
        ends = (column.lowest, column.highest) if isinstance(column, NumberColumn) else None
        yield _of_numbers(name, new[:, place], None if learned is None else learned[:, place], ends, missing)


def _missing(column: ColumnForm, block: np.ndarray) -> float:
    """The share of missing cells, which may be NaN to be filled in, or a level of their own."""
    if isinstance(column, CategoryColumn) and column.level_of_missing:
        return float((block[:, len(column.inputs) - 1] == 1).mean())
    return float(np.isnan(block[:, 0]).mean())


def _counts(block: np.ndarray) -> np.ndarray:
    """Of each level ``(L + 1,)``, of those that training has not seen at the end; missing cells are not counted."""
    there = block[~np.isnan(block).any(1)]
    return np.append(there.sum(0), (there == 0).all(1).sum())


def _of_levels(
    name: str,
    levels: Sequence[str],
    new: np.ndarray,
    learned: np.ndarray | None,
    missing: list[float | None],
    *,
    is_target: bool = False,
) -> ColumnShift:
    """Of a column of categories.

    Args:
        name: Of the column.
        levels: Those that training has seen.
        new: Counts ``(L + 1,)``.
        learned: Those of what was learned from; None: they are not at hand.
        missing: Shares of missing cells.
        is_target: Whether it is what is predicted.
    """
    share, learned_share = (nan if number is None else number for number in missing)
    return ColumnShift(
        column=name,
        kind="category",
        distance=nan if learned is None else total_variation(new, learned),
        by_chance=nan if learned is None else largest_variation_by_chance(new, learned),
        difference=nan,
        mean=nan,
        learned_mean=nan,
        outside=nan,
        unknown=float(new[-1] / new.sum()) if new.sum() else nan,
        missing=share,
        learned_missing=learned_share,
        levels=_shares([*levels, UNKNOWN], new, learned),
        is_target=is_target,
    )


def _shares(levels: Sequence[str], new: np.ndarray, learned: np.ndarray | None) -> tuple[LevelShares, ...]:
    """Of the levels that have samples, the one that changed most first."""
    if not new.sum():
        return ()
    after = new / new.sum()
    before = learned / learned.sum() if learned is not None and learned.sum() else np.full(len(new), nan)
    every = (LevelShares(*of_level) for of_level in zip(levels, after.tolist(), before.tolist(), strict=True))
    there = [level for level in every if level.share or level.learned_share > 0]
    return tuple(
        sorted(there, key=lambda level: abs(level.share if isnan(level.change) else level.change), reverse=True)
    )


def _of_numbers(
    name: str,
    new: np.ndarray,
    learned: np.ndarray | None,
    ends: tuple[float, float] | None,
    missing: list[float | None],
    *,
    is_target: bool = False,
) -> ColumnShift:
    """Of a column of numbers.

    Args:
        name: Of the column.
        new: ``(N,)``.
        learned: Those that were learned from; None: they are not at hand.
        ends: The range of training, if there are none at hand.
        missing: Shares of missing cells.
        is_target: Whether it is what is predicted.
    """
    values, before = new[np.isfinite(new)], None if learned is None else learned[np.isfinite(learned)]
    if before is not None and len(before):
        ends = float(before.min()), float(before.max())
    share, learned_share = (nan if number is None else number for number in missing)
    return ColumnShift(
        column=name,
        kind="number",
        distance=nan if before is None else kolmogorov_smirnov(values, before),
        by_chance=nan if before is None else largest_by_chance(len(values), len(before)),
        difference=nan if before is None else standardized_difference(values, before),
        mean=float(values.mean()) if len(values) else nan,
        learned_mean=float(before.mean()) if before is not None and len(before) else nan,
        outside=float(((values < ends[0]) | (values > ends[1])).mean()) if ends and len(values) else nan,
        unknown=nan,
        missing=share,
        learned_missing=learned_share,
        is_target=is_target,
    )


def _of_pictures(new: np.ndarray, learned: np.ndarray | None) -> Iterator[ColumnShift]:
    after, before = light_of(new), {} if learned is None else light_of(learned)
    for name, values in after.items():
        yield _of_numbers(name, values, before.get(name), None, [None, None])


def light_of(pictures: np.ndarray) -> Mapping[str, np.ndarray]:
    """Brightness and contrast of pictures ``(N, C, H, W)`` uint8: mean and standard deviation of their pixels, 0 to 1."""
    count, channels = pictures.shape[:2]
    means, deviations = np.empty((count, channels)), np.empty((count, channels))
    at_once = max(1, AT_ONCE // max(1, pictures[:1].size))
    for start in range(0, count, at_once):
        pixels = pictures[start : start + at_once].reshape(-1, channels, pictures[0, 0].size) / 255
        means[start : start + at_once], deviations[start : start + at_once] = pixels.mean(2), pixels.std(2)
    names = [f" ({channel})" for channel in CHANNELS] if channels == len(CHANNELS) else [""]
    quantities = {"brightness": means, "contrast": deviations}
    return {f"{what}{name}": values[:, c] for what, values in quantities.items() for c, name in enumerate(names)}


def _of_target(preparation: Preparation, new: np.ndarray, learned: np.ndarray | None) -> ColumnShift:
    name = preparation.target_name
    if preparation.task == "regression":
        numbers = None if learned is None else learned[:, 0]
        form = preparation.table.target if preparation.table else None
        ends = (form.lowest, form.highest) if isinstance(form, NumberColumn) else None
        return _of_numbers(name, new[:, 0], numbers, ends, [None, None], is_target=True)
    size = len(preparation.class_names) + 1  # there are no others among those that are judged
    before = None if learned is None else np.bincount(learned, minlength=size)
    new_counts = np.bincount(new, minlength=size)
    return _of_levels(name, preparation.class_names, new_counts, before, [None, None], is_target=True)
