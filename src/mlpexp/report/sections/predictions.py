"""What the networks predict: which classes are taken for which, and what they get wrong."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mlpexp.report.document.blocks import Block, FigureBlock, Paragraph, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.drawing.save_figures import drawn
from mlpexp.report.mistakes_folder import draw_mistaken, figure_name
from mlpexp.report.numbers.over_seeds import sound_seeds
from mlpexp.report.sections.figure_blocks import FIT, PREDICTIONS, Reading, figure_block, figures
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import bullets, sentence, words_of
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.report.tables.mistakes import LEAST_NEEDED, mistake_records, table_of_mistakes
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import counted, of_a_sample
from mlpexp.results.judged import judged_part
from mlpexp.results.mistakes import sentences
from mlpexp.results.result import ArmResult
from mlpexp.store.frames import Absent

if TYPE_CHECKING:
    from mlpexp.results.mistaken_samples import MistakenSamples

MOST_MISTAKES = 10  # in a table
LONG = 10  # signs of a number
DECIMAL = re.compile(r"-?\d+\.\d+")
MOST_CELLS = 12  # of a sample, that are repeated
PICTURES = Reading(
    "pictures", "Pictures that most seeds take for another class, the worst ones first.", is_picture=True
)
PLANE = Reading("plane", "The samples in two columns. What a seed gets wrong has a ring; 1 is the worst.")
HEADINGS = {
    "error": "mean absolute error", "error_in_rmse": "error / RMSE", "seeds": "seeds tested on it", "wrong": "seeds wrong",
    "class_output": "output",
}  # fmt: skip
BY_CONFIDENCE = "misclassified"  # the figure in place of those pictures, where the data are not there


def predictions(material: Material) -> Section | None:
    """Figures of all arms, then what the only or the best arm gets wrong; None without any."""
    wrong = _wrong(material)
    has_pictures = any(isinstance(block, FigureBlock) and block.name == PICTURES.names for block in wrong)
    readings = tuple(each for each in PREDICTIONS if not (has_pictures and each.names == BY_CONFIDENCE))
    blocks: list[Block] = [*figures(material, readings)]
    within = [Section("mistakes", "What is wrong", wrong)] if wrong else []
    return Section("predictions", "Predictions", [*material.of_diverged, *blocks], within) if blocks or wrong else None


def _wrong(material: Material) -> list[Block]:
    """The worst mistakes with what the samples hold; without the data, or of numbers alone, those of the predictions."""
    samples, arm = material.mistakes, material.best_arm
    if arm is None:
        return []
    if isinstance(samples, str):
        table = _worst(material, arm)
        lacking = [Paragraph(words_of(sentence(f"the samples themselves are not shown: {samples}")))]
        blocks: list[Block] = [*([TableBlock("mistakes", table)] if table else []), *(lacking if samples else [])]
    else:
        blocks = [*_told(material, samples)]
    if not (blocks and material.compares):
        return blocks
    return [Paragraph((f"{material.place_of(arm)}: {shown_label(arm.label)}.",)), *blocks]


def _told(material: Material, samples: "MistakenSamples") -> Iterator[Block]:
    yield bullets([sentence(text) for text in sentences(samples.mistakes)])
    name = figure_name(samples)
    reading = {PICTURES.names: PICTURES, PLANE.names: PLANE}.get(name)
    if reading is PLANE and any(
        isinstance(block, FigureBlock) for block in figures(material, FIT)
    ):  # which shows the same plane
        reading = None
    if reading:
        path = samples.mistakes.arm.result.path
        for figure in drawn(path, {name: lambda: draw_mistaken(samples)}, set()):
            yield figure_block(material, figure, reading, f"`mlpexp mistakes {path.resolve().name}` draws it.")
    if not samples.pictures and len(samples.mistakes.ranked):
        yield TableBlock("mistakes", _rows(samples))


def _rows(samples: "MistakenSamples") -> TextTable:
    """The worst samples as they are written in their table."""
    records = mistake_records(samples.mistakes, samples.named)
    worst = table_of_mistakes(records[:MOST_MISTAKES]).without(LEAST_NEEDED)
    target = samples.mistakes.target_name  # which the column "true" has already
    worst = worst.without({target, f"{target} (table)"} & {*worst.droppable})
    cells = [column for column in worst.columns if column in worst.droppable]
    left_out = frozenset(cells[MOST_CELLS:])
    more = f"; mlpexp mistakes writes {len(left_out):,} more columns" if left_out else ""
    what = "samples that a seed gets wrong" if samples.mistakes.classification else "samples by their error"
    title = f"The worst {len(worst.rows)} of {len(records):,} {what}{more}"
    shown = worst.without(left_out)
    theirs = [column in cells for column in shown.columns]
    named = {column: column if column in cells else HEADINGS.get(column, column) for column in shown.columns}
    rows = [
        [_shortened(cell) if is_theirs else cell for cell, is_theirs in zip(row, theirs, strict=True)]
        for row in shown.rows
    ]
    numeric = frozenset(named[column] for column in shown.columns if column in shown.numeric)
    droppable = [column for column in shown.droppable if column in cells]
    return replace(shown, columns=list(named.values()), rows=rows, numeric=numeric, droppable=droppable, title=title)


def _shortened(cell: str) -> str:
    """A number of many digits with few; all else as it is written."""
    return of_a_sample(float(cell)) if DECIMAL.fullmatch(cell) and len(cell) > LONG else cell


def _worst(material: Material, arm: ArmResult) -> TextTable | None:
    """The mistakes with the highest probability, or the largest errors of numbers; None without predictions."""
    try:
        rows = arm.evaluation("predictions")
    except (Absent, OSError, ValueError):
        return None
    part = judged_part(rows)
    if part is None or not {"index", "target", "predicted"} <= set(rows.columns):
        return None
    rows = sound_seeds(rows[rows["part"] == part], _diverged(arm))
    is_class = "probability" in rows.columns
    size = rows["probability"] if is_class else (rows["predicted"] - rows["target"]).abs()
    wrong = rows.assign(size=size)[rows["predicted"] != rows["target"]]
    worst = wrong.sort_values(["size", "seed", "index"], ascending=[False, True, True], kind="stable")
    if worst.empty:
        return None
    columns = ("sample", "seed", "true", "predicted", "probability" if is_class else "error")
    cells = [_cells(material, row, is_class) for row in worst.head(MOST_MISTAKES).to_dict("records")]
    seeds = counted(rows["seed"].nunique(), "seed")
    what = "Mistakes that the networks are most certain of" if is_class else "The largest errors"
    title = f"{what}, {part} part: {min(len(worst), MOST_MISTAKES)} of {len(worst):,} over {seeds}"
    return TextTable(columns, cells, frozenset(columns) - ({"true", "predicted"} if is_class else set()), title=title)


def _diverged(arm: ArmResult) -> set[int]:
    """The seeds of an arm that diverged."""
    trials = arm.trials
    return set(trials.loc[trials["status"] == "diverged", "seed"].tolist())


def _cells(material: Material, row: Mapping[Hashable, object], is_class: bool) -> list[str]:
    def named(value: object) -> str:
        names = material.result.summary.dataset.class_names
        if not is_class:
            return f"{float(str(value)):.4g}"
        place = int(float(str(value)))
        return names[place] if place < len(names) else str(place)

    size = float(str(row["size"]))
    shown = f"{size:.4f}" if is_class else f"{size:.4g}"
    return [str(row["index"]), str(row["seed"]), named(row["target"]), named(row["predicted"]), shown]
