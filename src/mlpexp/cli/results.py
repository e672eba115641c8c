"""Results on the terminal: what one arm reached, or how several compare."""

from typing import TYPE_CHECKING

from mlpexp.cli.printing import print_each_as, print_sentences, print_table
from mlpexp.report.tables.arm_results import notes, results_table, written
from mlpexp.report.tables.comparison_files import to_export, to_paste, to_show
from mlpexp.report.tables.comparison_table import noise_table, power_table, shown_label
from mlpexp.report.tables.conclusions import conclusions
from mlpexp.report.tables.confirmation import confirmation_sentences, looks_table

if TYPE_CHECKING:
    from mlpexp.results.comparison import ArmsComparison
    from mlpexp.results.result import Result

MORE = "more: --details (also on `mlpexp show`)"


def print_summary(result: "Result", *, wide: bool = False) -> None:
    """The table and what must be said beside it."""
    table = results_table(result.summary)
    if table:
        print_table(table, wide=wide)
    print_sentences(notes(result, result.path))


def print_written(result: "Result", drawn: int) -> None:
    """Where a finished result is, and what is there; with how many figures."""
    if result.summary.axes:
        files = "trials.csv, metrics.csv, comparison.csv, .md and .tex"
    else:
        folders = [f"{name}/" for name in ("weights", "evaluation") if (result.path / name).is_dir()]
        files = ", ".join(["metrics.csv", "summary.json", *folders])
    print_sentences([written(result.path, files, drawn)])


def asks_again(result: "Result", comparison: "ArmsComparison") -> bool:
    """Whether a comparison is the one that was to be confirmed: by the same metric, with the same reference."""
    summary, shown = result.summary, comparison.shown
    return comparison.summary.metric == summary.metric and shown.reference == summary.baseline


def print_comparison(
    result: "Result",
    comparison: "ArmsComparison",
    *,
    power: float | None = None,
    details: bool = False,
    wide: bool = False,
    format_: str = "table",
) -> None:
    """The table and the sentences; the table alone in a format that is to be pasted."""
    if comparison.noise:
        tables = [noise_table(comparison.noise, comparison.summary.metric.label)]
    elif format_ in ("table", "csv"):
        tables = [to_show(result, comparison) if format_ == "table" else to_export(result, comparison)]
    else:
        tables = to_paste(comparison)
    print_each_as(tables, format_, wide=wide)
    if format_ != "table":
        return
    confirms = comparison.summary.confirms
    if confirms and asks_again(result, comparison):
        print_table(looks_table(comparison, confirms), wide=wide)
        print_sentences(confirmation_sentences(comparison, confirms))
    said = conclusions(comparison, result.path)
    print_sentences([*said.warnings, *said.footnotes])
    print_sentences(said.details if details else [MORE] if said.details else [])
    if power is not None:
        print_table(power_table(list(map(shown_label, comparison.labels)), comparison.shown, power), wide=wide)
