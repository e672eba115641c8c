"""Figures to files: each in the formats asked for, with a CSV file of the numbers it shows beside it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from mlpexp.report.drawing.style import Drawing, in_style
from mlpexp.report.drawing.words_in_figures import letters_may_miss, say_lost, set_words
from mlpexp.store.files import write_bytes
from mlpexp.store.frames import Absent

logger = logging.getLogger(__name__)

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
    written, lost = [], set[str]()
    for name, draw in figures.items():
        try:
            drawing = draw()
            contents = {} if drawing is None else rendered(drawing, formats, lost)
        except Absent:
            continue
        except Exception as error:  # whatever is wrong with one file, the other figures are still wanted
            logger.warning("%s: figure %s left out: %s: %s", result, name, type(error).__name__, error)
            continue
        for suffix, content in contents.items():
            path = folder / f"{name}.{suffix}"
            write_bytes(path, content)
            written += [path] if suffix != "csv" else []
    say_lost(lost)
    return written


def rendered(drawing: Drawing, formats: Sequence[str], lost: set[str] | None = None) -> dict[str, bytes]:
    """The bytes of each file of a figure, by suffix.

    Args:
        drawing: The figure.
        formats: Known ones.
        lost: Gets the letters that no font has; None: they are said.
    """
    contents = {}
    with in_style(), letters_may_miss():
        letters = set_words(drawing.figure)
        _lay_out(drawing.figure)
    if lost is None:
        say_lost(letters)
    else:
        lost |= letters
    for name in formats:
        stream = BytesIO()
        with in_style(), letters_may_miss():
            drawing.figure.savefig(stream, format=name, metadata=METADATA[name])
        contents[name] = stream.getvalue()
    table = drawing.numbers.to_csv(index=False, float_format="%.9g", na_rep="nan", lineterminator="\n")
    contents["csv"] = table.encode()
    return contents


def _lay_out(figure: Figure) -> None:
    """Gives every axes its place, once: saving would else draw each figure twice, the first time for its layout alone."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
