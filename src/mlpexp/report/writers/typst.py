"""A report as PDF, set by Typst: no LaTeX, no browser; the figures stay lines and letters.

All words are strings of Typst's language, so that nothing in them is a command.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib

from mlpexp.asking import either
from mlpexp.errors import InputError, RunError
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
from mlpexp.report.document.document import Document, Section, walked
from mlpexp.report.drawing.words_in_figures import MOST_SHOWN, OURS, fonts_for
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.tables.wide_tables import cell_lengths, parts_of
from mlpexp.report.writers.files import figure_files
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.shown_words import shown
from mlpexp.report.writers.typst_formulas import quoted, typst_math
from mlpexp.store.files import write_bytes

logger = logging.getLogger(__name__)

NEEDED = "a PDF needs typst; install it with: pip install 'mlpexp[pdf]'"
MAIN = "main.typ"
LONG = 30  # letters of a cell, from which its column takes the width that is left
LINE = 88  # letters of a table that fit beside each other at the usual size
MOST_LETTERS = 112  # of a table in smaller letters; one with more is in parts
SIZES = (5.0, 8.5)  # points, of the letters of tables, the least and the usual
SERIF, MONO = "Libertinus Serif", "DejaVu Sans Mono"  # which come with Typst
STYLE = """\
#set page(paper: "a4", margin: (x: 22mm, y: 22mm), numbering: "1 / 1")
#set par(justify: false, leading: 0.62em, spacing: 0.95em)
#set heading(numbering: none)
#show heading: set block(above: 1.5em, below: 0.8em, sticky: true)
#show raw.where(block: true): it => block(fill: luma(245), inset: 6pt, radius: 2pt, width: 100%, text(size: 7.5pt, it))
#show link: set text(fill: rgb("#0b5394"))
#set table(stroke: none, inset: (x: 4pt, y: 2.6pt))
#show table.cell.where(y: 0): set text(weight: "bold")
#show figure: set block(breakable: true)
#show figure.caption: it => block(sticky: true, text(size: 8.5pt, it))
#show figure.where(kind: table): set figure.caption(position: top)
"""


@dataclass
class _Source:
    """What is written so far."""

    sections: frozenset[str]
    """Names that links may lead to."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Figures and pictures, by path."""


def check_typst() -> None:
    """Refuses a PDF where nothing can set it.

    Raises:
        InputError: Typst is not installed.
    """
    if find_spec("typst") is None:
        raise InputError(f"{either('--output', 'report')}: {NEEDED}")


def pdf(document: Document) -> bytes:
    """The file; equal documents give equal bytes where the same fonts are installed.

    Raises:
        RunError: Typst cannot set it.
    """
    import typst

    fonts = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
    with TemporaryDirectory() as folder:
        for name, content in typst_files(document).items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(Path(folder) / name, content)
        try:
            return typst.compile(str(Path(folder) / MAIN), root=folder, font_paths=[fonts])
        except typst.TypstError as error:
            raise RunError(f"the PDF cannot be set: {error.message}") from error


def typst_files(document: Document) -> dict[str, bytes]:
    """The text in Typst, and the figures that it reads."""
    source = _Source(frozenset("-".join(path) for path, _ in walked(document)))
    lines = [*_head(document)]
    for block in document.lead:
        lines += _block(block, (), source)
    if len(document.sections) > 1:
        lines.append("#outline(title: none, depth: 2)")
    for section in document.sections:
        lines += _section(section, (), 2, source)
    return {MAIN: "\n".join(lines).encode(), **source.files}


def _head(document: Document) -> Iterator[str]:
    """Fonts, style and title; the letters that no font has are said."""
    families, lost = fonts_for(frozenset("".join(_all_words(document))))
    if lost:
        letters = " ".join(sorted(lost)[:MOST_SHOWN]) + (" ..." if len(lost) > MOST_SHOWN else "")
        logger.warning(
            "PDF: no installed font has %s; install one that does, such as Noto Sans CJK, and write it again", letters
        )
    others = [quoted(name) for name in (*families, OURS)]
    about = quoted(f"{MADE_BY} {shown(document.source)}")
    yield f"#set document(title: {quoted(shown(document.title))}, description: {about}, date: none)"
    yield f"#set text(font: ({', '.join([quoted(SERIF), *others])}), size: 10pt, lang: {quoted(document.language)})"
    yield f"#show raw: set text(font: ({', '.join([quoted(MONO), *others])}))"
    yield STYLE
    yield f"#heading(level: 1, outlined: false, {quoted(shown(document.title))})"


def _all_words(document: Document) -> Iterator[str]:
    yield document.title
    for blocks in (document.lead, *(section.blocks for _, section in walked(document))):
        for block in blocks:
            yield from _words_of(block)
    yield from (section.title for _, section in walked(document))


