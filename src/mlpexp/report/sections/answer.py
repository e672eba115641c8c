"""The answer in one or two sentences, with n, interval and of what it speaks; then what must be said beside it."""

from collections.abc import Sequence
from shlex import join

import numpy as np

from mlpexp.planning.sample_designs import speaks_of
from mlpexp.planning.sweep_options import SEED_AXES
from mlpexp.report.document.blocks import Block, CodeBlock, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import bullets, capital, sentence
from mlpexp.report.tables.arm_results import notes
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.report.tables.conclusions import Conclusions, conclusions
from mlpexp.report.tables.reached import with_interval
from mlpexp.report.words import ALL_EQUAL, cell_number, counted, listed, number, same_ends
from mlpexp.results.comparison import ArmsComparison
from mlpexp.statistics.intervals import ends_within
from mlpexp.statistics.variance_components import VarianceComponents
from mlpexp.store.result_folder import begun_by_older
from mlpexp.store.summary import Mean, Summary

WORDS_OF_TIME = ("training ",)  # what a note begins with that says how long it took
MOST_TIED = 4  # arms with the best mean that are named
TIED = 1e-9  # of the mean: a difference of no more is rounding
CUT = "A part whose estimate is below 0 is shown as 0 %: then the parts are rough, and their sum is too large."
FEW_SEEDS = "Two seeds say almost nothing about how much results differ from seed to seed."
DECIDED = {"better", "worse", "no difference"}
STATES = {
    "running": "is still in training", "interrupted": "was interrupted before its end", "failed": "failed before its end",
}  # fmt: skip


def answer(material: Material) -> Section:
    """What came out."""
    if not material.has_ended:
        return Section("answer", "The answer", _of_unfinished(material))
    if material.comparison is None:
        return Section("answer", "The answer", _of_run(material))
    said = conclusions(material.comparison, material.named, shows_all=True)
    details = [bullets([sentence(text) for text in said.details])]
    within = [Section("basis", "What the numbers rest on", details)] if said.details else []
    return Section("answer", "The answer", _of_arms(material.comparison, said), within)


def _of_unfinished(material: Material) -> list[Block]:
    """That there is none yet, why, and how to go on."""
    result, summary = material.result, material.result.summary
    state = STATES.get(result.folder.status(summary), "has not ended")
    why = f": {summary.reason.rstrip('.')}" if summary.reason else ""
    blocks: list[Block] = [Paragraph((f"There is no answer yet: this {summary.word} {state}{why}.",), important=True)]
    if summary.format == 1:
        return [*blocks, Paragraph((f"It {begun_by_older(result.folder)}.",))]
    again = join(["mlpexp", material.command, "--resume", result.path.resolve().name, *material.runs_dir])
    return [*blocks, Paragraph(("To go on with it, where it was begun:",)), CodeBlock(again, "sh")]


def _of_run(material: Material) -> list[Block]:
    result, summary = material.result, material.result.summary
    assert summary.outcome is not None
    mean, label = summary.outcome.arms[0].means.get(summary.metric.column), capital(summary.metric.label)
    speaks = speaks_of(material.config, summary) if material.config else ""
    repeated = f"they speak of {speaks}"  # what the first paragraph says
    said = [
        sentence(note)
        for note in notes(result, material.named)
        if not note.startswith(WORDS_OF_TIME) and note != repeated
    ]
    if mean is None or mean.mean is None:
        return [Paragraph((f"{label} has no value{_lost(summary)}.",), important=True), bullets(said)]
    about = f" This speaks of {speaks}." if mean.n > 1 and speaks else ""
    text = f"{label} is {with_interval(mean, summary, of_samples=True)}.{about}"
    said = [*([FEW_SEEDS] if mean.n == 2 else []), *said]
    return [Paragraph((text,), important=True), bullets(said)]


def _lost(summary: Summary) -> str:
    """``: all 3 seeds diverged``, if that is why there is no value."""
    outcome, num_seeds = summary.outcome, len(summary.seeds)
    if outcome is None or outcome.diverged + outcome.failed < num_seeds:
        return ""
    ended = "failed" if not outcome.diverged else "diverged or failed" if outcome.failed else "diverged"
    return f": {'the only seed' if num_seeds == 1 else f'all {num_seeds} seeds'} {ended}"


def _of_arms(comparison: ArmsComparison, said: Conclusions) -> list[Block]:
    sentences = _of_noise(comparison, comparison.noise) if comparison.noise else _of_best(comparison)
    blocks: list[Block] = [Paragraph((" ".join(sentences),), important=True)] if sentences else []
    if said.warnings:
        blocks.append(bullets([sentence(warning) for warning in said.warnings]))
    return [*blocks, bullets([*(sentence(text) for text in said.footnotes), *_of_little(comparison)])]


