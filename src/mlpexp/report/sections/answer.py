"""The answer in one or two sentences, with n, interval and of what it speaks; then what must be said beside it."""

from mlpexp.planning.sample_designs import speaks_of
from mlpexp.report.document.blocks import Block, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import bullets, sentence
from mlpexp.report.tables.arm_results import notes, unfinished
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.report.tables.conclusions import Conclusions, conclusions
from mlpexp.report.words import ALL_EQUAL, counted, number, same_ends
from mlpexp.results.comparison import ArmsComparison
from mlpexp.statistics.intervals import ends_within
from mlpexp.store.summary import Mean, MetricSummary

WORDS_OF_TIME = ("training ",)  # what a note begins with that says how long it took


def answer(material: Material) -> Section:
    """What came out."""
    if material.comparison is None:
        return Section("answer", "The answer", _of_run(material))
    said = conclusions(material.comparison)
    details = [bullets([sentence(text) for text in said.details])]
    within = [Section("basis", "What the numbers rest on", details)] if said.details else []
    return Section("answer", "The answer", _of_arms(material, material.comparison, said), within)


def _of_run(material: Material) -> list[Block]:
    result, summary = material.result, material.result.summary
    if not material.has_ended or summary.outcome is None:
        return [
            Paragraph(
                (sentence(unfinished(result).replace(str(result.path), result.path.resolve().name)),), important=True
            )
        ]
    mean = summary.outcome.arms[0].means.get(summary.metric.column)
    said = [sentence(note) for note in notes(result) if not note.startswith(WORDS_OF_TIME)]
    if mean is None or mean.mean is None:
        return [Paragraph((f"{summary.metric.label.capitalize()} has no value.",), important=True), bullets(said)]
    about = f" This speaks of {speaks_of(material.config, summary)}." if mean.n > 1 and material.config else ""
    text = f"{summary.metric.label.capitalize()} is {with_interval(mean, summary.metric)}.{about}"
    return [Paragraph((text,), important=True), bullets(said)]


def _of_arms(material: Material, comparison: ArmsComparison, said: Conclusions) -> list[Block]:
    summary, blocks = material.result.summary, list[Block]()
    best = summary.outcome.best if summary.outcome else None
    if best is not None and summary.outcome is not None:
        arm = summary.outcome.arms[best]
        mean = arm.means.get(summary.metric.column)
        reached = f": {with_interval(mean, summary.metric)}" if mean else ""
        best_is = (
            f"The best of {summary.num_arms:,} arms by {summary.metric.label} is {shown_label(arm.label)}{reached}."
        )
        about = f" Intervals speak of {comparison.speaks_of}." if mean and mean.n > 1 else ""
        blocks.append(Paragraph((best_is + about,), important=True))
    if said.warnings:
        blocks.append(bullets([sentence(warning) for warning in said.warnings]))
    return [*blocks, bullets([sentence(text) for text in said.footnotes])]


def with_interval(mean: Mean, metric: MetricSummary) -> str:
    """``0.9511 (95 % interval 0.9058 to 0.9965, n = 5 seeds)``."""
    seeds = counted(mean.n, "seed")
    if mean.n < 2 or mean.low is None or mean.high is None:
        return f"{number(mean.mean)} (n = {seeds})"
    if same_ends(mean.low, mean.high):
        return f"{number(mean.mean)} ({ALL_EQUAL}, n = {seeds})"
    low, high = ends_within(mean.low, mean.high, *metric.score.ends)
    return f"{number(mean.mean)} (95 % interval {number(low)} to {number(high)}, n = {seeds})"
