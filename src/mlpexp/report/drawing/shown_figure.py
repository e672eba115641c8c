"""A figure that a notebook shows by itself, whether or not ``pyplot`` was imported."""

from io import BytesIO

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """Matplotlib's, with a picture for Jupyter: twice as many dots as it is shown with, for sharp screens."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        stream = BytesIO()
        self.savefig(stream, format="png", dpi=2 * self.dpi)
        width, height = (round(self.dpi * inches) for inches in self.get_size_inches())
        return stream.getvalue(), {"width": width, "height": height}
