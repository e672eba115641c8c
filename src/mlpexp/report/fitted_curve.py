"""The fitted curve of a function of one variable, with the samples and the true function."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from mlpexp.report.facts import RunFacts
from mlpexp.report.parts import sound_seeds
from mlpexp.report.style import BLUE, GREY, INK, PARTS, Drawing, in_style, legend_above, new_figure, scatter_size

OWN_COLUMNS = ("seed", "predicted", "truth")


@in_style()
def draw_curve(curve: pd.DataFrame, predictions: pd.DataFrame | None, facts: RunFacts) -> Drawing | None:
    """What each seed has learned (thin), the mean over seeds (thick), the true function (dashed), and the samples.

    Args:
        curve: Per seed, the prediction on a grid of the one feature, and the noise-free function where it is known.
        predictions: The samples, with the feature as a column; None to draw the curves alone.
        facts: Of the run.
    """
    features = [column for column in curve.columns if column not in OWN_COLUMNS]
    if len(features) != 1 or curve.empty:
        return None
    x = features[0]
    fits = curve.pivot(index=x, columns="seed", values="predicted")
    mean = sound_seeds(curve[np.isfinite(curve["predicted"])], facts.diverged).groupby(x)["predicted"].mean()
    truth = curve.drop_duplicates(x).set_index(x)["truth"].sort_index() if "truth" in curve.columns else None
    points = pd.DataFrame(columns=["seed", "part", x, "target"])
    if predictions is not None and x in predictions.columns:
        points = predictions[predictions["seed"] == fits.columns[0]]
    low, high = _height(points, mean, truth)
    note = _curve_note(fits, facts, has_points=len(points) > 0)
    if not mean.between(low, high).any():
        note += f"\nthe {'mean' if len(fits.columns) > 1 else 'network'} lies outside of these axes"
    figure = new_figure(facts.title, note)
    axes = figure.add_subplot()
    _draw_samples(axes, points, x)
    _draw_fits(axes, fits, mean)
    if truth is not None:
        axes.plot(truth.index, truth, "--", color=INK, linewidth=1.3, label="true function", zorder=4)
    margin = 0.015 * float(np.ptp(fits.index))
    axes.set(
        xlabel=x, xlim=(fits.index.min() - margin, fits.index.max() + margin), ylabel=facts.target, ylim=(low, high)
    )
    legend_above(axes)
    return Drawing(figure, _curve_numbers(curve, mean, truth, points, x))


def _curve_note(fits: pd.DataFrame, facts: RunFacts, *, has_points: bool) -> str:
    seeds = fits.columns
    note = "one seed"
    if len(seeds) > 1:
        diverged = len(facts.diverged.intersection(seeds))
        sound = len(seeds) - diverged or len(seeds)
        note = f"thick: mean of n = {sound} seeds, thin: each seed"
        if diverged:
            note += f"; {diverged} diverged" + (", not in the mean" if diverged < len(seeds) else "")
        if has_points:
            note += f"; samples as split by seed {seeds[0]}"
    return note


def _draw_samples(axes: Axes, points: pd.DataFrame, x: str) -> None:
    size = scatter_size(len(points))
    for part, style in PARTS.items():
        rows = points[points["part"] == part]
        if len(rows):
            filled = part == "train"
            axes.scatter(
                rows[x], rows["target"], s=size, marker=style.marker, alpha=0.75 if filled else 1,
                facecolors=GREY if filled else "white", edgecolors=GREY if filled else style.colour,
                linewidths=0 if filled else 0.8, label=style.label, zorder=2, rasterized=len(rows) > 2000,
            )  # fmt: skip


def _draw_fits(axes: Axes, fits: pd.DataFrame, mean: pd.Series) -> None:
    if len(fits.columns) > 1:
        limit = 10 * (1 + float(mean.abs().max()))  # the renderer overflows on the curve of a seed that exploded
        values = fits.clip(-limit, limit)
        segments = [np.column_stack([fits.index, values[seed]]) for seed in fits.columns]
        strength = float(np.clip(3.5 / len(segments), 0.08, 0.5))
        thin = LineCollection(segments, colors=BLUE, linewidths=0.7, alpha=strength, zorder=3)
        axes.add_collection(thin, autolim=False)
    label = "network" if len(fits.columns) == 1 else "network (mean)"
    axes.plot(mean.index, mean, color=BLUE, linewidth=1.9, label=label, zorder=3.5)


def _height(points: pd.DataFrame, mean: pd.Series, truth: pd.Series | None) -> tuple[float, float]:
    """The range of the samples and the true function with a margin; a wild fit leaves it."""
    known = pd.concat([points["target"], *([] if truth is None else [truth])])
    values = (known if len(known) else mean).to_numpy(dtype=float)
    margin = 0.12 * (np.ptp(values) or 1.0)
    return float(values.min() - margin), float(values.max() + margin)


def _curve_numbers(
    curve: pd.DataFrame, mean: pd.Series, truth: pd.Series | None, points: pd.DataFrame, x: str
) -> pd.DataFrame:
    """Everything drawn as points of lines: what, seed (where it is of one), x, y."""
    lines = {"mean": mean} if truth is None else {"mean": mean, "true function": truth}
    pieces = [pd.DataFrame({"what": what, "x": line.index, "y": line.to_numpy()}) for what, line in lines.items()]
    pieces.append(pd.DataFrame({"what": "network", "seed": curve["seed"], "x": curve[x], "y": curve["predicted"]}))
    if len(points):
        samples = {"what": points["part"] + " sample", "seed": points["seed"], "x": points[x], "y": points["target"]}
        pieces.append(pd.DataFrame(samples))
    table = pd.concat(pieces, ignore_index=True)[["what", "seed", "x", "y"]]
    table["seed"] = table["seed"].astype("Int64")
    return table
