"""Figures to files: each in the formats asked for, with a CSV file of the numbers it shows beside it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from matplotlib.figure import Figure

from mlpexp.report.drawing.axis_factors import make_room_for_factors
from mlpexp.report.drawing.encoded import encoded
from mlpexp.report.drawing.formats import PGFPLOTS
from mlpexp.report.drawing.look import LETTERS, Look, current_look, drawn_for
from mlpexp.report.drawing.style import Drawing, in_style
from mlpexp.report.drawing.words_in_figures import break_names, letters_may_miss, say_lost, set_words
from mlpexp.report.pgfplots.pictures import picture
from mlpexp.report.reasons import in_page, in_terminal
from mlpexp.store.beside import make_folders
from mlpexp.store.files import write_bytes
from mlpexp.store.frames import Absent, without_formulas
from mlpexp.store.inside import make_inside

logger = logging.getLogger(__name__)
Made = TypeVar("Made")


@dataclass
class Lacks:
    """What figures could not have, to be said once."""

    letters: set[str] = field(default_factory=set)
    """That no font here has."""
    pgfplots: list[str] = field(default_factory=list)
    """Names of figures that are written as PDF, since pgfplots cannot draw them well."""
    room: dict[str, float] = field(default_factory=dict)
    """Points of the letters, by name of a figure that has no room for those asked for."""

    def with_those_of(self, other: "Lacks", names: Sequence[str]) -> "Lacks":
        """What either could not have, of figures in an order."""
        room = {**self.room, **other.room}
        return Lacks(
            self.letters | other.letters,
            sorted([*self.pgfplots, *other.pgfplots], key=names.index),
            {name: room[name] for name in names if name in room},
        )

    def say(self) -> None:
        """Warns of it in the log."""
        say_lost(self.letters)
        if self.pgfplots:
            names = ", ".join(self.pgfplots)
            logger.warning("written as PDF to include, since pgfplots cannot draw them well: %s", names)
        if self.room:
            sizes = ", ".join(f"{name} {points:.1f}" for name, points in self.room.items())
            logger.warning("letters are smaller where the width has no room for those asked for; in points: %s", sizes)


def save_figures(
    result: Path,
    folder: Path,
    figures: Mapping[str, Callable[[], Drawing | None]],
    formats: Sequence[str],
    lacks: Lacks | None = None,
) -> list[Path]:
    """Draws figures one after the other and writes them into a folder.

    A figure whose files are absent is left out; one whose files are damaged too, with a warning in the log.

    Args:
        result: Of which they are, for warnings.
        folder: Where they go.
        figures: By name, what draws it; it may return None if there is nothing to draw.
        formats: Known ones.
        lacks: Gets what figures cannot have; None: it is said.

    Returns:
        The figures written, without the CSV files beside them.

    Raises:
        RunError: A file cannot be written.
    """
    written, said = [], Lacks() if lacks is None else lacks
    make = partial(rendered, formats=formats, lacks=said)
    for name, contents in _each(result, figures, lambda name, drawing: make(drawing, name=name), current_look()):
        for suffix, content in contents.items():
            path = folder / f"{name}.{suffix}"
            make_inside(result, folder)
            write_bytes(path, content)
            written += [path] if suffix != "csv" else []
    if lacks is None:
        said.say()
    return written


class Drawn(NamedTuple):
    """A figure that is ready to be shown."""

    name: str
    """Of its files."""
    words: tuple[str, ...]
    """Its title, and the note below it."""
    drawing: Drawing
    """The figure, laid out, and its numbers."""


def drawn(
    result: Path,
    figures: Mapping[str, Callable[[], Drawing | None]],
    lost: set[str],
    left_out: dict[str, str] | None = None,
) -> Iterator[Drawn]:
    """Draws figures as ``save_figures`` does, for a page of its own, and writes nothing.

    Args:
        result: Of which they are, for warnings.
        figures: By name, what draws it.
        lost: Gets the letters that no font here has.
        left_out: Gets, by name, why a figure cannot be drawn.
    """

    def laid_out(_: str, drawing: Drawing) -> Drawing:
        prepare(drawing.figure, lost)
        return drawing

    for name, drawing in _each(result, figures, laid_out, None, left_out):
        yield Drawn(name, tuple(text.get_text() for text in drawing.figure.texts), drawing)


def _each(
    result: Path,
    figures: Mapping[str, Callable[[], Drawing | None]],
    make: Callable[[str, Drawing], Made],
    look: Look | None,
    left_out: dict[str, str] | None = None,
) -> Iterator[tuple[str, Made]]:
    """What is made of each figure; of one that cannot be drawn nothing, with a warning unless its files are absent."""
    for name, draw in figures.items():
        try:
            with drawn_for(look):
                drawing = draw()
                made = None if drawing is None else make(name, drawing)
        except Absent:
            continue
        except Exception as error:  # whatever is wrong with one file, the other figures are still wanted
            logger.warning("%s: figure %s left out: %s", result, name, in_terminal(error))
            if left_out is not None:
                left_out[name] = in_page(error, result)
            continue
        if made is not None:
            yield name, made


def rendered(drawing: Drawing, formats: Sequence[str], name: str = "", lacks: Lacks | None = None) -> dict[str, bytes]:
    """The bytes of each file of a figure, by suffix; ``pdf`` in place of ``tex`` where pgfplots cannot draw it.

    Args:
        drawing: The figure.
        formats: Known ones.
        name: Of the files, which ``tex`` must know.
        lacks: Gets what the figure cannot have; None: it is said.
    """
    contents: dict[str, bytes] = {}
    said = Lacks() if lacks is None else lacks
    prepare(drawing.figure, said.letters)
    as_tex = picture(name, drawing) if PGFPLOTS in formats else None
    if as_tex is not None:
        contents[PGFPLOTS] = as_tex.encode()
    elif PGFPLOTS in formats:
        said.pgfplots.append(name)
    drawn_in = dict.fromkeys("pdf" if suffix == PGFPLOTS and as_tex is None else suffix for suffix in formats)
    drawn_in.pop(PGFPLOTS, None)
    scale = _scale(drawing.figure, name, said) if drawn_in else 1.0
    contents |= {suffix: encoded(drawing.figure, suffix, scale) for suffix in drawn_in}
    table = without_formulas(drawing.numbers).to_csv(
        index=False, float_format="%.9g", na_rep="nan", lineterminator="\n"
    )
    if lacks is None:
        said.say()
    return {**contents, "csv": table.encode()}


def write_drawing(drawing: Drawing, name: str, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Writes a figure that is of no result into a folder, with its CSV file.

    Args:
        drawing: The figure.
        name: Of its files.
        folder: Is made if it is not there.
        formats: Known ones.

    Returns:
        All files.

    Raises:
        RunError: One cannot be written.
    """
    make_folders(folder)
    written = []
    for suffix, content in rendered(drawing, formats, name).items():
        written.append(folder / f"{name}.{suffix}")
        write_bytes(written[-1], content)
    return written


def _scale(figure: Figure, name: str, lacks: Lacks) -> float:
    """How much larger the file is than the figure was laid out, so that it is as wide as it is asked for."""
    look = current_look()
    if look is None:
        return 1.0
    scale = look.width / float(figure.get_size_inches()[0])
    if round(LETTERS * scale, 1) < look.font_size:
        lacks.room[name] = LETTERS * scale
    return scale


def prepare(figure: Figure, lost: set[str]) -> None:
    """Makes a figure ready to be saved, or to be shown.

    Args:
        figure: As it was drawn.
        lost: Gets the letters that no font here has.
    """
    with in_style(), letters_may_miss():
        lost |= set_words(figure)
        make_room_for_factors(figure)
        _lay_out(figure)


def _lay_out(figure: Figure) -> None:
    """Gives every axes its place, once: saving would else draw each figure twice, the first time for its layout alone."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        if break_names(figure):
            engine.execute(figure)
        figure.set_layout_engine("none")
