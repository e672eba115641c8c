"""Loss, accuracy (or R²) and learning rate over epochs: each seed a thin line, their mean a thick one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from mlpexp.report.drawing.axis_ranges import AxisRange, loss_range, score_range, share_range
from mlpexp.report.drawing.style import BLUE, INK, PARTS, Drawing, PartStyle, in_style, legend_above, new_figure
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.numbers.seed_curves import diverged_seeds, mean_curve, numbers_table, seed_curves

MARKS_PER_LINE = 8
MOST_NAMED_ENDS = 3
BACKING = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.2}  # behind a word that lines may cross


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

    @property
    def num_seeds(self) -> int:
        """Number of seeds, diverged ones included."""
        return len(self.last_epochs)


def draw_loss(metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Loss of each part; the axis is logarithmic if the values span more than two decades. None without values."""
    lines = _lines(metrics, "loss", caption)
    if not lines.seeds:
        return None
    label = caption.loss if "test" in lines.seeds else f"{caption.loss}, no test split"
    return _draw(lines, label, loss_range(list(lines.seeds.values()), lines.diverged), caption)


def draw_quantization_error(metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Mean distance of the samples from their nearest unit, on an axis like that of the loss; None without values."""
    lines = _lines(metrics, "quantization_error", caption)
    if not lines.seeds:
        return None
    label = "quantization error" if "test" in lines.seeds else "quantization error, no test split"
    return _draw(lines, label, loss_range(list(lines.seeds.values()), lines.diverged), caption)


def draw_topographic_error(metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Share of samples whose two nearest units are not neighbours, in per cent; None without values."""
    lines = _lines(metrics, "topographic_error", caption, scale=100.0)
    if not lines.seeds:
        return None
    label = "topographic error (%)" if "test" in lines.seeds else "topographic error (%), no test split"
    return _draw(lines, label, share_range(list(lines.seeds.values()), lines.diverged), caption)


def draw_accuracy(metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Accuracy of each part in per cent; None without values.

    The axis ends at 100 % and begins where the second half of training needs it, so that differences near the top can
    be seen; if there are values below it, a note says so.
    """
    return _draw_score(_lines(metrics, "accuracy", caption, scale=100.0), "accuracy (%)", 100.0, caption)


def draw_r2(metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """R² of each part, on an axis like that of the accuracy; None without values."""
    return _draw_score(_lines(metrics, "r2", caption), "R²", 1.0, caption)


def _draw_score(lines: Lines, label: str, best: float, caption: RunCaption) -> Drawing | None:
    if not lines.seeds:
        return None
    if set(lines.seeds) == {"train"}:
        label = f"training {label}, no test split"
    return _draw(lines, label, score_range(list(lines.seeds.values()), lines.diverged, best), caption)


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
    axes.plot(rates["epoch"], values, color=BLUE, linewidth=1.6)
    if 0 < np.quantile(values, 0.1) < values.max() / 100:  # a cosine ends near 0 but does not stay there
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, 1.06 * values.max())
    axes.set_ylabel("learning rate")
    _epoch_axis(axes, int(rates["epoch"].max()))
    return Drawing(figure, rates)


def _lines(metrics: pd.DataFrame, kind: str, caption: RunCaption, scale: float = 1.0) -> Lines:
    diverged = diverged_seeds(metrics, caption.diverged)
    parts = [part for part in PARTS if f"{part}_{kind}" in metrics.columns]
    parts = [part for part in parts if np.isfinite(metrics[f"{part}_{kind}"]).any()]
    seeds = {part: seed_curves(metrics, f"{part}_{kind}") * scale for part in parts}
    means = {part: mean_curve(curves, diverged) for part, curves in seeds.items()}
    last = metrics.groupby("seed")["epoch"].max()
    return Lines(seeds, means, dict(zip(last.index.tolist(), last.tolist(), strict=True)), diverged)


@in_style()
def _draw(lines: Lines, label: str, limits: AxisRange, caption: RunCaption) -> Drawing:
    figure = new_figure(caption.title, _note(lines, caption, limits))
    axes = figure.add_subplot()
    _epoch_axis(axes, max(lines.last_epochs.values()))
    axes.set(yscale="log" if limits.log else "linear", ylim=(limits.low, limits.high), ylabel=label)
    if not limits.log:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    for position, (part, curves) in enumerate(lines.seeds.items()):
        style = _style(part, caption)
        if lines.num_seeds > 1:
            _draw_seeds(axes, curves, style, limits)
        _draw_mean(axes, _shown(lines.means[part])["mean"].clip(*limits.outside), style, position)
    _mark_ends(axes, lines, limits)
    _mark_best_epochs(axes, lines, caption)
    legend_above(axes)
    tables = [numbers_table(part, curves, lines.means[part]) for part, curves in lines.seeds.items()]
    return Drawing(figure, pd.concat(tables, ignore_index=True))


def _note(lines: Lines, caption: RunCaption, limits: AxisRange) -> str:
    """What thick, thin and triangles mean, n, and what is not shown."""
    best = f"triangle: best epoch by {caption.selected_by}" if caption.best_epochs else ""
    return "; ".join(filter(None, [_means_note(lines), best, limits.note]))


def _means_note(lines: Lines) -> str:
    num_seeds, num_diverged = lines.num_seeds, len(lines.diverged)
    if num_seeds == 1:
        return "one seed, diverged" if num_diverged else "one seed"
    if num_diverged == num_seeds:
        return f"all {num_seeds} seeds diverged; thick: their mean, thin: each seed"
    counts = pd.concat([_shown(means)["n"] for means in lines.means.values()])
    most, least = (int(counts.max()), int(counts.min())) if len(counts) else (0, 0)
    n = f"{most} seeds" if most == least else f"{most} to {least} seeds still in training"
    if num_diverged:
        n += f" ({num_diverged} of {num_seeds} diverged, left out)"
    return f"thick: mean of n = {n}; thin: each seed"


def _shown(means: pd.DataFrame) -> pd.DataFrame:
    """The mean as long as half of the seeds are in training; that of the last few would seem to continue it."""
    return means[2 * means["n"] >= means["n"].max()]


def _style(part: str, caption: RunCaption) -> PartStyle:
    style = PARTS[part]
    if part == "train" and caption.running_train_metrics:
        return style._replace(label="training (mean over the epoch)")
    return style


def _draw_seeds(axes: Axes, curves: pd.DataFrame, style: PartStyle, limits: AxisRange) -> None:
    # Far outside is drawn as just outside: the renderer overflows on 1e30, and a line to infinity is not drawn at all.
    values = np.clip(curves.to_numpy(dtype=float), *limits.outside)
    epochs = curves.index.to_numpy(dtype=float)
    segments = [np.column_stack([epochs, one])[~np.isnan(one)] for one in values.T]
    strength = float(np.clip(3.5 / len(segments), 0.02, 0.45))
    thin = LineCollection(segments, colors=style.colour, linewidths=0.6, alpha=strength)
    axes.add_collection(thin, autolim=False)


def _draw_mean(axes: Axes, mean: "pd.Series[float]", style: PartStyle, position: int) -> None:
    every = max(1, len(mean) // MARKS_PER_LINE)
    axes.plot(mean.index, mean, color="white", linewidth=3.4, zorder=2.5)  # sets the mean off from the seeds
    axes.plot(
        mean.index,
        mean,
        style.line,
        color=style.colour,
        linewidth=1.7,
        label=style.label,
        zorder=3,
        marker=style.marker,
        markersize=4.5,
        markerfacecolor="white",
        markeredgewidth=1.1,
        markevery=(position * every // 3, every),
    )


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
    axes.plot(x, y, "x", color=INK, markersize=7, markeredgewidth=1.6, clip_on=False, zorder=5, label=label)
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
            bbox=BACKING,
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


def _epoch_axis(axes: Axes, last_epoch: int) -> None:
    last = max(last_epoch, 1)
    axes.set(xlabel="epoch", xlim=(-0.012 * last, 1.012 * last))  # room for the markers at both ends
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
