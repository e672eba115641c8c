"""What each axis does to the metric, and what the arms cost."""

from mlpexp.report.document.document import Section
from mlpexp.report.sections.figure_blocks import EFFECTS, figures
from mlpexp.report.sections.material import Material


def effects(material: Material) -> Section | None:
    """Its figures; None without any."""
    blocks = figures(material, EFFECTS)
    return Section("effects", "Effects", blocks) if blocks else None
