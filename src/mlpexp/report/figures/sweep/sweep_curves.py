"""Learning curves of the arms along an axis of a sweep, and the figure with a panel for each axis."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from mlpexp.config.scores import Column
from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.explosion import Exploded, can_be_drawn, draw_explosion
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
from mlpexp.report.drawing.value_axis import line_styles
from mlpexp.report.figures.sweep.axis_curves import (
    MOST_IN_FRONT,
    AxisCurves,
    axis_curves,
    column_named,
    curves_range,
    score_column,
)
from mlpexp.report.figures.sweep.effects import plot_effect, single_effect
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import lost_note
from mlpexp.report.numbers.over_seeds import while_most_train
from mlpexp.report.numbers.settings import Setting, settings_of
from mlpexp.report.numbers.sweep_caption import SweepAxis, metric_label
from mlpexp.report.numbers.told_words import seed_name, told_seeds
from mlpexp.report.words import counted, kept_together, listed, note, span

EPOCHS = "training.epochs"
MOST_BANDS_OF_VALUES = 4  # intervals of more lines than these would cover each other
PANEL_AXES = range(2, 7)
HEADING, ROW_HEIGHT = 1.2, 1.75  # inches: of title, note and legend, and of each row of panels


def draw_sweep_curves(data: ArmsData, axis: SweepAxis) -> Drawing | None:
    """The score (or loss) and the training loss by epoch, a line per value of the axis; None for sampled arms.

    Of a grid, a row of panels for each setting of the other axes; of more than four, that of the best arm alone.
    """
    if data.caption.sampled:
        return None
    summary = data.result.summary
    losses = [column_named(f"train_{summary.scores[0]}")] if summary.losses_compare else []
    columns = list(dict.fromkeys([score_column(data), *losses]))
    rows = axis_curves(data, axis, columns)
    if any(curves.means for row in rows for curves in row):
        return _draw_curves(rows, data)
    return _draw_exploded(rows[0][-1], data) if _exploded(rows, {}) else None


@in_style()
def _draw_exploded(curves: AxisCurves, data: ArmsData) -> Drawing:
    """Where nothing else is left: the losses of the trials that diverged."""
    lost = _lost([(curves.axis, curves.setting)], with_axis=False)
    figure = new_figure(
        data.caption.title, note("a line per seed, to its last finite value", curves.setting.note, lost)
    )
    draw_explosion(figure.add_subplot(), _exploded([[curves]], {}), curves.column.label)
    legend_below(figure, curves.axis.label)
    return Drawing(figure, curves.numbers())


@in_style()
def _draw_curves(rows: list[list[AxisCurves]], data: ArmsData) -> Drawing:
    """A row of panels for each setting, a column for each metric, all of one column on one scale."""
    caption, shown = data.caption, rows[0][0].axis
    rough = rows[0][0].rough_labels() if len(rows) == 1 else {}
    exploded = _exploded(rows, rough)
    height = HEIGHT + ROW_HEIGHT * bool(exploded) if len(rows) == 1 else HEADING + ROW_HEIGHT * len(rows)
    figure = new_figure(
        caption.title, _note(rows, data), height=height, shape="fixed" if len(rows) > 1 or exploded else "free"
    )
    by_column = list(zip(*rows, strict=True))
    limits = [curves_range(curves) for curves in by_column]
    grid = figure.add_gridspec(len(rows) + bool(exploded), len(by_column))
    for place, curves in enumerate(by_column):
        # Half a figure has no room for a word on the test split; it is in the note.
        label = metric_label(curves[0].column.name, True, data.result.summary.dataset)
        for number, of_setting in enumerate(curves):
            axes = figure.add_subplot(grid[number, place])
            set_curve_axes(axes, limits[place], label, _last_epoch(curves))
            plot_curves(axes, of_setting, limits[place], rough)
            if len(rows) == 1:
                name_gone(axes, of_setting, but=[line.style.label for line in exploded])
            else:
                _name_row(axes, of_setting, is_first=place == 0, is_last=number == len(rows) - 1)
    if exploded:
        below = figure.add_subplot(grid[-1, :])
        draw_explosion(below, exploded, rows[0][-1].column.label)
        lost = counted(sum(line.curves.shape[1] for line in exploded), "trial")
        below.set_title(f"{lost} that diverged, to the last finite value", loc="left", fontsize=8)
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
                linestyles=style.line,
            )
            tell(drawn, ToldLines([f"{curves.axis.label} {style.label}, {seed_name(curves.in_front[value])}"]))


def _exploded(rows: list[list[AxisCurves]], labels: Mapping[str, str]) -> list[Exploded]:
    """The trials that diverged, by value; none where settings have a row each, or if no value can be drawn."""
    of_values = rows[0][-1].diverged if len(rows) == 1 else {}
    lines = [
        line._replace(style=line.style._replace(label=labels.get(value, line.style.label)))
        for value, line in of_values.items()
    ]
    return lines if can_be_drawn(lines) else []


def name_gone(axes: Axes, curves: AxisCurves, *, but: Sequence[str] = ()) -> None:
    """An entry in the legend for each value of which no trial is left, but for those of some labels."""
    styles = line_styles(curves.axis)
    for value in [value for value in curves.gone if styles[value].label not in but]:
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
    some = any(len(lines.hiding) > MOST_IN_FRONT for lines in curves)
    where = f"of the {MOST_IN_FRONT} roughest lines of a panel" if some else ""
    return (
        " ".join(filter(None, ["thin:", which, where])) + ", where the mean hides how rough training is"
        if seeds
        else ""
    )


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
    return lost_note(pd.concat(rows), names)


def _left_out(lost: str) -> str:
    return lost + kept_together(", left out") if lost else ""


def _note(rows: list[list[AxisCurves]], data: ArmsData) -> str:
    caption, scores, losses = data.caption, [row[0] for row in rows], [row[-1] for row in rows]
    outside = curves_range(losses).note if len(rows[0]) > 1 and any(row.means for row in losses) else ""
    full = next(axis for axis in caption.axes if axis.key == scores[0].axis.key)
    bands, num_shown = _has_bands(scores), len(scores[0].axis.values)
    tested = caption.has_test or scores[0].column.part != "train"
    return note(
        _counts(scores) + (", band: 95 % interval (t)" if bands else ""),
        _in_front([curves for row in rows for curves in row]),
        scores[0].setting.note,
        f"{num_shown} of {len(full.values)} values" if len(full.values) > num_shown else "",
        _left_out(_lost([(curves.axis, curves.setting) for curves in scores], with_axis=False)),
        "" if tested else "no test split",
        "" if data.result.summary.losses_compare else "no losses: they are in different units",
        caption.interval_note if bands else "",
        curves_range(scores).note,
        f"{losses[0].column.label} {outside}" if outside else "",
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
        _left_out(_lost([(axis, settings_of(data, axis)[0]) for axis in data.caption.axes], with_axis=True)),
        data.caption.interval_note if bands else "",
        curves_range(lines).note,
    )
