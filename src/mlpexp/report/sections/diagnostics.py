"""What was measured of each layer, and why the networks learned or did not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlpexp.analysis.explain.advice import untried
from mlpexp.report.document.blocks import Block, Bullets, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.sections.figure_blocks import DIAGNOSTICS, figures
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import sentence, words_of
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.report.tables.explanation import Told, of_which, told
from mlpexp.results.result import ArmResult

if TYPE_CHECKING:
    from mlpexp.analysis.explain.verdicts import Verdict

TITLE = "Why it learned or did not"


def diagnostics(material: Material) -> Section | None:
    """Its figures, and what ``mlpexp explain`` says; None without either."""
    blocks: list[Block] = [*figures(material, DIAGNOSTICS)]
    within = _explained(material)
    return Section("diagnostics", "Diagnostics", blocks, within) if blocks or within else None


def _explained(material: Material) -> list[Section]:
    """Of a run, and of the best and the worst arm of a sweep."""
    told_of = [(arm, blocks) for arm, verdicts in material.verdicts if (blocks := _said(arm, verdicts))]
    if not material.compares:
        return [Section("explained", TITLE, blocks) for _, blocks in told_of]
    within = [
        Section(f"arm-{arm.number}", f"{material.place_of(arm)}: {shown_label(arm.label)}", blocks)
        for arm, blocks in told_of
    ]
    which = Paragraph((f"Looked at: {len(within)} of {material.result.summary.num_arms:,} arms.",))
    return [Section("explained", TITLE, [which], within)] if within else []


def _said(arm: ArmResult, verdicts: "Sequence[Verdict] | str") -> list[Block]:
    if isinstance(verdicts, str):
        return [Paragraph(words_of(sentence(verdicts)))] if verdicts else []
    advice = untried(verdicts, arm.result.plan.arms[arm.number].prepared)
    causes = [block for each in told(verdicts, advice) for block in _blocks(each)]
    return [*causes, *(Paragraph((text,)) for text in of_which(verdicts))]


def _blocks(each: Told) -> list[Block]:
    remedies = Bullets([words_of(remedy) for remedy in each.remedies])
    found = Paragraph(words_of(f"{sentence(each.title)} {sentence(each.finding)} {sentence(each.meaning)}"))
    return [found, Paragraph(("To try:",)), remedies] if each.remedies else [found]
