"""What of a figure leaves its page."""

from io import BytesIO

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.transforms import Bbox

MARGIN, DPI = 1, 60  # inches around the page; dots per inch


def leaves_the_page(figure: Figure) -> bool:
    """Whether anything is drawn beyond the edges of a figure that is laid out."""
    legends = [legend.get_window_extent() for legend in figure.legends]
    if any(not (box.x0 > -2 and box.y0 > -2 and box.x1 < figure.bbox.x1 + 2) for box in legends):
        return True
    for legend in figure.legends:  # else placed anew, for the larger page
        legend.set_visible(False)
    width, height = figure.get_size_inches()
    stream = BytesIO()
    around = Bbox([[-MARGIN, -MARGIN], [width + MARGIN, height + MARGIN]])
    figure.savefig(stream, format="png", dpi=DPI, bbox_inches=around)
    for legend in figure.legends:
        legend.set_visible(True)
    stream.seek(0)
    ink = (imread(stream)[:, :, :3] < 0.9).any(axis=2)
    page = MARGIN * DPI - 1
    ink[page:-page, page:-page] = False
    return bool(np.any(ink))
