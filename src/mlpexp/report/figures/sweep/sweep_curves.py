"""Learning curves of the arms along an axis of a sweep, and the figure with a panel for each axis."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mlpexp.config.scores import LOWER_IS_BETTER
from mlpexp.report.drawing.axis_ranges import AxisRange, loss_range, score_range
from mlpexp.report.drawing.style import Drawing, in_style, legend_below, new_figure
from mlpexp.report.drawing.value_axis import chosen_values, line_styles
from mlpexp.report.figures.sweep.effects import plot_effect, single_effect
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.seed_curves import mean_curve
from mlpexp.report.numbers.sweep_caption import SweepAxis, metric_label
from mlpexp.report.numbers.sweep_notes import lost_note, setting_notes

EPOCHS = "training.epochs"
TRAIN_LOSSES = ("train_loss", "train_quantization_error")
SCORES = ("accuracy", "r2", "loss", "quantization_error")
MOST_BANDS = 4  # intervals of more lines than these would cover each other
MARKS_PER_LINE = 6
PANEL_AXES = range(2, 7)


@dataclass(frozen=True)
class AxisCurves:
    """Learning curves of the values of an axis."""

    axis: SweepAxis
    """With the values that are shown."""
    column: str
    """Of ``metrics.csv``."""
    by_value: dict[str, pd.DataFrame]
    """For each value of which some trial did not diverge, a row per epoch and a column per seed."""
    means: dict[str, pd.DataFrame]
    """For each of them, see ``mean_curve``."""

    @property
    def kind(self) -> str:
        """``accuracy``, ``r2``, ``loss`` or an error of maps."""
        return self.column.partition("_")[2]

    def numbers(self) -> pd.DataFrame:
        """Everything in one table."""
        tables = []
        for value, means in self.means.items():
            each = self.by_value[value].rename(columns=lambda seed: f"seed_{seed}").rename_axis(columns=None)
            table = means.reindex(each.index).join(each).rename_axis("epoch").reset_index()
            table.insert(0, "value", value)
            table.insert(0, "axis", self.axis.key)
            table.insert(0, "metric", self.column)
            tables.append(table.astype({"n": "Int64"}))
        return pd.concat(tables, ignore_index=True)


def draw_sweep_curves(data: ArmsData, axis: SweepAxis) -> Drawing | None:
    """The score (or loss) and the training loss by epoch, a line per value of the axis; None for sampled arms.

    Of a grid, the mean over all other axes, seed by seed.
    """
    if data.caption.sampled:
        return None
    lowered = next(column for column in TRAIN_LOSSES if column in data.metric_columns)
    columns = list(dict.fromkeys([score_column(data), lowered]))
    panels = axis_curves(data, axis, columns)
    if not panels[0].means:
        return None
    return _draw_curves(panels, data, axis)


@in_style()
def _draw_curves(panels: list[AxisCurves], data: ArmsData, axis: SweepAxis) -> Drawing:
    caption = data.caption
    figure = new_figure(caption.title, _note(panels, data, axis))
    for position, curves in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), position + 1)
        limits = curves_range([curves])
        # Half a figure has no room for a word on the test split; it is in the note.
        set_curve_axes(axes, limits, metric_label(curves.column, has_test=True), _last_epoch([curves]))
        plot_curves(axes, curves, limits)
    legend_below(figure, axis.label)
    return Drawing(figure, pd.concat([curves.numbers() for curves in panels], ignore_index=True))


def draw_panels(data: ArmsData) -> Drawing | None:
    """Where one axis at a time is varied: a panel with learning curves for each axis, all on one scale.

    Final values against the number of epochs have no curve: their panel shows the effect with its interval. None
    unless there are two to six axes.
    """
    caption = data.caption
    if caption.method != "one_at_a_time" or len(caption.axes) not in PANEL_AXES:
        return None
    column = score_column(data)
    curves = {axis.key: axis_curves(data, axis, [column])[0] for axis in caption.axes if axis.key != EPOCHS}
    if not any(one.means for one in curves.values()):
        return None
    return _draw_panels(data, curves, column)


@in_style()
def _draw_panels(data: ArmsData, curves: dict[str, AxisCurves], column: str) -> Drawing:
    caption = data.caption
    num_rows = -(-len(caption.axes) // 2)
    figure = new_figure(caption.title, _panels_note(curves, data), height=0.7 + 2.35 * num_rows)
    limits, tables = curves_range(list(curves.values())), []
    for position, axis in enumerate(caption.axes):
        axes = figure.add_subplot(num_rows, 2, position + 1)
        shown = curves.get(axis.key)
        if shown is None:
            effect = single_effect(data, axis)
            set_curve_axes(axes, limits, "", 1)
            plot_effect(axes, effect, limits, width=2.0)
            tables.append(
                effect.points.rename(columns={axis.key: "value"}).assign(axis=axis.key, metric=caption.column)
            )
        else:
            set_curve_axes(axes, limits, "", _last_epoch([shown]))
            plot_curves(axes, shown, limits)
            tables += [shown.numbers()] if shown.means else []
    for position, axis in enumerate(caption.axes):
        first = position - position % 2
        _name_panel(figure.axes[position], position, axis, max(map(_legend_rows, figure.axes[first : first + 2])))
    figure.supylabel(metric_label(column, caption.has_test), fontsize=9)
    return Drawing(figure, pd.concat(tables, ignore_index=True))


def score_column(data: ArmsData) -> str:
    """The column of ``metrics.csv`` nearest to the metric: its part if that was measured at each epoch, a score if any."""
    columns = data.metric_columns
    parts = [data.caption.part, "test", "validation", "train"]
    kinds = (data.caption.kind, *SCORES) if data.caption.kind == "topographic_error" else SCORES
    candidates = [f"{part}_{kind}" for part in parts for kind in kinds]
    return next(column for column in candidates if column in columns)


def axis_curves(data: ArmsData, axis: SweepAxis, columns: list[str]) -> list[AxisCurves]:
    """The curves of an axis, for each column, read from ``metrics.csv`` in one pass."""
    rows = data.of_axis(axis)
    for other in data.caption.axes:  # arms that end early would cut short a mean over the number of epochs
        if other.key == EPOCHS != axis.key and data.crossed(axis, other):
            rows = rows[rows[other.key] == other.values[-1]]
    shown = chosen_values(axis, list(rows[axis.key].unique()))
    arms = rows[rows[axis.key].isin(shown.values)].drop_duplicates("arm")
    group = {value: number for number, value in enumerate(shown.values)}
    table = data.curves(dict(zip(arms["arm"], arms[axis.key].map(group), strict=True)), columns)
    found = []
    for column in columns:
        scale = 100.0 if column.endswith("_accuracy") else 1.0
        by_group = {
            shown.values[int(str(number))]: own.pivot(index="epoch", columns="seed", values=column).sort_index() * scale
            for number, own in table.groupby("group")
        }
        by_group = {value: one.dropna(how="all") for value, one in by_group.items() if one.notna().to_numpy().any()}
        means = {value: mean_curve(one, frozenset()) for value, one in by_group.items()}
        found.append(AxisCurves(shown, column, by_group, means))
    return found


EXPLODED = 10.0  # times its value at the start: a loss that would flatten all others


def curves_range(curves: list[AxisCurves]) -> AxisRange:
    """The range of an axis for the means of all these curves."""
    means = [one.rename_axis("epoch")[["mean"]] for each in curves for one in each.means.values()]
    if curves[0].kind in LOWER_IS_BETTER:
        calm = [one for one in means if not one["mean"].max() > EXPLODED * one["mean"].iloc[0]]
        found = loss_range(calm or means, frozenset())
        if not calm or len(calm) == len(means):
            return found
        highest = max(float(one["mean"].max()) for one in means)
        return found._replace(note="; ".join(filter(None, [found.note, f"above the axis: values up to {highest:.2g}"])))
    return score_range(means, frozenset(), 100.0 if curves[0].kind == "accuracy" else 1.0)


def set_curve_axes(axes: Axes, limits: AxisRange, label: str, last_epoch: int) -> None:
    """Scales and names of axes for learning curves, in a panel of half the width."""
    last = max(last_epoch, 1)
    axes.set(xlabel="epoch", xlim=(-0.02 * last, 1.02 * last), ylabel=label)
    axes.set(yscale="log" if limits.log else "linear", ylim=(limits.low, limits.high))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, steps=[1, 2, 5, 10]))
    if not limits.log:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))


def plot_curves(axes: Axes, curves: AxisCurves, limits: AxisRange) -> None:
    """A line per value: the mean as long as half of the seeds are in training."""
    styles = line_styles(curves.axis)
    for position, (value, means) in enumerate(curves.means.items()):
        shown, style = means[2 * means["n"] >= means["n"].max()], styles[value]
        low, mean, high = (
            np.clip(shown[name].to_numpy(dtype=float), *limits.outside) for name in ("low", "mean", "high")
        )
        epochs = shown.index.to_numpy(dtype=float)
        if len(curves.means) <= MOST_BANDS:
            axes.fill_between(epochs, low, high, color=style.colour, alpha=0.13, linewidth=0)
        every = max(1, len(mean) // MARKS_PER_LINE)
        axes.plot(
            epochs,
            mean,
            linestyle=style.dashes,
            color=style.colour,
            linewidth=1.3,
            label=curves.axis.short(value),
            marker=style.marker,
            markersize=3.8,
            markerfacecolor="white",
            markeredgewidth=0.9,
            zorder=3,
            markevery=(position * every // max(len(curves.means), 1), every),
        )


def _legend_rows(axes: Axes) -> int:
    labels = axes.get_legend_handles_labels()[1]
    return 0 if not labels else 1 if sum(map(len, labels)) + 7 * len(labels) <= 37 else 2


def _name_panel(axes: Axes, position: int, axis: SweepAxis, rows: int) -> None:
    """``(a) batch size``, and below it the legend, where it covers no data; ``rows``: of the highest legend beside."""
    if own := _legend_rows(axes):
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.03, 1.0),
            fontsize=7,
            handlelength=1.9,
            columnspacing=0.8,
            ncols=-(-len(axes.get_legend_handles_labels()[1]) // own),
            handletextpad=0.35,
            borderaxespad=0.1,
            labelspacing=0.2,
        )
    axes.set_title(f"({'abcdef'[position]}) {axis.label}", loc="left", pad=4 + 10 * rows, fontsize=9)


def _last_epoch(curves: list[AxisCurves]) -> int:
    return max((int(means.index.max()) for each in curves for means in each.means.values() if len(means)), default=1)


def _counts(curves: list[AxisCurves]) -> str:
    counts = [int(means["n"].max()) for each in curves for means in each.means.values() if len(means)]
    if not counts:
        return "no trial"
    low, high = min(counts), max(counts)
    if high == 1:
        return "one seed"
    return f"mean of n = {high if low == high else f'{low} to {high}'} seeds"


def _note(panels: list[AxisCurves], data: ArmsData, axis: SweepAxis) -> str:
    caption, shown = data.caption, panels[0].axis
    rows = data.of_axis(axis)
    lost = lost_note(rows.assign(trials=1), axis.key, axis.short)
    bands = len(panels[0].means) <= MOST_BANDS and max(int(one["n"].max()) for one in panels[0].means.values()) > 1
    limits = curves_range([panels[0]])
    parts = [
        _counts(panels) + (", band: 95 % interval (t)" if bands else ""),
        *setting_notes(data, axis),
        f"{len(shown.values)} of {len(axis.values)} values" if len(axis.values) > len(shown.values) else "",
        f"{lost},\u00a0left\u00a0out" if lost else "",
        "no test split" if panels[0].column.startswith("train_") and not caption.has_test else "",
        limits.note,
    ]
    return "; ".join(filter(None, parts))


def _panels_note(curves: dict[str, AxisCurves], data: ArmsData) -> str:
    lost = []
    for axis in data.caption.axes:
        names = {value: f"{axis.label} {axis.short(value)}" for value in axis.values}
        lost.append(lost_note(data.of_axis(axis).assign(trials=1), axis.key, names.__getitem__))
    few = any(len(one.means) <= MOST_BANDS for one in curves.values())
    bands = "; bands and bars: 95 % intervals (t)" if few else ""
    bands += "; grey: each seed" if any(axis.key == EPOCHS for axis in data.caption.axes) else ""
    parts = [
        _counts(list(curves.values())) + (bands if _counts(list(curves.values())) != "one seed" else ""),
        "others as in the config",
        *lost,
        curves_range(list(curves.values())).note,
    ]
    return "; ".join(filter(None, parts))
