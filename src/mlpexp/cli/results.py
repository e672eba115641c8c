"""Results of one arm as a table on the terminal."""

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.cli.printing import NO_BREAK, print_sentences, print_table
from mlpexp.config.scores import LABELS
from mlpexp.errors import InputError
from mlpexp.report.tables.text_table import TextTable, number_text
from mlpexp.results.costs import step_seconds, timing_in
from mlpexp.statistics.intervals import wilson_interval
from mlpexp.store.summary import Mean, Summary

if TYPE_CHECKING:
    from mlpexp.results.result import Result


def print_results(result: "Result", drawn: Sequence[Path], *, wide: bool = False) -> None:
    """The summary table of a finished result of one arm, and the paths of what was written."""
    print_summary(result, wide=wide)
    pictures = f", {len(drawn)} plots in plots/" if drawn else ""
    folders = [f"{name}/" for name in ("weights", "evaluation") if (result.path / name).is_dir()]
    written = ", ".join(["metrics.csv", "summary.json", *folders])
    path = str(result.path).replace(" ", NO_BREAK)
    print_sentences([f"written to {path}: {written}{pictures}"])


def print_summary(result: "Result", *, wide: bool = False) -> None:
    """The table and what must be said beside it."""
    table = results_table(result.summary)
    if table:
        print_table(table, wide=wide)
    print_sentences(notes(result))


def results_table(summary: Summary) -> TextTable | None:
    """A row per part of the data and score, at the best epoch where there are validation data, else at the last.

    None where all seeds diverged.
    """
    when, data = summary.when, summary.dataset
    means = summary.outcome.arms[0].means if summary.outcome else {}
    shown = [(part, kind) for part in summary.parts for kind in summary.scores if f"{when}_{part}_{kind}" in means]
    if not shown:
        return None
    lowest = (summary.selected_on or "").replace("_", " ")
    value = "mean" if len(summary.seeds) > 1 else "value"
    columns = ("part", "samples", "metric", "n", value, "std", "95 % interval")
    rows = []
    for part, kind in shown:
        mean, samples = means[f"{when}_{part}_{kind}"], data.samples(part)
        numbers = (str(mean.n), number_text(mean.mean), number_text(mean.std), _interval(part, kind, mean, samples))
        rows.append((part, f"{samples:,}", LABELS[kind], *numbers))
    return TextTable(
        columns,
        rows,
        frozenset(columns) - {"part", "metric"},
        prose=frozenset({"metric"}),
        droppable=("std", "samples"),
        title=f"{summary.name}: {f'best epoch by {lowest}' if when == 'best' else 'last epoch'}",
    )


def notes(result: "Result") -> list[str]:
    """What must be said beside the numbers."""
    summary, lines = result.summary, []
    outcome, num_seeds = summary.outcome, len(summary.seeds)
    assert outcome is not None
    num_sound = num_seeds - outcome.diverged - outcome.failed
    lines += _losses(result)
    if not summary.dataset.test and not summary.dataset.validation:
        lines.append(
            f"no test split: {'errors' if _is_map(summary) else 'accuracies'} are on data that were trained on"
        )
    if num_sound > 1:
        lines.append(
            f"intervals: Student's t over {num_sound} seeds (each its own split, initial weights and batch order)"
        )
    elif num_sound == 1 and (summary.dataset.task == "classification" or _is_map(summary)):
        lines.append("one seed: the interval is Wilson's, for the number of samples alone; --seeds 10 shows the rest")
    lines += _running(result)
    lines.append(_time(result))
    return lines


def _losses(result: "Result") -> list[str]:
    """Which seeds diverged, failed or stopped early."""
    summary, lines = result.summary, []
    outcome = summary.outcome
    stops = _stops_early(result)
    if outcome is None or not (outcome.diverged or outcome.failed or stops):
        return []
    trials = result.finished_trials().to_dict("records")
    for trial in trials:
        if trial["status"] == "diverged":
            lines.append(
                f"seed {trial['seed']} diverged at epoch {trial['ended_epoch']} (loss not finite); "
                "its last finite weights are kept"
            )
        if trial["status"] == "failed":
            lines.append(f"seed {trial['seed']} failed: {trial['reason']}")
    if outcome.diverged:
        remedy = "a learning rate up to 1" if _is_map(summary) else "a smaller learning rate or gradient_clip"
        lines.append(f"diverged seeds are not in the means; {remedy} may help")
    early = [trial["ended_epoch"] for trial in trials if trial["status"] == "stopped early"]
    if early:
        epochs = ", ".join(map(str, early[:10])) + (" ..." if len(early) > 10 else "")
        lines.append(f"stopped early: {len(early)} of {len(trials)} seeds, at epoch {epochs}")
    return lines


def _stops_early(result: "Result") -> bool:
    """Whether seeds may have stopped early; not said where the config cannot be read."""
    try:
        return bool(result.config.get("training", {}).get("early_stopping"))
    except InputError:
        return False


def _time(result: "Result") -> str:
    stacks, num_seeds = result.stacks, len(result.summary.seeds)
    stacked = num_seeds // max(len(stacks.stacks), 1)
    per = "step" if stacked == 1 else f"step of {stacked} seeds at once"
    steps = [each for each in step_seconds(stacks, timing_in(result.path)) if not isnan(each)]
    median = f" (median {1e6 * sum(steps) / len(steps):,.0f} us per {per})" if steps else ""
    return f"training {stacks.train_seconds:.2f} s{median}, evaluation {stacks.evaluation_seconds:.2f} s"


def _running(result: "Result") -> list[str]:
    """Why training scores that were measured on the way may be worse than those of the test part."""
    try:
        running = result.config.get("training", {}).get("train_metrics") == "running"
    except InputError:
        return []
    if not running:
        return []
    score = LABELS[result.summary.scores[1]]
    lines = [
        f"training loss and {score} are means over an epoch's batches (train_metrics: running), while the weights moved"
    ]
    if result.summary.parts[-1] != "train":
        other = f"{result.summary.parts[-1]} {score}"
        lines.append(f"dropout and augmentation, if any, were on; so training {score} may lie below {other}")
    return lines


def _interval(part: str, kind: str, mean: Mean, samples: int) -> str:
    if mean.n > 1:
        if mean.low is None or mean.high is None:
            return "-"
        if mean.std == 0:
            return "all equal"  # no spread among few seeds is no proof that there is none
        high = min(mean.high, 1.0) if kind in ("accuracy", "r2", "topographic_error") else mean.high
        low = max(mean.low, 0.0) if kind != "r2" else mean.low
        return f"{number_text(low)} .. {number_text(high)}"
    # Samples that were trained on are no sample of anything.
    if kind in ("accuracy", "topographic_error") and part != "train" and mean.mean is not None:
        low, high = wilson_interval(mean.mean * samples, samples)
        return f"{low:.4f} .. {high:.4f}"
    return "-"


def _is_map(summary: Summary) -> bool:
    return summary.model.name == "som"
