"""The section: the paragraph to be copied in two languages, and the works to cite."""

from mlpexp.report.document.blocks import Block, CodeBlock, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods.paragraph import sentences
from mlpexp.report.sections.methods.setup import Setups
from mlpexp.report.sections.methods.works import works


def methods(material: Material) -> Section | None:
    """The paragraph in two languages, and the works to cite; None where the config is damaged, or nothing has ended."""
    if not material.config or not material.has_ended:  # what it says was done is not done yet
        return None
    return section_of(Setups(material))


def section_of(setups: Setups) -> Section:
    """The section of trainings that have ended, or will have."""
    said = list(sentences(setups))
    english = " ".join(each.english for each in said)
    chinese = "".join(each.chinese for each in said)
    blocks: list[Block] = [Paragraph((english,)), CodeBlock("\n\n".join(works(setups)), "bibtex")]
    within = [Section("chinese", "In Chinese", [Paragraph((chinese,), language="zh")])]
    return Section("methods", "Methods, to be copied", blocks, within)
