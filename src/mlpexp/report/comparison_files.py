"""The comparison of a result's arms as files and tables: ``comparison.csv``, ``.md`` and ``.tex``."""

from collections.abc import Sequence

from mlpexp.errors import RunError
from mlpexp.planning.tables import arms_table
from mlpexp.report.comparison_table import Row, comparison_table, ordered, table_to_paste
from mlpexp.report.tables import TextTable
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
    against, shown = "baseline" if found.to_baseline else "best", found.shown
    reference = "nothing" if shown.reference is None else f"the {against} arm ({found.labels[shown.reference]})"
    return table_to_paste(comparison_rows(found), found.summary, against, reference, shown.family)


def to_show(result: Result, found: ArmsComparison, most: int | None) -> TextTable:
    """The table for the terminal, of the best arms if there are too many."""
    rows: Sequence[Row] = comparison_rows(found)
    if most is not None and len(rows) > most:
        rows = ordered(rows, higher_is_better=found.summary.metric.higher_is_better)[:most]
    try:
        parameters = [int(count) for count in result.arms["parameters"]]
    except (Absent, KeyError, ValueError):
        parameters = []
    if len(parameters) != result.summary.num_arms:
        raise RunError(
            f"{result.folder.arms}: damaged or missing; `mlpexp plot {result.path}` writes a missing one again"
        )
    costs = result.costs["microseconds_per_step"].tolist()
    return comparison_table(rows, found.summary, parameters, costs, "baseline" if found.to_baseline else "best")
