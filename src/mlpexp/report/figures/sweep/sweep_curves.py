"""Learning curves of the arms along an axis of a sweep, and the figure with a panel for each axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.config.scores import PARTS, Column, column_of, headline
from mlpexp.report.drawing.axis_ranges import AxisRange, curve_range, loss_range
from mlpexp.report.drawing.marks import (
    ROUND,
    band,
    crosses,
    ends_and_mean,
    epoch_axis,
    marked_points,
    mean_line,
    seed_lines,
    show_range,
)
from mlpexp.report.drawing.style import HEIGHT, Drawing, in_style, legend_below, new_figure
from mlpexp.report.drawing.told import ToldLines, tell
from mlpexp.report.drawing.value_axis import chosen_values, line_styles
from mlpexp.report.figures.sweep.effects import plot_effect, single_effect
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import lost_note
from mlpexp.report.numbers.over_seeds import mean_curve, numbers_table, seed_curves, while_most_train
from mlpexp.report.numbers.roughness import median_roughness
from mlpexp.report.numbers.settings import MOST_SETTINGS, Setting, settings_of
from mlpexp.report.numbers.sweep_caption import SweepAxis, metric_label
from mlpexp.report.numbers.told_words import seed_name, told_seeds
from mlpexp.report.words import kept_together, listed, note, short_number, span

EPOCHS = "training.epochs"
HIDDEN, SEEN = 2.0, 0.005  # a seed is rough: times the roughness of the mean, and as a share of what all lines cover
MOST_IN_FRONT = 3  # seeds that are drawn in front of means
MOST_BANDS_OF_VALUES = 4  # intervals of more lines than these would cover each other
PANEL_AXES = range(2, 7)
HEADING, ROW_HEIGHT = 1.2, 1.75  # inches: of title, note and legend, and of each row of panels


@dataclass(frozen=True)
class AxisCurves:
    """Learning curves of the values of an axis, all else being equal."""

    axis: SweepAxis
    """With the values that are shown."""
    column: Column
    """Of ``metrics.csv``."""
    setting: Setting
    """Of the other axes."""
    by_value: dict[str, pd.DataFrame]
    """For each value of which some trial did not diverge or fail, a row per epoch and a column per seed."""
    means: dict[str, pd.DataFrame]
    """For each of them, see ``mean_curve``."""

    @property
    def gone(self) -> list[str]:
        """The values of which every trial diverged or failed."""
        present = set(self.setting.outcomes[self.axis.key])
        return [value for value in self.axis.values if value in present and value not in self.means]

    @property
    def in_front(self) -> dict[str, int]:
        """Of the values of which the mean hides most how rough training is: the first seed, which is drawn, too."""
        values = [means["mean"].to_numpy(dtype=float) for means in self.means.values()]
        least = SEEN * float(np.ptp(np.concatenate(values))) if values else 0.0
        hidden = {}
        for value, curves in self.by_value.items():
            of_seeds, of_mean = median_roughness(curves), median_roughness(self.means[value][["mean"]])
            if of_seeds > max(least, HIDDEN * of_mean):
                hidden[value] = of_seeds
        roughest = sorted(hidden, key=hidden.__getitem__, reverse=True)[:MOST_IN_FRONT]
        return {value: int(self.by_value[value].columns[0]) for value in self.means if value in roughest}

    def rough_labels(self) -> dict[str, str]:
        """The values with the roughness of their curves, for a legend; none where no curve has any."""
        rough = {value: median_roughness(curves) for value, curves in self.by_value.items()}
        unit = self.column.score.unit
        labels = {
            value: f"{self.axis.short(value)} ({short_number(of, 6)}{unit})" for value, of in rough.items() if of > 0
        }
        return {value: labels.get(value, self.axis.short(value)) for value in rough} if labels else {}

    def numbers(self) -> pd.DataFrame:
        """Everything in one table; a value without a curve has one row, with n = 0."""
        tables = []
        for value in [*self.means, *self.gone]:
            table = pd.DataFrame({"epoch": [0], "n": [0], "mean": [np.nan], "low": [np.nan], "high": [np.nan]})
            if value in self.means:
                table = numbers_table(self.by_value[value], self.means[value])
            trials = self.setting.outcomes[self.setting.outcomes[self.axis.key] == value]
            counts = {"diverged": trials["diverged"].sum(), "failed": trials["failed"].sum(), "trials": len(trials)}
            told = {"metric": self.column.name, "axis": self.axis.key, "setting": self.setting.words, "value": value}
            table = pd.DataFrame({**told, **counts}, index=table.index).join(table)
            table["seed_in_front"] = self.in_front.get(value, np.nan)
            tables.append(table if self.setting.words else table.drop(columns="setting"))
        return pd.concat(tables, ignore_index=True)


def draw_sweep_curves(data: ArmsData, axis: SweepAxis) -> Drawing | None:
    """The score (or loss) and the training loss by epoch, a line per value of the axis; None for sampled arms.

    Of a grid, a row of panels for each setting of the other axes; of more than four, that of the best arm alone.
    """
    if data.caption.sampled:
        return None
    summary = data.result.summary
    losses = [_column(f"train_{summary.scores[0]}")] if summary.losses_compare else []
    columns = list(dict.fromkeys([score_column(data), *losses]))
    rows = axis_curves(data, axis, columns)
    if not any(curves.means for row in rows for curves in row):
        return None
    return _draw_curves(rows, data)


@in_style()
def _draw_curves(rows: list[list[AxisCurves]], data: ArmsData) -> Drawing:
    """A row of panels for each setting, a column for each metric, all of one column on one scale."""
    caption, shown = data.caption, rows[0][0].axis
    height = HEIGHT if len(rows) == 1 else HEADING + ROW_HEIGHT * len(rows)
    figure = new_figure(caption.title, _note(rows, data), height=height, shape="fixed" if len(rows) > 1 else "free")
    by_column = list(zip(*rows, strict=True))
    rough = rows[0][0].rough_labels() if len(rows) == 1 else {}
    limits = [curves_range(curves) for curves in by_column]
    for place, curves in enumerate(by_column):
        # Half a figure has no room for a word on the test split; it is in the note.
        label = metric_label(curves[0].column.name, True, data.result.summary.dataset)
        for number, of_setting in enumerate(curves):
            axes = figure.add_subplot(len(rows), len(by_column), number * len(by_column) + place + 1)
            set_curve_axes(axes, limits[place], label, _last_epoch(curves))
            plot_curves(axes, of_setting, limits[place], rough)
            if len(rows) == 1:
                name_gone(axes, of_setting)
            else:
                _name_row(axes, of_setting, is_first=place == 0, is_last=number == len(rows) - 1)
    legend_below(figure, f"{shown.label} (roughness of {rows[0][0].column.label})" if rough else shown.label)
    return Drawing(figure, pd.concat([of.numbers() for curves in by_column for of in curves], ignore_index=True))


def _name_row(axes: Axes, curves: AxisCurves, *, is_first: bool, is_last: bool) -> None:
    """The setting, and what is lost in it, above the first panel of a row; epochs below the last row."""
    gone = f"; nothing left at {listed(list(map(curves.axis.short, curves.gone)))}" if curves.gone else ""
    axes.set_title(curves.setting.words + gone if is_first else "", loc="left", fontsize=8)
    axes.tick_params(labelbottom=is_last)
    axes.set_xlabel("epoch" if is_last else "")


def draw_panels(data: ArmsData) -> Drawing | None:
    """Where one axis at a time is varied: a panel with learning curves for each axis, all on one scale.

    Final values against the number of epochs have no curve: their panel shows the effect with its interval. None
    unless there are two to six axes.
    """
    caption = data.caption
    if caption.method != "one_at_a_time" or len(caption.axes) not in PANEL_AXES:
        return None
    column = score_column(data)
    curves = {axis.key: axis_curves(data, axis, [column])[0][0] for axis in caption.axes if axis.key != EPOCHS}
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
            name_gone(axes, shown)
            tables.append(shown.numbers())
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


def axis_curves(data: ArmsData, axis: SweepAxis, columns: list[Column]) -> list[list[AxisCurves]]:
    """The curves of an axis for each setting of the others and each column, read from ``metrics.csv`` in one pass."""
    present = data.of_axis(axis)[axis.key].unique().tolist()
    shown = chosen_values(axis, present)
    settings = settings_of(data, shown, most=MOST_SETTINGS)
    arms = [arm for setting in settings for arm in setting.outcomes["arm"].unique()]
    table = data.curves(arms, [column.name for column in columns])
    return [[_curves_of(column, shown, setting, table) for column in columns] for setting in settings]


def _curves_of(column: Column, axis: SweepAxis, setting: Setting, table: pd.DataFrame) -> AxisCurves:
    curves = {}
    for arm, value in setting.outcomes[["arm", axis.key]].drop_duplicates().itertuples(index=False):
        rows = seed_curves(table[table["arm"] == arm], column.name) * column.score.scale
        if rows.notna().to_numpy().any():
            curves[value] = rows.dropna(how="all")
    curves = {value: curves[value] for value in axis.values if value in curves}
    means = {value: mean_curve(of_value, frozenset(), column.score) for value, of_value in curves.items()}
    return AxisCurves(axis, column, setting, curves, means)


EXPLODED = 10.0  # times its value at the start: a loss that would flatten all others


def curves_range(curves: Sequence[AxisCurves]) -> AxisRange:
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


def plot_curves(axes: Axes, curves: AxisCurves, limits: AxisRange, labels: Mapping[str, str] | None = None) -> None:
    """A line per value: the mean as long as half of the seeds are in training; ``labels``: of values, for the legend."""
    styles = line_styles(curves.axis)
    for place, (value, means) in enumerate(curves.means.items()):
        shown, style = while_most_train(means), styles[value]
        low, mean, high = ends_and_mean(shown, limits)
        epochs = shown.index.to_numpy(dtype=float)
        if len(curves.means) <= MOST_BANDS_OF_VALUES:
            band(axes, epochs, low, high, style.colour)
        markers = marked_points(len(mean), place, len(curves.means), narrow=True)
        label = (labels or {}).get(value, style.label)
        line = mean_line(axes, epochs, mean, style, markevery=markers, label=label)
        tell(line, ToldLines([f"{curves.axis.label} {style.label}, {told_seeds(shown['n'])}"]))
        if value in curves.in_front:
            seed = curves.by_value[value][curves.in_front[value]].dropna()
            drawn = seed_lines(
                axes,
                seed.index.to_numpy(dtype=float),
                limits.clipped(seed.to_numpy()[:, None]),
                style.colour,
                0.8,
                zorder=3.5,
            )
            tell(drawn, ToldLines([f"{curves.axis.label} {style.label}, {seed_name(curves.in_front[value])}"]))


def name_gone(axes: Axes, curves: AxisCurves) -> None:
    """An entry in the legend for each value of which no trial is left."""
    styles = line_styles(curves.axis)
    for value in curves.gone:
        crosses(axes, [], [], 5, color=styles[value].colour, label=f"{styles[value].label} (nothing left)")


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


def _last_epoch(curves: Sequence[AxisCurves]) -> int:
    return max((int(means.index.max()) for lines in curves for means in lines.means.values() if len(means)), default=1)


def _counts(curves: Sequence[AxisCurves]) -> str:
    counts = [int(means["n"].max()) for lines in curves for means in lines.means.values() if len(means)]
    if not counts:
        return "no trial"
    return "one seed" if max(counts) == 1 else f"mean of n = {span(min(counts), max(counts))} seeds"


def _in_front(curves: Sequence[AxisCurves]) -> str:
    """Which seeds are drawn in front of means."""
    seeds = {seed for lines in curves for seed in lines.in_front.values()}
    which = f"seed {min(seeds)}" if len(seeds) == 1 else "the first seed"
    return f"thin: {which}, where the mean hides how rough training is" if seeds else ""


def _has_bands(curves: Sequence[AxisCurves]) -> bool:
    """Whether some line has a band: of several seeds, and few enough beside it."""
    few = [lines for lines in curves if len(lines.means) <= MOST_BANDS_OF_VALUES]
    return any(int(means["n"].max()) > 1 for lines in few for means in lines.means.values() if len(means))


def _lost(shown: Sequence[tuple[SweepAxis, Setting]], *, with_axis: bool) -> str:
    """Where trials were lost, which have no part in the curves."""
    rows, names = [], []
    for axis, setting in shown:
        own, beside = (
            f"{axis.label} " if with_axis else "",
            f" ({setting.words})" if len(shown) > 1 and setting.words else "",
        )
        named = {value: f"{own}{axis.short(value)}{beside}" for value in axis.values}
        rows.append(setting.outcomes.assign(trials=1))
        names += setting.outcomes[axis.key].map(named).tolist()
    lost = lost_note(pd.concat(rows), names)
    return lost + kept_together(", left out") if lost else ""


def _note(rows: list[list[AxisCurves]], data: ArmsData) -> str:
    caption, scores = data.caption, [row[0] for row in rows]
    full = next(axis for axis in caption.axes if axis.key == scores[0].axis.key)
    bands, num_shown = _has_bands(scores), len(scores[0].axis.values)
    tested = caption.has_test or scores[0].column.part != "train"
    return note(
        _counts(scores) + (", band: 95 % interval (t)" if bands else ""),
        _in_front([curves for row in rows for curves in row]),
        scores[0].setting.note,
        f"{num_shown} of {len(full.values)} values" if len(full.values) > num_shown else "",
        _lost([(curves.axis, curves.setting) for curves in scores], with_axis=False),
        "" if tested else "no test split",
        "" if data.result.summary.losses_compare else "no losses: they are in different units",
        caption.interval_note if bands else "",
        curves_range(scores).note,
    )


def _panels_note(curves: dict[str, AxisCurves], data: ArmsData) -> str:
    lines = list(curves.values())
    several = (counts := _counts(lines)) != "one seed"
    bands, seeds = _has_bands(lines), any(axis.key == EPOCHS for axis in data.caption.axes)
    return note(
        counts,
        "bands and bars: 95 % intervals (t)" if bands else "",
        _in_front(lines),
        "grey: each seed" if seeds and several else "",
        "others as in the config",
        _lost([(axis, settings_of(data, axis)[0]) for axis in data.caption.axes], with_axis=True),
        data.caption.interval_note if bands else "",
        curves_range(lines).note,
    )
