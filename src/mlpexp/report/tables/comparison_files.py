"""The comparison of a result's arms as files and tables: ``comparison.csv``, ``.md`` and ``.tex``."""

from collections.abc import Sequence

from mlpexp.errors import RunError
from mlpexp.planning.arms_table import arms_table
from mlpexp.report.tables.comparison_table import Row, comparison_table, ordered, table_to_paste
from mlpexp.report.tables.text_table import TextTable
from mlpexp.results.comparison import ArmsComparison, comparison_rows, read_comparison, write_comparison
from mlpexp.results.result import Result
from mlpexp.store.files import write_text
from mlpexp.store.frames import Absent


def write_files(result: Result) -> ArmsComparison:
    """Compares the arms, and writes what follows into the result.

    Raises:
        InputError: It has not ended.
        RunError: A file is damaged, or cannot be written.
    """
    found = read_comparison(result)
    write_comparison(result, found)
    table = to_paste(found)
    write_text(result.path / "comparison.md", table.markdown())
    write_text(result.path / "comparison.tex", "% needs \\usepackage{booktabs}\n" + table.latex())
    return found


def rebuild(result: Result) -> None:
    """Writes again what the tables of a result follow from: ``arms.csv`` and ``comparison.*``."""
    if not result.folder.arms.is_file() and result.summary.axes:
        write_text(result.folder.arms, arms_table(result.plan))
    if result.summary.axes and result.summary.complete:
        write_files(result)


def to_paste(found: ArmsComparison) -> TextTable:
    """The table for a report, as Markdown or LaTeX."""
    against, shown = _against(found), found.shown
    reference = "nothing" if shown.reference is None else f"the {against} arm ({found.labels[shown.reference]})"
    return table_to_paste(comparison_rows(found), found.summary, against, reference, shown.family)


def to_show(result: Result, found: ArmsComparison, most: int) -> TextTable:
    """The table for the terminal, of the best arms if there are too many; verdicts in few words."""
    rows: Sequence[Row] = comparison_rows(found)
    if len(rows) > most:
        rows = ordered(rows, higher_is_better=found.summary.metric.higher_is_better)[:most]
    return comparison_table(
        rows, found.summary, [arm.short for arm in found.shown.arms], *_costs(result), _against(found)
    )


def to_export(result: Result, found: ArmsComparison) -> TextTable:
    """The whole table as CSV: nothing is said below it, so that the verdicts are sentences."""
    verdicts, heading = [arm.sentence for arm in found.shown.arms], found.summary.metric.label
    rows = comparison_rows(found)
    return comparison_table(rows, found.summary, verdicts, *_costs(result), _against(found), heading)


def _against(found: ArmsComparison) -> str:
    return "baseline" if found.to_baseline else "best"


def _costs(result: Result) -> tuple[list[int], list[float]]:
    """Parameters, and microseconds per update, of each arm."""
    try:
        parameters = [int(count) for count in result.arms["parameters"]]
    except (Absent, KeyError, ValueError):
        parameters = []
    if len(parameters) != result.summary.num_arms:
        raise RunError(
            f"{result.folder.arms}: damaged or missing; `mlpexp plot {result.path}` writes a missing one again"
        )
    return parameters, result.costs["microseconds_per_step"].tolist()
