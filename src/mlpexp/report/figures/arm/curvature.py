"""The largest curvature of the loss, by epoch, and the limit above which gradient descent is not stable."""

import pandas as pd
from matplotlib.ticker import MaxNLocator

from mlpexp.report.drawing.style import BLUE, VERMILLION, Drawing, in_style, legend_above, new_figure
from mlpexp.report.figures.arm.layer_curves import over_seeds
from mlpexp.report.numbers.run_caption import RunCaption


def draw_curvature(diagnostics: pd.DataFrame, metrics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """Largest Hessian eigenvalue and, for gradient descent, ``2 (1 + momentum) / learning rate``; None without values."""
    table = over_seeds(diagnostics, "largest_eigenvalue")
    return None if table.empty else _draw(table, metrics, caption)


@in_style()
def _draw(table: pd.DataFrame, metrics: pd.DataFrame, caption: RunCaption) -> Drawing:
    num_seeds = int(table["n"].max())
    middle = "one seed" if num_seeds == 1 else f"median of n = {num_seeds} seeds, band: all seeds"
    figure = new_figure(caption.title, f"{middle}; of the training loss, on at most 1,024 training samples")
    axes = figure.add_subplot()
    epochs = table["epoch"].to_numpy(dtype=float)
    axes.fill_between(epochs, table["low"], table["high"], color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(epochs, table["median"], color=BLUE, linewidth=1.6, label="largest eigenvalue of the Hessian")
    numbers = table.drop(columns="layer")
    if caption.momentum is not None:
        rates = metrics.loc[metrics["epoch"].isin(table["epoch"])].drop_duplicates("epoch").set_index("epoch")
        reached = 1 + 2 * caption.momentum if caption.nesterov else 1.0
        limit = 2 * (1 + caption.momentum) / reached / rates["learning_rate"]
        label = "2 / learning rate" if caption.momentum == 0 else "2 (1 + momentum) / learning rate"
        label += " / (1 + 2 momentum)" if caption.nesterov else ""
        axes.plot(limit.index, limit, color=VERMILLION, linestyle="--", linewidth=1.4, label=label)
        numbers["stability_limit"] = numbers["epoch"].map(limit)
    last = max(float(epochs.max()), 1.0)
    axes.set(xlabel="epoch", xlim=(-0.012 * last, 1.012 * last), ylabel="curvature", yscale="log")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
    legend_above(axes)
    return Drawing(figure, numbers)
