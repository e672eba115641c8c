"""A document of one result or of several, section by section: the one table of what stands in a report."""

import logging
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from mlpexp.report.document.blocks import Paragraph
from mlpexp.report.document.document import Document, Room, Section
from mlpexp.report.reasons import in_page, in_terminal
from mlpexp.report.sections.answer import answer
from mlpexp.report.sections.arithmetic import arithmetic
from mlpexp.report.sections.asked import asked
from mlpexp.report.sections.comparison import comparison
from mlpexp.report.sections.curves import curves
from mlpexp.report.sections.data_sheet import data_sheet
from mlpexp.report.sections.diagnostics import diagnostics
from mlpexp.report.sections.effects import effects
from mlpexp.report.sections.environment import environment
from mlpexp.report.sections.fit import fit
from mlpexp.report.sections.live import TITLE, live
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods.section import methods
from mlpexp.report.sections.predictions import predictions
from mlpexp.report.sections.question import question
from mlpexp.report.sections.side_by_side import side_by_side
from mlpexp.report.sections.words import words

logger = logging.getLogger(__name__)
MOST_NAMED = 5  # results

# In the order of a reader, each with the heading that it has if it cannot be made; a section that has nothing to say of a
# result is left out.
SECTIONS: tuple[tuple[str, Callable[[Material], Section | None]], ...] = (
    ("The question", question), ("The answer", answer), ("What was asked", asked), ("Results", comparison),
    ("Curves", curves), ("Effects", effects), ("Predictions", predictions), ("What was learned", fit), (TITLE, live),
    ("Diagnostics", diagnostics), ("Parameters and formulas", arithmetic), ("The data", data_sheet),
    ("Methods, to be copied", methods), ("Environment", environment),
)  # fmt: skip
ROOM_OF_RUN, ROOM_OF_SWEEP, ROOM_OF_PICTURES = 400_000, 900_000, 600_000  # bytes


def document_of(materials: Sequence[Material]) -> Document:
    """The report of results: the sections of one; of several how they compare, then a part for each.

    Args:
        materials: At least one.
    """
    source = source_of([material.result.path for material in materials])
    if len(materials) == 1:
        (material,) = materials
        sections = _sections(material)
        return Document(title_of(material), (), [*sections, *words(sections)], source, room=_room(materials))
    titles = _titles(materials)
    parts = [
        Section(f"result-{place}", title, (), _sections(material))
        for place, (title, material) in enumerate(zip(titles, materials, strict=True), 1)
    ]
    first = side_by_side([material.result for material in materials], titles, [part.name for part in parts])
    sections = [first, *parts]
    return Document(f"{len(materials)} results", (), [*sections, *words(sections)], source, room=_room(materials))


def source_of(paths: Sequence[Path]) -> str:
    """Of what a report says it was made: the names of its results in order of letters; of many how many, and a hash."""
    names = " ".join(sorted(path.resolve().name for path in paths))
    if len(paths) <= MOST_NAMED:
        return names
    return f"{len(paths)} results {sha256(names.encode()).hexdigest()[:16]}"


def _titles(materials: Sequence[Material]) -> list[str]:
    """That of each; where several have one, with the folder."""
    titles = [title_of(material) for material in materials]
    return [
        f"{title}, {material.result.path.resolve().name}" if titles.count(title) > 1 else title
        for title, material in zip(titles, materials, strict=True)
    ]


def title_of(material: Material) -> str:
    """Of a run its name and hash; of a sweep what is varied, too, after a name that is not told by that."""
    summary = material.result.summary
    if not summary.axes:
        return f"{summary.name} ({summary.hash})"
    is_told = _letters(summary.title).startswith(_letters(summary.name))
    return f"{summary.title if is_told else f'{summary.name}: {summary.title}'} ({summary.hash})"


def _letters(text: str) -> str:
    """Letters and digits alone, small."""
    return "".join(filter(str.isalnum, text)).lower()


def _sections(material: Material) -> list[Section]:
    return [section for title, make in SECTIONS if (section := _made(title, make, material))]


def _made(title: str, make: Callable[[Material], Section | None], material: Material) -> Section | None:
    """A section; where it cannot be made, a sentence in its place: all the others are still wanted."""
    try:
        return make(material)
    except Exception as error:
        path = material.result.path
        logger.warning("%s: section %r left out: %s", path, title, in_terminal(error))
        why = in_page(error, path)
        return Section(make.__name__.replace("_", "-"), title, [Paragraph((f"This section cannot be made: {why}.",))])


def _room(materials: Sequence[Material]) -> Room:
    """Of several results the sum of what each may take."""
    of_words = sum(ROOM_OF_SWEEP if material.compares else ROOM_OF_RUN for material in materials)
    return Room(of_words, ROOM_OF_PICTURES * len(materials))
