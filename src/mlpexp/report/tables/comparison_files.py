"""The comparison of a result's arms as files and tables: ``comparison.csv``, ``.md`` and ``.tex``."""

from collections.abc import Sequence

from mlpexp.asking import either
from mlpexp.errors import RunError
from mlpexp.planning.arms_table import arms_table
from mlpexp.planning.sample_designs import designs_in_words
from mlpexp.report.tables.comparison_table import (
    MOST_ARMS,
    NEW_SAMPLES,
    Row,
    comparison_table,
    new_samples_to_paste,
    ordered,
    table_to_paste,
)
from mlpexp.report.tables.conclusions import SAME_SOURCE, SAME_THING
from mlpexp.report.tables.latex_tables import tables_file
from mlpexp.report.tables.text_table import TextTable
from mlpexp.results.comparison import ArmsComparison, comparison_rows, read_comparison, write_comparison
from mlpexp.results.costs import TimeSpread
from mlpexp.results.new_samples import OfNewSamples
from mlpexp.results.result import Result
from mlpexp.store.files import write_text
from mlpexp.store.frames import Absent
from mlpexp.store.manifest import add_to_manifest


def write_files(result: Result) -> ArmsComparison:
    """Compares the arms, and writes what follows into the result.

    Raises:
        InputError: It has not ended.
        RunError: A file is damaged, or cannot be written.
    """
    comparison = read_comparison(result)
    write_comparison(result, comparison)
    tables = to_paste(comparison)
    write_text(result.path / "comparison.md", "\n".join(table.markdown() for table in tables))
    parts = list(zip(("new-seeds", "new-samples"), tables, strict=False))
    write_text(result.path / "comparison.tex", tables_file(parts, result.path.resolve().name))
    add_to_manifest(result.path, [result.path / f"comparison.{suffix}" for suffix in ("csv", "md", "tex")])
    return comparison


def rebuild(result: Result) -> None:
    """Writes again what the tables of a result follow from: ``arms.csv`` and ``comparison.*``."""
    if not result.folder.arms.is_file() and result.summary.axes:
        write_text(result.folder.arms, arms_table(result.plan))
        add_to_manifest(result.path, [result.folder.arms])
    if result.summary.axes and result.summary.complete:
        write_files(result)


def to_paste(comparison: ArmsComparison) -> list[TextTable]:
    """The tables for a report, as Markdown or LaTeX: for new seeds, and for new samples where something is said of them."""
    against, shown = _against(comparison), comparison.shown
    reference = "nothing" if shown.reference is None else f"the {against} arm ({comparison.labels[shown.reference]})"
    new, summary = comparison.new_samples, comparison.summary
    rows, about = comparison_rows(comparison), comparison.speaks_of
    is_apart = not (new.reason or new.seeds_are_samples)
    samples = "the next table speaks of new samples of the same source" if is_apart else _instead(new)
    tables = [table_to_paste(rows, summary, against, reference, shown.family, about, samples)]
    if is_apart:
        how = f"{designs_in_words(new.of_differences)}; p by Holm's steps"
        tables.append(new_samples_to_paste(rows, summary, against, reference, how))
    return tables


def _instead(new: OfNewSamples) -> str:
    """Why there is no table for new samples."""
    return SAME_THING if new.seeds_are_samples else f"{SAME_SOURCE} no verdict: {new.reason}"


def to_show(result: Result, comparison: ArmsComparison) -> TextTable:
    """The table for the terminal, of the best arms if there are too many; verdicts in few words."""
    rows: Sequence[Row] = comparison_rows(comparison)
    if len(rows) > MOST_ARMS:
        rows = ordered(rows, higher_is_better=comparison.summary.metric.higher_is_better)[:MOST_ARMS]
    verdicts = [arm.short for arm in comparison.shown.arms]
    table = comparison_table(rows, comparison.summary, verdicts, *_costs(result), _against(comparison), whole=False)
    return table.without({NEW_SAMPLES}) if comparison.new_samples.seeds_are_samples else table


def to_report(result: Result, comparison: ArmsComparison) -> TextTable:
    """The table of all arms, the best first; verdicts in few words."""
    higher = comparison.summary.metric.higher_is_better
    rows: Sequence[Row] = ordered(comparison_rows(comparison), higher_is_better=higher)
    verdicts = [arm.short for arm in comparison.shown.arms]
    table = comparison_table(rows, comparison.summary, verdicts, *_costs(result), _against(comparison), whole=False)
    return table.without({NEW_SAMPLES}) if comparison.new_samples.seeds_are_samples else table


def to_export(result: Result, comparison: ArmsComparison) -> TextTable:
    """The whole table as CSV: nothing is said below it, so that the verdicts are sentences."""
    verdicts, rows = [arm.sentence for arm in comparison.shown.arms], comparison_rows(comparison)
    return comparison_table(rows, comparison.summary, verdicts, *_costs(result), _against(comparison), whole=True)


def _against(comparison: ArmsComparison) -> str:
    return "baseline" if comparison.to_baseline else "best"


def _costs(result: Result) -> tuple[list[int], list[TimeSpread]]:
    """Parameters, and microseconds per update, of each arm."""
    try:
        parameters = [int(count) for count in result.arms["parameters"]]
    except (Absent, KeyError, ValueError):
        parameters = []
    if len(parameters) != result.summary.num_arms:
        plots = either(f"`mlpexp plot {result.path}`", ".plot()")
        raise RunError(f"{result.folder.arms}: damaged or missing; {plots} writes a missing one again")
    times = result.costs[["microseconds_per_step", "microseconds_low", "microseconds_high"]]
    return parameters, [TimeSpread(*row) for row in times.itertuples(index=False)]
