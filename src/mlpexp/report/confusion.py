"""The confusion matrix: which classes are taken for which."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm

from mlpexp.report.facts import RunFacts
from mlpexp.report.parts import chosen_part, sound_seeds
from mlpexp.report.style import INK, PARTS, Drawing, in_style, new_figure, shortened
from mlpexp.statistics.intervals import mean_interval, wilson_interval

MOST_TWO_LINE_CLASSES = 12  # more: cells have room for the count alone
MOST_CLASSES_WITH_NUMBERS = 25


@in_style()
def draw_confusion(predictions: pd.DataFrame, facts: RunFacts) -> Drawing | None:
    """Counts summed over the seeds that did not diverge, and the share of each true class; None without predictions.

    Of the test part; without one, of the last part there is, which is said.
    """
    part = chosen_part(predictions)
    if part is None:
        return None
    rows = sound_seeds(predictions[predictions["part"] == part], facts.diverged)
    num_classes = max(len(facts.class_names), int(rows[["target", "predicted"]].to_numpy().max()) + 1)
    counts = confusion_counts(rows, num_classes)
    figure = new_figure(facts.title, _note(rows, part, predictions["seed"].nunique(), facts), **_size(num_classes))
    axes = figure.add_subplot()
    _draw_cells(axes, counts)
    _name_classes(axes, [facts.class_name(k) for k in range(num_classes)], facts.target)
    if num_classes > MOST_TWO_LINE_CLASSES:
        bar = figure.colorbar(axes.images[0], ax=axes, fraction=0.04, pad=0.02, ticks=[0, 1, 5, 20, 50, 100])
        bar.set_label("share of the true class (%)")
        bar.outline.set_visible(False)
    return Drawing(figure, _numbers(counts, facts))


def confusion_counts(predictions: pd.DataFrame, num_classes: int) -> np.ndarray:
    """Number of predictions by true class (row) and predicted class (column), ``(K, K)``."""
    cells = predictions["target"].to_numpy(dtype=int) * num_classes + predictions["predicted"].to_numpy(dtype=int)
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes)


def accuracy_text(predictions: pd.DataFrame) -> str:
    """Accuracy with its interval: Student's t over seeds, or Wilson's over the samples of a single seed."""
    correct = predictions["target"] == predictions["predicted"]
    shares = correct.groupby(predictions["seed"]).mean()
    if len(shares) > 1:
        found = mean_interval(shares.to_numpy())
        low, high, kind = found.low, found.high, f"95 % interval {{}}, t over n = {found.n} seeds"
    else:
        low, high = wilson_interval(float(correct.sum()), len(correct))
        kind = f"95 % interval {{}}, Wilson, n = {len(correct):,} samples"
    return f"accuracy {100 * shares.mean():.2f} % ({kind.format(f'{100 * low:.2f} to {100 * high:.2f}')})"


def _note(rows: pd.DataFrame, part: str, all_seeds: int, facts: RunFacts) -> str:
    seeds = rows["seed"].nunique()
    counted = f"n = {len(rows):,} predictions on the {PARTS[part].label} part"
    if seeds > 1:
        counted += f", summed over {seeds} seeds"
    if seeds < all_seeds:
        counted += f"; {all_seeds - seeds} diverged left out"
    if part != "test":
        counted += " (no test split)"
    return f"{counted}{facts.selection_note}\n{accuracy_text(rows)}"


def _size(num_classes: int) -> dict[str, float]:
    if num_classes <= 4:
        return {"height": 3.9}
    return {"height": 5.4} if num_classes <= MOST_TWO_LINE_CLASSES else {"width": 7.0, "height": 6.6}


def _shares(counts: np.ndarray) -> np.ndarray:
    """Per cent of each true class; 0 for a class that does not occur."""
    return np.asarray(100 * counts / np.maximum(counts.sum(1, keepdims=True), 1))


def _draw_cells(axes: Axes, counts: np.ndarray) -> None:
    shares, num_classes = _shares(counts), len(counts)
    norm = PowerNorm(0.5, 0, 100)  # the square root makes rare mistakes visible beside a full diagonal
    axes.imshow(shares, cmap="Blues", norm=norm, interpolation="nearest")
    axes.set_xticks(np.arange(num_classes) + 0.5, minor=True)
    axes.set_yticks(np.arange(num_classes) + 0.5, minor=True)
    axes.grid(visible=False, which="major")
    axes.grid(visible=True, which="minor", color="white", linewidth=1.0)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    if num_classes > MOST_CLASSES_WITH_NUMBERS:
        return
    large = 10.0 if num_classes <= 4 else 7.5 if num_classes <= MOST_TWO_LINE_CLASSES else 6.5
    if counts.max() > 999 and num_classes > 4:
        large -= 0.5
    for row, column in zip(*np.nonzero(counts), strict=True):  # empty cells stay empty: mistakes stand out
        colour = "white" if shares[row, column] > 35 else INK
        if num_classes > MOST_TWO_LINE_CLASSES:
            axes.text(column, row, f"{counts[row, column]}", ha="center", va="center", fontsize=large, color=colour)
            continue
        axes.text(column, row - 0.03, f"{counts[row, column]}", ha="center", va="bottom", fontsize=large, color=colour)
        share = f"{shares[row, column]:.1f} %"
        axes.text(column, row + 0.06, share, ha="center", va="top", fontsize=0.76 * large, color=colour)


def _name_classes(axes: Axes, names: list[str], target: str) -> None:
    short = [shortened(name, 16) for name in names]
    size = 8 if len(names) <= MOST_TWO_LINE_CLASSES else 7
    crowded = sum(map(len, short)) > 55 or (max(map(len, short)) > 9 and len(names) > 4)
    if crowded:
        axes.set_xticks(range(len(names)), short, fontsize=size, rotation=40, ha="right", rotation_mode="anchor")
    else:
        axes.set_xticks(range(len(names)), short, fontsize=size)
    axes.set_yticks(range(len(names)), short, fontsize=size)
    axes.set_xlabel(f"predicted {target}")
    axes.set_ylabel(f"true {target}")


def _numbers(counts: np.ndarray, facts: RunFacts) -> pd.DataFrame:
    names = [facts.class_name(k) for k in range(len(counts))]
    return pd.DataFrame(
        {
            "target": np.repeat(names, len(names)),
            "predicted": np.tile(names, len(names)),
            "count": counts.ravel(),
            "row_percent": _shares(counts).ravel(),
        }
    )
