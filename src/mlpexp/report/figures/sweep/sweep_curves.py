"""Learning curves of the arms along an axis of a sweep, and the figure with a panel for each axis."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from mlpexp.config.scores import PARTS, Column, column_of, headline
from mlpexp.report.drawing.axis_ranges import AxisRange, curve_range, loss_range
from mlpexp.report.drawing.marks import ROUND, band, ends_and_mean, epoch_axis, marked_points, mean_line, show_range
from mlpexp.report.drawing.style import Drawing, in_style, legend_below, new_figure
from mlpexp.report.drawing.told import ToldLines, tell
from mlpexp.report.drawing.value_axis import chosen_values, line_styles
from mlpexp.report.figures.sweep.effects import plot_effect, single_effect
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import lost_note, setting_notes
from mlpexp.report.numbers.over_seeds import mean_curve, numbers_table, while_most_train
from mlpexp.report.numbers.sweep_caption import SweepAxis, metric_label
from mlpexp.report.numbers.told_words import told_seeds
from mlpexp.report.words import kept_together, note, span

EPOCHS = "training.epochs"
MOST_BANDS_OF_VALUES = 4  # intervals of more lines than these would cover each other
PANEL_AXES = range(2, 7)


@dataclass(frozen=True)
class AxisCurves:
    """Learning curves of the values of an axis."""

    axis: SweepAxis
    """With the values that are shown."""
    column: Column
    """Of ``metrics.csv``."""
    by_value: dict[str, pd.DataFrame]
    """For each value of which some trial did not diverge, a row per epoch and a column per seed."""
    means: dict[str, pd.DataFrame]
    """For each of them, see ``mean_curve``."""

    def numbers(self) -> pd.DataFrame:
        """Everything in one table."""
        tables = []
        for value, means in self.means.items():
            table = numbers_table(self.by_value[value], means)
            table.insert(0, "value", value)
            table.insert(0, "axis", self.axis.key)
            table.insert(0, "metric", self.column.name)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)


def draw_sweep_curves(data: ArmsData, axis: SweepAxis) -> Drawing | None:
    """The score (or loss) and the training loss by epoch, a line per value of the axis; None for sampled arms.

    Of a grid, the mean over all other axes, seed by seed.
    """
    if data.caption.sampled:
        return None
    summary = data.result.summary
    losses = [_column(f"train_{summary.scores[0]}")] if summary.losses_compare else []
    columns = list(dict.fromkeys([score_column(data), *losses]))
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
        set_curve_axes(
            axes, limits, metric_label(curves.column.name, True, data.result.summary.dataset), _last_epoch([curves])
        )
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
    if not any(lines.means for lines in curves.values()):
        return None
    return _draw_panels(data, curves, column)


@in_style()
def _draw_panels(data: ArmsData, curves: dict[str, AxisCurves], column: Column) -> Drawing:
    caption = data.caption
    num_rows = -(-len(caption.axes) // 2)
    figure = new_figure(caption.title, _panels_note(curves, data), height=0.7 + 2.35 * num_rows, shape="fixed")
    limits, tables = curves_range(list(curves.values())), []
    for position, axis in enumerate(caption.axes):
        axes = figure.add_subplot(num_rows, 2, position + 1)
        shown = curves.get(axis.key)
        if shown is None:
            effect = single_effect(data, axis)
            set_curve_axes(axes, limits, "", 1)
            plot_effect(axes, effect, limits, caption.metric_label, width=2.0)
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
    figure.supylabel(metric_label(column.name, caption.has_test, data.result.summary.dataset), fontsize=9)
    return Drawing(figure, pd.concat(tables, ignore_index=True))


def score_column(data: ArmsData) -> Column:
    """The column of ``metrics.csv`` nearest to the metric: its part if that was measured at each epoch; for a loss what the
    model is judged by.
    """
    caption, (lowered, *others) = data.caption, data.result.summary.scores
    score = headline([lowered, *others]) if caption.score.name == lowered else caption.score.name
    names = [f"{part}_{name}" for part in (caption.part, *reversed(PARTS)) for name in (score, *others, lowered)]
    return _column(next(name for name in names if name in data.metric_columns))


def _column(name: str) -> Column:
    column = column_of(name)
    assert column is not None
    return column


def axis_curves(data: ArmsData, axis: SweepAxis, columns: list[Column]) -> list[AxisCurves]:
    """The curves of an axis, for each column, read from ``metrics.csv`` in one pass."""
    rows = data.of_axis(axis)
    for other in data.caption.axes:  # arms that end early would cut short a mean over the number of epochs
        if other.key == EPOCHS != axis.key and data.crossed(axis, other):
            rows = rows[rows[other.key] == other.values[-1]]
    shown = chosen_values(axis, list(rows[axis.key].unique()))
    arms = rows[rows[axis.key].isin(shown.values)].drop_duplicates("arm")
    group = {value: number for number, value in enumerate(shown.values)}
    table = data.curves(
        dict(zip(arms["arm"], arms[axis.key].map(group), strict=True)), [column.name for column in columns]
    )
    by_value = {shown.values[int(str(number))]: rows for number, rows in table.groupby("group")}
    return [_curves_of(column, shown, by_value) for column in columns]


def _curves_of(column: Column, axis: SweepAxis, by_value: dict[str, pd.DataFrame]) -> AxisCurves:
    curves = {
        value: rows.pivot(index="epoch", columns="seed", values=column.name).sort_index() * column.score.scale
        for value, rows in by_value.items()
    }
    curves = {value: table.dropna(how="all") for value, table in curves.items() if table.notna().to_numpy().any()}
    means = {value: mean_curve(table, frozenset(), column.score) for value, table in curves.items()}
    return AxisCurves(axis, column, curves, means)


EXPLODED = 10.0  # times its value at the start: a loss that would flatten all others


def curves_range(curves: list[AxisCurves]) -> AxisRange:
    """The range of an axis for the means of all these curves."""
    means = [line.rename_axis("epoch")[["mean"]] for lines in curves for line in lines.means.values()]
    score = curves[0].column.score
    if not score.log_axis:
        return curve_range(means, frozenset(), score)
    calm = [line for line in means if not line["mean"].max() > EXPLODED * line["mean"].iloc[0]]
    limits = loss_range(calm or means, frozenset())
    if not calm or len(calm) == len(means):
        return limits
    highest = max(float(line["mean"].max()) for line in means)
    return limits._replace(note=note(limits.note, f"above the axis: values up to {highest:.2g}"))


def set_curve_axes(axes: Axes, limits: AxisRange, label: str, last_epoch: int) -> None:
    """Scales and names of axes for learning curves, in a panel of half the width."""
    epoch_axis(axes, last_epoch, narrow=True)
    show_range(axes, limits, label, most=6, steps=ROUND)


def plot_curves(axes: Axes, curves: AxisCurves, limits: AxisRange) -> None:
    """A line per value: the mean as long as half of the seeds are in training."""
    styles = line_styles(curves.axis)
    for place, (value, means) in enumerate(curves.means.items()):
        shown, style = while_most_train(means), styles[value]
        low, mean, high = ends_and_mean(shown, limits)
        epochs = shown.index.to_numpy(dtype=float)
        if len(curves.means) <= MOST_BANDS_OF_VALUES:
            band(axes, epochs, low, high, style.colour)
        markers = marked_points(len(mean), place, len(curves.means), narrow=True)
        line = mean_line(axes, epochs, mean, style, markevery=markers)
        tell(line, ToldLines([f"{curves.axis.label} {style.label}, {told_seeds(shown['n'])}"]))


def _legend_rows(axes: Axes) -> int:
    labels = axes.get_legend_handles_labels()[1]
    return 0 if not labels else 1 if sum(map(len, labels)) + 7 * len(labels) <= 37 else 2


def _name_panel(axes: Axes, position: int, axis: SweepAxis, rows: int) -> None:
    """``(a) batch size``, and below it the legend, where it covers no data; ``rows``: of the highest legend beside."""
    if num_rows := _legend_rows(axes):
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.03, 1.0),
            fontsize=7,
            handlelength=1.9,
            columnspacing=0.8,
            ncols=-(-len(axes.get_legend_handles_labels()[1]) // num_rows),
            handletextpad=0.35,
            borderaxespad=0.1,
            labelspacing=0.2,
        )
    axes.set_title(f"({'abcdef'[position]}) {axis.label}", loc="left", pad=4 + 10 * rows, fontsize=9)


def _last_epoch(curves: list[AxisCurves]) -> int:
    return max((int(means.index.max()) for lines in curves for means in lines.means.values() if len(means)), default=1)


def _counts(curves: list[AxisCurves]) -> str:
    counts = [int(means["n"].max()) for lines in curves for means in lines.means.values() if len(means)]
    if not counts:
        return "no trial"
    return "one seed" if max(counts) == 1 else f"mean of n = {span(min(counts), max(counts))} seeds"


def _note(panels: list[AxisCurves], data: ArmsData, axis: SweepAxis) -> str:
    caption, shown = data.caption, panels[0].axis
    rows = data.of_axis(axis)
    lost = lost_note(rows.assign(trials=1), axis.key, axis.short)
    means = panels[0].means
    bands = len(means) <= MOST_BANDS_OF_VALUES and max(int(line["n"].max()) for line in means.values()) > 1
    tested = caption.has_test or panels[0].column.part != "train"
    return note(
        _counts(panels) + (", band: 95 % interval (t)" if bands else ""),
        *setting_notes(data, axis),
        f"{len(shown.values)} of {len(axis.values)} values" if len(axis.values) > len(shown.values) else "",
        lost + kept_together(", left out") if lost else "",
        "" if tested else "no test split",
        "" if data.result.summary.losses_compare else "no losses: they are in different units",
        caption.interval_note if bands else "",
        curves_range([panels[0]]).note,
    )


def _panels_note(curves: dict[str, AxisCurves], data: ArmsData) -> str:
    lost = []
    for axis in data.caption.axes:
        names = {value: f"{axis.label} {axis.short(value)}" for value in axis.values}
        lost.append(lost_note(data.of_axis(axis).assign(trials=1), axis.key, names.__getitem__))
    counts = _counts(list(curves.values()))
    several = counts != "one seed"
    few = any(len(lines.means) <= MOST_BANDS_OF_VALUES for lines in curves.values())
    seeds = any(axis.key == EPOCHS for axis in data.caption.axes)
    return note(
        counts,
        "bands and bars: 95 % intervals (t)" if few and several else "",
        "grey: each seed" if seeds and several else "",
        "others as in the config",
        *lost,
        data.caption.interval_note if few and several else "",
        curves_range(list(curves.values())).note,
    )
