"""A report as a section of a paper, to be read by ``input``: LaTeX, with its figures as files beside it."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

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
from mlpexp.report.drawing.look import WIDTH
from mlpexp.report.latex_text import is_mostly_wide, latex_code, latex_text, needed, unguarded
from mlpexp.report.tables.latex_tables import BEGIN, END, label_of, latex_tables, named
from mlpexp.report.writers.files import Files, figure_files
from mlpexp.report.writers.latex_formulas import latex_math
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.shown_words import shown

logger = logging.getLogger(__name__)

LEVELS = ("section", "subsection", "subsubsection", "paragraph")
MOST_FLOATS = 12  # figures and tables that LaTeX may move at once
NEEDED = "it needs \\usepackage{amsmath,booktabs,graphicx}"
BREAKABLE = re.compile(
    r"(?<=[\w\]}])(\\_|{\\char95}|[=/,])(?=[\w\[\\])"
)  # behind which a long name goes on in the next line


@dataclass
class _Paper:
    """What is written so far."""

    folder: str
    """Where the figures go, from the file."""
    beside: dict[str, bytes] = field(default_factory=dict)
    """Figures, by path."""

    def label(self, path: tuple[str, ...], block: FigureBlock | TableBlock) -> str:
        """The name of a figure or table, of its own in a paper with several reports."""
        kind = "tab" if isinstance(block, TableBlock) else "fig"
        return label_of(kind, self.folder.removesuffix("-figures"), *path, block.name)


def latex(document: Document, folder: str) -> Files:
    """The section; a document of several results is several sections.

    Args:
        document: What is written.
        folder: Where the figures go, from the file.
    """
    paper = _Paper(folder)
    lines: list[str] = []
    if len(document.sections) != 1:
        lines += [rf"\section{{{latex_text(document.title)}}}", ""]
    for block in document.lead:
        lines += [*_block(block, (), paper), ""]
    for section in document.sections:
        lines += _section(section, (), 1, paper)
    body = "\n".join(_with_pages(lines)).rstrip()
    head = [f"% {MADE_BY} {shown(document.source)}", f"% To be read by \\input; {NEEDED}.", BEGIN]
    if letters := needed(body):
        head.append(letters)
        logger.warning(
            "LaTeX: some letters need a font: compile it with xelatex, and \\usepackage{ctex} for Chinese; else boxes stand "
            "for them"
        )
    return Files("\n".join([*head, body, END]) + "\n", paper.beside)


def _with_pages(lines: Sequence[str]) -> Iterator[str]:
    """Empties the store of figures and tables now and then, which LaTeX keeps too few of."""
    floats = 0
    for line in lines:
        yield line
        floats += line.startswith((r"\end{figure}", r"\end{table"))
        if floats == MOST_FLOATS:
            yield r"\clearpage"
            floats = 0


def _section(section: Section, around: tuple[str, ...], level: int, paper: _Paper) -> Iterator[str]:
    """Heading, where its figures and tables are, contents; one in Chinese alone is there only with its letters."""
    path = (*around, section.name)
    heading = rf"\{LEVELS[min(level, len(LEVELS) - 1)]}{{{latex_text(section.title)}}}"
    if not section.sections and section.blocks and all(map(_is_wide, section.blocks)):
        yield from (r"\ifdefined\CJKfamily", heading, "")
        for block in section.blocks:
            yield from (unguarded("\n".join(_block(block, path, paper))), "")
        yield r"\fi"
        return
    yield from (heading, "")
    if where := _where(section, path, paper):
        yield from (where, "")
    for block in section.blocks:
        yield from (*_guarded(block, path, paper), "")
    for inner in section.sections:
        yield from _section(inner, path, level + 1, paper)


def _where(section: Section, path: tuple[str, ...], paper: _Paper) -> str:
    """Which figures and tables of a section LaTeX may have moved."""
    kinds: dict[str, list[FigureBlock | TableBlock]] = {
        "Table": [block for block in section.blocks if isinstance(block, TableBlock) and block.table.title],
        "Figure": [block for block in section.blocks if isinstance(block, FigureBlock)],
    }
    of_kinds = [named(kind, [paper.label(path, block) for block in blocks]) for kind, blocks in kinds.items() if blocks]
    return f"See {' and '.join(of_kinds)}." if of_kinds else ""


def _is_wide(block: Block) -> bool:
    return isinstance(block, Paragraph) and is_mostly_wide(_inline(block.words))


def _guarded(block: Block, path: tuple[str, ...], paper: _Paper) -> list[str]:
    """A block; a paragraph in Chinese only where there is a font for it."""
    lines = _block(block, path, paper)
    if not _is_wide(block):
        return lines
    return [r"\ifdefined\CJKfamily", *map(unguarded, lines), r"\else", "(Here Chinese words need a font.)", r"\fi"]


def _block(block: Block, path: tuple[str, ...], paper: _Paper) -> list[str]:
    match block:
        case Paragraph(words, important):
            return [rf"\textbf{{{_inline(words)}}}" if important else _inline(words)]
        case Bullets(items):
            listed = [rf"\item {_inline(item)}" for item in items]
            return [r"\begin{itemize}", *listed, r"\end{itemize}"] if items else []
        case CodeBlock(text, _):
            return _code(text)
        case Equation(formula):
            return [r"\[", latex_math(formula), r"\]"]
        case TableBlock(table=table):
            return latex_tables(table, paper.label(path, block))
        case FigureBlock():
            return _figure(block, path, paper)
        case LiveNetwork(without=without):
            return [latex_text(without)]


def _inline(words: Prose) -> str:
    return "".join(map(_piece, words))


def _piece(piece: Inline) -> str:
    match piece:
        case str():
            return _breakable(latex_text(piece))
        case Code(text):
            return rf"\texttt{{{_breakable(latex_code(text))}}}"
        case Link(text, _):
            return _breakable(latex_text(text))
        case _:
            return f"${latex_math(piece)}$"


def _breakable(text: str) -> str:
    return BREAKABLE.sub(r"\1\\allowbreak{}", text)


def _code(text: str) -> list[str]:
    """Lines as they are, each of which may be broken at its blanks."""
    lines = []
    for line in text.rstrip("\n").split("\n"):
        begun = len(line) - len(line.lstrip(" "))
        lines.append(r"\mbox{}" + r"\ " * begun + _breakable(latex_code(line[begun:])) + r"\\")
    return [r"\begin{flushleft}\ttfamily\footnotesize\frenchspacing", *lines, r"\end{flushleft}"]


def _figure(block: FigureBlock, path: tuple[str, ...], paper: _Paper) -> list[str]:
    """The figure as wide as the text, or less if it is a small one."""
    name, files = figure_files(block, path, paper.folder, "pdf")
    paper.beside.update(files)
    share = min(1.0, block.drawing.figure.get_size_inches()[0] / WIDTH)
    image = rf"\includegraphics[width={share:.3g}\linewidth]{{{name}.pdf}}"
    caption = rf"\caption{{{latex_text(block.caption)}}}\label{{{paper.label(path, block)}}}"
    return [r"\begin{figure}[!htbp]", r"\centering", image, caption, r"\end{figure}"]
