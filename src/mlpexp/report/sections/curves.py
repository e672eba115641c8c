"""The scores over the epochs."""

from mlpexp.report.document.document import Section
from mlpexp.report.sections.figure_blocks import CURVES, figures
from mlpexp.report.sections.material import Material


def curves(material: Material) -> Section | None:
    """Its figures; None without any."""
    blocks = figures(material, CURVES)
    return Section("curves", "Curves", blocks) if blocks else None
