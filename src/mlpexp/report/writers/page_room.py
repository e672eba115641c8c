"""What a page has room for: numbers of figures go first, then rows of long tables, then figures; the largest of each first.

A sentence stands in the place of each, which says where it lies.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mlpexp.report.document.blocks import Block, FigureBlock, Paragraph, TableBlock
from mlpexp.report.document.document import Document, Room, Section, walked

PICTURE = re.compile(r'data:image/[^"]*')
NETWORK = re.compile(r'<script type="application/json">.*?</script>', re.DOTALL)
NUMBERS = "<details>"  # with which the numbers of a figure begin
MOST_ROWS = 100  # of a table that is cut
SENTENCE = 300  # bytes that one takes
Written = Callable[[Block, tuple[str, ...]], str]


def lacking(document: Document, page: str) -> Room | None:
    """How many bytes the page is too large; None: it has its room."""
    if document.room is None:
        return None
    pictures = _pictures(page)
    networks = sum(len(found.encode()) for found in NETWORK.findall(page))
    over = Room(len(page.encode()) - pictures - networks - document.room.words, pictures - document.room.pictures)
    return over if max(over.words, over.pictures) > 0 else None


def fitted(document: Document, over: Room, written: Written) -> Document:
    """The document less what the page has no room for.

    Args:
        document: That is too large.
        over: By how much.
        written: A block as the page has it.
    """
    figures = [
        _Figure(block, written(block, path)) for block, path in _blocks(document) if isinstance(block, FigureBlock)
    ]
    tables = [
        (block, written(block, path))
        for block, path in _blocks(document)
        if isinstance(block, TableBlock) and block.elsewhere and len(block.table.rows) > MOST_ROWS
    ]
    changes: dict[int, Sequence[Block]] = {}
    words, pictures = over.words, over.pictures
    for figure in sorted(figures, key=lambda each: -each.pictures):
        if pictures > 0 and figure.pictures:
            changes[id(figure.block)] = [_in_place_of(figure.block)]
            pictures -= figure.pictures
            words -= figure.words - SENTENCE
    for figure in sorted(figures, key=lambda each: -each.numbers):
        if words > 0 and id(figure.block) not in changes:
            changes[id(figure.block)] = [replace(figure.block, has_numbers=False)]
            words -= figure.numbers - SENTENCE
    for table, text in sorted(tables, key=lambda each: -len(each[1])):
        if words > 0:
            changes[id(table)] = _cut(table)
            words -= round(len(text.encode()) * (1 - MOST_ROWS / len(table.table.rows))) - SENTENCE
    for figure in sorted(figures, key=lambda each: -each.drawing):
        if words > 0 and not isinstance(changes.get(id(figure.block), [None])[0], Paragraph):
            changes[id(figure.block)] = [_in_place_of(figure.block)]
            words -= figure.drawing - SENTENCE
    return replace(document, sections=[_changed(section, changes) for section in document.sections])


@dataclass(frozen=True)
class _Figure:
    """A figure as the page has it."""

    block: FigureBlock
    text: str

    @property
    def pictures(self) -> int:
        """Bytes of those in it."""
        return _pictures(self.text)

    @property
    def words(self) -> int:
        """Bytes of all else."""
        return len(self.text.encode()) - self.pictures

    @property
    def numbers(self) -> int:
        """Bytes of its table."""
        return len(self.text.partition(NUMBERS)[2].encode())

    @property
    def drawing(self) -> int:
        """Bytes of lines and words."""
        return self.words - self.numbers


def _pictures(text: str) -> int:
    return sum(map(len, PICTURE.findall(text)))


def _blocks(document: Document) -> Iterator[tuple[Block, tuple[str, ...]]]:
    for path, section in walked(document):
        for block in section.blocks:
            yield block, path


def _in_place_of(block: FigureBlock) -> Paragraph:
    return Paragraph((f"This page has no room for the figure {block.name}. ", *block.elsewhere))


def _cut(block: TableBlock) -> Sequence[Block]:
    table, rows = block.table, len(block.table.rows)
    title = f"{table.title or block.name}: the first {MOST_ROWS} of {rows:,} rows"
    shown = replace(
        block, table=replace(table, rows=table.rows[:MOST_ROWS], title=title), links=block.links[:MOST_ROWS]
    )
    return [shown, Paragraph(("This page has no room for the other rows. ", *block.elsewhere))]


def _changed(section: Section, changes: Mapping[int, Sequence[Block]]) -> Section:
    blocks = [new for block in section.blocks for new in changes.get(id(block), (block,))]
    return replace(section, blocks=blocks, sections=[_changed(inner, changes) for inner in section.sections])
