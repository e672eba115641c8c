"""The confusion matrix: which classes are taken for which."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from mlpexp.config.scores import PART_LABELS, SCORES
from mlpexp.report.drawing.marks import colour_bar
from mlpexp.report.drawing.style import INK, Drawing, in_style, new_figure
from mlpexp.report.drawing.told import ToldCells, tell
from mlpexp.report.numbers.over_seeds import all_diverged, sound_seeds
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import ALL_EQUAL, distinct_names, percent, same_ends, thousands
from mlpexp.results.judged import judged_part
from mlpexp.statistics.intervals import mean_interval, wilson_interval

MOST_TWO_LINE_CLASSES = 12  # more: cells have room for the count alone
MOST_CLASSES_WITH_NUMBERS = 25
MOST_NAMED_ALL = 45  # more: names of each second or third class
SIDE = 350.0  # points: of the matrix of many classes
TWO_LINES = 30.0  # points: cells so wide have room for the share below the count
SMALLEST, SMALLEST_NAME = 4.2, 5.0  # points: smaller letters cannot be read on paper
SMALLEST_LEVEL = 6.0  # points: before names get smaller, they are turned upright
LETTER_SHARE = 0.62  # width of a letter divided by the size of the letters
DIGIT_SHARE = 0.68  # width of a digit divided by the size of the letters, with a little room


class CellText(NamedTuple):
    """How the counts are written into the cells."""

    size: float
    """In points."""
    shares: bool
    """Whether the share of the true class stands below."""
    thousands: bool = False
    """Whether counts from 10,000 on are written as ``10k``."""


@in_style()
def draw_confusion(predictions: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Counts summed over the seeds that did not diverge, and the share of each true class; None without predictions.

    Of the test part; without one, of the last part there is, which is said.
    """
    part = judged_part(predictions)
    if part is None:
        return None
    rows = sound_seeds(predictions[predictions["part"] == part], caption.diverged)
    num_classes = num_classes_in(rows, caption)
    counts = confusion_counts(rows, num_classes)
    figure = new_figure(
        caption.title, _note(rows, part, predictions["seed"].nunique(), caption), **_size(num_classes), shape="fixed"
    )
    axes = figure.add_subplot()
    image = draw_matrix(axes, counts, _cell_text(counts))
    tell_matrix(image, counts, caption)
    _name_classes(axes, [caption.class_name(k) for k in range(num_classes)], caption.target)
    if num_classes > MOST_NAMED_ALL:
        name_small_classes(
            axes, distinct_names([caption.class_name(k) for k in range(num_classes)], 16), SIDE / num_classes
        )
    if num_classes > MOST_TWO_LINE_CLASSES:
        add_share_bar(figure, [axes], fraction=0.04)
    return Drawing(figure, confusion_numbers(counts, caption))


def num_classes_in(predictions: pd.DataFrame, caption: RunCaption) -> int:
    """Number of classes, with names or without, that occur."""
    return max(len(caption.class_names), int(predictions[["target", "predicted"]].to_numpy().max()) + 1)


def confusion_counts(predictions: pd.DataFrame, num_classes: int) -> np.ndarray:
    """Number of predictions by true class (row) and predicted class (column), ``(K, K)``."""
    cells = predictions["target"].to_numpy(dtype=int) * num_classes + predictions["predicted"].to_numpy(dtype=int)
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes)


class Accuracy(NamedTuple):
    """An accuracy with its 95 % interval: Student's t over seeds, or Wilson's over the samples of a single seed."""

    share: float
    """Of right samples, the mean over seeds."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end."""
    num_seeds: int
    """In the mean."""
    num_samples: int
    """Predictions, of all seeds together."""

    @property
    def interval(self) -> str:
        """``93.03 to 97.64``, or that all seeds are equal."""
        if self.num_seeds > 1 and same_ends(self.low, self.high):
            return ALL_EQUAL
        return f"{percent(self.low)} to {percent(self.high)}"


