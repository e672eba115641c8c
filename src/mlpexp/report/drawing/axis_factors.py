"""The factor that Matplotlib writes above an axis of large or distant numbers, such as ``1e8``: no legend lies on it."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

ROW = 0.17  # inches that the factor takes


def make_room_for_factors(figure: Figure) -> None:
    """Raises each legend that begins at the upper left corner of axes with a factor, before the figure is laid out."""
    for axes in figure.axes:
        legend = axes.get_legend()
        if legend is not None and _has_factor(axes):
            box = legend.get_bbox_to_anchor().transformed(axes.transAxes.inverted())
            if box.width == 0 and box.x0 <= 0:
                height = axes.get_position().height * figure.get_size_inches()[1]
                legend.set_bbox_to_anchor((box.x0, box.y0 + ROW / height), transform=axes.transAxes)


def _has_factor(axes: Axes) -> bool:
    formatter = axes.yaxis.get_major_formatter()
    if not isinstance(formatter, ScalarFormatter):
        return False
    formatter.set_locs(list(axes.get_yticks()))
    return bool(formatter.get_offset())
