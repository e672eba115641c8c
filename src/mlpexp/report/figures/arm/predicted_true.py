"""Predicted against true values of a regression."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.config.scores import SCORES
from mlpexp.report.drawing.marks import strength
from mlpexp.report.drawing.style import INK, PART_STYLES, Drawing, in_style, legend_above, new_figure, scatter_size
from mlpexp.report.figures.arm.boundary import edge_colour
from mlpexp.report.numbers.over_seeds import all_diverged, sound_seeds
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import ALL_EQUAL, NO_BREAK, kept_together, note, score_number
from mlpexp.statistics.intervals import mean_interval

MOST_POINTS = 4000  # per part; more would be a solid patch


@in_style()
def draw_predicted_true(predictions: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Predicted against true values, and the diagonal on which a perfect prediction lies; None without finite values."""
    sound = sound_seeds(predictions, caption.diverged)
    rows = sound[np.isfinite(sound["target"]) & np.isfinite(sound["predicted"])]
    if rows.empty:
        return None
    shown = pd.concat([_thinned(rows[rows["part"] == part]) for part in PART_STYLES])
    low, high = _diagonal_range(shown)
    notes = [
        _samples_note(rows, predictions["seed"].nunique() - rows["seed"].nunique(), caption) + caption.selection_note,
        all_diverged(rows, caption.diverged)
        or _scores_note(rows, caption.samples) + caption.behind(rows["seed"].nunique()),
        _missing_note(len(sound) - len(rows), int((~shown["predicted"].between(low, high)).sum()), len(shown)),
    ]
    figure = new_figure(caption.title, "\n".join(filter(None, notes)), height=4.8)
    axes = figure.add_subplot()
    _draw_points(axes, shown, caption.samples)
    axes.plot([low, high], [low, high], "--", color=INK, linewidth=1.0, label="perfect", zorder=4)
    axes.set(xlabel=f"true {caption.target}", ylabel=f"predicted {caption.target}")
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    legend_above(axes)
    return Drawing(figure, shown[["seed", "part", "index", "target", "predicted"]].reset_index(drop=True))


def _draw_points(axes: Axes, shown: pd.DataFrame, label: str = "") -> None:
    for part, style in PART_STYLES.items():
        points = shown[shown["part"] == part]
        if len(points):
            hollow = part == "test"
            axes.scatter(
                points["target"],
                points["predicted"],
                s=scatter_size(len(points)),
                marker=style.marker,
                label=label or style.label,
                facecolors="none" if hollow else style.colour,
                edgecolors=style.colour if hollow else edge_colour(style.colour),
                linewidths=0.7 if hollow else 0.3,
                alpha=strength(len(points), 300, 0.35, 0.85),
                rasterized=len(points) > 2000,
                zorder=2 + hollow,
            )


def _samples_note(rows: pd.DataFrame, left_out: int, caption: RunCaption) -> str:
    seeds = rows["seed"].nunique()
    if caption.samples:
        return (
            f"{f'n = {seeds} seeds' if seeds > 1 else 'one seed'}, {len(rows) // seeds:,} samples of {caption.samples}"
        )
    sizes = rows["part"].value_counts()
    counts = ", ".join(
        f"{sizes[part] // seeds:,} {style.label}" for part, style in PART_STYLES.items() if part in sizes
    )
    times = rows.groupby(["part", "index"]).size()
    if caption.new_data:
        each = "each with its own data"
    else:
        each = "all with the same split" if (times == seeds).all() else "each with its own split"
    which = f"n = {seeds} seeds, {each}" if seeds > 1 else "one seed"
    if left_out:
        which += f" ({left_out} diverged left out)"
    return f"{which}: {counts} samples"


def _scores_note(rows: pd.DataFrame, label: str) -> str:
    present = {
        label or style.label: rows[rows["part"] == part]
        for part, style in PART_STYLES.items()
        if (rows["part"] == part).any()
    }
    scores = ", ".join(f"{name}{NO_BREAK}{r2_text(group)}" for name, group in present.items())
    return f"R²{' (95 % interval, t over seeds)' if rows['seed'].nunique() > 1 else ''}: {scores}"


def _missing_note(num_not_finite: int, num_outside: int, num_points: int) -> str:
    return note(
        f"{num_not_finite:,} predictions are not finite and left out" if num_not_finite else "",
        f"{num_outside:,} of {num_points:,} points lie outside of these axes" if num_outside else "",
    )


def r2_text(rows: pd.DataFrame) -> str:
    """R², and over seeds the interval of its mean in parentheses; of equal true values there is none."""
    pairs = [seed[["target", "predicted"]].to_numpy(dtype=float) for _, seed in rows.groupby("seed")]
    scores = np.array([r2(pair[:, 0], pair[:, 1]) for pair in pairs])
    if np.isnan(scores).any():
        return "none"
    if len(scores) == 1:
        return score_number(float(scores[0]))
    mean = mean_interval(scores).within(*SCORES["r2"].ends)
    interval = f"{score_number(mean.low)} to {score_number(mean.high)}" if mean.std else ALL_EQUAL
    return kept_together(f"{score_number(mean.mean)} ({interval})")


def r2(target: np.ndarray, predicted: np.ndarray) -> float:
    """Coefficient of determination, ``1 - residual / total sum of squares``; NaN if all targets are equal."""
    total = float(((target - target.mean()) ** 2).sum())
    return 1 - float(((target - predicted) ** 2).sum()) / total if total > 0 else float("nan")


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    """At most ``MOST_POINTS`` rows, evenly spread over the table."""
    return rows if len(rows) <= MOST_POINTS else rows.iloc[np.linspace(0, len(rows) - 1, MOST_POINTS).astype(int)]


def _diagonal_range(shown: pd.DataFrame) -> tuple[float, float]:
    """A range with all true values, and with predictions up to half its width outside."""
    low, high = float(shown["target"].min()), float(shown["target"].max())
    width = high - low or 1.0
    bottom = max(min(low, float(shown["predicted"].min())), low - width / 2)
    top = min(max(high, float(shown["predicted"].max())), high + width / 2)
    return bottom - 0.05 * width, top + 0.05 * width
