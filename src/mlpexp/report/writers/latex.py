"""A report as a section of a paper, to be read by ``input``: LaTeX, with its figures as files beside it."""

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
    TableBlock,
    Words,
)
from mlpexp.report.document.document import Document, Section
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.files import Files, figure_files
from mlpexp.report.writers.latex_formulas import latex as mathematics
from mlpexp.report.writers.latex_words import needs_fonts, words
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.shown_words import shown

LEVELS = ("section", "subsection", "subsubsection", "paragraph")
MOST_ROWS = 40  # of a table on a page; more are several tables
WIDE = 34  # letters of a cell, from which its column has lines that break
LINE = 90  # letters of a table that fit beside each other
MOST_FLOATS = 12  # figures and tables that LaTeX may move at once
NEEDED = "it needs \\usepackage{amsmath,booktabs,graphicx}"
CHINESE = "it has letters that need a font: compile it with xelatex or lualatex, and \\usepackage{ctex}"
FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"


def latex(document: Document, folder: str) -> Files:
    """The section; a document of several results is several sections.

    Args:
        document: What is written.
        folder: Where the figures go, from the file.
    """
    beside: dict[str, bytes] = {}
    lines: list[str] = []
    if len(document.sections) != 1:
        lines += [rf"\section{{{words(document.title)}}}", ""]
    for block in document.lead:
        lines += [*_block(block, (), folder, beside), ""]
    for section in document.sections:
        lines += _section(section, (), 1, folder, beside)
    body = "\n".join(_with_pages(lines)).rstrip()
    head = [f"% {MADE_BY} {shown(document.source)}", f"% To be read by \\input; {NEEDED}."]
    head += [f"% Where words are Chinese, {CHINESE}."] if needs_fonts(body) else []
    return Files("\n".join([*head, body]) + "\n", beside)


def _with_pages(lines: Sequence[str]) -> Iterator[str]:
    """Empties the store of figures and tables now and then, which LaTeX keeps too few of."""
    floats = 0
    for line in lines:
        yield line
        floats += line.startswith((r"\end{figure}", r"\end{table}"))
        if floats == MOST_FLOATS:
            yield r"\clearpage"
            floats = 0


def _section(
    section: Section, around: tuple[str, ...], level: int, folder: str, beside: dict[str, bytes]
) -> Iterator[str]:
    path = (*around, section.name)
    yield from (rf"\{LEVELS[min(level, len(LEVELS) - 1)]}{{{words(section.title)}}}", "")
    for block in section.blocks:
        yield from (*_block(block, path, folder, beside), "")
    for inner in section.sections:
        yield from _section(inner, path, level + 1, folder, beside)


def _block(block: Block, path: tuple[str, ...], folder: str, beside: dict[str, bytes]) -> list[str]:
    match block:
        case Paragraph(said, important):
            inline = _inline(said)
            return _where_letters_are(rf"\textbf{{{inline}}}" if important else inline)
        case Bullets(items):
            listed = [rf"\item {_inline(item)}" for item in items]
            return [r"\begin{itemize}", *listed, r"\end{itemize}"] if items else []
        case CodeBlock(text, _):
            return _code(text)
        case Equation(formula):
            return [r"\[", mathematics(formula), r"\]"]
        case TableBlock():
            return _tables(block.table)
        case FigureBlock():
            name, files = figure_files(block, path, folder, "pdf")
            beside |= files
            return _float([rf"\includegraphics[width=\linewidth]{{{name}.pdf}}"], block.caption)
        case LiveNetwork(without=without):
            return [words(without)]


def _where_letters_are(line: str) -> list[str]:
    """A paragraph; one with Chinese letters only where there is a font for them, so that all others still read the file."""
    if not needs_fonts(line):
        return [line]
    return [r"\ifdefined\CJKfamily", line, r"\else", "(Here Chinese words need a font.)", r"\fi"]


def _inline(said: Words) -> str:
    return "".join(map(_piece, said))


def _piece(piece: Inline) -> str:
    match piece:
        case str():
            return words(piece)
        case Code(text):
            return rf"\texttt{{{_typed(text)}}}"
        case Link(text, _):
            return words(text)
        case _:
            return f"${mathematics(piece)}$"


def _typed(text: str) -> str:
    """Code: no two dashes or quotes become one sign."""
    return words(text).replace("--", "-{}-").replace("''", "'{}'")


def _code(text: str) -> list[str]:
    """Lines as they are, each of which may be broken at its blanks."""
    lines = []
    for line in text.rstrip("\n").split("\n"):
        begun = len(line) - len(line.lstrip(" "))
        lines.append(r"\mbox{}" + r"\ " * begun + _typed(line[begun:]) + r"\\")
    return [r"\begin{flushleft}\ttfamily\footnotesize", *lines, r"\end{flushleft}"]


def _tables(table: TextTable) -> list[str]:
    """One ``table``, or several where there are more rows than a page holds."""
    rows = list(table.rows)
    pieces = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)] or [[]]
    lines = []
    for place, piece in enumerate(pieces):
        title = table.title + (" (continued)" if place else "")
        footer = table.footer if place == len(pieces) - 1 else None
        lines += _table(table, piece, footer, title)
    return lines


def _table(table: TextTable, rows: Sequence[Sequence[str]], footer: Sequence[str] | None, title: str) -> list[str]:
    body = [*map(_row, rows), *([r"\midrule", _row(footer)] if footer else [])]
    inner = [r"\toprule", _row(table.columns), r"\midrule", *body, r"\bottomrule"]
    tabular = [FIT, rf"\begin{{tabular}}{{{_alignment(table)}}}", *inner, r"\end{tabular}}"]
    caption = [rf"\caption{{{words(title)}}}"] if title else []
    return [r"\begin{table}[!htbp]", r"\centering\small", *caption, *tabular, r"\end{table}"]


def _alignment(table: TextTable) -> str:
    """By column ``r``, ``l``, or of long cells in a wide table a width, in which lines break."""
    columns = zip(*[table.columns, *table.rows], strict=True)
    lengths = [max(map(len, cells)) for cells in columns]
    long = [length > WIDE for length in lengths] if sum(lengths) > LINE else [False] * len(lengths)
    left = max(LINE - sum(length for length, is_long in zip(lengths, long, strict=True) if not is_long), 20 * sum(long))
    kinds = []
    for column, is_long in zip(table.columns, long, strict=True):
        width = 0.9 * left / LINE / max(sum(long), 1)
        kinds.append(rf"p{{{width:.2f}\linewidth}}" if is_long else "r" if column in table.numeric else "l")
    return "".join(kinds)


def _row(cells: Sequence[str]) -> str:
    """One line of a table; a bracket in front is no option of the line before it."""
    return " & ".join(f"{{}}{words(cell)}" if cell.startswith(("[", "*")) else words(cell) for cell in cells) + r" \\"


def _float(lines: Sequence[str], caption: str) -> list[str]:
    return [r"\begin{figure}[!htbp]", r"\centering", *lines, rf"\caption{{{words(caption)}}}", r"\end{figure}"]
