"""A figure that a notebook shows by itself, whether or not ``pyplot`` was imported."""

from io import BytesIO

from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine, PlaceHolderLayoutEngine


class ShownFigure(Figure):
    """Matplotlib's, with a picture for Jupyter: twice as many dots as it is shown with, for sharp screens."""

    def get_layout_engine(self) -> LayoutEngine | None:
        """What lays it out; None once that is done, lest saving draws it twice, the first time for its layout alone."""
        engine = super().get_layout_engine()
        return None if isinstance(engine, PlaceHolderLayoutEngine) else engine

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        stream = BytesIO()
        self.savefig(stream, format="png", dpi=2 * self.dpi)
        width, height = (round(self.dpi * inches) for inches in self.get_size_inches())
        return stream.getvalue(), {"width": width, "height": height}
