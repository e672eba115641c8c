"""What the networks answer at each input."""

from mlpexp.report.document.document import Section
from mlpexp.report.sections.figure_blocks import FIT, figures
from mlpexp.report.sections.material import Material


def fit(material: Material) -> Section | None:
    """Its figures; None without any."""
    blocks = figures(material, FIT)
    return Section("fit", "What was learned", [*material.of_diverged, *blocks]) if blocks else None