def _words_of(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(said):
            yield from _texts(said)
        case Bullets(items):
            for item in items:
                yield from _texts(item)
        case CodeBlock(text):
            yield text
        case TableBlock():
            yield block.table.title
            for row in (block.table.columns, *block.table.rows, block.table.footer or ()):
                yield from row
        case FigureBlock():
            yield block.caption
        case _:
            pass


def _texts(said: Prose) -> list[str]:
    return [piece if isinstance(piece, str) else piece.text for piece in said if isinstance(piece, str | Code | Link)]


def _section(section: Section, around: tuple[str, ...], level: int, source: _Source) -> Iterator[str]:
    path = (*around, section.name)
    yield f"#heading(level: {level}, {quoted(shown(section.title))}) <{'-'.join(path)}>"
    for block in section.blocks:
        yield from _block(block, path, source)
    for inner in section.sections:
        yield from _section(inner, path, level + 1, source)


def _block(block: Block, path: tuple[str, ...], source: _Source) -> list[str]:
    match block:
        case Paragraph(said, important):
            inline = _inline(said, source)
            return [f"#strong[{inline}]" if important else inline, ""]
        case Bullets(items):
            return [f"#list({', '.join(f'[{_inline(item, source)}]' for item in items)})"] if items else []
        case CodeBlock(text, language):
            lines = "\\n".join(quoted(shown(line))[1:-1] for line in text.rstrip("\n").split("\n"))
            return [f'#raw(block: true, lang: {quoted(language)}, "{lines}")']
        case Equation(formula):
            return [f"$ {typst_math(formula)} $"]
        case TableBlock():
            return [_table(block.table)]
        case FigureBlock():
            return _figure(block, path, source)
        case LiveNetwork(without=without):
            return [f"#{quoted(shown(without))};", ""]


def _inline(said: Prose, source: _Source) -> str:
    return "".join(_piece(piece, source) for piece in said)


def _piece(piece: Inline, source: _Source) -> str:
    match piece:
        case str():
            return f"#{quoted(shown(piece))};"
        case Code(text):
            return f"#raw({quoted(shown(text))});"
        case Link(text, target):
            name = target.removeprefix("#")
            is_here = target.startswith("#") and name in source.sections
            return f"#link(<{name}>, {quoted(shown(text))});" if is_here else f"#{quoted(shown(text))};"
        case _:
            return f"${typst_math(piece)}$"


def _table(table: TextTable) -> str:
    """A table that goes on over pages with its head; of one that is wide, parts of the columns beneath each other."""
    parts = "\n".join(map(_part, parts_of(table, LONG, 1, MOST_LETTERS)))
    caption = f", caption: {quoted(shown(table.title))}" if table.title else ""
    return f"#figure(kind: table{caption}, supplement: [Table])[\n{parts}\n]"


def _part(table: TextTable) -> str:
    """Columns that stand beside each other, in smaller letters where they are many."""
    lengths = cell_lengths(table)
    widths = ["1fr" if length > LONG and sum(lengths) > LINE else "auto" for length in lengths]
    letters = sum(
        min(length, LONG) if width == "1fr" else length for length, width in zip(lengths, widths, strict=True)
    )
    size = max(SIZES[0], min(SIZES[1], SIZES[1] * LINE / max(letters + len(lengths), 1)))
    align = ["right" if column in table.numeric else "left" for column in table.columns]
    body = [_cells(row) for row in table.rows]
    foot = ["table.hline(stroke: 0.4pt)", _cells(table.footer)] if table.footer else []
    lines = [
        f"columns: ({', '.join(widths)},)", f"align: ({', '.join(align)},)", "table.hline(stroke: 0.8pt)",
        f"table.header({_cells(table.columns)})", "table.hline(stroke: 0.4pt)", *body, *foot,
        "table.hline(stroke: 0.8pt)",
    ]  # fmt: skip
    inner = ",\n  ".join(lines)
    return f"#[\n#set text(size: {size:.1f}pt)\n#table({inner})\n]"


def _cells(cells: Sequence[str]) -> str:
    return ", ".join(quoted(shown(cell)) for cell in cells)


def _figure(block: FigureBlock, path: tuple[str, ...], source: _Source) -> list[str]:
    name, files = figure_files(block, path, "figures", "pdf")
    file = f"{name}.pdf"
    source.files[file] = files[file]
    inches = float(block.drawing.figure.get_size_inches()[0])
    width = f"calc.min({inches:.2f} * 1in, 166mm)"
    alternative = quoted(shown(block.alternative))
    image = f"image({quoted(file)}, width: {width}, alt: {alternative})"
    return [f"#block(breakable: false, figure({image}, caption: {quoted(shown(block.caption))}))"]
