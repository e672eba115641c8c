"""Figures to files: each in the formats asked for, with a CSV file of the numbers it shows beside it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import matplotlib
from matplotlib.figure import Figure

from mlpexp.report.drawing.axis_factors import make_room_for_factors
from mlpexp.report.drawing.formats import PGFPLOTS
from mlpexp.report.drawing.style import Drawing, in_style
from mlpexp.report.drawing.words_in_figures import letters_may_miss, say_lost, set_words
from mlpexp.report.pgfplots.pictures import picture
from mlpexp.report.reasons import in_page, in_terminal
from mlpexp.store.files import write_bytes
from mlpexp.store.frames import Absent, without_formulas
from mlpexp.store.inside import make_inside

logger = logging.getLogger(__name__)
Made = TypeVar("Made")

# No dates and no versions: the same numbers give the same bytes.
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def save_figures(
    result: Path, folder: Path, figures: Mapping[str, Callable[[], Drawing | None]], formats: Sequence[str]
) -> list[Path]:
    """Draws figures one after the other and writes them into a folder.

    A figure whose files are absent is left out; one whose files are damaged too, with a warning in the log.

    Args:
        result: Of which they are, for warnings.
        folder: Where they go.
        figures: By name, what draws it; it may return None if there is nothing to draw.
        formats: Known ones.

    Returns:
        The figures written, without the CSV files beside them.

    Raises:
        RunError: A file cannot be written.
    """
    written, lost, as_pdf = [], set[str](), []
    for name, contents in _each(result, figures, lambda name, drawing: rendered(drawing, formats, lost, name)):
        as_pdf += [name] if PGFPLOTS in formats and PGFPLOTS not in contents else []
        for suffix, content in contents.items():
            path = folder / f"{name}.{suffix}"
            make_inside(result, folder)
            write_bytes(path, content)
            written += [path] if suffix != "csv" else []
    say_lost(lost)
    say_as_pdf(as_pdf)
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
    """Draws figures as ``save_figures`` does, and writes nothing.

    Args:
        result: Of which they are, for warnings.
        figures: By name, what draws it.
        lost: Gets the letters that no font here has.
        left_out: Gets, by name, why a figure cannot be drawn.
    """

    def laid_out(_: str, drawing: Drawing) -> Drawing:
        _prepare(drawing.figure, lost)
        return drawing

    for name, drawing in _each(result, figures, laid_out, left_out):
        yield Drawn(name, tuple(text.get_text() for text in drawing.figure.texts), drawing)


def svg_with_text(figure: Figure) -> bytes:
    """A figure that is laid out, as SVG whose words are text, in the fonts of whoever looks at it."""
    stream = BytesIO()
    with in_style(), letters_may_miss(), matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata=METADATA["svg"])
    return stream.getvalue()


def _each(
    result: Path,
    figures: Mapping[str, Callable[[], Drawing | None]],
    make: Callable[[str, Drawing], Made],
    left_out: dict[str, str] | None = None,
) -> Iterator[tuple[str, Made]]:
    """What is made of each figure; of one that cannot be drawn nothing, with a warning unless its files are absent."""
    for name, draw in figures.items():
        try:
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


def say_as_pdf(names: Sequence[str]) -> None:
    """Which figures LaTeX includes as files, for pgfplots cannot draw them."""
    if names:
        logger.warning("written as PDF to include, since pgfplots cannot draw them well: %s", ", ".join(names))


def rendered(
    drawing: Drawing, formats: Sequence[str], lost: set[str] | None = None, name: str = ""
) -> dict[str, bytes]:
    """The bytes of each file of a figure, by suffix; ``pdf`` in place of ``tex`` where pgfplots cannot draw it.

    Args:
        drawing: The figure.
        formats: Known ones.
        lost: Gets the letters that no font has; None: they are said, and that it is a PDF.
        name: Of the files, which ``tex`` must know.
    """
    contents = {}
    letters: set[str] = set()
    _prepare(drawing.figure, letters)
    if lost is None:
        say_lost(letters)
    else:
        lost |= letters
    as_tex = picture(name, drawing) if PGFPLOTS in formats else None
    if as_tex is not None:
        contents[PGFPLOTS] = as_tex.encode()
    elif PGFPLOTS in formats and lost is None:
        say_as_pdf([name])
    for suffix in dict.fromkeys("pdf" if suffix == PGFPLOTS and as_tex is None else suffix for suffix in formats):
        if suffix == PGFPLOTS:
            continue
        stream = BytesIO()
        with in_style(), letters_may_miss():
            drawing.figure.savefig(stream, format=suffix, metadata=METADATA[suffix])
        contents[suffix] = stream.getvalue()
    table = without_formulas(drawing.numbers).to_csv(
        index=False, float_format="%.9g", na_rep="nan", lineterminator="\n"
    )
    contents["csv"] = table.encode()
    return contents


def _prepare(figure: Figure, lost: set[str]) -> None:
    """Makes a figure ready to be saved."""
    with in_style(), letters_may_miss():
        lost |= set_words(figure)
        make_room_for_factors(figure)
        _lay_out(figure)


def _lay_out(figure: Figure) -> None:
    """Gives every axes its place, once: saving would else draw each figure twice, the first time for its layout alone."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
