"""What was measured of each layer, and why the networks learned or did not."""

from mlpexp.report.document.blocks import Block, Bullets, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.sections.figure_blocks import DIAGNOSTICS, figures
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import sentence, words_of
from mlpexp.report.tables.explanation import Told, told


def diagnostics(material: Material) -> Section | None:
    """Its figures, and what ``mlpexp explain`` says; None without either."""
    blocks: list[Block] = [*figures(material, DIAGNOSTICS)]
    within = [] if material.compares else _explained(material)
    return Section("diagnostics", "Diagnostics", blocks, within) if blocks or within else None


def _explained(material: Material) -> list[Section]:
    verdicts = material.verdicts
    if isinstance(verdicts, str):
        said: list[Block] = [Paragraph(words_of(sentence(verdicts)))] if verdicts else []
        return [Section("explained", "Why it learned or did not", said)] if said else []
    blocks = [block for each in told(verdicts) for block in _blocks(each)]
    return [Section("explained", "Why it learned or did not", blocks)] if blocks else []


def _blocks(each: Told) -> list[Block]:
    remedies = Bullets([words_of(remedy) for remedy in each.remedies])
    found = Paragraph(words_of(f"{sentence(each.title)} {sentence(each.finding)} {sentence(each.meaning)}"))
    return [found, Paragraph(("To try:",)), remedies] if each.remedies else [found]
