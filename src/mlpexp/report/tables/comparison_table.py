"""The comparison of a sweep's arms as a table that can be printed or pasted: terminal, Markdown, LaTeX."""

import math
from collections.abc import Mapping, Sequence

from mlpexp.planning.arms import AS_CONFIGURED
from mlpexp.report.numbers.sweep_caption import selected_on
from mlpexp.report.tables.text_table import TextTable
from mlpexp.store.summary import MetricSummary, Summary
from mlpexp.store.table import Cell

Row = Mapping[str, Cell]

# What a terminal that is too narrow does without, the first of these first. What is in none of these places is always shown.
FIRST_TO_GO = ("us/step", "parameters", "std", "p (adjusted)", "updates", "its 95 % interval", "difference", "n")


def comparison_table(
    rows: Sequence[Row],
    summary: Summary,
    verdicts: Sequence[str],
    parameters: Sequence[int],
    costs: Sequence[float],
    against: str,
    heading: str = "mean",
) -> TextTable:
    """One line per arm: label, n, mean, interval, spread, difference to the reference, its interval, p, verdict, costs.

    Args:
        rows: Of ``comparison.csv``, those to show.
        summary: Of the result.
        verdicts: Of each arm, in words.
        parameters: Of each arm.
        costs: Microseconds per update of each arm; NaN where nothing was trained.
        against: ``best`` or ``baseline``.
        heading: Of the column of means.
    """
    metric = summary.metric
    columns = [
        "arm",
        "n",
        heading,
        "95 % interval",
        "std",
        "difference",
        "its 95 % interval",
        "p (adjusted)",
        "verdict",
        "parameters",
        "us/step",
    ]
    body = []
    for row in rows:
        arm = int(row["arm"])
        difference, low, high = (row[f"{against}_difference{end}"] for end in ("", "_low", "_high"))
        body.append(
            [
                shown_label(str(row["label"])),
                str(row["n"]) + (f" ({row['missing']} missing)" if int(row["missing"]) else ""),
                number(row["mean"]),
                interval(row["low"], row["high"]),
                number(row["std"]),
                *((number(difference, sign=True), interval(low, high, sign=True)) if difference != "" else ("", "")),
                number(row[f"{against}_p_adjusted"]),
                verdicts[arm],
                f"{parameters[arm]:,}",
                _time(costs[arm]),
            ]
        )
    numeric = frozenset(columns) - {"arm", "verdict"}
    return TextTable(
        columns,
        body,
        numeric,
        title=f"{summary.title}: {metric.label}, {_when(metric)}",
        prose=frozenset({"verdict"}),
        droppable=FIRST_TO_GO,
    )


def table_to_paste(rows: Sequence[Row], summary: Summary, against: str, reference: str, family: int) -> TextTable:
    """The comparison for a report: what fits a page, with all that must be said of it in the caption.

    Args:
        rows: Of ``comparison.csv``.
        summary: Of the result.
        against: ``best`` or ``baseline``.
        reference: Label of that arm.
        family: Number of comparisons that p is corrected for.
    """
    metric, data = summary.metric, summary.dataset
    columns = ["arm", "n", metric.label, "95 % interval", "difference", "its 95 % interval", "p", "verdict"]
    body = []
    for row in rows:
        low, high = row[f"{against}_difference_low"], row[f"{against}_difference_high"]
        body.append(
            [
                str(row["label"]),
                str(row["n"]),
                fixed(row["mean"]),
                _ends(row["low"], row["high"]),
                fixed(row[f"{against}_difference"], sign=True),
                _ends(low, high, sign=True),
                probability(row[f"{against}_p_adjusted"]),
                str(row[f"{against}_verdict"]),
            ]
        )
    samples = data.in_words()
    corrected = f", corrected for {family:,} comparisons" if family > 1 else ""
    caption = (
        f"{summary.title}. {metric.label.capitalize()} {_when(metric)} ({samples} samples), mean over n seeds with "
        f"Student's t interval. Differences to {reference}, paired by seed; p: sign-flip test{corrected}."
    )
    return TextTable(columns, body, frozenset(columns) - {"arm", "verdict"}, title=caption)


def fixed(text: Cell, *, sign: bool = False) -> str:
    """Four decimals (five digits for large numbers), a dash for what is not a number."""
    value = float(text) if text != "" else math.nan
    if not math.isfinite(value):
        return "-"
    value = value if abs(value) > 1e-8 else 0.0
    form = f"{'+' if sign else ''}{'.4f' if abs(value) < 1e4 else '.4g'}"
    return f"{value:{form}}"


def probability(text: Cell) -> str:
    """A p value with three decimals."""
    value = float(text) if text != "" else math.nan
    return "-" if math.isnan(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _ends(low: Cell, high: Cell, *, sign: bool = False) -> str:
    return "-" if fixed(low) == "-" else f"{fixed(low, sign=sign)} .. {fixed(high, sign=sign)}"


def ordered(rows: Sequence[Row], *, higher_is_better: bool) -> list[Row]:
    """Best mean first; arms without a mean last."""

    def place(row: Row) -> tuple[bool, float]:
        mean = float(row["mean"])
        return math.isnan(mean), -mean if higher_is_better else mean

    return sorted(rows, key=place)


def number(text: Cell, *, sign: bool = False) -> str:
    """Four decimals, or three significant digits for small numbers; a dash for what is not a number."""
    value = float(text) if text != "" else math.nan
    if not math.isfinite(value):
        return "-"
    value = value if abs(value) > 1e-8 else 0.0  # less is rounding
    form = ".4f" if 0.01 <= abs(value) < 1e6 or value == 0 else ".2g" if abs(value) < 1 else ".4g"
    return f"{value:{'+' if sign else ''}{form}}"


def shown_label(label: str) -> str:
    """The name of an arm in a table: that of the config itself without its values, which are said once below."""
    return AS_CONFIGURED if label.startswith(f"{AS_CONFIGURED}: ") else label


def interval(low: Cell, high: Cell, *, sign: bool = False) -> str:
    """``0.93 .. 0.97``; no spread among few seeds is no proof that there is none."""
    if number(low) == "-":
        return "-"
    if f"{float(low):.9g}" == f"{float(high):.9g}":
        return "all equal"
    return f"{number(low, sign=sign)} .. {number(high, sign=sign)}"


def _when(metric: MetricSummary) -> str:
    by = selected_on(metric)
    return f"at the best epoch by {by}" if by else "after the last epoch"


def _time(microseconds: float) -> str:
    return "-" if math.isnan(microseconds) else f"{microseconds:,.1f}"
