"""The numbers: what a run reached, or its arms side by side."""

from mlpexp.errors import MlpexpError
from mlpexp.report.document.blocks import Block, Code, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import bullets, sentence
from mlpexp.report.tables.arm_results import results_table
from mlpexp.report.tables.comparison_files import to_report
from mlpexp.report.tables.comparison_table import noise_table
from mlpexp.report.tables.confirmation import confirmation_sentences, looks_table


def comparison(material: Material) -> Section | None:
    """The table of all arms; of a run the table of its scores; None of what has not ended."""
    if not material.has_ended:
        return None
    compared = material.comparison
    if compared is None:
        table = results_table(material.result.summary)
        return Section("results", "Results", [TableBlock("results", table)]) if table else None
    blocks: list[Block] = []
    if compared.noise:
        blocks.append(TableBlock("noise", noise_table(compared.noise, compared.summary.metric.label)))
    try:
        elsewhere = ("All are in ", Code(f"{material.result.path.resolve().name}/comparison.csv"), ".")
        blocks.append(TableBlock("arms", to_report(material.result, compared), elsewhere=elsewhere))
    except MlpexpError as error:
        blocks.append(bullets([sentence(str(error))]))
    if confirms := compared.summary.confirms:
        blocks.append(TableBlock("looks", looks_table(compared, confirms)))
        blocks.append(bullets([sentence(text) for text in confirmation_sentences(compared, confirms)]))
    return Section("comparison", "The arms compared", blocks)
