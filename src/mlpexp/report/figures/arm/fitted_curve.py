"""The fitted curve of a function of one variable, with the samples and the true function."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.report.drawing.marks import seed_lines, strength
from mlpexp.report.drawing.style import (
    BLUE,
    GREY,
    INK,
    PART_STYLES,
    Drawing,
    in_style,
    legend_above,
    new_figure,
    scatter_size,
)
from mlpexp.report.drawing.told import ToldLines, tell
from mlpexp.report.figures.arm.boundary import constant_words
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.numbers.told_words import seed_name
from mlpexp.report.words import note as joined

CURVE_COLUMNS = ("seed", "predicted", "truth")


@dataclass(frozen=True)
class Fit:
    """What the seeds of one experiment have learned."""

    feature: str
    """Name of the variable."""
    by_seed: pd.DataFrame
    """A row per value of the variable and a column per seed."""
    mean: pd.Series
    """Over the seeds that did not diverge; empty if all did."""
    truth: pd.Series | None
    """The noise-free function; None where it is not known."""
    points: pd.DataFrame
    """The samples of the first seed, as it splits them."""


@in_style()
def draw_curve(curve: pd.DataFrame, predictions: pd.DataFrame | None, caption: RunCaption) -> Drawing | None:
    """What each seed has learned (thin), the mean over seeds (thick), the true function (dashed), and the samples.

    Args:
        curve: Per seed, the prediction on a grid of the one feature, and the noise-free function where it is known.
        predictions: The samples, with the feature as a column; None to draw the curves alone.
        caption: Of the run.
    """
    fit = fit_of(curve, predictions, caption.diverged)
    if fit is None:
        return None
    low, high = fit_height([fit])
    note = _curve_note(fit.by_seed, caption, has_points=len(fit.points) > 0)
    note = joined(note, constant_words(fit.points, [fit.feature]))
    if len(fit.mean) and not fit.mean.between(low, high).any():
        note += f"\nthe {'mean' if len(fit.by_seed.columns) > 1 else 'network'} lies outside of these axes"
    figure = new_figure(caption.title, note)
    axes = figure.add_subplot()
    draw_fit(axes, fit, scatter_size(len(fit.points)))
    axes.set(xlabel=fit.feature, xlim=fit_width([fit]), ylabel=caption.target, ylim=(low, high))
    legend_above(axes)
    return Drawing(figure, fit_numbers(curve, fit))


def fit_of(
    curve: pd.DataFrame, predictions: pd.DataFrame | None, diverged: AbstractSet[int] = frozenset()
) -> Fit | None:
    """What there is to draw of one experiment; None without a curve over one feature."""
    features = [column for column in curve.columns if column not in CURVE_COLUMNS]
    if len(features) != 1 or curve.empty:
        return None
    x = features[0]
    by_seed = curve.pivot(index=x, columns="seed", values="predicted")
    sound = curve[np.isfinite(curve["predicted"]) & ~curve["seed"].isin(diverged)]
    mean = sound.groupby(x)["predicted"].mean()
    truth = curve.drop_duplicates(x).set_index(x)["truth"].sort_index() if "truth" in curve.columns else None
    points = pd.DataFrame(columns=["seed", "part", x, "target"])
    if predictions is not None and x in predictions.columns:
        points = predictions[predictions["seed"] == by_seed.columns[0]]
    return Fit(x, by_seed, mean, truth, points)


def draw_fit(axes: Axes, fit: Fit, marker_size: float) -> None:
    """The samples, each seed, their mean and the true function; ``marker_size`` in square points."""
    _draw_samples(axes, fit.points, fit.feature, marker_size)
    _draw_seeds(axes, fit)
    if fit.truth is not None:
        axes.plot(fit.truth.index, fit.truth, "--", color=INK, linewidth=1.3, label="true function", zorder=4)


def _curve_note(fits: pd.DataFrame, caption: RunCaption, *, has_points: bool) -> str:
    seeds = fits.columns
    diverged = len(caption.diverged.intersection(seeds))
    note = "one seed, diverged" if diverged else "one seed"
    if len(seeds) > 1:
        note = f"thick: mean of n = {len(seeds) - diverged} seeds, thin: each seed"
        if diverged:
            note += f"; {diverged} diverged, not in the mean"
        if diverged == len(seeds):
            note = f"all {diverged} seeds diverged; a line per seed"
        if has_points:
            note += f"; samples {'of' if caption.new_data else 'as split by'} seed {seeds[0]}"
    return note


def _draw_samples(axes: Axes, points: pd.DataFrame, x: str, size: float) -> None:
    for part, style in PART_STYLES.items():
        rows = points[points["part"] == part]
        if len(rows):
            filled = part == "train"
            axes.scatter(
                rows[x],
                rows["target"],
                s=size,
                marker=style.marker,
                alpha=0.75 if filled else 1,
                facecolors=GREY if filled else "white",
                edgecolors=GREY if filled else style.colour,
                linewidths=0 if filled else 0.8,
                label=style.label,
                zorder=2,
                rasterized=len(rows) > 2000,
            )


def _draw_seeds(axes: Axes, fit: Fit) -> None:
    """Each seed, if there are several or it diverged, and their mean."""
    fits, mean = fit.by_seed, fit.mean
    if len(fits.columns) > 1 or mean.empty:
        largest = np.abs(fit_height([fit]) if mean.empty else mean).max()
        limit = 10 * (1 + float(largest))  # the renderer overflows on the curve of a seed that exploded
        values, alpha = fits.clip(-limit, limit).to_numpy(dtype=float), strength(len(fits.columns), 3.5, 0.08, 0.5)
        drawn = seed_lines(axes, fits.index.to_numpy(dtype=float), values, BLUE, alpha, linewidths=0.7, zorder=3)
        tell(drawn, ToldLines([f"network, {seed_name(seed)}" for seed in fits.columns]))
    label = "network" if len(fits.columns) == 1 or mean.empty else "network (mean)"
    axes.plot(mean.index, mean, color=BLUE, linewidth=1.9, label=label, zorder=3.5)


def fit_width(fits: Sequence[Fit]) -> tuple[float, float]:
    """The range of the variable with a margin."""
    low, high = min(fit.by_seed.index.min() for fit in fits), max(fit.by_seed.index.max() for fit in fits)
    margin = 0.015 * float(high - low)
    return low - margin, high + margin


def fit_height(fits: Sequence[Fit]) -> tuple[float, float]:
    """The range of the samples and the true functions with a margin; a wild fit leaves it."""
    heights = [
        values for fit in fits for values in (fit.points["target"], fit.truth) if values is not None and len(values)
    ]
    means = [fit.by_seed.stack() if fit.mean.empty else fit.mean for fit in fits]
    all_values = pd.concat(heights or means).to_numpy(dtype=float)
    values = all_values[np.isfinite(all_values)] if np.isfinite(all_values).any() else np.zeros(1)
    margin = 0.12 * (np.ptp(values) or 1.0)
    return float(values.min() - margin), float(values.max() + margin)


def fit_numbers(curve: pd.DataFrame, fit: Fit) -> pd.DataFrame:
    """Everything drawn as points of lines: what, seed (where it is of one), x, y."""
    x, points = fit.feature, fit.points
    lines = {"mean": fit.mean} if fit.truth is None else {"mean": fit.mean, "true function": fit.truth}
    pieces = [pd.DataFrame({"what": what, "x": line.index, "y": line.to_numpy()}) for what, line in lines.items()]
    pieces.append(pd.DataFrame({"what": "network", "seed": curve["seed"], "x": curve[x], "y": curve["predicted"]}))
    if len(points):
        samples = {"what": points["part"] + " sample", "seed": points["seed"], "x": points[x], "y": points["target"]}
        pieces.append(pd.DataFrame(samples))
    table = pd.concat(pieces, ignore_index=True)[["what", "seed", "x", "y"]]
    table["seed"] = table["seed"].astype("Int64")
    return table
