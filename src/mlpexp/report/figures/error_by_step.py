"""The figure of central differences: the error against the step, with the two errors that it is made of."""

import pandas as pd

from mlpexp.report.drawing.style import BLUE, GREY, INK, VERMILLION, Drawing, in_style, legend_above, new_figure

FAR = 10  # times the sum of both errors


@in_style()
def draw_error_by_step(numbers: pd.DataFrame, num_entries: int, title: str) -> Drawing | None:
    """Error against step, both logarithmic, with slopes 2 and -1 and the best step; None where all errors are 0.

    Args:
        numbers: Columns step, largest, median, truncation, rounding; errors relative to the largest derivative.
        num_entries: Of how many derivatives.
        title: What was differentiated.
    """
    errors = numbers[["largest", "median"]].to_numpy()
    shown = errors[errors > 0]
    if not shown.size:
        return None
    best = numbers.iloc[int(numbers["largest"].argmin())]
    note = f"central differences of {num_entries:,} derivatives against reverse mode, float64, initial weights\n"
    note += "h: times the larger of 1 and the size of the parameter\n"
    note += f"best of {len(numbers)} steps: h = {best['step']:.1e}, largest error {best['largest']:.1e}"
    if (numbers["largest"] > FAR * (numbers["truncation"] + numbers["rounding"])).any():
        note += "\nfar above both lines: the step reaches over a kink, as of ReLU or max pooling"
    if not (numbers["median"] > 0).any():
        note += "\nmedian error: 0 at every step"
    figure = new_figure(title, note, height=4.0)
    axes = figure.add_subplot()
    step = numbers["step"]
    axes.plot(step, numbers["truncation"], "--", color=VERMILLION, linewidth=1.2, label="truncation c h²")
    axes.plot(step, numbers["rounding"], ":", color=INK, linewidth=1.4, label="rounding ε |E| / h")
    axes.plot(step, numbers["largest"], "o-", color=BLUE, linewidth=1.6, markersize=4, label="largest")
    if (numbers["median"] > 0).any():
        axes.plot(step, numbers["median"], "^-", color=GREY, linewidth=1.0, markersize=3.5, label="median")
    axes.axvline(best["step"], color=INK, linewidth=0.8, label="best step", zorder=1)
    axes.set(xscale="log", yscale="log", xlabel="step h")
    axes.set(ylabel="error / largest derivative", ylim=(shown.min() / 5, shown.max() * 5))
    legend_above(axes)
    return Drawing(figure, numbers)
