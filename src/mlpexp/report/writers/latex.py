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
from mlpexp.report.drawing.style import WIDTH
from mlpexp.report.latex_text import is_mostly_wide, latex_code, latex_text, needed, unguarded
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.files import Files, figure_files
from mlpexp.report.writers.latex_formulas import latex_math
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.shown_words import shown

logger = logging.getLogger(__name__)

LEVELS = ("section", "subsection", "subsubsection", "paragraph")
MOST_ROWS = 40  # of a table on a page; more are several tables
WIDE = 30  # letters of a cell, from which its column has lines that break
LINE = 84  # letters of a table that fit beside each other on a page
MOST_LETTERS = 110  # of a table that is made smaller to fit; one with more is several tables
BETWEEN = 3  # letters that would fit between two columns
OF_A_COLUMN = 50  # letters, from which a table takes both columns of a paper that has two
MOST_FLOATS = 12  # figures and tables that LaTeX may move at once
NEEDED = "it needs \\usepackage{amsmath,booktabs,graphicx}"
BEGIN = r"""\providecommand\textquotesingle{'}
\edef\mlpexpspacing{\tolerance=\the\tolerance\emergencystretch=\the\emergencystretch\relax}
\tolerance=3000\emergencystretch=3em"""
END = r"\mlpexpspacing"  # that of the paper
BREAKABLE = re.compile(
    r"(?<=[\w\]}])(\\_|{\\char95}|[=/,])(?=[\w\[\\])"
)  # behind which a long name goes on in the next line
FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"


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
        name = "-".join((self.folder.removesuffix("-figures"), *path, block.name))
        return f"{kind}:{''.join(letter if letter.isalnum() and letter.isascii() else '-' for letter in name)}"


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
    named = [_named(kind, [paper.label(path, block) for block in blocks]) for kind, blocks in kinds.items() if blocks]
    return f"See {' and '.join(named)}." if named else ""


def _named(kind: str, labels: Sequence[str]) -> str:
    first, last = (rf"\ref{{{label}}}" for label in (labels[0], labels[-1]))
    if len(labels) == 1:
        return f"{kind}~{first}"
    return f"{kind}s~{first} {'and' if len(labels) == 2 else 'to'}~{last}"


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
            return _tables(table, paper.label(path, block))
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


def _tables(table: TextTable, label: str) -> list[str]:
    """One ``table``, or several where there are more rows than a page holds, or more columns than a line does."""
    return [
        line for place, part in enumerate(_side_by_side(table)) for line in _below(part, label, is_first=place == 0)
    ]


def _side_by_side(table: TextTable) -> list[TextTable]:
    """The table, or parts of its columns, each with the first one, which names the rows."""
    lengths = [min(length, WIDE) + BETWEEN for length in _lengths(table)]
    fewest = len(_filled(lengths, MOST_LETTERS))
    if fewest == 1 or len(set(table.columns)) < len(table.columns):
        return [table]
    parts = next(parts for most in range(MOST_LETTERS + 1) if len(parts := _filled(lengths, most)) <= fewest)
    every = set(range(1, len(lengths)))
    return [table.without([table.columns[place] for place in every.difference(part)]) for part in parts]


def _filled(lengths: Sequence[int], most: int) -> list[list[int]]:
    """The places of columns, but for the first, in lines of so many letters."""
    parts: list[list[int]] = [[]]
    for place, length in enumerate(lengths[1:], 1):
        if parts[-1] and lengths[0] + sum(lengths[other] for other in parts[-1]) + length > most:
            parts.append([])
        parts[-1].append(place)
    return parts


def _lengths(table: TextTable) -> list[int]:
    return [max(map(len, cells)) for cells in zip(*[table.columns, *table.rows], strict=True)]


def _below(table: TextTable, label: str, *, is_first: bool) -> list[str]:
    rows = list(table.rows)
    pieces = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)] or [[]]
    lines = []
    for place, piece in enumerate(pieces):
        title = latex_text(table.title)
        again = rf"\addtocounter{{table}}{{-1}}\caption{{{title} (continued)}}"
        first = rf"\caption{{{title}}}\label{{{label}}}"
        caption = [first if is_first and place == 0 else again] if title else []
        lines += _table(table, piece, table.footer if place == len(pieces) - 1 else None, caption)
    return lines


def _table(
    table: TextTable, rows: Sequence[Sequence[str]], footer: Sequence[str] | None, caption: Sequence[str]
) -> list[str]:
    lengths = _lengths(table)
    columns = _alignment(table, lengths)
    breaks = [column.startswith("p") for column in columns]
    body = [*(_row(row, breaks) for row in rows), *([r"\midrule", _row(footer, breaks)] if footer else [])]
    inner = [r"\toprule", _row(table.columns, breaks), r"\midrule", *body, r"\bottomrule"]
    tabular = [FIT, rf"\begin{{tabular}}{{{''.join(columns)}}}", *inner, r"\end{tabular}}"]
    kind = "table*" if sum(lengths) + BETWEEN * len(lengths) > OF_A_COLUMN else "table"
    return [
        rf"\begin{{{kind}}}[!htbp]",
        r"\centering\footnotesize\belowcaptionskip=6pt",
        *caption,
        *tabular,
        rf"\end{{{kind}}}",
    ]


def _alignment(table: TextTable, lengths: Sequence[int]) -> list[str]:
    """By column ``r``, ``l``, or of long cells in a wide table a width, in which lines break."""
    room = LINE - BETWEEN * len(lengths)
    long = [length > WIDE and sum(lengths) > room for length in lengths]
    left = max(room - sum(length for length, is_long in zip(lengths, long, strict=True) if not is_long), 20 * sum(long))
    widths = left / LINE / max(sum(long), 1)
    return [
        rf"p{{{widths:.2f}\linewidth}}" if is_long else "r" if column in table.numeric else "l"
        for column, is_long in zip(table.columns, long, strict=True)
    ]


def _row(cells: Sequence[str], breaks: Sequence[bool]) -> str:
    """One line of a table; a bracket in front is no option of the line before it."""
    written = [
        (r"\raggedright " if is_broken else "{}" if cell.startswith(("[", "*")) else "") + latex_text(cell)
        for cell, is_broken in zip(cells, breaks, strict=True)
    ]
    return " & ".join(written) + r" \tabularnewline"


def _figure(block: FigureBlock, path: tuple[str, ...], paper: _Paper) -> list[str]:
    """The figure as wide as the text, or less if it is a small one."""
    name, files = figure_files(block, path, paper.folder, "pdf")
    paper.beside.update(files)
    share = min(1.0, block.drawing.figure.get_size_inches()[0] / WIDTH)
    image = rf"\includegraphics[width={share:.3g}\linewidth]{{{name}.pdf}}"
    caption = rf"\caption{{{latex_text(block.caption)}}}\label{{{paper.label(path, block)}}}"
    return [r"\begin{figure}[!htbp]", r"\centering", image, caption, r"\end{figure}"]
