"""What diagnostics recorded of each layer of the arms of a sweep: a quantity from the first layer to the last."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mlpexp.report.drawing.style import Drawing, in_style, legend_below, new_figure
from mlpexp.report.drawing.value_axis import chosen_values, line_styles
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.sweep_caption import SweepAxis

MOST_PANELS = 4


@dataclass(frozen=True)
class Profile:
    """One quantity of all layers at one epoch."""

    quantities: tuple[str, ...]
    """As in ``diagnostics.csv``; the first that is there."""
    labels: tuple[str, ...]
    """Of each, with its unit."""
    last: bool
    """Whether it is that of the last epoch, or of the first that has it."""
    log: bool
    """Whether the axis is logarithmic."""


GRADIENTS = Profile(("gradient_norm",), ("gradient norm of the weights",), last=False, log=True)
UNITS = Profile(
    ("dead_fraction", "saturated_fraction"), ("dead units (%)", "saturated values (%)"), last=True, log=False
)


def draw_gradient_profiles(data: ArmsData) -> Drawing | None:
    """Gradient norm by layer after the first epoch: does the signal reach the first layer? None without values."""
    return _draw(data, GRADIENTS)


def draw_unit_profiles(data: ArmsData) -> Drawing | None:
    """Dead units (or saturated values) by layer after the last epoch. None without values."""
    return _draw(data, UNITS)


def _draw(data: ArmsData, profile: Profile) -> Drawing | None:
    caption = data.caption
    if caption.method != "grid" or len(caption.axes) not in (1, 2):
        return None
    table = _table(data, profile)
    if table.empty:
        return None
    return _draw_panels(data, profile, table)


def _table(data: ArmsData, profile: Profile) -> pd.DataFrame:
    """Columns arm, seed, quantity, place (1 for the first layer that has it), layer, value, and one per axis."""
    rows = data.diagnostics
    quantity = next((one for one in profile.quantities if (rows["quantity"] == one).any()), "")
    rows = rows[rows["quantity"] == quantity]
    trial = rows.groupby(["arm", "seed"])["epoch"]
    rows = rows[rows["epoch"] == (trial.transform("max") if profile.last else trial.transform("min"))]
    place = rows.groupby(["arm", "seed"]).cumcount() + 1
    return rows.assign(place=place).merge(data.arms[["arm", *(axis.key for axis in data.caption.axes)]], on="arm")


@in_style()
def _draw_panels(data: ArmsData, profile: Profile, table: pd.DataFrame) -> Drawing:
    lines, panels = _roles(data.caption.axes, table)
    values = [""] if panels is None else list(panels.values)
    quantity = str(table["quantity"].iloc[0])
    label = profile.labels[profile.quantities.index(quantity)]
    num_seeds = int(table.groupby("arm")["seed"].nunique().max())
    middle = "one seed" if num_seeds == 1 else f"median of n = {num_seeds} seeds, band: all seeds"
    when = "after the last epoch" if profile.last else f"last step of epoch {int(table['epoch'].min())}"
    figure = new_figure(data.caption.title, f"{middle}; {when}", width=5.5 if len(values) < 3 else 7.2)
    first: Axes | None = None
    for position, value in enumerate(values):
        axes = figure.add_subplot(1, len(values), position + 1, sharey=first)
        first = first or axes
        own = table if panels is None else table[table[panels.key] == value]
        _plot(axes, own, lines, scale=100.0 if label.endswith("(%)") else 1.0, log=profile.log)
        if panels is not None:
            axes.set_title(f"{panels.label} {panels.short(value, 16)}", loc="left", fontsize=8)
        axes.set_xlabel("layer, first to last")
        axes.label_outer()
    figure.axes[0].set_ylabel(label)
    legend_below(figure, lines.label)
    return Drawing(figure, table.drop(columns="place"))


def _roles(axes: tuple[SweepAxis, ...], table: pd.DataFrame) -> tuple[SweepAxis, SweepAxis | None]:
    """Which axis has a line per value, and which a panel: the one whose networks differ in depth, or that has fewer values."""
    axes = tuple(chosen_values(axis, list(table[axis.key].unique())) for axis in axes)
    if len(axes) == 1:
        return axes[0], None
    depths = [table.groupby(axis.key)["place"].max().nunique() for axis in axes]
    lines, panels = (
        (axes[1], axes[0]) if (depths[0], -len(axes[0].values)) > (depths[1], -len(axes[1].values)) else axes
    )
    return lines, panels.with_values(
        np.linspace(0, len(panels.values) - 1, min(len(panels.values), MOST_PANELS)).round().astype(int).tolist()
    )


def _plot(axes: Axes, table: pd.DataFrame, lines: SweepAxis, *, scale: float, log: bool) -> None:
    styles = line_styles(lines)
    for value in lines.values:
        own = table[table[lines.key] == value].groupby("place")["value"].agg(["median", "min", "max"]) * scale
        if own.empty:
            continue
        style, places = styles[value], own.index.to_numpy(dtype=float)
        axes.fill_between(places, own["min"], own["max"], color=style.colour, alpha=0.13, linewidth=0)
        axes.plot(
            places,
            own["median"],
            linestyle=style.dashes,
            color=style.colour,
            linewidth=1.3,
            marker=style.marker,
            markersize=3.8,
            markerfacecolor="white",
            markeredgewidth=0.9,
            label=lines.short(value),
        )
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    if log:
        axes.set_yscale("log", nonpositive="mask")
    else:
        axes.set_ylim(-3, 103)
