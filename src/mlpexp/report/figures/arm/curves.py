"""Scores and learning rate over epochs: each seed a thin line, their mean a thick one."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mlpexp.config.scores import Score
from mlpexp.report.drawing.axis_ranges import AxisRange, curve_range
from mlpexp.report.drawing.explosion import Exploded, can_be_drawn, draw_explosion, explosion_words
from mlpexp.report.drawing.marks import (
    ROUND,
    backing,
    crosses,
    epoch_axis,
    marked_points,
    mean_line,
    seed_lines,
    show_range,
    strength,
)
from mlpexp.report.drawing.style import (
    BLUE,
    INK,
    PART_STYLES,
    Drawing,
    LineStyle,
    in_style,
    legend_above,
    legend_below,
    new_figure,
)
from mlpexp.report.drawing.told import ToldLines, tell
from mlpexp.report.numbers.over_seeds import diverged_seeds, mean_curve, numbers_table, seed_curves, while_most_train
from mlpexp.report.numbers.roughness import hidden_roughness, median_roughness, roughness_note
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.numbers.told_words import seed_name, told_seeds
from mlpexp.report.words import counted, note

MOST_NAMED_ENDS = 3


@dataclass(frozen=True)
class Lines:
    """What there is to draw of one metric."""

    seeds: dict[str, pd.DataFrame]
    """By part, a row per epoch and a column per seed."""
    means: dict[str, pd.DataFrame]
    """By part, the mean over seeds; see ``mean_curve``."""
    last_epochs: dict[int, int]
    """By seed, the epoch of its last row."""
    diverged: frozenset[int]
    """The seeds that diverged."""
    exploding: bool
    """Whether it is a loss, which has no upper end: where seeds diverged, these have a panel of their own."""

    @property
    def num_seeds(self) -> int:
        """Number of seeds, diverged ones included."""
        return len(self.last_epochs)

    @property
    def num_sound(self) -> int:
        """Number of seeds that did not diverge."""
        return self.num_seeds - len(self.diverged.intersection(self.last_epochs))

    def sound(self) -> "Lines":
        """Those of these seeds; the means are over them already."""
        seeds = {part: curves.loc[:, ~curves.columns.isin(self.diverged)] for part, curves in self.seeds.items()}
        last_epochs = {seed: epoch for seed, epoch in self.last_epochs.items() if seed not in self.diverged}
        return replace(self, seeds=seeds, last_epochs=last_epochs, diverged=frozenset())


def draw_curves(metrics: pd.DataFrame, caption: RunCaption, score: Score) -> Drawing | None:
    """A score of each part by epoch; None without values.

    The axis of a loss is logarithmic if the values span more than two decades. That of a score of which the highest
    value is the best ends there and begins where the second half of training needs it, so that differences near the
    best can be seen; if there are values outside, a note says so. Losses of seeds that diverged have a panel of their
    own, to their last finite value. Where the mean hides that training goes back and forth, one seed is drawn in front.
    """
    lines = _lines(metrics, score, caption)
    if not lines.seeds:
        return None
    exploded = _exploded(lines, caption) if lines.exploding else []
    return _draw(lines, score, caption, exploded if can_be_drawn(exploded) else [])


def draw_learning_rate(metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Learning rate of the last step of each epoch, the same for all seeds; None if it is constant."""
    rates = metrics.loc[metrics["epoch"] > 0, ["epoch", "learning_rate"]].drop_duplicates("epoch").sort_values("epoch")
    rates = rates[np.isfinite(rates["learning_rate"])].reset_index(drop=True)
    values = rates["learning_rate"].to_numpy(dtype=float)
    if not values.size or np.ptp(values) <= 1e-9 * values.max():
        return None
    return _draw_rates(rates, caption)


@in_style()
def _draw_rates(rates: pd.DataFrame, caption: RunCaption) -> Drawing:
    figure = new_figure(caption.title, "learning rate of the last step of each epoch", height=2.6)
    axes = figure.add_subplot()
    values = rates["learning_rate"].to_numpy(dtype=float)
    (line,) = axes.plot(rates["epoch"], values, color=BLUE, linewidth=1.6)
    tell(line, ToldLines([""]))
    if 0 < np.quantile(values, 0.1) < values.max() / 100:  # a cosine ends near 0 but does not stay there
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, 1.06 * values.max())
    axes.set_ylabel("learning rate")
    epoch_axis(axes, int(rates["epoch"].max()))
    return Drawing(figure, rates)


