"""Figures to files: each in the formats asked for, with a CSV file of the numbers it shows beside it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from mlpexp.report.style import Drawing, in_style
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
    written = []
    for name, draw in figures.items():
        try:
            drawing = draw()
            contents = {} if drawing is None else rendered(drawing, formats)
        except Absent:
            continue
        except Exception as error:  # whatever is wrong with one file, the other figures are still wanted
            logger.warning("%s: figure %s left out: %s: %s", result, name, type(error).__name__, error)
            continue
        for suffix, content in contents.items():
            path = folder / f"{name}.{suffix}"
            write_bytes(path, content)
            written += [path] if suffix != "csv" else []
    return written


def rendered(drawing: Drawing, formats: Sequence[str]) -> dict[str, bytes]:
    """The bytes of each file of a figure, by suffix."""
    contents = {}
    for name in formats:
        stream = BytesIO()
        with in_style():
            drawing.figure.savefig(stream, format=name, metadata=METADATA[name])
        contents[name] = stream.getvalue()
    table = drawing.numbers.to_csv(index=False, float_format="%.9g", na_rep="nan", lineterminator="\n")
    contents["csv"] = table.encode()
    return contents
