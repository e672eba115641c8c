"""The data sheet: the parts of the data, their classes, and of tables what was understood of each column."""

from collections.abc import Sequence
from math import isnan

from mlpexp.config.scores import PART_LABELS, PARTS
from mlpexp.report.document.blocks import Block, Bullets, Prose, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.tables.text_table import TextTable
from mlpexp.store.frames import Absent, complete_table

MOST_NAMES = 40  # of classes or features, that are written out
MOST_COLUMNS = 60  # of a table that have a row


def data_sheet(material: Material) -> Section:
    """What the networks learned from."""
    data = material.result.summary.dataset
    rows = [(PART_LABELS[part], data.samples_in_words(part)) for part in PARTS if data.samples(part)]
    parts = TextTable(("part", "samples"), rows, frozenset({"samples"}), title=f"{data.title}: parts of the data")
    items: list[Prose] = [(f"Task: {data.task}.",)]
    items += [(f"Target: {data.target_name}.",)] if data.target_name else []
    items += [(f"Shape of a sample: {' x '.join(map(str, data.input_shape))}.",)] if data.input_shape else []
    items += _named("Classes", data.class_names) + _named("Features", data.feature_names)
    blocks: list[Block] = [TableBlock("parts", parts), Bullets(items)]
    table = _columns(material)
    return Section("data", "The data", [*blocks, *([TableBlock("columns", table)] if table else [])])


def _named(what: str, names: Sequence[str]) -> list[Prose]:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return [(f"{what} ({len(names):,}): {', '.join(names[:MOST_NAMES])}{more}.",)] if names else []


def _cell(cell: object) -> str:
    """A whole number as one, also where others of its column are missing."""
    if isinstance(cell, float):
        return "" if isnan(cell) else f"{cell:g}"
    return str(cell)


def _columns(material: Material) -> TextTable | None:
    """What was understood of each column of the user's own table; None of other data."""
    try:
        table = complete_table(material.result.path / "columns.csv")
    except (Absent, ValueError):
        return None
    table = table[table["arm"] == table["arm"].iloc[0]].drop(columns="arm")
    cells = [[_cell(cell) for cell in row] for row in table.itertuples(index=False, name=None)]
    more = f", the first {MOST_COLUMNS} of {len(cells)}" if len(cells) > MOST_COLUMNS else ""
    title = f"What was understood of each column{more}"
    return TextTable(list(table.columns), cells[:MOST_COLUMNS], prose=frozenset({"why"}), title=title)
