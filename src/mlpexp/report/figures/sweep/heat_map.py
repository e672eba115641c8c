"""The metric over two crossed axes of a sweep, as a table of coloured cells."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.image import AxesImage
from rich.cells import cell_len

from mlpexp.config.scores import Score
from mlpexp.report.drawing.axis_ranges import LOG_FROM, LOWEST_SHOWN, PER_CENT
from mlpexp.report.drawing.marks import colour_bar
from mlpexp.report.drawing.style import INK, SCALE, Drawing, in_style, new_figure
from mlpexp.report.drawing.told import ToldCells, tell
from mlpexp.report.drawing.value_axis import LETTER_WIDTH
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.notes import lost_note, scope_note, seeds_note
from mlpexp.report.numbers.over_seeds import group_means
from mlpexp.report.numbers.settings import Setting, settings_of
from mlpexp.report.numbers.sweep_caption import SweepAxis
from mlpexp.report.numbers.told_words import told_mean
from mlpexp.report.words import note

EMPTY = "#DDDDDD"
MOST_ONE_LINE_COLUMNS = 5
MOST_TWO_LINE_COLUMNS = 10
MOST_COLUMNS_WITH_NUMBERS = 16
MOST_NAMED_ROWS = 25
EQUAL_CONTRAST = 0.21  # luminance from which white has too little of it


def draw_heat_map(data: ArmsData) -> Drawing | None:
    """Mean of each combination of two axes with half the width of its interval; None unless two axes are crossed.

    Of several pairs of crossed axes, the one with the most combinations; all other axes as in the best arm.
    """
    crossed = [pair for pair in combinations(data.caption.axes, 2) if data.crossed(*pair)]
    if not crossed:
        return None
    pair = max(crossed, key=lambda axes: len(axes[0].values) * len(axes[1].values))
    down, across = sorted(pair, key=lambda axis: len(axis.values))  # the longer one has the width of the page
    setting = settings_of(data, down, across)[0]
    points = group_means(setting.outcomes, [down.key, across.key], data.caption.score)
    down, across = (_with_values(axis, points[axis.key].tolist()) for axis in (down, across))
    if min(len(down.values), len(across.values)) < 2:  # of arms that are listed one by one
        return None
    return _draw(points, down, across, setting, data)


def _with_values(axis: SweepAxis, present: Sequence[str]) -> SweepAxis:
    return axis.with_values([place for place, value in enumerate(axis.values) if value in set(present)])


@in_style()
def _draw(points: pd.DataFrame, down: SweepAxis, across: SweepAxis, setting: Setting, data: ArmsData) -> Drawing:
    caption = data.caption
    crowded = points["diverged"].any() and len(across.values) > MOST_ONE_LINE_COLUMNS
    height = 1.5 + float(np.clip((0.45 if crowded else 0.36) * len(down.values), 1.3, 4.5))
    figure = new_figure(caption.title, _note(points, down, across, setting, data), height=height, shape="fixed")
    axes = figure.add_subplot()
    means, norm = _cells(points, down, across), _norm(points["mean"].to_numpy(dtype=float), caption.score)
    decimals = _decimals(points, caption.score, norm)
    scale = SCALE if caption.score.higher_is_better else f"{SCALE}_r"
    colours = matplotlib.colormaps[scale].with_extremes(bad=EMPTY)
    image = axes.imshow(np.ma.masked_invalid(means), cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    _tell_cells(image, points, down, across, caption.metric_label)
    _name_values(axes, down, across)
    if len(across.values) <= MOST_COLUMNS_WITH_NUMBERS and len(down.values) <= MOST_NAMED_ROWS:
        for point in points.to_dict("records"):
            place = (across.values.index(point[across.key]), down.values.index(point[down.key]))
            _write_cell(axes, place, point, image, len(across.values), decimals)
    if points["mean"].notna().any():
        colour_bar(figure, image, axes, caption.metric_label)
    return Drawing(figure, points)


def _cells(points: pd.DataFrame, down: SweepAxis, across: SweepAxis) -> np.ndarray:
    table = points.pivot(index=down.key, columns=across.key, values="mean")
    return table.reindex(index=list(down.values), columns=list(across.values)).to_numpy(dtype=float)


def _tell_cells(image: AxesImage, points: pd.DataFrame, down: SweepAxis, across: SweepAxis, label: str) -> None:
    said = {(point[down.key], point[across.key]): told_mean(point, label) for point in points.to_dict("records")}
    rows, columns = ([f"{axis.label} {axis.short(value)}" for value in axis.values] for axis in (down, across))
    cells = [[said.get((row, column), "") for column in across.values] for row in down.values]
    tell(image, ToldCells(rows, columns, cells))


def _norm(means: np.ndarray, score: Score) -> Normalize:
    finite = means[np.isfinite(means)]
    if not finite.size:
        return Normalize(0, 1)
    low, high = float(finite.min()), float(finite.max())
    if score.log_axis and low > 0 and high > LOG_FROM * low:
        return LogNorm(low, high)
    low = max(low, LOWEST_SHOWN) if np.isinf(score.floor) and not score.is_unbounded and high > LOWEST_SHOWN else low
    return Normalize(low, high if high > low else low + 1)


def _name_values(axes: Axes, down: SweepAxis, across: SweepAxis) -> None:
    for axis, which in ((down, axes.yaxis), (across, axes.xaxis)):
        count = len(axis.values)
        every = -(-count // MOST_NAMED_ROWS)
        texts = [axis.short(value) for value in axis.values]
        which.set_ticks(range(0, count, every), texts[::every])
        which.set_ticks(np.arange(count + 1) - 0.5, minor=True)
        which.set_label_text(axis.label)
    if max(cell_len(across.short(value)) for value in across.values) * LETTER_WIDTH > 4.0 / min(
        len(across.values), MOST_NAMED_ROWS
    ):
        axes.tick_params(axis="x", labelrotation=40)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor", fontsize=7.5)
    axes.grid(visible=False, which="major")
    axes.grid(visible=True, which="minor", color="white", linewidth=1.0)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)


def _write_cell(
    axes: Axes, place: tuple[int, int], point: Mapping[Any, Any], image: AxesImage, columns: int, decimals: str
) -> None:
    """Mean, interval and number of diverged trials in letters that can be read on the colour of the cell."""
    mean = point["mean"]
    colour = _readable(np.asarray(image.cmap(image.norm(mean)))) if point["n"] else INK
    large = 8.5 if columns <= MOST_ONE_LINE_COLUMNS else 7.5 if columns <= MOST_TWO_LINE_COLUMNS else 6
    lines = [f"{mean:{decimals}}"] if point["n"] else []
    if columns <= MOST_TWO_LINE_COLUMNS and np.isfinite(point["high"]):
        above, below = (f"{distance:{decimals}}" for distance in (point["high"] - mean, mean - point["low"]))
        between = " " if columns <= MOST_ONE_LINE_COLUMNS and above == below else "\n"
        lines[0] += between + (f"±{above}" if above == below else f"-{below} +{above}")  # at an end of the score
    lost = int(point["diverged"] + point["failed"])
    if lost:
        lines.append(f"× {lost}/{int(point['trials'])}" if columns <= MOST_TWO_LINE_COLUMNS else f"×{lost}")
    text = "\n".join(lines)
    axes.text(*place, text, ha="center", va="center", fontsize=large, color=colour, linespacing=1.05)


def _readable(ground: np.ndarray) -> str:
    """White or dark letters, whichever differ more from a background in red, green and blue.

    References:
        W3C (2018), "Web Content Accessibility Guidelines 2.1", relative luminance and contrast ratio.
    """
    parts = ground[:3]
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ np.array([0.2126, 0.7152, 0.0722]))
    return INK if luminance > EQUAL_CONTRAST else "white"


def _decimals(points: pd.DataFrame, score: Score, norm: Normalize) -> str:
    """The format of all numbers: as many decimals as the largest mean needs."""
    largest = float(points["mean"].abs().max())
    if score.higher_is_better and not score.is_unbounded:
        return ".2f" if score.scale == PER_CENT else ".4f"
    if isinstance(norm, LogNorm) or not 0 < largest < np.inf:
        return ".2g"
    return f".{int(np.clip(2 - np.floor(np.log10(largest)), 0, 5))}f"


def _note(points: pd.DataFrame, down: SweepAxis, across: SweepAxis, setting: Setting, data: ArmsData) -> str:
    names = [f"{across.short(a)} ({down.short(d)})" for a, d in zip(points[across.key], points[down.key], strict=True)]
    lost = lost_note(points, names)
    return note(
        seeds_note(points, "mean ± half the 95 % interval (t)"),
        scope_note(points, data.caption),
        setting.note,
        data.caption.selection_note,
        f"{lost} (×)" if lost else "",
    )
