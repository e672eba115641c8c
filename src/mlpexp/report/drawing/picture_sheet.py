"""A sheet of pictures, five in a row, each with a few words below it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from mlpexp.report.drawing.style import new_figure

MOST_PICTURES = 25
IN_A_ROW = 5
ROW, LINE = 1.17, 0.15  # inches of a picture with one line below it, and of each further line


def picture_sheet(
    title: str, note: str, pictures: Sequence[np.ndarray], captions: Sequence[str], grey_map: str
) -> Figure:
    """The pictures, left to right and downwards.

    Args:
        title: Of the figure.
        note: What it shows.
        pictures: Each ``(C, H, W)``, 0..255; one channel is grey.
        captions: Lines below each.
        grey_map: How grey ones are drawn.
    """
    num_rows = -(-len(pictures) // IN_A_ROW)
    most_lines = 1 + max(text.count("\n") for text in captions)
    figure = new_figure(title, note, height=0.72 + (ROW + LINE * (most_lines - 1)) * num_rows, shape="fixed")
    for position, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        axes = figure.add_subplot(num_rows, IN_A_ROW, position + 1)
        if len(picture) == 1:
            axes.imshow(picture[0], cmap=grey_map, vmin=0, vmax=255, interpolation="nearest")
        else:
            axes.imshow(picture.transpose(1, 2, 0) / 255, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.set_anchor("N" if most_lines > 1 else "C")  # at the top of its room: what is left is below, for the lines
        axes.grid(visible=False)
        axes.spines[:].set(visible=True, linewidth=0.5)
        axes.set_xlabel(caption, fontsize=7.5, labelpad=2, linespacing=1.1)
    return figure