def _lines(metrics: pd.DataFrame, score: Score, caption: RunCaption) -> Lines:
    diverged = diverged_seeds(metrics, caption.diverged)
    columns = {part: f"{part}_{score.name}" for part in PART_STYLES}
    there = {part: name for part, name in columns.items() if name in metrics.columns and _has_values(metrics[name])}
    seeds = {part: seed_curves(metrics, name) * score.scale for part, name in there.items()}
    means = {part: mean_curve(curves, diverged, score) for part, curves in seeds.items()}
    last = metrics.groupby("seed")["epoch"].max()
    last_epochs = dict(zip(last.index.tolist(), last.tolist(), strict=True))
    return Lines(seeds, means, last_epochs, diverged, score.log_axis and not score.higher_is_better)


def _exploded(lines: Lines, caption: RunCaption) -> list[Exploded]:
    """The curves of the seeds that diverged, by part."""
    ends = {seed: epoch for seed, epoch in lines.last_epochs.items() if seed in lines.diverged}
    return [Exploded(_style(part, caption), curves[list(ends)], ends) for part, curves in lines.seeds.items() if ends]


def _has_values(column: "pd.Series[float]") -> bool:
    return bool(np.isfinite(column).any())


def _label(lines: Lines, score: Score, caption: RunCaption) -> str:
    """Of the axis; that nothing was tested is said of a loss, and of a score of training data alone."""
    axis = caption.axis(score)
    if not score.higher_is_better:
        return axis if "test" in lines.seeds else f"{axis}, no test split"
    return f"training {axis}, no test split" if set(lines.seeds) == {"train"} else axis


@in_style()
def _draw(lines: Lines, score: Score, caption: RunCaption, exploded: list[Exploded]) -> Drawing:
    limits, label = curve_range(list(lines.seeds.values()), lines.diverged, score), _label(lines, score, caption)
    ended = f"diverged: {explosion_words(exploded)}" if exploded else ""
    figure = new_figure(caption.title, note(_means_note(lines), ended, _note(lines, score, caption, limits)))
    if exploded and lines.num_sound:
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        _draw_lines(left, lines.sound(), caption, limits, label)
        draw_explosion(right, exploded, "", narrow=True)
        right.set_title(f"{counted(len(exploded[0].ends), 'seed')} that diverged", loc="left", fontsize=8)
        legend_below(figure, "")
    else:
        axes = figure.add_subplot()
        if exploded:
            draw_explosion(axes, exploded, label)
        else:
            _draw_lines(axes, lines, caption, limits, label)
        legend_above(axes)
    return Drawing(figure, _numbers(lines, limits))


def _numbers(lines: Lines, limits: AxisRange) -> pd.DataFrame:
    """The curves of all parts in one table, with the seed that is drawn in front of the mean, if one is."""
    tables, in_front = [], _seeds_in_front(lines, limits)
    for part, curves in lines.seeds.items():
        table = numbers_table(curves, lines.means[part], lines.diverged)
        table.insert(1, "part", part)
        table.insert(list(table).index("roughness") + 1, "seed_in_front", in_front.get(part, np.nan))
        tables.append(table.astype({"seed_in_front": "Int64"}))
    return pd.concat(tables, ignore_index=True)


def _draw_lines(axes: Axes, lines: Lines, caption: RunCaption, limits: AxisRange, label: str) -> None:
    """Each seed thin, the mean thick, and in front what a mean hides."""
    epoch_axis(axes, max(lines.last_epochs.values()))
    show_range(axes, limits, label, steps=ROUND)
    for place, (part, curves) in enumerate(lines.seeds.items()):
        style, mean = _style(part, caption), while_most_train(lines.means[part])["mean"]
        if lines.num_seeds > 1 or not lines.num_sound:
            _draw_seeds(axes, curves, style, limits, alone=not lines.num_sound)
        line = _draw_mean(axes, mean.index, limits.clipped(mean.to_numpy(dtype=float)), style, place)
        counts = while_most_train(lines.means[part])["n"]
        of = seed_name(curves.columns[0]) if lines.num_seeds == 1 else told_seeds(counts)
        tell(line, ToldLines([f"{style.label}, {of}"]))
    _draw_one_seed(axes, lines, caption, limits)
    _mark_ends(axes, lines, limits)
    _mark_best_epochs(axes, lines, caption)


def _seeds_in_front(lines: Lines, limits: AxisRange) -> dict[str, int]:
    """By part of which the mean hides how seeds go back and forth, the first seed that did not diverge."""
    return {
        part: int(curves.columns[0])
        for part, curves in lines.sound().seeds.items()
        if hidden_roughness(limits.shares(curves), limits.shares(lines.means[part][["mean"]]), 1.0)
    }


def _draw_one_seed(axes: Axes, lines: Lines, caption: RunCaption, limits: AxisRange) -> None:
    """A seed in front of each mean that hides how it goes back and forth."""
    label = None
    for part, seed in _seeds_in_front(lines, limits).items():
        curve, style = lines.seeds[part][seed].dropna(), _style(part, caption)
        values = limits.clipped(curve.to_numpy(dtype=float))
        epochs, name = curve.index, seed_name(seed)
        label = f"_{name}" if label else f"{name} alone"  # an underscore keeps a line out of the legend
        (line,) = axes.plot(epochs, values, color=INK, linestyle=style.line, linewidth=0.9, zorder=4, label=label)
        tell(line, ToldLines([f"{style.label}, {name}"]))


