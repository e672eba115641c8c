"""The comparison of a result's arms on the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.cli.printing import NO_BREAK, print_as, print_sentences, print_table
from mlpexp.report.tables.comparison_files import to_export, to_paste, to_show
from mlpexp.report.tables.comparison_table import number, shown_label
from mlpexp.report.tables.conclusions import MOST_ROWS, conclusions
from mlpexp.report.tables.text_table import TextTable

if TYPE_CHECKING:
    from mlpexp.results.comparison import ArmsComparison
    from mlpexp.results.result import Result
    from mlpexp.statistics.comparison import Comparison
    from mlpexp.statistics.variance_components import VarianceComponents

MORE = "more: --details (also on `mlpexp show`)"


def print_arms(
    result: "Result",
    found: "ArmsComparison",
    drawn: Sequence[Path],
    *,
    power: float | None = None,
    details: bool = False,
    wide: bool = False,
) -> None:
    """The table of arms, what follows from it in words, and where it is written."""
    print_comparison(result, found, power=power, details=details, wide=wide)
    pictures = f", {len(drawn)} plots in plots/" if drawn else ""
    path = str(result.path).replace(" ", NO_BREAK)
    print_sentences([f"written to {path}: trials.csv, metrics.csv, comparison.csv, .md and .tex{pictures}"])


def print_comparison(
    result: "Result",
    found: "ArmsComparison",
    *,
    power: float | None = None,
    details: bool = False,
    wide: bool = False,
    format_: str = "table",
) -> None:
    """The table and the sentences; the table alone in a format that is to be pasted."""
    label = found.summary.metric.label
    if found.noise:
        print_as(_noise_table(found.noise, label), format_, wide=wide)
    else:
        tables = {"table": lambda: to_show(result, found, MOST_ROWS), "csv": lambda: to_export(result, found)}
        print_as(tables.get(format_, lambda: to_paste(found))(), format_, wide=wide)
    if format_ != "table":
        return
    said = conclusions(found)
    print_sentences([*said.warnings, *said.footnotes])
    print_sentences(said.details if details else [MORE] if said.details else [])
    if power is not None:
        print_power([shown_label(name) for name in found.labels], found.shown, power, wide=wide)


def _noise_table(noise: "VarianceComponents", label: str) -> TextTable:
    rows = [[one.name, number(one.std), f"{100 * one.share:.0f} %"] for one in (*noise.factors, noise.rest)]
    return TextTable(
        ("what varies", "std", "share of variance"),
        rows,
        frozenset(("std", "share of variance")),
        footer=("all", number(noise.std), "100 %"),
        title=f"what the spread of {label} is due to (crossed design)",
    )


def print_power(labels: Sequence[str], shown: "Comparison", difference: float, *, wide: bool = False) -> None:
    """How many seeds would show a difference of this size, by arm, and what the seeds there are can show."""
    from mlpexp.statistics.power import detectable_difference, seeds_needed

    rows = []
    for one in shown.arms:
        if one.difference is None or one.difference.n < 2:
            continue
        single, family = (seeds_needed(one.difference.std, difference, 0.05, family=size) for size in (1, shown.family))
        needed = ["more than 100,000" if count is None else f"{count:,}" for count in (single, family)]
        shows = number(detectable_difference(one.difference.std, one.difference.n, 0.05))
        rows.append([labels[one.arm], number(one.difference.std), *needed, f"{shows} with {one.difference.n}"])
    columns = ("arm", "std of differences", "seeds, this arm alone", "seeds, all comparisons", "difference shown now")
    title = f"seeds that show a difference of {difference:g} with 80 % power"
    droppable = ("std of differences", "difference shown now")
    print_table(
        TextTable(columns, rows[:MOST_ROWS], frozenset(columns[1:]), title=title, droppable=droppable), wide=wide
    )
