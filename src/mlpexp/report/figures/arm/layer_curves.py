"""What diagnostics recorded by epoch: gradients, updates, saturated and dead units and backward signal of each layer, and the
largest curvature of the loss with the limit above which gradient descent is not stable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.report.drawing.axis_ranges import PER_CENT
from mlpexp.report.drawing.marks import band, epoch_axis
from mlpexp.report.drawing.style import (
    BLUE,
    CLASS_MARKERS,
    DASHES,
    VERMILLION,
    Drawing,
    in_style,
    legend_above,
    legend_below,
    new_figure,
    shades,
)
from mlpexp.report.drawing.told import ToldLines, tell
from mlpexp.report.drawing.value_axis import evenly_chosen
from mlpexp.report.numbers.over_seeds import medians
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.numbers.told_words import told_seeds

MOST_BANDS_OF_LAYERS = 3


@dataclass(frozen=True)
class Quantity:
    """What was recorded of each layer."""

    name: str
    """As in ``diagnostics.csv``."""
    label: str
    """With its unit."""
    scale: float = 1.0
    """What values are multiplied by: 100 for a share in per cent, whose axis goes from 0 to 100."""
    reference: float | None = None
    """A value worth a line of its own."""

    @property
    def is_share(self) -> bool:
        """Whether it is a share in per cent; else its axis is logarithmic."""
        return self.scale == PER_CENT


GRADIENT_NORM = Quantity("gradient_norm", "gradient norm of the weights")
UPDATE_RATIO = Quantity("update_ratio", "size of a step / size of the weights")
SATURATED = Quantity("saturated_fraction", "saturated values (%)", PER_CENT)
DEAD = Quantity("dead_fraction", "dead units (%)", PER_CENT)
GAIN = Quantity("backward_gain", "gain of the backward signal", reference=1.0)


def draw_gradients(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Norm of the gradient and relative size of the update, a line per layer with weights. None without values.

    The gradient before the first step has a figure of its own.
    """
    of_epochs = diagnostics[diagnostics["epoch"] > 0]
    return _draw(of_epochs, (GRADIENT_NORM, UPDATE_RATIO), "last step of an epoch", caption)


def draw_units(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Share of saturated values and of dead units, a line per activation layer. None without values."""
    return _draw(diagnostics, (SATURATED, DEAD), "over the training set", caption)


def draw_gains(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """By how much each layer changes the backward signal. None without values."""
    return _draw(diagnostics, (GAIN,), "below 1 the signal fades on its way to the first layer", caption)


def _draw(
    diagnostics: pd.DataFrame, quantities: Sequence[Quantity], meaning: str, caption: RunCaption
) -> Drawing | None:
    all_tables = {quantity: medians(diagnostics, quantity.name) for quantity in quantities}
    tables = {quantity: table for quantity, table in all_tables.items() if len(table)}
    return _draw_panels(tables, meaning, caption) if tables else None


@in_style()
def _draw_panels(tables: Mapping[Quantity, pd.DataFrame], meaning: str, caption: RunCaption) -> Drawing:
    num_seeds = max(int(table["n"].max()) for table in tables.values())
    middle = "one seed" if num_seeds == 1 else f"median of n = {num_seeds} seeds"
    few = all(table["layer"].nunique() <= MOST_BANDS_OF_LAYERS for table in tables.values())
    bands = ", band: all seeds" if num_seeds > 1 and few else ""
    figure = new_figure(caption.title, f"{middle}{bands}; {meaning}")
    for place, (quantity, table) in enumerate(tables.items(), 1):
        _plot(figure.add_subplot(1, len(tables), place), table, quantity)
    legend_below(figure, "layer, first to last")
    numbers = [table.assign(quantity=quantity.name) for quantity, table in tables.items()]
    return Drawing(figure, pd.concat(numbers, ignore_index=True))


def _plot(axes: Axes, table: pd.DataFrame, quantity: Quantity) -> None:
    layers = list(table["layer"].unique())
    places = evenly_chosen(len(layers))
    for number, (place, colour) in enumerate(zip(places, shades(len(places)), strict=True)):
        rows = table[table["layer"] == layers[place]]
        epochs = rows["epoch"].to_numpy(dtype=float)
        low, median, high = (rows[name].to_numpy(dtype=float) * quantity.scale for name in ("low", "median", "high"))
        if len(places) <= MOST_BANDS_OF_LAYERS and rows["n"].max() > 1:
            band(axes, epochs, low, high, colour)
        dashes = DASHES[number % len(DASHES)]
        marker = (
            CLASS_MARKERS[number % len(CLASS_MARKERS)] if np.isfinite(median).sum() == 1 else ""
        )  # one point, no line
        (line,) = axes.plot(
            epochs,
            median,
            color=colour,
            linestyle=dashes,
            linewidth=1.4,
            marker=marker,
            markersize=4,
            label=layers[place],
        )
        tell(line, ToldLines([f"{layers[place]}, {told_seeds(rows['n'], 'median')}"]))
    if quantity.reference is not None:
        axes.axhline(quantity.reference, color="black", linewidth=0.8, zorder=1)
    epoch_axis(axes, float(table["epoch"].max()), narrow=True)
    axes.set_ylabel(quantity.label)
    if quantity.is_share:
        axes.set_ylim(-2, 102)
    elif (table["median"] > 0).any():
        axes.set_yscale("log", nonpositive="mask")


def draw_curvature(diagnostics: pd.DataFrame, metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Largest Hessian eigenvalue and, for gradient descent, ``2 (1 + momentum) / learning rate``; None without values."""
    table = medians(diagnostics, "largest_eigenvalue")
    return None if table.empty else _draw_curvature(table, metrics, caption)


@in_style()
def _draw_curvature(table: pd.DataFrame, metrics: pd.DataFrame, caption: RunCaption) -> Drawing:
    num_seeds = int(table["n"].max())
    middle = "one seed" if num_seeds == 1 else f"median of n = {num_seeds} seeds, band: all seeds"
    figure = new_figure(caption.title, f"{middle}; of the training loss, on at most 1,024 training samples")
    axes = figure.add_subplot()
    epochs = table["epoch"].to_numpy(dtype=float)
    band(axes, epochs, table["low"], table["high"], BLUE, alpha=0.15)
    name = "largest eigenvalue of the Hessian"
    (line,) = axes.plot(epochs, table["median"], color=BLUE, linewidth=1.6, label=name)
    tell(line, ToldLines([f"{name}, {told_seeds(table['n'], 'median')}"]))
    numbers = table.drop(columns="layer")
    if caption.momentum is not None:
        rates = metrics.loc[metrics["epoch"].isin(table["epoch"])].drop_duplicates("epoch").set_index("epoch")
        reached = 1 + 2 * caption.momentum if caption.nesterov else 1.0
        limit = 2 * (1 + caption.momentum) / reached / rates["learning_rate"]
        label = "2 / learning rate" if caption.momentum == 0 else "2 (1 + momentum) / learning rate"
        label += " / (1 + 2 momentum)" if caption.nesterov else ""
        axes.plot(limit.index, limit, color=VERMILLION, linestyle="--", linewidth=1.4, label=label)
        numbers["stability_limit"] = numbers["epoch"].map(limit)
    epoch_axis(axes, float(epochs.max()))
    axes.set(ylabel="curvature", yscale="log")
    legend_above(axes)
    return Drawing(figure, numbers)