def _note(lines: Lines, score: Score, caption: RunCaption, limits: AxisRange) -> str:
    """What triangles mean, how rough the curves are, and what is not shown."""
    best = f"triangle: best epoch by {caption.selected_by}" if caption.best_epochs else ""
    rough = {PART_STYLES[part].label: median_roughness(curves, lines.diverged) for part, curves in lines.seeds.items()}
    return note(best, roughness_note(rough, score), limits.note)


def _means_note(lines: Lines) -> str:
    num_seeds, num_diverged = lines.num_seeds, len(lines.diverged)
    if num_seeds == 1:
        return "one seed, diverged" if num_diverged else "one seed"
    if num_diverged == num_seeds:
        return f"all {num_seeds} seeds diverged; a line per seed"
    counts = pd.concat([while_most_train(means)["n"] for means in lines.means.values()])
    most, least = (int(counts.max()), int(counts.min())) if len(counts) else (0, 0)
    n = f"{most} seeds" if most == least else f"{most} to {least} seeds still in training"
    if num_diverged:
        n += f" ({num_diverged} of {num_seeds} diverged, left out)"
    return f"thick: mean of n = {n}; thin: each seed"


def _style(part: str, caption: RunCaption) -> LineStyle:
    style = PART_STYLES[part]
    if part == "train" and caption.running_train_metrics:
        return style._replace(label="training (mean over the epoch)")
    return style


def _draw_seeds(axes: Axes, curves: pd.DataFrame, style: LineStyle, limits: AxisRange, *, alone: bool) -> None:
    """Faint behind a mean, or alone where there is none."""
    values = limits.clipped(curves.to_numpy(dtype=float))
    alpha = strength(values.shape[1], 12, 0.3, 0.9) if alone else strength(values.shape[1], 3.5, 0.02, 0.45)
    look = {"linewidths": 1.1, "linestyles": style.line} if alone else {}
    drawn = seed_lines(axes, curves.index.to_numpy(dtype=float), values, style.colour, alpha, **look)
    tell(drawn, ToldLines([f"{style.label}, {seed_name(seed)}" for seed in curves.columns]))


def _draw_mean(axes: Axes, epochs: pd.Index, mean: np.ndarray, style: LineStyle, place: int) -> Line2D:
    axes.plot(epochs, mean, color="white", linewidth=3.4, zorder=2.5)  # sets the mean off from the seeds
    markers = marked_points(len(mean), place, len(PART_STYLES))
    return mean_line(axes, epochs, mean, style, width=1.7, size=4.5, edge=1.1, markevery=markers)


def _mark_ends(axes: Axes, lines: Lines, limits: AxisRange) -> None:
    """A cross where each diverged seed ended: at its last value, or at the edge of the axes beyond which that lies."""
    curves = next(iter(lines.seeds.values()))
    ends = set()
    for seed in sorted(lines.diverged.intersection(lines.last_epochs)):
        epoch = lines.last_epochs[seed]
        value = float(curves[seed].to_numpy(dtype=float)[curves.index.get_loc(epoch)])
        ends.add((float(epoch), limits.inside(value)))
    if not ends:
        return
    label = f"diverged: {len(lines.diverged)} of {lines.num_seeds} seeds"
    x, y = zip(*sorted(ends), strict=True)
    crosses(axes, x, y, 7, markeredgewidth=1.6, clip_on=False, label=label)
    for end in sorted(ends)[: 1 if len(ends) > MOST_NAMED_ENDS else None]:
        left = end[0] > 0.75 * max(lines.last_epochs.values())
        axes.annotate(
            "diverged",
            end,
            (-7 if left else 7, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=8,
            bbox=backing(0.2),
        )


def _mark_best_epochs(axes: Axes, lines: Lines, caption: RunCaption) -> None:
    """A small triangle on the epoch axis at each seed's best epoch, where one was chosen."""
    ended = {seed: epoch for seed, epoch in lines.last_epochs.items() if seed not in lines.diverged}
    epochs = [caption.best_epochs[seed] for seed, end in ended.items() if caption.best_epochs.get(seed, end + 1) <= end]
    if epochs:
        axes.plot(
            epochs,
            [0.0] * len(epochs),
            "^",
            color=INK,
            markersize=5,
            alpha=0.7,
            markeredgewidth=0,
            clip_on=False,
            transform=axes.get_xaxis_transform(),
            zorder=5,
            label="best epoch",
        )