def accuracy_of(predictions: pd.DataFrame) -> Accuracy:
    """The accuracy of predictions of one part: the mean over their seeds."""
    correct = predictions["target"] == predictions["predicted"]
    shares = correct.groupby(predictions["seed"]).mean()
    if len(shares) > 1:
        mean = mean_interval(shares.to_numpy()).within(*SCORES["accuracy"].ends)
        low, high = mean.low, mean.high
    else:
        low, high = wilson_interval(float(correct.sum()), len(correct))
    return Accuracy(float(shares.mean()), low, high, len(shares), len(correct))


def accuracy_text(predictions: pd.DataFrame) -> str:
    """Accuracy with its interval and where that is from."""
    accuracy = accuracy_of(predictions)
    interval = accuracy.interval if accuracy.interval == ALL_EQUAL else f"95 % interval {accuracy.interval}"
    kind = f"Wilson, n = {accuracy.num_samples:,} samples"
    if accuracy.num_seeds > 1:
        kind = f"t over n = {accuracy.num_seeds} seeds"
    return f"accuracy {percent(accuracy.share)} % ({interval}, {kind})"


def _note(rows: pd.DataFrame, part: str, all_seeds: int, caption: RunCaption) -> str:
    seeds = rows["seed"].nunique()
    counted = f"n = {len(rows):,} predictions on {caption.samples or f'the {PART_LABELS[part]} part'}"
    if seeds > 1:
        counted += f", summed over {seeds} seeds"
    if seeds < all_seeds:
        counted += f"; {all_seeds - seeds} diverged left out"
    if part != "test":
        counted += " (no test split)"
    told = all_diverged(rows, caption.diverged) or f"{accuracy_text(rows)}{caption.behind(seeds)}"
    return f"{counted}{caption.selection_note}\n{told}"


def _size(num_classes: int) -> dict[str, float]:
    if num_classes <= 4:
        return {"height": 3.9}
    return {"height": 5.4} if num_classes <= MOST_TWO_LINE_CLASSES else {"width": 7.0, "height": 6.6}


def _shares(counts: np.ndarray) -> np.ndarray:
    """Per cent of each true class; 0 for a class that does not occur."""
    return np.asarray(100 * counts / np.maximum(counts.sum(1, keepdims=True), 1))


def _cell_text(counts: np.ndarray) -> CellText | None:
    """Of the figure of one run, whose size goes by the number of classes; None for too many."""
    num_classes = len(counts)
    if num_classes > MOST_CLASSES_WITH_NUMBERS:
        return None
    size = 10.0 if num_classes <= 4 else 7.5 if num_classes <= MOST_TWO_LINE_CLASSES else 6.5
    if counts.max() > 999 and num_classes > 4:
        size -= 0.5
    return CellText(size, shares=num_classes <= MOST_TWO_LINE_CLASSES)


def fitting_text(cell_points: float, largest: int) -> CellText | None:
    """The largest text that fits into cells of a given width in points; None if it could not be read on paper.

    Args:
        cell_points: Width and height of a cell.
        largest: Of all counts.
    """
    digits = len(f"{largest}")
    if cell_points >= TWO_LINES:
        return CellText(min(9.5, cell_points / 3.6, cell_points / (DIGIT_SHARE * digits)), shares=True)
    size = min(8.0, 0.7 * cell_points, cell_points / (DIGIT_SHARE * digits))
    if size >= SMALLEST:
        return CellText(size, shares=False)
    size = min(8.0, 0.7 * cell_points, cell_points / (DIGIT_SHARE * 4))
    return CellText(size, shares=False, thousands=True) if size >= SMALLEST and digits > 4 else None


