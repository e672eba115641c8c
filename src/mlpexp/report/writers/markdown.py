"""A report as Markdown, as GitHub reads it, with its figures as files beside it."""

import re
from collections.abc import Iterator, Sequence

from mlpexp.report.document.blocks import (
    Block,
    Bullets,
    Code,
    CodeBlock,
    Equation,
    FigureBlock,
    Inline,
    Link,
    LiveNetwork,
    Paragraph,
    Prose,
    TableBlock,
)
from mlpexp.report.document.document import Document, Section
from mlpexp.report.markdown_text import at_beginning, markdown_text
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.files import Files, figure_files
from mlpexp.report.writers.latex_formulas import latex_math
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.shown_words import shown


def markdown(document: Document, folder: str) -> Files:
    """The report.

    Args:
        document: What is written.
        folder: Where the figures go, from the file.
    """
    beside: dict[str, bytes] = {}
    lines = [f"<!-- {MADE_BY} {markdown_text(document.source)} -->", f"# {markdown_text(document.title)}", ""]
    for block in document.lead:
        lines += [*_block(block, (), folder, beside), ""]
    for section in document.sections:
        lines += _section(section, (), 2, folder, beside)
    return Files("\n".join(lines).rstrip() + "\n", beside)


def _section(
    section: Section, around: tuple[str, ...], level: int, folder: str, beside: dict[str, bytes]
) -> Iterator[str]:
    path = (*around, section.name)
    yield from (f"{'#' * min(level, 6)} {markdown_text(section.title)}", "")
    for block in section.blocks:
        yield from (*_block(block, path, folder, beside), "")
    for inner in section.sections:
        yield from _section(inner, path, level + 1, folder, beside)


def _block(block: Block, path: tuple[str, ...], folder: str, beside: dict[str, bytes]) -> list[str]:
    match block:
        case Paragraph(said, important):
            return [f"**{_inline(said)}**" if important else at_beginning(_inline(said))]
        case Bullets(items):
            return [f"- {at_beginning(_inline(item))}" for item in items]
        case CodeBlock(text, language):
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            return [f"{fence}{language}", *map(shown, text.rstrip("\n").split("\n")), fence]
        case Equation(formula):
            return ["$$", latex_math(formula), "$$"]
        case TableBlock():
            return _table(block.table)
        case FigureBlock():
            return _figure(block, path, folder, beside)
        case LiveNetwork():
            return [markdown_text(block.without)]


def _inline(said: Prose) -> str:
    return "".join(map(_piece, said))


def _piece(piece: Inline) -> str:
    match piece:
        case str():
            return markdown_text(piece)
        case Code(text):
            return f"`` {shown(text)} ``" if "`" in text else f"`{shown(text)}`"
        case Link(text, _):
            return markdown_text(text)
        case _:
            return f"${latex_math(piece)}$"


def _table(table: TextTable) -> list[str]:
    body: Sequence[Sequence[str]] = [*table.rows, *([table.footer] if table.footer else [])]
    rule = ["---:" if column in table.numeric else "---" for column in table.columns]
    rows = [[markdown_text(cell) for cell in row] for row in (table.columns, *body)]
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]
    return [*([f"**{markdown_text(table.title)}**", ""] if table.title else []), *lines]


def _figure(block: FigureBlock, path: tuple[str, ...], folder: str, beside: dict[str, bytes]) -> list[str]:
    name, files = figure_files(block, path, folder, "svg")
    beside |= files
    alternative = markdown_text(block.alternative)
    return [f"![{alternative}]({name.replace(' ', '%20')}.svg)", "", f"*{markdown_text(block.caption)}*"]
