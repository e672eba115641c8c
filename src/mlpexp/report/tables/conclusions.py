"""What can be said of a comparison of arms, in sentences of at most 20 words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import numpy as np

from mlpexp.asking import either, keyword
from mlpexp.planning.arm_names import AS_CONFIGURED
from mlpexp.planning.confirm import is_affordable
from mlpexp.planning.factors import TRAIN_LENGTHS, changes_samples
from mlpexp.planning.sample_designs import TRAINED_ON, designs_in_words
from mlpexp.planning.sweep_options import SEED_AXES
from mlpexp.report.tables.comparison_table import MOST_ARMS, shown_label
from mlpexp.report.tables.ended_seeds import explained_by
from mlpexp.report.tables.names import name_sentences
from mlpexp.report.words import NOTHING_TO_EXPLAIN, cell_number, counted, no_proof, span
from mlpexp.results.comparison import ArmsComparison
from mlpexp.results.new_samples import BySample, OfNewSamples
from mlpexp.statistics.arm_comparison import rounded_up
from mlpexp.statistics.comparison import Comparison
from mlpexp.statistics.intervals import MeanInterval
from mlpexp.statistics.new_samples_verdicts import ArmForNewSamples
from mlpexp.statistics.new_seeds import widest
from mlpexp.statistics.sign_flip import smallest_p
from mlpexp.store.summary import Summary

MOST_FACTORS = 6  # named in a sentence
VERDICTS = {
    "better": "better", "worse": "worse", "no difference": "no difference", "undecided": "undecided",
    "diverged": "without any result",
}  # fmt: skip
NEW_VERDICTS = {
    "better": "better", "worse": "worse", "no difference": "no difference", "needs more samples": "needs more samples",
    "undecided": "undecided", "no interval": "without interval", "diverged": "without any result",
}  # fmt: skip
NEW_SEEDS = "for new seeds"
SAME_SOURCE = "for new samples of the same source"
SAME_THING = "new seeds are new samples here"


@dataclass(frozen=True)
class Conclusions:
    """The sentences below a table."""

    warnings: list[str]
    """What changes how the numbers must be read; these are never left out."""
    footnotes: list[str]
    """What a reader needs most."""
    details: list[str]
    """What the rest is based on."""


def conclusions(comparison: ArmsComparison, path: Path, *, shows_all: bool = False) -> Conclusions:
    """What can be said, in sentences.

    Args:
        comparison: Of the arms.
        path: As which sentences name the result.
        shows_all: Whether the table beside it has all arms, not the best ones alone.
    """
    summary, num_arms = comparison.summary, len(comparison.labels)
    if comparison.noise:
        rest = f"{num_arms:,} trials; rest: interactions of these, and what is left"
        return Conclusions(losses(summary) + explained_by(summary, path), [rest], [])
    is_cut = num_arms > MOST_ARMS and not shows_all
    footnotes = [f"the best {MOST_ARMS} of {num_arms:,} arms; comparison.csv has all"] if is_cut else []
    footnotes += name_sentences(summary.axes, match=summary.match, named_arms=summary.named_arms)
    footnotes += _counted(comparison) + _configured(comparison) + in_numbers(comparison.shown)
    footnotes += _fresh(comparison, path) + largest_class(summary) + _paired(comparison) + _selected(comparison)
    details = (
        _equal_differences(comparison.shown)
        + _basis(comparison)
        + _margin(comparison)
        + _optimism(comparison)
        + _advice(comparison)
    )
    return Conclusions(_warnings(comparison, path), footnotes, details)


def _warnings(comparison: ArmsComparison, path: Path) -> list[str]:
    """What changes how the numbers must be read."""
    summary, lines = comparison.summary, []
    if comparison.shown.reference is None:
        outcome, label = summary.outcome, summary.metric.label
        lost = outcome is not None and outcome.diverged + outcome.failed < summary.num_trials
        why = f"{label} has no value in any trial" if lost else "every trial diverged or failed"
        why += f" ({NOTHING_TO_EXPLAIN})" if lost and summary.metric.score.name == "r2" else ""
        lines.append(f"{why}: there is nothing to compare")
    lines += [*losses(summary), *explained_by(summary, path), *summary.known_samples]
    if comparison.values.shape[1] == 1:
        lines.append(
            f"one seed: differences have no interval; more seeds (`{keyword('seeds', 10)}`) show what is chance"
        )
    if not summary.dataset.test and summary.metric.part == "train":
        lines.append("no test split: the metric is on data that were trained on")
    if keys := summary.also_varies:
        verb, its, follow, it = ("differs", "its default", "follows", "it")
        if len(keys) > 1:
            verb, its, follow, it = ("differ", "their defaults", "follow", "each")
        lines.append(
            f"confounded: {', '.join(keys)} {verb} among the arms, too: {its} {follow} an axis; give {it} one value"
        )
    if others := [key for key in _varied(summary) if _changes_samples(summary, key)]:
        verb = "differs" if len(others) == 1 else "differ"
        lines.append(f"{', '.join(others)} {verb} among the arms: equal seeds do not mean equal samples")
        lines.append("means are of different test sets, and the pairs have less in common")
    elif set(TRAIN_LENGTHS) & set(_varied(summary)):
        lines.append("a learning curve: the test part is the same in every arm")
        lines.append("at equal epochs fewer samples make fewer updates: arms.csv has their number")
    if any(axis.key == "training.batch_size" for axis in summary.axes):
        lines.append("at equal epochs a larger batch makes fewer updates: arms.csv has both numbers")
    return lines


def _changes_samples(summary: Summary, key: str) -> bool:
    return changes_samples(key, summary.metric.part, same_rows=summary.dataset.same_rows)


def _varied(summary: Summary) -> list[str]:
    return [*(axis.key for axis in summary.axes), *summary.also_varies]


def _counted(comparison: ArmsComparison) -> list[str]:
    """How many arms got which verdict."""
    shown = comparison.shown
    if shown.reference is None or shown.family == 0:
        return []
    verdicts = [arm.verdict for arm in shown.arms]
    counts = ", ".join(f"{verdicts.count(name)} {word}" for name, word in VERDICTS.items() if name in verdicts)
    which = "the best arm" if shown.chosen_after else "the baseline"
    new, data = comparison.new_samples, comparison.summary.dataset
    is_warned = new.reason == TRAINED_ON and not data.test  # of a metric on training data, for want of others
    return [
        f"compared with {which} ({shown_label(comparison.labels[shown.reference])})",
        f"for {comparison.speaks_of}: {counts}",
        *([] if is_warned else of_new_samples(new, new.shown, comparison.values.shape[1])),
    ]


def of_new_samples(new: OfNewSamples | BySample, arms: Sequence[ArmForNewSamples], num_seeds: int) -> list[str]:
    """How many arms got which verdict for new samples, or why none did; nothing of one seed, of which a warning says more."""
    if num_seeds == 1:
        return []
    if new.reason:
        return [f"{SAME_SOURCE}: no verdict; {new.reason}"]
    if new.seeds_are_samples:
        return [SAME_THING]
    verdicts = [arm.verdict for arm in arms]
    counts = {NEW_VERDICTS[name]: verdicts.count(name) for name in NEW_VERDICTS if name in verdicts}
    texts = [f"{count} {name.replace('needs', 'need') if count > 1 else name}" for name, count in counts.items()]
    open_ = ["undecided for new samples: more seeds may decide; how many is not known"] * ("undecided" in verdicts)
    open_ += ["without interval: fewer than two seeds have a value in both arms"] * ("no interval" in verdicts)
    return [f"{SAME_SOURCE}: {', '.join(texts)}", *open_] if texts else []


def in_numbers(comparison: Comparison) -> list[str]:
    """What "no difference" and "undecided" mean here: how large a difference may be, and how many seeds would decide."""
    return _excluded(comparison) + _undecided(comparison) + _beside_zero(comparison) + _equal(_own(comparison))


def _beside_zero(comparison: Comparison) -> list[str]:
    """Why there are intervals without 0 beside verdicts that are neither better nor worse."""
    rows = [arm for arm in comparison.arms if arm.beside_zero]
    counts = [arm.difference.n for arm in rows if arm.difference and arm.difference.n > 1]
    few = [n for n in counts if smallest_p(n) > comparison.alpha]
    lines = []
    if few:
        least = f"{smallest_p(max(few)):.2g}"
        lines.append(
            f"an interval without 0 decides nothing with {span(min(few), max(few))} seeds: p is at least {least}"
        )
    if len(counts) > len(few):
        others = counted(len(counts) - len(few), "interval")
        lines.append(
            f"{others} without 0, still no verdict: each is of one pair, p of {comparison.family:,} comparisons"
        )
    return lines


def _equal(intervals: Sequence[MeanInterval]) -> list[str]:
    """What equal values of all seeds leave open."""
    counts = [interval.n for interval in intervals if interval.n > 1 and interval.std == 0]
    return [no_proof(max(counts))] if counts else []


def _equal_differences(comparison: Comparison) -> list[str]:
    """The same of differences, whose intervals are not in every table; said once."""
    differences = [arm.difference for arm in comparison.arms if arm.difference]
    return [] if _equal(_own(comparison)) else _equal(differences)


def _own(comparison: Comparison) -> list[MeanInterval]:
    return [arm.own for arm in comparison.arms]


def _fresh(comparison: ArmsComparison, path: Path) -> list[str]:
    """How to get more seeds without looking twice at the same; not below what is a confirmation already."""
    ranges = [arm.new_seeds for arm in comparison.shown.arms if arm.new_seeds and arm.new_seeds.low]
    if not ranges or comparison.summary.confirms:
        return []
    is_known = is_affordable(widest(ranges))
    command = f"mlpexp sweep --confirm {quote(str(path))}" + ("" if is_known else " --seeds N")
    what = "new seeds for the arms that matter"
    if not is_known:
        what = f"{'too wide a range to plan by; ' if widest(ranges).is_wide else ''}N {what}"
    return [f"{what}: `{either(command, '.confirm()' if is_known else '.confirm(seeds=N)')}`"]


def _excluded(comparison: Comparison) -> list[str]:
    largest = [arm.largest_difference for arm in comparison.arms if arm.verdict == "no difference"]
    if not largest:
        return []
    if max(largest) == 0:
        return ["no difference: the values are equal on every seed"]
    return [f"no difference: the true difference is at most {rounded_up(max(largest))}"]


def _undecided(comparison: Comparison) -> list[str]:
    open_ = [arm for arm in comparison.arms if arm.verdict == "undecided" and arm.difference]
    counts = [arm.difference.n for arm in open_ if arm.difference]
    ranges = [arm.new_seeds for arm in open_ if arm.new_seeds and arm.new_seeds.low is not None]
    lines = []
    if ranges and max(counts) < 2:
        lines.append(f"undecided {NEW_SEEDS}: too few in common; {widest(ranges).in_words} would do")
    elif ranges:
        few = f"{span(min(counts), max(counts))} are too few (margin {comparison.margin:g})"
        lines.append(f"undecided {NEW_SEEDS}: {few}; {widest(ranges).in_words} would do")
    if hopeless := len(open_) - len(ranges):
        arms = "1 arm" if hopeless == 1 else f"{hopeless} arms"
        lines.append(f"undecided {NEW_SEEDS} in {arms}: no number of seeds that can be trained would do")
    return lines


def largest_class(summary: Summary) -> list[str]:
    """What naming the largest class always would reach, where arms are compared by accuracy and that class is large."""
    metric = summary.metric
    always = summary.dataset.always(metric.part) if metric.is_accuracy else ""
    return [always] if always else []


def _configured(comparison: ArmsComparison) -> list[str]:
    """The values of the arm that the table calls ``as configured``."""
    return [label for label in comparison.labels if label.startswith(f"{AS_CONFIGURED}: ")]


def _paired(comparison: ArmsComparison) -> list[str]:
    """What equal seeds mean in this sweep."""
    num_seeds = comparison.values.shape[1]
    if num_seeds == 1:
        return []
    return [f"{num_seeds} seeds were trained in every arm; differences are paired by seed"]


def _selected(comparison: ArmsComparison) -> list[str]:
    """The arm that validation data choose, where the metric is on test data."""
    if comparison.selected is None or not _is_choice(comparison):
        return []
    label, mean = (
        shown_label(comparison.labels[comparison.selected]),
        float(np.nanmean(comparison.values[comparison.selected])),
    )
    return [f"chosen on validation data: {label}; its {comparison.summary.metric.label} is {cell_number(mean)}"]


def _is_choice(comparison: ArmsComparison) -> bool:
    """Whether an arm was chosen after looking."""
    return comparison.flattery is not None and comparison.shown.chosen_after and comparison.shown.family > 0


def intervals_of_differences(shown: Comparison) -> list[str]:
    """What they are; nothing is said without differences."""
    numbers = [arm.difference.n for arm in shown.arms if arm.difference]
    if any(smallest_p(n) <= shown.alpha for n in numbers):
        flips = "intervals of differences are what the sign-flip test of one pair does not reject"
        return [f"{flips}; they need not be symmetric"]
    return ["intervals of differences are Student's t"] if numbers else []


def _basis(comparison: ArmsComparison) -> list[str]:
    """What intervals and p values are."""
    shown, lines = comparison.shown, []
    if comparison.values.shape[1] > 1:
        summary = comparison.summary
        differ = [key in SEED_AXES or _changes_samples(summary, key) for key in _varied(summary)]
        same = "" if any(differ) else "; equal seeds have equal samples, initial weights and batch orders"
        lines.append(f"intervals of means are Student's t over seeds{same}")
        lines += intervals_of_differences(shown)
    if shown.reference is not None and shown.family == 1:
        lines.append("p: sign-flip test")
    elif shown.reference is not None and shown.family > 1:
        why = "all pairs, since the best was chosen after looking" if shown.chosen_after else "one per other arm"
        lines.append(f"p: joint sign-flip test, corrected for {shown.family:,} comparisons ({why})")
    new = comparison.new_samples
    is_apart = not (new.reason or new.seeds_are_samples)
    if shown.reference is not None and shown.family > 0 and comparison.values.shape[1] > 1 and is_apart:
        lines.append(f"new samples: {designs_in_words(new.of_differences)}{_by_holm(shown.family)}")
        if any(arm.verdict == "needs more samples" for arm in new.shown):
            lines.append("needs more samples: with these few, no number of seeds is likely to decide")
    return lines


def _by_holm(family: int) -> str:
    return f"; p by Holm's steps for {family:,} comparisons" if family > 1 else ""


def _margin(comparison: ArmsComparison) -> list[str]:
    """Which difference was taken to matter, and whether the data can resolve it."""
    metric, margin = comparison.summary.metric, comparison.shown.margin
    if not {"undecided", "no difference"} & {arm.verdict for arm in comparison.shown.arms}:
        return []
    lines = [
        f"a difference that matters: {margin:g} (`sweep.margin` in the config; "
        f"`{either('mlpexp compare --margin', 'mlpexp.compare(margin=...)')}` asks for another)"
    ]
    samples = comparison.summary.dataset.samples(metric.part)
    if metric.score.share_of_samples and margin < 1 / samples:
        lines.append(f"one of {samples:,} samples is already a difference of {1 / samples:.3f}")
    return lines


def _optimism(comparison: ArmsComparison) -> list[str]:
    """What the best arm's mean is worth."""
    best, label = comparison.flattery, comparison.summary.metric.label
    if best is None or not _is_choice(comparison) or math.isnan(best.optimism) or best.optimism <= 5e-5:
        return []
    name, mean = shown_label(comparison.labels[best.arm]), cell_number(best.mean)
    optimism, corrected = cell_number(best.optimism), cell_number(best.corrected)
    return [
        f"the best of {len(comparison.labels):,} arms, {name}, has {label} {mean}",
        f"it was chosen after looking, so this is too good by about {optimism} (leave-one-seed-out: {corrected})",
    ]


