"""The comparison of a result's arms as files and tables: ``comparison.csv``, ``.md`` and ``.tex``."""

from collections.abc import Sequence

from mlpexp.errors import RunError
from mlpexp.planning.arms_table import arms_table
from mlpexp.planning.sample_designs import design_in_words
from mlpexp.report.tables.comparison_table import MOST_ARMS, Row, comparison_table, ordered, table_to_paste
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
    comparison = read_comparison(result)
    write_comparison(result, comparison)
    table = to_paste(comparison)
    write_text(result.path / "comparison.md", table.markdown())
    write_text(result.path / "comparison.tex", "% needs \\usepackage{booktabs}\n" + table.latex())
    return comparison


def rebuild(result: Result) -> None:
    """Writes again what the tables of a result follow from: ``arms.csv`` and ``comparison.*``."""
    if not result.folder.arms.is_file() and result.summary.axes:
        write_text(result.folder.arms, arms_table(result.plan))
    if result.summary.axes and result.summary.complete:
        write_files(result)


def to_paste(comparison: ArmsComparison) -> TextTable:
    """The table for a report, as Markdown or LaTeX."""
    against, shown = _against(comparison), comparison.shown
    reference = "nothing" if shown.reference is None else f"the {against} arm ({comparison.labels[shown.reference]})"
    new = comparison.new_samples
    how = f"none: {new.reason}" if new.reason else f"{design_in_words(new.designs[0])}; p by Holm's steps"
    rows, about = comparison_rows(comparison), comparison.speaks_of
    return table_to_paste(rows, comparison.summary, against, reference, shown.family, about, how)


def to_show(result: Result, comparison: ArmsComparison) -> TextTable:
    """The table for the terminal, of the best arms if there are too many; verdicts in few words."""
    rows: Sequence[Row] = comparison_rows(comparison)
    if len(rows) > MOST_ARMS:
        rows = ordered(rows, higher_is_better=comparison.summary.metric.higher_is_better)[:MOST_ARMS]
    verdicts = [arm.short for arm in comparison.shown.arms]
    return comparison_table(rows, comparison.summary, verdicts, *_costs(result), _against(comparison))


def to_export(result: Result, comparison: ArmsComparison) -> TextTable:
    """The whole table as CSV: nothing is said below it, so that the verdicts are sentences."""
    verdicts, heading = [arm.sentence for arm in comparison.shown.arms], comparison.summary.metric.label
    rows = comparison_rows(comparison)
    return comparison_table(rows, comparison.summary, verdicts, *_costs(result), _against(comparison), heading)


def _against(comparison: ArmsComparison) -> str:
    return "baseline" if comparison.to_baseline else "best"


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
