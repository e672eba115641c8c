"""The gradient before the first step by layer: does it vanish on its way to the first layer, or explode?"""

import pandas as pd

from mlpexp.report.drawing.layer_bars import MOST_NAMES, bars_range, draw_layer_bars, layer_table
from mlpexp.report.drawing.style import Drawing, in_style, new_figure
from mlpexp.report.numbers.run_caption import RunCaption

LABEL, BEFORE = "gradient norm of the weights", "first batch, before the first step"


def first_gradients(diagnostics: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``diagnostics.csv`` with the norms of gradients before the first step; older results have none."""
    return diagnostics[(diagnostics["epoch"] == 0) & (diagnostics["quantity"] == "gradient_norm")]


def over_seeds_words(num_seeds: int) -> str:
    """What a bar is."""
    of = "one seed" if num_seeds == 1 else f"median of n = {num_seeds} seeds, line: all seeds"
    return f"{of}; bars begin at the lower end of the axis"


@in_style()
def draw_first_gradient(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """A bar for each layer with weights, on a logarithmic axis. None without values."""
    table = layer_table(first_gradients(diagnostics))
    if table.empty:
        return None
    figure = new_figure(caption.title, f"{over_seeds_words(int(table['n'].max()))}; {BEFORE}")
    axes = figure.add_subplot()
    draw_layer_bars(axes, table, bars_range(table[["low", "high"]].to_numpy(dtype=float)), LABEL)
    if len(table) <= MOST_NAMES:
        axes.set_xticks(range(1, len(table) + 1), table["layer"].tolist(), rotation=30, ha="right")
    axes.set_xlabel("layer, first to last")
    return Drawing(figure, table)