def _advice(comparison: ArmsComparison) -> list[str]:
    """What would make the comparison better."""
    lines = []
    if _is_choice(comparison) and comparison.selected is None and comparison.summary.metric.part == "test":
        lines.append("arms are compared on test data: choose one on validation data before you report it")
        lines.append("`dataset.validation_fraction` sets validation data aside")
    undecided = any(arm.verdict == "undecided" for arm in comparison.shown.arms)
    if comparison.shown.chosen_after and comparison.shown.family > 1 and undecided:
        lines.append(
            f"a baseline named before the sweep (`{keyword('baseline')}`) needs fewer seeds: fewer pairs are compared"
        )
    return lines


def confounded(factors: Mapping[str, object]) -> list[str]:
    """What must be said of a comparison of results whose configs differ in more than one factor."""
    if len(factors) < 2:
        return []
    names = list(factors)
    more = f", and {len(names) - MOST_FACTORS} more" if len(names) > MOST_FACTORS else ""
    return [
        f"confounded: {len(names)} factors differ ({', '.join(names[:MOST_FACTORS])}{more})",
        "a difference in the results cannot be attributed to one of them",
    ]


def losses(summary: Summary) -> list[str]:
    """How many trials diverged or failed, in a sentence; none if there were none."""
    outcome = summary.outcome
    numbers = {} if outcome is None else {"diverged": outcome.diverged, "failed": outcome.failed}
    counts = [f"{count} {word}" for word, count in numbers.items() if count]
    if not counts:
        return []
    return [
        f"of {summary.num_trials} trials {' and '.join(counts)}: not in the means, counted as missing; trials.csv says why"
    ]
