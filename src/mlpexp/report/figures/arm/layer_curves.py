"""What diagnostics recorded of each layer, by epoch: gradients, updates, saturated and dead units, backward signal."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.ticker import MaxNLocator

from mlpexp.report.drawing.style import Drawing, in_style, legend_below, new_figure
from mlpexp.report.drawing.value_axis import DASHES, ORDERED_COLOURS
from mlpexp.report.numbers.run_caption import RunCaption

MOST_BANDS = 3
MOST_LAYERS = 8  # of more, so many are drawn, evenly chosen with both ends


@dataclass(frozen=True)
class Panel:
    """One quantity."""

    quantity: str
    """As in ``diagnostics.csv``."""
    label: str
    """With its unit."""
    log: bool = False
    """Whether the axis is logarithmic."""
    reference: float | None = None
    """A value worth a line of its own."""


GRADIENTS = (
    Panel("gradient_norm", "gradient norm of the weights", log=True),
    Panel("update_ratio", "size of a step / size of the weights", log=True),
)
UNITS = (
    Panel("saturated_fraction", "saturated values (%)"),
    Panel("dead_fraction", "dead units (%)"),
)
GAINS = (Panel("backward_gain", "gain of the backward signal", log=True, reference=1.0),)


def draw_gradients(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Norm of the gradient and relative size of the update, a line per layer with weights. None without values."""
    return _draw(diagnostics, GRADIENTS, "last step of an epoch", caption)


def draw_units(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Share of saturated values and of dead units, a line per activation layer. None without values."""
    return _draw(diagnostics, UNITS, "over the training set", caption)


def draw_gains(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """By how much each layer changes the backward signal. None without values."""
    return _draw(diagnostics, GAINS, "below 1 the signal fades on its way to the first layer", caption)


def _draw(diagnostics: pd.DataFrame, panels: Sequence[Panel], meaning: str, caption: RunCaption) -> Drawing | None:
    present = [panel for panel in panels if (diagnostics["quantity"] == panel.quantity).any()]
    return _draw_panels(diagnostics, present, meaning, caption) if present else None


@in_style()
def _draw_panels(diagnostics: pd.DataFrame, panels: Sequence[Panel], meaning: str, caption: RunCaption) -> Drawing:
    tables = {panel.quantity: over_seeds(diagnostics, panel.quantity) for panel in panels}
    num_seeds = max(int(table["n"].max()) for table in tables.values())
    middle = "one seed" if num_seeds == 1 else f"median of n = {num_seeds} seeds"
    few = all(table["layer"].nunique() <= MOST_BANDS for table in tables.values())
    bands = ", band: all seeds" if num_seeds > 1 and few else ""
    figure = new_figure(caption.title, f"{middle}{bands}; {meaning}")
    for position, panel in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), position + 1)
        _plot(axes, tables[panel.quantity], panel)
    legend_below(figure, "layer, first to last")
    numbers = [table.assign(quantity=quantity) for quantity, table in tables.items()]
    return Drawing(figure, pd.concat(numbers, ignore_index=True))


def over_seeds(diagnostics: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Median, least and largest value over seeds: columns layer (in the order of the network), epoch, n, median, low, high."""
    rows = diagnostics[(diagnostics["quantity"] == quantity) & np.isfinite(diagnostics["value"])]
    groups = rows.groupby(["layer", "epoch"], sort=False)["value"]
    table = groups.agg(n="count", median="median", low="min", high="max").reset_index()
    place = table["layer"].map({layer: i for i, layer in enumerate(rows["layer"].unique())})
    ordered = table.assign(place=place).sort_values(["place", "epoch"], ignore_index=True)
    return ordered.drop(columns="place")


def _plot(axes: Axes, table: pd.DataFrame, panel: Panel) -> None:
    scale = 100.0 if panel.label.endswith("(%)") else 1.0
    layers = list(table["layer"].unique())
    shown = [layers[i] for i in np.linspace(0, len(layers) - 1, min(len(layers), MOST_LAYERS)).round().astype(int)]
    shades = matplotlib.colormaps[ORDERED_COLOURS](np.linspace(0.0, 0.78, len(shown)))
    for place, (layer, shade) in enumerate(zip(shown, shades, strict=True)):
        own = table[table["layer"] == layer]
        epochs, colour = own["epoch"].to_numpy(dtype=float), to_hex(shade)
        low, median, high = (own[name].to_numpy(dtype=float) * scale for name in ("low", "median", "high"))
        if len(shown) <= MOST_BANDS and own["n"].max() > 1:
            axes.fill_between(epochs, low, high, color=colour, alpha=0.13, linewidth=0)
        axes.plot(epochs, median, linestyle=DASHES[place % len(DASHES)], color=colour, linewidth=1.4, label=layer)
    if panel.reference is not None:
        axes.axhline(panel.reference, color="black", linewidth=0.8, zorder=1)
    last = max(float(table["epoch"].max()), 1.0)
    axes.set(xlabel="epoch", xlim=(-0.02 * last, 1.02 * last), ylabel=panel.label)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, steps=[1, 2, 5, 10]))
    if panel.log and (table["median"] > 0).any():
        axes.set_yscale("log", nonpositive="mask")
    elif scale == 100.0:
        axes.set_ylim(-2, 102)
