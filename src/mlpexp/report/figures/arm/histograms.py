"""Distributions, layer by layer: weights before and after training, activations."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpexp.report.drawing.style import BLUE, GREEN, INK, Drawing, in_style, new_figure
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import note as joined
from mlpexp.report.words import thousands

MOST_HISTOGRAMS = 12
MOST_BESIDE = 3
LONGEST_NAME = 18  # letters of a layer and its number of values, in a line
DASHED = (0, (3, 1))
PEAK = 4.0  # a bin this many times higher than all others is cut and labelled, or nothing else could be seen


@in_style()
def draw_weights(histograms: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Weights of each layer, initial (line) and final (filled); None without rows."""
    rows = histograms[histograms["kind"].isin(("weights initial", "weights final"))]
    if rows.empty:
        return None
    note = f"weights of each layer, seed {_seed(rows)}: dashed before, filled after training"
    layers, figure = _panels(rows, caption, note)
    for axes, layer in zip(figure.axes, layers, strict=True):
        of_layer = rows[rows["layer"] == layer]
        before, after = (of_layer[of_layer["kind"] == kind] for kind in ("weights initial", "weights final"))
        _fill(axes, after, BLUE)
        _outline(axes, before)
        _set_axes(axes, [after, before])
        _name_panel(axes, layer, {"before": before, "after": after})
    figure.supxlabel("weight", fontsize=9)
    _name_density(figure)
    return Drawing(figure, _numbers(rows, layers))