def _of_little(comparison: ArmsComparison) -> list[str]:
    """That so few seeds say almost nothing."""
    arms = comparison.shown.arms
    return [FEW_SEEDS] if arms and max(arm.own.n for arm in arms) == 2 else []


def _of_noise(comparison: ArmsComparison, noise: VarianceComponents) -> list[str]:
    """How much it varies, and with what; no seed is the best one."""
    label, num_trials = comparison.summary.metric.label, comparison.values.size
    shares = [f"{part.name} {100 * part.share:.0f} %" for part in (*noise.factors, noise.rest)]
    said = [
        f"{capital(label)} is {number(float(np.mean(comparison.values)))} on average over {num_trials:,} trainings.",
        f"That of one training has a standard deviation of {cell_number(noise.std)}.",
        f"Its variance is due to: {listed(shares)}.",
    ]
    return [*said, CUT] if noise.std > 0 and any(part.share == 0 for part in (*noise.factors, noise.rest)) else said


def _of_best(comparison: ArmsComparison) -> list[str]:
    """Which arm is the best, or which ones are, and whether that is decided."""
    summary = comparison.summary
    best = summary.outcome.best if summary.outcome else None
    mean = _mean(summary, best) if best is not None else None
    if best is None or mean is None or mean.mean is None:
        return []
    label = summary.metric.label
    tied = _tied(summary, mean.mean)
    if len(tied) > 1:
        sentences = _of_tied(comparison, tied, f"{label}, {number(mean.mean)}")
    else:
        name = shown_label(comparison.labels[best])
        reached = with_interval(mean, summary)
        sentences = [f"The best of {summary.num_arms:,} arms by {label} is {name}: {reached}."]
    sentences += _undecided(comparison)
    sentences += [f"Intervals speak of {comparison.speaks_of}."] if mean.n > 1 else []
    if any(axis.key in SEED_AXES for axis in summary.axes):
        sentences.append("A seed is varied, too: which one is the best is chance.")
    return sentences


def _mean(summary: Summary, arm: int) -> Mean | None:
    return summary.outcome.arms[arm].means.get(summary.metric.column) if summary.outcome else None


def _tied(summary: Summary, best: float) -> list[int]:
    """The arms whose mean is that of the best one, but for rounding."""
    means = {arm: mean.mean for arm in range(summary.num_arms) if (mean := _mean(summary, arm)) is not None}
    return [arm for arm, mean in means.items() if mean is not None and abs(mean - best) <= TIED * max(abs(best), TIED)]


def _of_tied(comparison: ArmsComparison, tied: Sequence[int], reached: str) -> list[str]:
    num_arms, num_seeds = comparison.summary.num_arms, comparison.values.shape[1]
    seeds = f"with {counted(num_seeds, 'seed')} each"
    which = f"{len(tied):,} of {num_arms:,} arms share the best"
    if len(tied) == num_arms:
        which = f"All {num_arms:,} arms have the same"
    names = [shown_label(comparison.labels[arm]) + _ends(comparison.summary, arm) for arm in tied[:MOST_TIED]]
    more = f"; and {len(tied) - MOST_TIED:,} more" if len(tied) > MOST_TIED else ""
    return [
        f"{which} mean {reached}, {seeds}.",
        f"They are: {'; '.join(names)}{more}.",
    ]


def _ends(summary: Summary, arm: int) -> str:
    """`` (95 % interval 0.9303 to 0.9764)`` of an arm; nothing without an interval."""
    mean = _mean(summary, arm)
    if mean is None or mean.n < 2 or mean.low is None or mean.high is None:
        return ""
    if same_ends(mean.low, mean.high):
        return f" ({ALL_EQUAL})"
    low, high = ends_within(mean.low, mean.high, *summary.metric.score.ends)
    return f" (95 % interval {number(low)} to {number(high)})"


def _undecided(comparison: ArmsComparison) -> list[str]:
    """That no difference to the reference is decided; nothing where one is."""
    shown = comparison.shown
    if shown.reference is None or shown.family == 0 or DECIDED & {arm.verdict for arm in shown.arms}:
        return []
    reference = shown_label(comparison.labels[shown.reference])
    it = "the best" if shown.chosen_after else f"the baseline ({reference})"
    others = "the other arm" if len(shown.arms) == 2 else "any other arm"
    return [f"Whether {others} differs from {it} is undecided."]
