"""The gradient before the first step by layer: does it vanish on its way to the first layer, or explode?"""

import pandas as pd

from mlpexp.report.drawing.layer_bars import MOST_NAMES, bars_range, draw_layer_bars, layer_table
from mlpexp.report.drawing.style import Drawing, in_style, new_figure
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import span

LABEL, BEFORE = "gradient norm of the weights", "first batch, before the first step"


def first_gradients(diagnostics: pd.DataFrame) -> pd.DataFrame:
    """What ``layer_table`` gives of the gradients before the first step in ``diagnostics.csv``; older results have none."""
    rows = diagnostics[(diagnostics["epoch"] == 0) & (diagnostics["quantity"] == "gradient_norm")]
    return layer_table(rows, diagnostics["seed"].nunique())


def over_seeds_words(table: pd.DataFrame) -> str:
    """What a bar is, and how many seeds have no value: older results leave out what is no number.

    Args:
        table: As ``layer_table`` gives it, of one arm or more.
    """
    most = int(table["seeds"].max())
    of = "one seed"
    if most > 1:
        of = f"median of n = {span(int(table['n'].min()), int(table['n'].max()))} seeds, line: all of them"
    if (table["n"] < table["seeds"]).any():
        of += f" (of {most} seeds: others have no value)"
    return f"{of}; bars begin at the lower end of the axis"


@in_style()
def draw_first_gradient(diagnostics: pd.DataFrame, caption: RunCaption) -> Drawing | None:
    """A bar for each layer with weights, on a logarithmic axis. None without values."""
    table = first_gradients(diagnostics)
    if table.empty:
        return None
    figure = new_figure(caption.title, f"{over_seeds_words(table)}; {BEFORE}")
    axes = figure.add_subplot()
    draw_layer_bars(axes, table, bars_range(table[["low", "high"]].to_numpy(dtype=float)), LABEL)
    if len(table) <= MOST_NAMES:
        axes.set_xticks(range(1, len(table) + 1), table["layer"].tolist(), rotation=30, ha="right")
    axes.set_xlabel("layer, first to last")
    return Drawing(figure, table)
