"""What the networks predict: which classes are taken for which, and the mistakes that they are most certain of."""

from collections.abc import Hashable, Mapping

from mlpexp.report.document.blocks import Block, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.numbers.over_seeds import sound_seeds
from mlpexp.report.sections.figure_blocks import PREDICTIONS, figures
from mlpexp.report.sections.material import Material
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import counted
from mlpexp.results.judged import judged_part
from mlpexp.store.frames import Absent

MOST_MISTAKES = 10


def predictions(material: Material) -> Section | None:
    """Figures, and of a run a table of its worst mistakes; None without any."""
    blocks: list[Block] = [*figures(material, PREDICTIONS)]
    table = None if material.compares else _worst(material)
    blocks += [TableBlock("mistakes", table)] if table else []
    return Section("predictions", "Predictions", [*material.of_diverged, *blocks]) if blocks else None


def _worst(material: Material) -> TextTable | None:
    """The mistakes with the highest probability, or the largest errors of numbers; None without predictions."""
    try:
        rows = material.result.arm(0).evaluation("predictions")
    except (Absent, OSError, ValueError):
        return None
    part = judged_part(rows)
    if part is None or not {"index", "target", "predicted"} <= set(rows.columns):
        return None
    rows = sound_seeds(rows[rows["part"] == part], _diverged(material))
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


def _diverged(material: Material) -> set[int]:
    """The seeds of a run that diverged."""
    trials = material.result.trials
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
