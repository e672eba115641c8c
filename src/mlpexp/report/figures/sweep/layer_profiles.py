"""What diagnostics recorded of each layer of the arms of a sweep: a quantity from the first layer to the last."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mlpexp.report.drawing.look import WIDTH
from mlpexp.report.drawing.marks import band, mean_line
from mlpexp.report.drawing.style import Drawing, in_style, legend_below, new_figure
from mlpexp.report.drawing.value_axis import chosen_values, evenly_chosen, line_styles
from mlpexp.report.figures.arm.layer_curves import DEAD, GRADIENT_NORM, SATURATED, Quantity
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import lost_total
from mlpexp.report.numbers.sweep_caption import SweepAxis
from mlpexp.report.words import note

MOST_BESIDE = 4


@dataclass(frozen=True)
class Profile:
    """One quantity of all layers at one epoch."""

    quantity: Quantity
    """What was recorded."""
    last: bool
    """Whether it is that of the last epoch, or of the first that has it."""
    rows: pd.DataFrame
    """Columns arm, seed, quantity, place (1 for the first layer that has it), layer, value, and one per axis."""


def draw_gradient_profiles(data: ArmsData) -> Drawing | None:
    """Gradient norm by layer after the first epoch: does the signal reach the first layer? None without values."""
    return _draw(data, (GRADIENT_NORM,), last=False)


def draw_unit_profiles(data: ArmsData) -> Drawing | None:
    """Dead units (or saturated values) by layer after the last epoch. None without values."""
    return _draw(data, (DEAD, SATURATED), last=True)


def _draw(data: ArmsData, quantities: tuple[Quantity, ...], *, last: bool) -> Drawing | None:
    """Of the first quantity that was recorded."""
    caption = data.caption
    if caption.method != "grid" or len(caption.axes) not in (1, 2):
        return None
    recorded = set(data.diagnostics["quantity"])
    quantity = next((quantity for quantity in quantities if quantity.name in recorded), None)
    profile = None if quantity is None else _profile(data, quantity, last=last)
    return None if profile is None or profile.rows.empty else _draw_panels(data, profile)


def _profile(data: ArmsData, quantity: Quantity, *, last: bool) -> Profile:
    rows = data.diagnostics[data.diagnostics["quantity"] == quantity.name]
    if quantity == GRADIENT_NORM:  # that of the first step has a figure of its own
        rows = rows[rows["epoch"] > 0]
    if last:  # what a trial that diverged has in the end is no profile
        rows = rows[~pd.MultiIndex.from_frame(rows[["arm", "seed"]]).isin(list(data.lost))]
    trial = rows.groupby(["arm", "seed"])["epoch"]
    rows = rows[rows["epoch"] == trial.transform("max" if last else "min")]
    rows = rows.assign(place=rows.groupby(["arm", "seed"]).cumcount() + 1)
    return Profile(quantity, last, rows.merge(data.arms[["arm", *(axis.key for axis in data.caption.axes)]], on="arm"))


@in_style()
def _draw_panels(data: ArmsData, profile: Profile) -> Drawing:
    table, quantity = profile.rows, profile.quantity
    lines, panels = _roles(data.caption.axes, table)
    values = [""] if panels is None else list(panels.values)
    num_seeds = int(table.groupby("arm")["seed"].nunique().max())
    middle = "one seed" if num_seeds == 1 else f"median of n = {num_seeds} seeds, band: all seeds"
    when = "after the last epoch" if profile.last else f"last step of epoch {int(table['epoch'].min())}"
    many = len(values) > 2
    figure = new_figure(
        data.caption.title,
        note(middle, when, _lost(data, last=profile.last)),
        width=7.2 if many else WIDTH,
        shape="fixed" if many else "free",
    )
    first: Axes | None = None
    for position, value in enumerate(values):
        axes = figure.add_subplot(1, len(values), position + 1, sharey=first)
        first = first or axes
        _plot(axes, table if panels is None else table[table[panels.key] == value], lines, quantity)
        if panels is not None:
            axes.set_title(f"{panels.label} {panels.short(value, 16)}", loc="left", fontsize=8)
        axes.set_xlabel("layer, first to last")
        axes.label_outer()
    figure.axes[0].set_ylabel(quantity.label)
    legend_below(figure, lines.label)
    return Drawing(figure, table.drop(columns="place"))


def _lost(data: ArmsData, *, last: bool) -> str:
    """How many trials diverged or failed, and whether they are in the medians."""
    lost = lost_total(data.outcomes.assign(trials=1).groupby("arm")[["diverged", "failed", "trials"]].sum())
    return f"{lost}, {'left out' if last else 'with them as far as they came'}" if lost else ""


def _roles(axes: tuple[SweepAxis, ...], table: pd.DataFrame) -> tuple[SweepAxis, SweepAxis | None]:
    """Which axis has a line per value, and which a panel: the one whose networks differ in depth, or that has fewer values."""
    axes = tuple(chosen_values(axis, list(table[axis.key].unique())) for axis in axes)
    if len(axes) == 1:
        return axes[0], None
    depths = [table.groupby(axis.key)["place"].max().nunique() for axis in axes]
    lines, panels = (
        (axes[1], axes[0]) if (depths[0], -len(axes[0].values)) > (depths[1], -len(axes[1].values)) else axes
    )
    return lines, panels.with_values(evenly_chosen(len(panels.values), MOST_BESIDE))


def _plot(axes: Axes, table: pd.DataFrame, lines: SweepAxis, quantity: Quantity) -> None:
    for value, style in line_styles(lines).items():
        rows = table[table[lines.key] == value]
        line = rows.groupby("place")["value"].agg(["median", "min", "max"]) * quantity.scale
        if line.empty:
            continue
        places = line.index.to_numpy(dtype=float)
        band(axes, places, line["min"], line["max"], style.colour)
        mean_line(axes, places, line["median"], style, zorder=2)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    if quantity.is_share:
        axes.set_ylim(-3, 103)
    else:
        axes.set_yscale("log", nonpositive="mask")
