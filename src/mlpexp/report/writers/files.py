"""What a writer makes that puts figures beside its text."""

from typing import NamedTuple

from mlpexp.report.document.blocks import FigureBlock
from mlpexp.report.drawing.look import drawn_for
from mlpexp.report.drawing.save_figures import Lacks, rendered


class Files(NamedTuple):
    """What is written."""

    text: str
    """The text."""
    beside: dict[str, bytes]
    """Figures, with the CSV files of their numbers, by path from the file."""


def figure_files(block: FigureBlock, path: tuple[str, ...], folder: str, suffix: str) -> tuple[str, dict[str, bytes]]:
    """The name of a figure with its folder, without ending, and its files with the CSV file of its numbers.

    Args:
        block: The figure.
        path: The names of the sections around it.
        folder: Where figures go.
        suffix: The format, as ``rendered`` knows it.
    """
    name = f"{folder}/{'-'.join((*path, block.name)) if len(path) > 1 else block.name}"
    with drawn_for(None):
        files = rendered(block.drawing, (suffix,), block.name, Lacks())
    return name, {f"{name}.{ending}": content for ending, content in files.items()}
