"""A drawing as PNG or PDF, painted by Matplotlib with the fonts that its letters need."""

from typing import assert_never

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.patches import Polygon as PolygonPatch
from matplotlib.path import Path

from mlpexp.errors import visible
from mlpexp.report.drawing.look import drawn_for
from mlpexp.report.drawing.save_figures import rendered
from mlpexp.report.drawing.style import Drawing, in_style
from mlpexp.report.scenes.scene import Disc, Label, Mark, Polygon, Scene, Stroke

INCH = 72  # points
ANCHORS = {"start": "left", "middle": "center", "end": "right"}


@in_style()
def painted(scene: Scene, suffix: str) -> bytes:
    """The content of the file.

    Args:
        scene: What is drawn.
        suffix: ``png`` or ``pdf``.
    """
    figure = Figure(figsize=(scene.width / INCH, scene.height / INCH))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, scene.width), ylim=(scene.height, 0))
    axes.set_axis_off()
    for depth, mark in enumerate(mark for group in scene.groups for mark in group.marks):
        _paint(axes, mark, depth)
    with drawn_for(None):
        return rendered(Drawing(figure, pd.DataFrame()), [suffix])[suffix]


def _paint(axes: Axes, mark: Mark, depth: int) -> None:
    match mark:
        case Polygon(points, fill, edge):
            axes.add_patch(PolygonPatch(points, facecolor=fill, edgecolor=edge, linewidth=0.6, zorder=depth))
        case Disc(centre, radius, fill, edge):
            axes.add_patch(Circle(centre, radius, facecolor=fill, edgecolor=edge, linewidth=0.8, zorder=depth))
        case Stroke(points, colour, width):
            path = Path(points)
            axes.add_patch(PathPatch(path, fill=False, edgecolor=colour, linewidth=width, zorder=depth))
        case Label((x, y), text, size, anchor, colour, bold):
            words = axes.text(x, y, visible(text), fontsize=size, ha=ANCHORS[anchor], va="baseline", zorder=depth)
            words.set(color=colour, fontweight="bold" if bold else "normal")
        case _:
            assert_never(mark)