@in_style()
def draw_activations(histograms: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Outputs of each activation layer on training samples; None without rows."""
    rows = histograms[histograms["kind"] == "activations"]
    if rows.empty:
        return None
    note = f"outputs of each hidden layer on training samples after training, seed {_seed(rows)}"
    layers, figure = _panels(rows, caption, note)
    for axes, layer in zip(figure.axes, layers, strict=True):
        bins = rows[rows["layer"] == layer]
        _fill(axes, bins, GREEN)
        _set_axes(axes, [bins])
        _name_panel(axes, layer, {"": bins})
    figure.supxlabel("activation", fontsize=9)
    _name_density(figure)
    return Drawing(figure, _numbers(rows, layers))


def _panels(rows: pd.DataFrame, caption: RunCaption, note: str) -> tuple[list[str], Figure]:
    """The layers to show, and a figure with an axes for each."""
    layers = list(dict.fromkeys(rows["layer"]))
    if len(layers) > MOST_HISTOGRAMS:
        note += f"\nthe first {MOST_HISTOGRAMS} of {len(layers)} layers"
        layers = layers[:MOST_HISTOGRAMS]
    columns = min(MOST_BESIDE, len(layers)) if len(layers) != 4 else 2
    num_rows = -(-len(layers) // columns)
    figure = new_figure(caption.title, note, height=0.9 + (2.0 if num_rows == 1 else 1.55 * num_rows), shape="fixed")
    for position in range(len(layers)):
        axes = figure.add_subplot(num_rows, columns, position + 1)
        axes.locator_params(axis="x", nbins=5 if columns < MOST_BESIDE else 3)
        axes.locator_params(axis="y", nbins=4)
        axes.tick_params(labelsize=7.5)
    return layers, figure


def _seed(rows: pd.DataFrame) -> int:
    return int(rows["seed"].iloc[0])


def _name_density(figure: Figure) -> None:
    if any(len(axes.get_yticks()) for axes in figure.axes):
        figure.supylabel("density", fontsize=9)


def _name_panel(axes: Axes, layer: str, histograms: Mapping[str, pd.DataFrame]) -> None:
    """The layer and its number of values; below, what no bars can say of those before and after."""
    n = max(int(bins["count"].sum()) for bins in histograms.values())
    count = f"n = {n:,}" if n < 10_000 else f"n = {thousands(n)}"
    lines = [f"{layer}, {count}"] if len(layer) + len(count) < LONGEST_NAME else [layer, count]
    for when, bins in histograms.items():
        words = joined("" if (value := _only_value(bins)) is None else f"all {value:.4g}", _lost_words(bins))
        lines += [f"{when}: {words}" if when else words] if words else []
    axes.set_title("\n".join(lines), fontsize=8.5 if len(lines) == 1 else 7.5)


def _lost_words(bins: pd.DataFrame) -> str:
    lost = int(bins.loc[bins["low"].isna(), "count"].sum())
    return f"{lost:,} not finite, left out" if lost else ""


def _only_value(bins: pd.DataFrame) -> float | None:
    """The value that all have, or nearly, whose bins have no width; None where there are several, or none."""
    finite = bins.dropna(subset="low")
    is_one = len(finite) == 1 or (len(finite) > 1 and finite["high"].max() == finite["low"].min())
    return float(finite["low"].iloc[0]) if is_one else None


def _merged(all_bins: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring bins merged until there are no more than the number of values can fill; none of equal values.

    References:
        Terrell and Scott (1985), "Oversmoothed nonparametric density estimates", section 2: at least ``(2 n)^(1/3)`` bins.
        The number here, ``2 n^(1/3)``, is the Rice rule, which shows more detail.
    """
    bins = all_bins.dropna(subset="low")
    if bins.empty or _only_value(bins) is not None:
        return bins.iloc[:0]
    ratio = len(bins) / max(2 * float(bins["count"].sum()) ** (1 / 3), 1)
    divisors = [d for d in range(1, len(bins) + 1) if len(bins) % d == 0]
    group = np.arange(len(bins)) // min(divisors, key=lambda d: abs(np.log(d / ratio)))
    how = {"seed": "first", "kind": "first", "layer": "first", "low": "first", "high": "last", "count": "sum"}
    return bins.groupby(group).agg(how)


def _edges(bins: pd.DataFrame) -> np.ndarray:
    """Borders of the bins."""
    return np.append(bins["low"].to_numpy(dtype=float), float(bins["high"].iloc[-1]))


def _density(bins: pd.DataFrame) -> np.ndarray:
    """Share of all values per unit of the axis, so that bins of different width can be compared."""
    counts = bins["count"].to_numpy(dtype=float)
    return np.asarray(counts / (max(counts.sum(), 1) * np.diff(_edges(bins))))


def _fill(axes: Axes, bins: pd.DataFrame, colour: str) -> None:
    merged = _merged(bins)
    if len(merged):
        axes.stairs(_density(merged), _edges(merged), fill=True, color=colour, alpha=0.55, linewidth=0)
        axes.stairs(_density(merged), _edges(merged), color=colour, linewidth=1.0)
    elif (value := _only_value(bins)) is not None:
        axes.axvline(value, color=colour, linewidth=3.0, alpha=0.75)


def _outline(axes: Axes, bins: pd.DataFrame) -> None:
    merged = _merged(bins)
    if len(merged):
        axes.stairs(_density(merged), _edges(merged), color=INK, linewidth=1.0, linestyle=DASHED)
    elif (value := _only_value(bins)) is not None:
        axes.axvline(value, color=INK, linewidth=1.0, linestyle=DASHED)


def _set_axes(axes: Axes, histograms: list[pd.DataFrame]) -> None:
    """The ranges of both axes; where there are no bars, nothing is measured upwards."""
    bars = [merged for bins in histograms if len(merged := _merged(bins))]
    if bars:
        _limit_peak(axes, bars)
        return
    values = [value for bins in histograms if (value := _only_value(bins)) is not None]
    if values:
        room = max(np.ptp(values), abs(values[0]) / 2) or 1.0
        axes.set_xlim(min(values) - room, max(values) + room)
    axes.locator_params(axis="x", nbins=3)
    axes.set(ylim=(0, 1), yticks=[])


def _limit_peak(axes: Axes, present: list[pd.DataFrame]) -> None:
    """Cuts a bin that towers above the others, such as the zeros of a ReLU, and writes its share beside it."""
    densities = np.sort(np.concatenate([_density(bins) for bins in present]))
    densities = densities[densities > 0]
    top = 1.08 * densities[-1] if len(densities) else 1.0
    if len(densities) > 2 and densities[-1] > PEAK * densities[-2]:
        top = 1.5 * densities[-2]
        for bins in present:
            density = _density(bins)
            highest = int(density.argmax())
            if density[highest] > top:
                _label_peak(axes, bins, highest)
    axes.set_ylim(0, top)


def _label_peak(axes: Axes, bins: pd.DataFrame, highest: int) -> None:
    edges, count = _edges(bins), bins["count"].to_numpy(dtype=float)
    center = (edges[highest] + edges[highest + 1]) / 2
    right = center < (edges[0] + edges[-1]) / 2
    axes.annotate(
        f"↑ {100 * count[highest] / count.sum():.0f} % in this bin",
        (center, 1),
        (7 if right else -7, -3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        fontsize=7,
    )


def _numbers(rows: pd.DataFrame, layers: list[str]) -> pd.DataFrame:
    """The bars; equal values, and those that are left out, without a density."""
    shown = rows[rows["layer"].isin(layers)]
    pieces = []
    for _, bins in shown.groupby(["kind", "layer"], sort=False):
        merged = _merged(bins)
        pieces += [merged.assign(density=_density(merged))] if len(merged) else []
        others = bins if merged.empty else bins[bins["low"].isna()]
        pieces += [others.assign(density=np.nan)] if len(others) else []
    return pd.concat(pieces, ignore_index=True)
