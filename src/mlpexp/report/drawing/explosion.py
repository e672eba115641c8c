"""Losses of seeds that diverged, drawn to their last finite value on a logarithmic axis of their own."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.marks import crosses, epoch_axis, seed_lines, show_range, strength
from mlpexp.report.drawing.powers_of_ten import LARGEST, SMALLEST, set_powers_of_ten
from mlpexp.report.drawing.style import LineStyle
from mlpexp.report.drawing.told import ToldLines, tell
from mlpexp.report.words import span

EXPLOSION = "explosion"  # the label of such axes, by which other writers know them
ROOM, MOST_ROOM = 0.1, 25  # above the largest value, for the crosses: share of the axis, and decades


class Exploded(NamedTuple):
    """The seeds of one line of a figure that diverged."""

    style: LineStyle
    """Of a part of the data, or of a value of an axis."""
    curves: pd.DataFrame
    """Their losses, a row per epoch and a column per seed."""
    ends: Mapping[int, int]
    """By seed, the epoch in which it diverged: that of its last row."""

    @property
    def finite(self) -> np.ndarray:
        """The values that a logarithmic axis shows, NaN in place of others."""
        values = self.curves.to_numpy(dtype=float)
        return np.where((values > 0) & (values <= LARGEST), np.maximum(values, SMALLEST), np.nan)

    @property
    def last_values(self) -> dict[int, float]:
        """By seed, the value in the epoch of its end."""
        return {seed: float(self.curves[seed].get(epoch, np.nan)) for seed, epoch in self.ends.items()}


def can_be_drawn(lines: Sequence[Exploded]) -> bool:
    """Whether any of them has a value that a logarithmic axis shows."""
    return any(np.isfinite(line.finite).any() for line in lines)


def explosion_words(lines: Sequence[Exploded]) -> str:
    """``inf at epoch 4``, ``inf or nan at epochs 4 to 6``: what the losses of the seeds were in the end, and when.

    Args:
        lines: Of all parts of the data: weights that are not finite are those of a seed whose losses all are.
    """
    ends, by_line = lines[0].ends, [line.last_values for line in lines]
    last = {seed: np.array([values[seed] for values in by_line]) for seed in ends}
    kinds = {
        "inf": any(np.isinf(losses).any() for losses in last.values()),
        "nan": any(np.isnan(losses).any() for losses in last.values()),
        "weights not finite": any(np.isfinite(losses).all() for losses in last.values()),
    }
    first, final = min(ends.values()), max(ends.values())
    epochs = f"epoch{'s' * (first != final)} {span(first, final)}"
    return f"{' or '.join(kind for kind, there in kinds.items() if there)} at {epochs}"


def draw_explosion(axes: Axes, lines: Sequence[Exploded], label: str, *, narrow: bool = False) -> None:
    """A line per seed to its last finite value, and above all values a cross at the epoch in which it diverged.

    Args:
        axes: Empty.
        lines: Of which some values can be drawn.
        label: Of the axis of losses.
        narrow: Whether the panel has half of a page or less.
    """
    values = np.concatenate([line.finite[np.isfinite(line.finite)] for line in lines])
    low, high = float(values.min()) / 1.4, float(values.max()) * 1.4
    room = 10 ** min(ROOM * (np.log10(high) - np.log10(low)), MOST_ROOM)
    limits = AxisRange(low, high * room, log=True)
    axes.set_label(EXPLOSION)
    show_range(axes, limits, label)
    set_powers_of_ten(axes, limits)
    epoch_axis(axes, max(max(line.ends.values()) for line in lines), narrow=narrow)
    alpha = strength(sum(line.curves.shape[1] for line in lines), 12, 0.3, 0.9)
    for place, line in enumerate(lines):
        style, epochs = line.style, line.curves.index.to_numpy(dtype=float)
        drawn = seed_lines(axes, epochs, line.finite, style.colour, alpha, linewidths=1.1, linestyles=style.line)
        tell(drawn, ToldLines([f"{style.label}, seed {seed}" for seed in line.curves.columns]))
        marker = style.marker if (np.isfinite(line.finite).sum(axis=0) == 1).any() else ""
        axes.plot([], [], color=style.colour, linestyle=style.line, marker=marker, markersize=3.5, label=style.label)
        _draw_ends(axes, line, limits.inside(np.inf), "diverged" if place == len(lines) - 1 else "")


def _draw_ends(axes: Axes, line: Exploded, top: float, label: str) -> None:
    """The crosses, with a name in the legend or without, and a dotted line to each from the last value that is there."""
    epochs, finite = line.curves.index.to_numpy(dtype=float), line.finite
    for seed, end in line.ends.items():
        of_seed = finite[:, line.curves.columns.get_loc(seed)]
        there = np.flatnonzero(np.isfinite(of_seed) & (epochs <= end))
        if there.size:
            x, y = [epochs[there[-1]], end], [of_seed[there[-1]], top]
            axes.plot(x, y, linestyle=":", color=line.style.colour, linewidth=0.8, zorder=2)
            if there.size == 1:  # no line: the part is told by its marker
                axes.plot(x[:1], y[:1], marker=line.style.marker, color=line.style.colour, markersize=3.5, zorder=3)
    ends = sorted(set(line.ends.values()))
    crosses(axes, ends, [top] * len(ends), 6, markeredgewidth=1.4, clip_on=False, label=label or "_diverged")
