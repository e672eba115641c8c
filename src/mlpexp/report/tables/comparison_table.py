"""The comparison of a sweep's arms as a table that can be printed or pasted: terminal, Markdown, LaTeX."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlpexp.config.scores import Column, Score
from mlpexp.planning.arm_names import AS_CONFIGURED
from mlpexp.report.numbers.sweep_caption import EACH_ARMS_OWN, selected_on
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import cell_interval, cell_number, fixed, fixed_interval, microseconds, probability
from mlpexp.statistics.new_seeds import NewSeeds, seeds_to_show
from mlpexp.statistics.power import detectable_difference
from mlpexp.store.summary import MetricSummary, Summary
from mlpexp.store.table import Cell

if TYPE_CHECKING:
    from mlpexp.results.candidates import Candidate
    from mlpexp.results.costs import TimeSpread
    from mlpexp.statistics.comparison import Comparison
    from mlpexp.statistics.intervals import MeanInterval
    from mlpexp.statistics.new_samples_verdicts import ArmForNewSamples
    from mlpexp.statistics.variance_components import VarianceComponents

Row = Mapping[str, Cell]

MOST_ARMS = 30  # of a table on the terminal
MOST_CANDIDATES = 12  # whose configs stand side by side
NEW_SEEDS, NEW_SAMPLES = "verdict, new seeds", "verdict, new samples"  # of the same source
NUMBERS_NEW = ("95 % interval, new samples", "of the difference, new samples", "p (adjusted), new samples")  # in CSV
BEHIND_MEAN = (
    "95 % interval", "std", "difference", "its 95 % interval", "p (adjusted)", NEW_SEEDS, *NUMBERS_NEW, NEW_SAMPLES,
)  # fmt: skip
# What a terminal that is too narrow does without, the first of these first. What is in none of these places is always shown.
FIRST_TO_GO = (
    "us/step", "parameters", "std", "p (adjusted)", "updates", "its 95 % interval", "difference", NEW_SAMPLES, "n",
)  # fmt: skip


def comparison_table(
    rows: Sequence[Row],
    summary: Summary,
    verdicts: Sequence[str],
    parameters: Sequence[int],
    times: Sequence["TimeSpread"],
    against: str,
    *,
    whole: bool,
) -> TextTable:
    """One line per arm: label, n, mean, interval, spread, difference to the reference, its interval, p, verdicts, costs.

    Args:
        rows: Of ``comparison.csv``, those to show.
        summary: Of the result.
        verdicts: Of each arm, in words.
        parameters: Of each arm.
        times: Microseconds per update of each arm; NaN where nothing was trained.
        against: ``best`` or ``baseline``.
        whole: Whether it is a file: with the numbers for new samples, its means named by the metric.
    """
    metric = summary.metric
    columns = [
        "arm",
        "n",
        with_unit(metric.label, metric.score) if whole else "mean",
        *BEHIND_MEAN,
        "parameters",
        "us/step",
    ]
    body = []
    for row in rows:
        arm = int(row["arm"])
        difference, low, high = (row[f"{against}_difference{end}"] for end in ("", "_low", "_high"))
        body.append(
            [
                str(row["label"]) if whole else shown_label(str(row["label"])),
                str(row["n"]) + (f" ({row['missing']} missing)" if int(row["missing"]) else ""),
                cell_number(row["mean"]),
                cell_interval(row["low"], row["high"]),
                cell_number(row["std"]),
                *(
                    (cell_number(difference, sign=True), cell_interval(low, high, sign=True))
                    if difference != ""
                    else ("", "")
                ),
                cell_number(row[f"{against}_p_adjusted"]),
                verdicts[arm],
                cell_interval(row["new_samples_low"], row["new_samples_high"]),
                cell_interval(*(row[f"{against}_new_samples_{end}"] for end in ("low", "high")), sign=True),
                cell_number(row[f"{against}_new_samples_p_adjusted"]),
                str(row[f"{against}_new_samples_verdict"]) if row[f"{against}_verdict"] != "reference" else "",
                f"{parameters[arm]:,}",
                microseconds(times[arm].median, times[arm].low, times[arm].high),
            ]
        )
    numeric = frozenset(columns) - {"arm", NEW_SEEDS, NEW_SAMPLES}
    table = TextTable(
        columns,
        body,
        numeric,
        title=f"{summary.title}: {metric.label}, {_when(metric)}",
        prose=frozenset({NEW_SEEDS, NEW_SAMPLES}),
        droppable=FIRST_TO_GO,
    )
    return table if whole else table.without(NUMBERS_NEW)


def table_to_paste(
    rows: Sequence[Row], summary: Summary, against: str, reference: str, family: int, speaks_of: str, new_samples: str
) -> TextTable:
    """The comparison for new seeds for a report: what fits a page, with all that must be said of it in the caption.

    Args:
        rows: Of ``comparison.csv``.
        summary: Of the result.
        against: ``best`` or ``baseline``.
        reference: Label of that arm.
        family: Number of comparisons that p is corrected for.
        speaks_of: What intervals and verdicts speak of.
        new_samples: A sentence on new samples of the same source.
    """
    metric, data = summary.metric, summary.dataset
    columns = [
        "arm",
        "n",
        with_unit(metric.label, metric.score),
        "95 % interval",
        "difference",
        "its 95 % interval",
        "p",
        NEW_SEEDS,
    ]
    body = []
    for row in rows:
        low, high = row[f"{against}_difference_low"], row[f"{against}_difference_high"]
        body.append(
            [
                str(row["label"]),
                str(row["n"]),
                fixed(row["mean"]),
                fixed_interval(row["low"], row["high"]),
                fixed(row[f"{against}_difference"], sign=True),
                fixed_interval(low, high, sign=True),
                probability(row[f"{against}_p_adjusted"]),
                str(row[f"{against}_verdict"]),
            ]
        )
    samples = data.in_words()
    always = data.always(metric.part) if metric.is_accuracy else ""
    corrected = f", corrected for {family:,} comparisons" if family > 1 else ""
    caption = (
        f"{summary.title}. {metric.label.capitalize()} {_when(metric)} ({samples} samples), mean over n seeds with "
        f"Student's t interval. Differences to {reference}, paired by seed, with the interval of the sign-flip test of this "
        f"pair alone (Student's t below 6 seeds); p: sign-flip test{corrected}. "
        f"These intervals and verdicts speak of {speaks_of}; {new_samples}."
        + (f" {always[0].upper()}{always[1:]}." if always else "")
    )
    return TextTable(columns, body, frozenset(columns) - {"arm", NEW_SEEDS}, title=caption)


def new_samples_to_paste(rows: Sequence[Row], summary: Summary, against: str, reference: str, how: str) -> TextTable:
    """What the comparison says of new samples, as a second table for a report: one of both would be too wide for a page.

    Args:
        rows: Of ``comparison.csv``.
        summary: Of the result.
        against: ``best`` or ``baseline``.
        reference: Label of that arm.
        how: How intervals and p were made.
    """
    metric = summary.metric
    columns = [
        "arm",
        with_unit(metric.label, metric.score),
        "95 % interval",
        "difference",
        "its 95 % interval",
        "p",
        NEW_SAMPLES,
    ]
    body = []
    for row in rows:
        low, high, p = (row[f"{against}_new_samples_{name}"] for name in ("low", "high", "p_adjusted"))
        body.append(
            [
                str(row["label"]),
                fixed(row["mean"]),
                fixed_interval(row["new_samples_low"], row["new_samples_high"]),
                fixed(row[f"{against}_difference"], sign=True),
                fixed_interval(low, high, sign=True),
                probability(p),
                str(row[f"{against}_new_samples_verdict"]),
            ]
        )
    caption = (
        f"{summary.title}. The same for new samples of the same source: {metric.label} {_when(metric)}, "
        f"differences to {reference} ({how})."
    )
    return TextTable(columns, body, frozenset(columns) - {"arm", NEW_SAMPLES}, title=caption)


def ordered(rows: Sequence[Row], *, higher_is_better: bool) -> list[Row]:
    """Best mean first; arms without a mean last."""

    def place(row: Row) -> tuple[bool, float]:
        mean = float(row["mean"])
        return math.isnan(mean), -mean if higher_is_better else mean

    return sorted(rows, key=place)


def with_unit(label: str, score: Score) -> str:
    """A heading above values as they are stored, which figures and sentences may show in per cent."""
    return label if score.scale == 1 else f"{label} (share)"


def shown_label(label: str) -> str:
    """The name of an arm in a table: that of the config itself without its values, which are said once below."""
    return AS_CONFIGURED if label.startswith(f"{AS_CONFIGURED}: ") else label


def _when(metric: MetricSummary) -> str:
    column = selected_on(metric)
    if column is None:
        return f"at {EACH_ARMS_OWN}" if metric.when == "best" else "after the last epoch"
    return f"at the best epoch by {column.label}"


def candidates_table(
    candidates: "Sequence[Candidate]",
    comparison: "Comparison",
    new_samples: "Sequence[ArmForNewSamples]",
    own: Sequence[tuple[float, float]],
    metric: Column,
    num_seeds: int,
    *,
    whole: bool,
    sentences: bool,
) -> TextTable:
    """A row per candidate: its mean, its difference to the reference, what can be said of it.

    Args:
        candidates: What is compared.
        comparison: Of them.
        new_samples: The same for new samples.
        own: The interval of each mean for new samples.
        metric: By which.
        num_seeds: Those in common.
        whole: Whether it is a file: with the numbers for new samples, its means named by the metric.
        sentences: Whether verdicts are sentences instead of few words.
    """
    rows = []
    for candidate, arm, new, interval in zip(candidates, comparison.arms, new_samples, own, strict=True):
        mean, difference = arm.own, arm.difference
        rows.append(
            [
                candidate.label,
                str(mean.n),
                cell_number(mean.mean),
                cell_interval(mean.low, mean.high),
                cell_number(mean.std),
                cell_number(difference.mean, sign=True) if difference else "",
                cell_interval(difference.low, difference.high, sign=True) if difference else "",
                cell_number(arm.p_adjusted),
                arm.sentence if sentences else arm.short,
                cell_interval(*interval),
                cell_interval(*new.difference, sign=True),
                cell_number(new.p_adjusted),
                "" if arm.verdict == "reference" else new.verdict,
                f"{candidate.updates:,}",
            ]
        )
    columns = ["what", "n", with_unit(metric.label, metric.score) if whole else "mean", *BEHIND_MEAN, "updates"]
    table = TextTable(
        columns,
        rows,
        frozenset(columns) - {"what", NEW_SEEDS, NEW_SAMPLES},
        title=f"{metric.label}, {num_seeds} common seeds, paired",
        prose=frozenset({NEW_SEEDS, NEW_SAMPLES}),
        droppable=FIRST_TO_GO,
    )
    return table if whole else table.without(NUMBERS_NEW)


def apart_table(
    candidates: "Sequence[Candidate]", means: "Sequence[MeanInterval | None]", metric: Column, *, whole: bool
) -> TextTable:
    """A row per candidate where their numbers do not pair: each mean by its own seeds; nothing is tested.

    Args:
        candidates: What stands side by side.
        means: Of them; None: no seed has a value.
        metric: By which.
        whole: Whether it is a file: its means named by the metric.
    """
    rows = [
        [
            candidate.label,
            str(mean.n if mean else 0),
            cell_number(mean.mean if mean else math.nan),
            cell_interval(mean.low, mean.high) if mean else "",
            cell_number(mean.std if mean else math.nan),
            f"{candidate.updates:,}",
        ]
        for candidate, mean in zip(candidates, means, strict=True)
    ]
    columns = [
        "what",
        "n",
        with_unit(metric.label, metric.score) if whole else "mean",
        "95 % interval",
        "std",
        "updates",
    ]
    title = f"{metric.label}, each by its own seeds; nothing is tested"
    return TextTable(columns, rows, frozenset(columns) - {"what"}, title=title, droppable=("updates", "std"))


def candidates_to_paste(table: TextTable) -> tuple[TextTable, TextTable]:
    """The table of candidates as two that fit a page: for new seeds, and for new samples."""
    seeds = {"std", *NUMBERS_NEW, NEW_SAMPLES}
    samples = {"std", "updates", "n", "95 % interval", "its 95 % interval", "p (adjusted)", NEW_SEEDS}
    return table.without(seeds), replace(table.without(samples), title="the same for new samples of the same source")


def differences_table(candidates: "Sequence[Candidate]", factors: Mapping[str, Sequence[str]]) -> TextTable:
    """In what the configs of candidates differ, a row per factor; of many candidates the first."""
    rows = [[factor, *texts[:MOST_CANDIDATES]] for factor, texts in factors.items()]
    columns = ("factor", *(candidate.label for candidate in candidates[:MOST_CANDIDATES]))
    return TextTable(columns, rows, title="what differs", named_columns=True)


def keys_table(candidates: "Sequence[Candidate]", factors: Mapping[str, Sequence[str]]) -> TextTable:
    """In what the configs of candidates differ, a row per candidate, for a page."""
    rows = [[candidate.label, *(texts[i] for texts in factors.values())] for i, candidate in enumerate(candidates)]
    return TextTable(("what", *factors), rows, title="what differs")


def noise_table(noise: "VarianceComponents", label: str) -> TextTable:
    """What the spread of a metric is due to."""
    parts = (*noise.factors, noise.rest)
    return TextTable(
        ("what varies", "std", "share of variance"),
        [[part.name, cell_number(part.std), f"{100 * part.share:.0f} %"] for part in parts],
        frozenset(("std", "share of variance")),
        footer=("all", cell_number(noise.std), "100 %"),
        title=f"what the spread of {label} is due to (crossed design)",
    )


def power_table(
    labels: Sequence[str], comparison: "Comparison", difference: float, *, heading: str = "arm"
) -> TextTable:
    """How many seeds would show a difference of this size, by arm, and what the seeds there are can show."""
    rows = []
    for arm in comparison.arms:
        if arm.difference is None or arm.difference.n < 2:
            continue
        std, n = arm.difference.std, arm.difference.n
        ranges = [seeds_to_show(std, n, difference, 0.05, size) for size in (1, comparison.family)]
        needed = [_ends(seeds) for seeds in ranges]
        shows = cell_number(detectable_difference(std, n, 0.05))
        rows.append([labels[arm.arm], cell_number(std), *needed, f"{shows} with {n}"])
    columns = (heading, "std of differences", "new seeds, this arm alone", "all comparisons", "difference shown now")
    title = f"new seeds that show a difference of {difference:g} with 80 % power"
    droppable = ("std of differences", "difference shown now")
    return TextTable(columns, rows[:MOST_ARMS], frozenset(columns[1:]), title=title, droppable=droppable)


def _ends(seeds: NewSeeds) -> str:
    if seeds.low is None:
        return "more than 100,000"
    if seeds.high is None:
        return f"{seeds.low:,} or more"
    return f"{seeds.low:,}" if seeds.low == seeds.high else f"{seeds.low:,} to {seeds.high:,}"
