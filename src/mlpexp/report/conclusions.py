"""What can be said of a comparison of arms, in sentences."""

import math

import numpy as np

from mlpexp.planning.factors import changes_samples
from mlpexp.planning.options import SEED_AXES
from mlpexp.report.comparison_table import number
from mlpexp.results.comparison import ArmsComparison
from mlpexp.store.summary import Summary

MOST_ROWS = 30  # of the table on the terminal


def conclusions(found: ArmsComparison) -> list[str]:
    """What can be said, in sentences."""
    summary, metric = found.summary, found.summary.metric
    num_arms, num_seeds = found.values.shape
    lines = []
    if found.noise:
        lines.append(f"{num_arms:,} trials; rest: interactions of the three, and what is left")
        return lines + losses(summary)
    if num_arms > MOST_ROWS:
        lines.append(f"the best {MOST_ROWS} of {num_arms:,} arms; comparison.csv has them all")
    lines += _paired(summary, num_seeds)
    lines += _counted(found)
    lines += _flattery(found)
    if not summary.dataset.test and metric.part == "train":
        lines.append("no test split: the metric is on data that were trained on")
    lines += losses(summary)
    if summary.also_varies:
        keys = ", ".join(summary.also_varies)
        lines.append(
            f"confounded: {keys} differs among the arms too (a default that follows an axis); set it to one value"
        )
    if any(axis.key == "training.batch_size" for axis in summary.axes):
        lines.append("batch sizes at equal epochs differ in the number of updates too: arms.csv has epochs and updates")
    return lines


def _counted(found: ArmsComparison) -> list[str]:
    """How many arms got which verdict, and the family of the correction."""
    shown = found.shown
    if shown.reference is None:
        return ["every trial diverged or failed: there is nothing to compare"]
    if shown.family == 0:
        return []
    verdicts = [one.verdict for one in shown.arms if one.verdict != "reference"]
    words = {"better": "better", "worse": "worse", "no difference": "no difference", "undecided": "undecided"}
    words["diverged"] = "without any result"
    counts = ", ".join(f"{verdicts.count(verdict)} {word}" for verdict, word in words.items() if verdict in verdicts)
    which = "the best arm" if shown.chosen_after else "the baseline"
    why = "all pairs, since the best was chosen after looking" if shown.chosen_after else "one per other arm"
    if shown.family == 1:
        correction = "p: sign-flip test"
    else:
        correction = f"p: joint sign-flip test, corrected for {shown.family:,} comparisons ({why})"
    lines = [
        f"compared with {which} ({found.labels[shown.reference]}): {counts}",
        correction,
    ]
    if "undecided" in verdicts or "no difference" in verdicts:
        lines.append(_margin(found))
    if shown.chosen_after and shown.family > 1 and "undecided" in verdicts:
        lines.append(
            "naming the arm to compare with before the sweep (--baseline) asks fewer questions and needs fewer seeds"
        )
    return lines


def _margin(found: ArmsComparison) -> str:
    """Which difference was taken to matter, and whether the data can resolve it."""
    metric, data, margin = found.summary.metric, found.summary.dataset, found.shown.margin
    sentence = f"a difference that matters: {margin:g} (sweep.margin in the config; compare --margin asks for another)"
    samples = data.samples(metric.part)
    if metric.kind == "accuracy" and margin < 1 / samples:
        sentence += f"; mind that one of {samples:,} samples is already {1 / samples:.3f}"
    return sentence


def _flattery(found: ArmsComparison) -> list[str]:
    """What the best arm's mean is worth."""
    best, metric = found.flattery, found.summary.metric
    if best is None or not found.shown.chosen_after or found.shown.family == 0:
        return []
    lines = []
    if not math.isnan(best.optimism) and best.optimism > 5e-5:
        lines.append(
            f"the best of {len(found.labels):,} arms, {found.labels[best.arm]}, has {metric.label} {number(best.mean)}; "
            f"having been chosen flatters it by about {number(max(best.optimism, 0.0))} "
            f"(leave-one-seed-out: {number(best.corrected)})"
        )
    if found.selected is not None:
        values = found.values[found.selected]
        mean = float(np.nanmean(values))
        lines.append(
            f"chosen on validation data: {found.labels[found.selected]}; its {metric.label}, {number(mean)}, took no part"
        )
    elif metric.part == "test":
        lines.append(
            "arms are compared on test data: choose one on validation data (dataset.validation_fraction) before you report it"
        )
    return lines


def _paired(summary: Summary, num_seeds: int) -> list[str]:
    """What equal seeds mean in this sweep."""
    if num_seeds == 1:
        return ["one seed: differences have no interval; --seeds 10 shows what is chance"]
    varied = [*(axis.key for axis in summary.axes), *summary.also_varies]
    seeded = [key for key in varied if key in SEED_AXES]
    shared = "" if seeded else " (split, initial weights, batch order)"
    lines = [
        f"n = {num_seeds} seeds, the same in every arm{shared}; intervals are Student's t, differences are paired by seed"
    ]
    others = [key for key in varied if changes_samples(key)]
    if others:
        lines.append(
            f"{', '.join(others)} differs among the arms: equal seeds do not mean equal samples, so that the pairs have "
            "less in common, and means are of different test sets"
        )
    return lines


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
