"""The data sheet: the parts of the data, their classes, and of tables what was understood of each column."""

from collections.abc import Sequence
from math import isnan

from mlpexp.config.scores import PART_LABELS, PARTS
from mlpexp.report.document.blocks import Block, Bullets, Prose, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import counted
from mlpexp.store.frames import Absent, complete_table
from mlpexp.store.summary import DatasetSummary

MOST_NAMES = 40  # of classes or features, that are written out
MOST_COLUMNS = 60  # of a table that have a row
MOST_ARMS = 60  # that have a row
MOST_TABLES = 6  # or ways to read one


def data_sheet(material: Material) -> Section:
    """What the networks learned from."""
    summary = material.result.summary
    data = summary.dataset
    task = f"{data.task}; the map learns without it" if summary.model.name == "som" else data.task
    items: list[Prose] = [(f"Task: {task}.",)]
    items += [(f"Target: {data.target_name}.",)] if data.target_name else []
    items += [(f"Shape of a sample: {_shape(data.input_shape)}.",)] if data.input_shape else []
    items += _named("Classes", data.class_names) + _named("Features", data.feature_names)
    by_arm = _parts_by_arm(material)
    if by_arm or any(axis.key.startswith("dataset") for axis in summary.axes):
        items.append(("The arms learn from different data. What is said in one value is that of the first arm.",))
    blocks: list[Block] = [TableBlock("parts", by_arm or _parts(data)), Bullets(items)]
    return Section("data", "The data", [*blocks, *_columns(material)])


def _parts(data: DatasetSummary) -> TextTable:
    rows = [(PART_LABELS[part], data.samples_in_words(part)) for part in PARTS if data.samples(part)]
    return TextTable(("part", "samples"), rows, frozenset({"samples"}), title=f"{data.title}: parts of the data")


def _parts_by_arm(material: Material) -> TextTable | None:
    """A row for each arm, with the first seed; None where all have as many samples, or it is not known any more."""
    arms = material.plan.arms if material.plan and material.compares else []
    if len({arm.prepared.sizes for arm in arms}) < 2:
        return None
    rows = [
        (shown_label(arm.label), *(f"{getattr(arm.prepared.sizes, part):,}" for part in PARTS))
        for arm in arms[:MOST_ARMS]
    ]
    more = f", the first {MOST_ARMS} of {len(arms):,}" if len(arms) > MOST_ARMS else ""
    columns = ("arm", *(PART_LABELS[part] for part in PARTS))
    return TextTable(columns, rows, frozenset(columns[1:]), title=f"Samples of each part, by arm{more}")


def _shape(shape: Sequence[int]) -> str:
    """``4 values``, or ``1 x 28 x 28`` with what these are."""
    if len(shape) == 1:
        return counted(shape[0], "value")
    return " x ".join(map(str, shape)) + (" (channels, height, width)" if len(shape) == 3 else "")


def _named(what: str, names: Sequence[str]) -> list[Prose]:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return [(f"{what} ({len(names):,}): {', '.join(names[:MOST_NAMES])}{more}.",)] if names else []


def _cell(cell: object) -> str:
    """A whole number as one, also where others of its column are missing."""
    if isinstance(cell, float):
        return "" if isnan(cell) else f"{cell:g}"
    return str(cell)


def _columns(material: Material) -> list[TableBlock]:
    """What was understood of each column of the user's own table, for each way that arms read it; none of other data."""
    try:
        table = complete_table(material.result.path / "columns.csv")
    except (Absent, ValueError):
        return []
    arms = [int(arm) for arm in table["arm"].drop_duplicates()]
    labels = [planned.label for planned in material.result.planned_arms] if len(arms) > 1 else []
    blocks = []
    for arm in arms[:MOST_TABLES]:
        rows = table[table["arm"] == arm].drop(columns="arm")
        cells = [[_cell(cell) for cell in row] for row in rows.itertuples(index=False, name=None)]
        of_arm = f", {labels[arm]}" if labels else ""
        more = f", the first {MOST_COLUMNS} of {len(cells)}" if len(cells) > MOST_COLUMNS else ""
        title = f"What was understood of each column{of_arm}{more}"
        shown = TextTable(list(rows.columns), cells[:MOST_COLUMNS], prose=frozenset({"why"}), title=title)
        blocks.append(TableBlock("columns" if not labels else f"columns-{arm}", shown))
    return blocks
