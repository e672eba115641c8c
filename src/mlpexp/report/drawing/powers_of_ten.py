"""A logarithmic axis of very many decades, and of numbers near the ends of floating point."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from mlpexp.report.drawing.axis_ranges import AxisRange

SMALLEST, LARGEST = 1e-280, 1e280  # of what is drawn: floating point ends at 1e308, and an axis goes on behind it
MOST_DECADES = 7  # with a tick each


def set_powers_of_ten(axes: Axes, limits: AxisRange) -> None:
    """Powers of ten within the axis: those beyond it, which a logarithmic axis counts, may be too large for a number."""
    low, high = np.log10(limits.low), np.log10(limits.high)
    if high - low > MOST_DECADES:
        powers = MaxNLocator(nbins=7, steps=[1, 2, 4, 5, 10], integer=True).tick_values(low, high)
        axes.yaxis.set_major_locator(FixedLocator(10.0 ** powers[(powers > low) & (powers < high)]))
        axes.yaxis.set_minor_locator(NullLocator())