def draw_matrix(axes: Axes, counts: np.ndarray, text: CellText | None, gap: float = 1.0) -> AxesImage:
    """Cells coloured by the share of the true class, ``gap`` points apart, with counts unless ``text`` is None."""
    shares, num_classes = _shares(counts), len(counts)
    norm = PowerNorm(0.5, 0, 100)  # the square root makes rare mistakes visible beside a full diagonal
    image = axes.imshow(shares, cmap="Blues", norm=norm, interpolation="nearest")
    axes.grid(visible=False)
    between, ends = np.arange(num_classes - 1) + 0.5, (-0.5, num_classes - 0.5)
    gaps: dict[str, Any] = {"colors": "white", "linewidth": gap, "in_layout": False}
    axes.vlines(between, *ends, **gaps)
    axes.hlines(between, *ends, **gaps)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if text is None:
        return image
    for row, column in zip(*np.nonzero(counts), strict=True):  # empty cells stay empty: mistakes stand out
        count, colour = counts[row, column], "white" if shares[row, column] > 35 else INK
        written = thousands(count) if text.thousands and count > 9999 else f"{count}"
        if not text.shares:
            _write(axes, column, row, written, va="center", fontsize=text.size, color=colour)
            continue
        _write(axes, column, row - 0.03, written, va="bottom", fontsize=text.size, color=colour)
        share = f"{shares[row, column]:.1f} %"
        _write(axes, column, row + 0.06, share, va="top", fontsize=0.76 * text.size, color=colour)
    return image


def tell_matrix(image: AxesImage, counts: np.ndarray, caption: RunCaption) -> None:
    """What each cell says: both classes, the count, its share of the true class."""
    names, shares = [caption.class_name(k) for k in range(len(counts))], _shares(counts)
    cells = [
        [f"{count:,} ({share:.1f} % of the true class)" for count, share in zip(*row, strict=True)]
        for row in zip(counts, shares, strict=True)
    ]
    tell(image, ToldCells([f"true {name}" for name in names], [f"predicted {name}" for name in names], cells))


def _write(axes: Axes, x: float, y: float, written: str, **style: Any) -> None:
    """Text within a cell, which has no say in the layout of the page."""
    axes.text(x, y, written, ha="center", in_layout=False, **style)


def add_share_bar(figure: Figure, panels: list[Axes], *, fraction: float) -> None:
    """The scale of the colours, beside all panels; ``fraction``: of their width."""
    label, ticks = "share of the true class (%)", [0, 1, 5, 20, 50, 100]
    colour_bar(figure, panels[0].images[0], panels, label, fraction=fraction, ticks=ticks)


def _name_classes(axes: Axes, names: list[str], target: str) -> None:
    short = distinct_names(names, 16)
    size = 8 if len(names) <= MOST_TWO_LINE_CLASSES else 7
    crowded = sum(map(len, short)) > 55 or (max(map(len, short)) > 9 and len(names) > 4)
    if crowded:
        axes.set_xticks(range(len(names)), short, fontsize=size, rotation=40, ha="right", rotation_mode="anchor")
    else:
        axes.set_xticks(range(len(names)), short, fontsize=size)
    axes.set_yticks(range(len(names)), short, fontsize=size)
    axes.set_xlabel(f"predicted {target}")
    axes.set_ylabel(f"true {target}")


def name_small_classes(axes: Axes, names: list[str], cell_points: float) -> None:
    """Names of all classes, or of each second or third where letters would be too small."""
    every = int(np.ceil(SMALLEST_NAME / cell_points))
    ticks, shown, room = range(0, len(names), every), names[::every], every * cell_points
    level = room / (LETTER_SHARE * max(map(len, shown)))  # the size at which names side by side touch
    upright = level < min(SMALLEST_LEVEL, 0.9 * room)
    size = min(7.5, 0.9 * room, 7.5 if upright else level)
    axes.set_xticks(ticks, shown, fontsize=size, rotation=90 if upright else 0)
    axes.set_yticks(ticks, shown, fontsize=size)


def confusion_numbers(counts: np.ndarray, caption: RunCaption) -> pd.DataFrame:
    """A row per cell: names of the true and the predicted class, count, share of the true class."""
    names = [caption.class_name(k) for k in range(len(counts))]
    return pd.DataFrame(
        {
            "target": np.repeat(names, len(names)),
            "predicted": np.tile(names, len(names)),
            "count": counts.ravel(),
            "row_percent": _shares(counts).ravel(),
        }
    )
