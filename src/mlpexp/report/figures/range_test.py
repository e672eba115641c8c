"""The figure of a learning-rate range test: loss against rate, all seeds in one band."""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.report.drawing.marks import band
from mlpexp.report.drawing.style import BLUE, GREEN, INK, VERMILLION, Drawing, in_style, legend_above, new_figure

# Values of seeds, none between two: one of these may be infinite.
QUARTILES: tuple[tuple[str, float, Literal["lower", "higher"]], ...] = (
    ("lower_quartile", 0.25, "lower"), ("median", 0.5, "higher"), ("upper_quartile", 0.75, "higher"),
)  # fmt: skip
ABOVE_START = 2.2  # the axis ends at so many times the loss before the first step


class RateMarks(NamedTuple):
    """Rates to mark; None: there is none."""

    suggested: float | None
    """By the range test."""
    configured: float
    """In the config."""
    first_divergence: float | None
    """From which on a loss was no longer finite."""


def range_test_numbers(rates: np.ndarray, losses: np.ndarray, seeds: range) -> pd.DataFrame:
    """The numbers of the figure: a row per rate with the quartiles over seeds, and each seed's loss (inf: diverged).

    Args:
        rates: ``(T,)``.
        losses: Before the first step and after each, ``(M, T + 1)``; the former is the row with rate 0.
        seeds: One per row of losses.
    """
    columns = {"learning_rate": np.concatenate([[0.0], rates])}
    for name, share, side in QUARTILES:
        columns[name] = np.quantile(losses, share, axis=0, method=side)
    columns |= {f"seed_{seed}": row for seed, row in zip(seeds, losses, strict=True)}
    return pd.DataFrame(columns)


@in_style()
def draw_range_test(numbers: pd.DataFrame, marks: RateMarks, title: str, loss: str) -> Drawing:
    """Median loss after each step and the band of the middle half of the seeds, with the suggestion.

    Args:
        numbers: Of ``range_test_numbers``.
        marks: What to mark.
        title: Of the figure.
        loss: Name of the loss.
    """
    seeds = [column for column in numbers.columns if column.startswith("seed_")]
    several = len(seeds) > 1
    note = f"line: median of {len(seeds)} seeds, band: their middle half" if several else "one seed"
    note += "; the rate grows with every step\n"
    note += "dotted: loss before the first step; a seed has diverged when its loss is twice that"
    figure = new_figure(title, note)
    axes = figure.add_subplot()
    start, curve = numbers["median"].iloc[0], numbers.iloc[1:]
    top = ABOVE_START * start
    rates = curve["learning_rate"]
    low, middle, high = (
        curve[name].clip(upper=10 * top) for name in ("lower_quartile", "median", "upper_quartile")
    )  # the renderer overflows far outside, and infinity is not drawn at all
    if several:
        band(axes, rates, low, high, BLUE, alpha=0.22)
    axes.plot(rates, middle, color=BLUE, linewidth=1.8, label="median" if several else "loss")
    axes.axhline(start, color=INK, linewidth=0.8, linestyle=":", zorder=1)
    _mark(axes, marks)
    axes.set(
        xscale="log",
        xlim=(rates.iloc[0], rates.iloc[-1]),
        ylim=(0, top),
        xlabel="learning rate of the step",
        ylabel=loss,
    )
    legend_above(axes)
    return Drawing(figure, numbers)


def _mark(axes: Axes, marks: RateMarks) -> None:
    if marks.suggested is not None:
        axes.axvline(marks.suggested, color=GREEN, linewidth=1.6, label=f"proposed: {marks.suggested:g}")
    axes.axvline(
        marks.configured,
        color=INK,
        linewidth=1.2,
        linestyle="-.",
        label=f"in the config: {marks.configured:g}",
    )
    if marks.first_divergence is not None:
        axes.axvline(
            marks.first_divergence,
            color=VERMILLION,
            linewidth=1.2,
            linestyle="--",
            label=f"first seed diverges: {marks.first_divergence:.2g}",
        )
