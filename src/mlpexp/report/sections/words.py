"""Words of the trade that stand in a report, in plain English: a list at its end, of those alone that it has."""

import re
from collections.abc import Iterator, Sequence

from mlpexp.report.document.blocks import Block, Bullets, FigureBlock, Inline, Paragraph, TableBlock
from mlpexp.report.document.document import Section

# Each with what tells it in a text, in the order of the alphabet.
MEANINGS: tuple[tuple[str, str, str], ...] = (
    ("95 % interval", r"95 % intervals?\b",
     "a range that holds the true mean in 95 of 100 experiments like this one."),
    ("adjusted p", r"\badj(usted|\.)? p\b|p values? adjusted",
     "a p value made larger, because several comparisons were made at once."),
    ("corrected resampled t", r"corrected resampled t",
     "an interval for new samples. It is wider than Student's t, because the training parts of the seeds overlap."),
    ("Holm's steps", r"\bHolm\b",
     "a correction of p values for several comparisons. The smallest p is corrected most."),
    ("MACs", r"\bMACs\b",
     "multiply-accumulate operations: how many products a network adds up for one sample."),
    ("max-t", r"\bmax-t\b|joint sign[- ]flip",
     "a sign-flip test of all comparisons together. Each is held against the largest difference that chance gives."),
    ("sign-flip test", r"\bsign[- ]flips?\b",
     "a test of paired differences. It asks how often random signs give a mean as large as theirs."),
    ("stack", r"\bstacks?\b|\bstacked\b",
     "seeds or arms that are trained together, as one computation, to save time. Each learns as if it were alone."),
    ("Student's t", r"Student's t\b",
     "the usual interval of a mean of few values, from their standard deviation."),
    ("Wilson", r"\bWilson\b",
     "the interval of a share, such as accuracy, from the number of samples."),
)  # fmt: skip


def words(sections: Sequence[Section]) -> list[Section]:
    """The list of those that stand in some sections, as one more section; nothing without any."""
    text = "\n".join(told for section in sections for told in _texts(section))
    items = [(f"{word}: {meaning}",) for word, sign, meaning in MEANINGS if re.search(sign, text)]
    return [Section("words", "Words", [Bullets(items)])] if items else []


def _texts(section: Section) -> Iterator[str]:
    for block in section.blocks:
        yield from _of_block(block)
    for inner in section.sections:
        yield from _texts(inner)


def _of_block(block: Block) -> Iterator[str]:
    """Prose, headings and captions; not what is to be copied, and no names of a user's."""
    if isinstance(block, Paragraph):
        yield _prose(block.words)
    elif isinstance(block, Bullets):
        yield from map(_prose, block.items)
    elif isinstance(block, TableBlock):
        yield from (*block.table.columns, block.table.title)
    elif isinstance(block, FigureBlock):
        yield block.caption


def _prose(pieces: Sequence[Inline]) -> str:
    return "".join(piece for piece in pieces if isinstance(piece, str))
