"""A figure that is laid out as the bytes of a file, as large as it is asked for."""

import re
from io import BytesIO
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from mlpexp.report.drawing.style import in_style
from mlpexp.report.drawing.words_in_figures import letters_may_miss

# No dates and no versions: the same numbers give the same bytes.
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
SVG_SIZES = re.compile(rb'(?<= )(width|height)="([0-9.]+)pt"')  # of the page alone: they come first, and have a unit


def encoded(figure: Figure, suffix: str, scale: float = 1.0) -> bytes:
    """The file of a figure, everything in it ``scale`` times as large as it was laid out; the letters of SVG are shapes.

    Args:
        figure: Laid out.
        suffix: ``png``, ``svg`` or ``pdf``.
        scale: Of the page, letters and lines.
    """
    stream = BytesIO()
    with in_style(), letters_may_miss():
        dots = matplotlib.rcParams["savefig.dpi"]
        dpi = (figure.dpi if dots == "figure" else dots) * (scale if suffix == "png" else 1)
        figure.savefig(stream, format=suffix, dpi=dpi, metadata=METADATA[suffix])
    content = stream.getvalue()
    if scale == 1 or suffix == "png":
        return content
    return _scaled_svg(content, scale) if suffix == "svg" else _scaled_pdf(content, scale)


def svg_with_text(figure: Figure) -> bytes:
    """A figure that is laid out, as SVG whose words are text, in the fonts of whoever looks at it."""
    stream = BytesIO()
    with in_style(), letters_may_miss(), matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata=METADATA["svg"])
    return stream.getvalue()


def _scaled_svg(content: bytes, scale: float) -> bytes:
    """With another size of the page; what is on it has the coordinates of ``viewBox``."""
    return SVG_SIZES.sub(lambda size: b'%s="%.6gpt"' % (size[1], float(size[2]) * scale), content, count=2)


def _scaled_pdf(content: bytes, scale: float) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.pages[0].scale_by(scale)
    writer.metadata = None
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()
