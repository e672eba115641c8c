"""Which range of values a curve's axis shows: all that matters, and not flattened by one seed that exploded."""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
import pandas as pd

from mlpexp.config.scores import Score

EDGE = 0.03  # of the length of an axis
LOG_FROM = 100.0  # largest / smallest value from which a loss axis is logarithmic: two decades
PER_CENT = 100
LOWEST_SHOWN = -1.0  # of a score that has no lowest value, such as R²
STARTS_IN_PER_CENT = (0.0, 20.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5)


class AxisRange(NamedTuple):
    """Limits of an axis."""

    low: float
    """Lower end."""
    high: float
    """Upper end."""
    log: bool = False
    """Whether the axis is logarithmic."""
    higher_is_better: bool = False
    """Whether high values are good."""
    note: str = ""
    """What lies outside, in words."""

    @property
    def bad(self) -> float:
        """The end at which a value that is no number belongs: infinite loss, no accuracy."""
        return self.low if self.higher_is_better else self.high

    def inside(self, value: float) -> float:
        """The value, or the place near the end of the axis beyond which it lies, for a mark that must be seen."""
        value = self.bad if math.isnan(value) else value
        if self.log:
            edge = self.high**EDGE / self.low**EDGE  # the ratio itself may be too large for a number
            return float(np.clip(value, self.low * edge, self.high / edge))
        edge = EDGE * (self.high - self.low)
        return float(np.clip(value, self.low + edge, self.high - edge))

    def shares(self, values: pd.DataFrame) -> pd.DataFrame:
        """Where values stand, as shares of the length of the axis; those outside stand at its ends."""
        ends = (self.low, self.high)
        if self.log:
            return (np.log(values.clip(*ends)) - np.log(self.low)) / (np.log(self.high) - np.log(self.low))
        return (values.clip(*ends) - self.low) / (self.high - self.low)

    @property
    def outside(self) -> tuple[float, float]:
        """Values that lie outside but near enough to be drawn to."""
        if self.log:
            return self.low / 10, self.high * 10
        width = self.high - self.low
        return self.low - width, self.high + width

    def clipped(self, values: np.ndarray) -> np.ndarray:
        """Values of which those far outside are just outside.

        The renderer overflows on 1e30, and a line to infinity is not drawn at all.
        """
        return np.clip(values, *self.outside)


def loss_range(parts: Sequence[pd.DataFrame], diverged: AbstractSet[int]) -> AxisRange:
    """The range of a loss axis, for curves with a column per seed: all values of the seeds that did not diverge."""
    calm = _sound_values(parts, diverged)
    positive = calm[calm > 0]
    if not positive.size:
        return AxisRange(0.0, 1.0)
    low, high = float(positive.min()), float(positive.max())
    if high > LOG_FROM * low:
        return AxisRange(low / 1.4, high * 1.4, log=True)
    margin = 0.06 * (high - low) if high > low else 0.1 * high
    return AxisRange(0.0 if low < 0.4 * high else low - margin, high + margin)


def curve_range(parts: Sequence[pd.DataFrame], diverged: AbstractSet[int], score: Score) -> AxisRange:
    """The range of an axis for curves of a score, as it is shown, with a column per seed."""
    if score.is_unbounded:
        return _free_range(parts, diverged, score)
    if score.higher_is_better:
        return _rising_range(parts, diverged, score)
    return loss_range(parts, diverged) if score.log_axis else _falling_range(parts, diverged, score)


def _rising_range(parts: Sequence[pd.DataFrame], diverged: AbstractSet[int], score: Score) -> AxisRange:
    """Of a score of which the highest value is the best, such as accuracy or R².

    The axis begins below the lowest value of the second half of training, by at least half the distance to the best,
    and ends there. If all seeds diverged, it shows all values, or R² from -1.
    """
    best = score.ceiling
    late = _sound_values([part[part.index >= part.index.max() / 2] for part in parts], diverged)
    if not late.size:
        low = max(score.floor, LOWEST_SHOWN)
    else:
        lowest = min(float(late.min()), best)
        start = lowest - 0.5 * (best - lowest) if lowest < best else 0.9 * best
        if score.scale == PER_CENT:
            low = max(place for place in STARTS_IN_PER_CENT if place <= max(start, 0))
        else:
            low = max(start - 0.01, score.floor)
    smallest = min(float(_finite(part.to_numpy(dtype=float)).min()) for part in parts)
    note = f"below the axis: values down to {smallest:.3g}{score.unit}" if smallest < low else ""
    return AxisRange(low, best + EDGE * (best - low), higher_is_better=True, note=note)


def _falling_range(parts: Sequence[pd.DataFrame], diverged: AbstractSet[int], score: Score) -> AxisRange:
    """Of a share of which 0 is the best: from the first tenth of training on."""
    later = _sound_values([part[part.index >= part.index.max() / 10] for part in parts], diverged)
    high = min(1.06 * float(later.max()), score.ceiling) if later.size and later.max() > 0 else score.ceiling
    largest = max(_sound_values(parts, diverged), default=0.0)
    note = f"above the axis: values up to {largest:.3g}{score.unit}" if largest > high else ""
    return AxisRange(score.floor, high, note=note)


def _free_range(parts: Sequence[pd.DataFrame], diverged: AbstractSet[int], score: Score) -> AxisRange:
    """Of a score without bounds: all values of the seeds that did not diverge."""
    values = _sound_values(parts, diverged)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    return AxisRange(low - room, high + room, higher_is_better=score.higher_is_better)


def _sound_values(parts: Sequence[pd.DataFrame], diverged: AbstractSet[int]) -> np.ndarray:
    sound = [part.loc[:, ~part.columns.isin(diverged)].to_numpy(dtype=float) for part in parts]
    return np.concatenate([_finite(values) for values in sound])


def _finite(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]
