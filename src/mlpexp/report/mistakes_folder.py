"""The folder of ``mlpexp mistakes``: all mistakes as a table, a figure, and of what they are."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.config.scores import PART_LABELS
from mlpexp.report.drawing.save_figures import save_figures
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.mistakes import draw_errors, draw_mistaken_pictures, draw_mistakes_in_plane
from mlpexp.report.numbers.arm_data import ArmData
from mlpexp.report.tables.mistakes import about, mistake_records, table_of_mistakes
from mlpexp.report.words import counted
from mlpexp.results.mistakes import Mistakes, rmse, sentences
from mlpexp.store.beside import appearing
from mlpexp.store.files import write_text
from mlpexp.store.json_files import as_json

if TYPE_CHECKING:
    from mlpexp.results.mistaken_samples import MistakenSamples


def write_mistakes(samples: "MistakenSamples", folder: Path, formats: Sequence[str]) -> None:
    """Writes ``mistakes.csv``, ``about.json`` and a figure into a new folder.

    Args:
        samples: The mistakes and their samples.
        folder: From ``folder_beside``.
        formats: Of the figure.

    Raises:
        RunError: It cannot be written.
    """
    mistakes = samples.mistakes
    records = mistake_records(mistakes, samples.named)
    with appearing(folder) as building:
        write_text(building / "mistakes.csv", table_of_mistakes(records, exact=True).csv() if records else "rank\n")
        write_text(building / "about.json", as_json({**about(mistakes), "said": sentences(mistakes)}))
        if name := figure_name(samples):
            save_figures(mistakes.arm.result.path, building, {name: partial(draw_mistaken, samples)}, formats)


def figure_name(samples: "MistakenSamples") -> str:
    """What the figure shows; empty: there is none."""
    if not samples.mistakes.classification:
        return "errors"
    if samples.mistakes.ranked.empty:
        return ""
    return "pictures" if samples.pictures else "plane" if samples.plane else ""


def draw_mistaken(samples: "MistakenSamples") -> Drawing:
    """The figure that ``figure_name`` names."""
    mistakes = samples.mistakes
    caption = ArmData(mistakes.arm).caption
    if not mistakes.classification:
        return draw_errors(mistakes.ranked, rmse(mistakes.predictions), caption, _note_of_numbers(mistakes))
    if samples.plane is None:
        note = _note_of_pictures(mistakes, len(samples.pictures))
        return draw_mistaken_pictures(mistakes.ranked, samples.pictures, caption, mistakes.arm.picture_files, note)
    plane = samples.plane
    note = f"{_wrong(mistakes)}, ringed\n1 is the worst; the columns that tell the classes apart best"
    note += f"; {counted(plane.num_lacking, 'sample')} without a value left out" if plane.num_lacking else ""
    return draw_mistakes_in_plane(plane.points, plane.columns, caption, note)


def _wrong(mistakes: Mistakes) -> str:
    """How many are wrong."""
    seeds = len(mistakes.seeds)
    by = f" in at least one of {seeds} seeds" if seeds > 1 else f" with seed {mistakes.seeds[0]}"
    samples = f"{len(mistakes.ranked):,} of {mistakes.num_samples:,} samples"
    return f"{PART_LABELS[mistakes.part]} part: {samples} wrong{by}"


def _note_of_pictures(mistakes: Mistakes, number: int) -> str:
    several = (mistakes.ranked["seeds"] > 1).any()
    behind = "seeds that are wrong / seeds" if several else "probability" if mistakes.is_probability else "output"
    which = f"the {number} worst" if number < len(mistakes.ranked) else "all"
    return f"true → predicted ({behind}): {which}\n{_wrong(mistakes)}"


def _note_of_numbers(mistakes: Mistakes) -> str:
    seeds = len(mistakes.seeds)
    mean = f"mean over {seeds} seeds" if seeds > 1 else f"seed {mistakes.seeds[0]}"
    return (
        f"{PART_LABELS[mistakes.part]} part: {mistakes.num_samples:,} samples, {mean}; 1 is the worst by absolute error"
    )
