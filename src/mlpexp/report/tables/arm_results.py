"""What a result is about and what its only arm reached: a table, and the sentences beside it."""

from collections.abc import Mapping
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlpexp.asking import going_on, keyword
from mlpexp.config.datasets import EACH_SEED
from mlpexp.config.image_sets import IMAGE_SETS
from mlpexp.config.scores import PART_LABELS, Part, Score, column_of, score_named
from mlpexp.errors import InputError, RunError
from mlpexp.planning.sample_designs import design_in_words, designs_of, speaks_of
from mlpexp.report.tables.ended_seeds import ended_seeds
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import ALL_EQUAL, NONE, NOTHING_TO_EXPLAIN, counted, kept_together, no_proof, number, same_ends
from mlpexp.results.costs import step_seconds, time_spread, timing_in
from mlpexp.statistics.intervals import ends_within, wilson_interval
from mlpexp.statistics.new_samples import NoDesign, Population
from mlpexp.statistics.own_interval import own_interval
from mlpexp.store.result_folder import begun_by_older
from mlpexp.store.summary import Mean, Summary

if TYPE_CHECKING:
    from mlpexp.results.result import Result

MOST_VALUES_OF_AXIS = 20


def about_run(result: "Result") -> list[str]:
    """Status, data, model, and where it was made."""
    summary, environment = result.summary, result.environment
    arithmetic = environment.get("arithmetic", "")
    torch_version = environment.get("packages", {}).get("torch", "?")
    continues = environment.get("continues")
    return [
        f"{summary.name} ({summary.hash}): {result.folder.status(summary)}",
        f"data   {summary.dataset.title}: {summary.dataset.in_words()}",
        f"model  {summary.model.name}, {summary.model.parameters:,} parameters",
        f"made   {environment.get('started', '?')} on {environment.get('device', '?')} with torch {torch_version}"
        + (f", {arithmetic}" if arithmetic else ""),
        *([f"from   {continues['result']}, which has {counted(continues['epochs'], 'epoch')}"] if continues else []),
    ]


def about_sweep(result: "Result") -> list[str]:
    """Status, number of trials, and the values of each axis."""
    summary = result.summary
    lines = [f"{summary.title} ({summary.hash}): {result.folder.status(summary)}"]
    arms, seeds = summary.num_arms, len(summary.seeds)
    design = "arms as listed" if result.lists_arms else summary.method
    lines.append(f"{arms:,} arms x {seeds} seeds = {summary.num_trials:,} trials, {design}")
    for axis in summary.axes:
        more = " ..." * (len(axis.values) > MOST_VALUES_OF_AXIS)
        lines.append(f"{axis.label} ({axis.key}): {', '.join(axis.values[:MOST_VALUES_OF_AXIS])}{more}")
    return lines


def unfinished(result: "Result") -> str:
    """Why a result has not ended, and how to go on with it."""
    summary, folder = result.summary, result.folder
    again = f"go on with: {going_on(summary.planned_by, result.path)}"
    again = begun_by_older(folder) if summary.format == 1 else again
    if summary.axes:
        return f"{summary.reason}; {again}" if summary.reason else again
    return f"{folder.status(summary)}{f': {summary.reason}' if summary.reason else ''}; {again}"


def written(path: Path, files: str, num_plots: int) -> str:
    """What was written into the folder of a result."""
    pictures = f", {num_plots} plots in plots/" if num_plots else ""
    return f"written to {kept_together(str(path))}: {files}{pictures}"


def results_table(summary: Summary) -> TextTable | None:
    """A row per part of the data and score, at the best epoch where there are validation data, else at the last.

    None where all seeds diverged.
    """
    when, data = summary.when, summary.dataset
    means = summary.outcome.arms[0].means if summary.outcome else {}
    cells = {(part, name): f"{when}_{part}_{name}" for part in summary.parts for name in summary.scores}
    rows = []
    for (part, name), column in cells.items():
        if column in means:
            mean, samples, score = means[column], data.samples(part), score_named(name)
            numbers = str(mean.n), number(mean.mean), number(mean.std), _interval(part, score, mean, samples)
            rows.append((part, data.samples_in_words(part), data.labelled(score, score.label), *numbers))
    if not rows:
        return None
    selected_on = column_of(summary.selected_on or "")
    epoch = f"best epoch by {selected_on.label}" if when == "best" and selected_on else "last epoch"
    columns = ("part", "samples", "metric", "n", "mean" if len(summary.seeds) > 1 else "value", "std", "95 % interval")
    return TextTable(
        columns,
        rows,
        frozenset(columns) - {"part", "metric"},
        prose=frozenset({"metric"}),
        droppable=("std", "samples"),
        title=f"{summary.name}: {epoch}",
    )


def _interval(part: Part, score: Score, mean: Mean, samples: int) -> str:
    if mean.n > 1:
        if mean.low is None or mean.high is None:
            return NONE
        if _is_all_equal(mean):
            return ALL_EQUAL
        return " .. ".join(map(number, ends_within(mean.low, mean.high, *score.ends)))
    ends = ends_of_share(part, score, mean, samples)
    return f"{ends[0]:.4f} .. {ends[1]:.4f}" if ends else NONE


def ends_of_share(part: Part, score: Score, mean: Mean, samples: int) -> tuple[float, float] | None:
    """Wilson's interval of one seed's share of samples, for their number alone; None of other scores, and after training on
    them: such samples are no sample of anything.
    """
    if not score.share_of_samples or part == "train" or mean.mean is None:
        return None
    return wilson_interval(mean.mean * samples, samples)


def _is_all_equal(mean: Mean) -> bool:
    """Whether all seeds have one value; the standard deviation of older results may be its rounding."""
    return mean.low is not None and mean.high is not None and same_ends(mean.low, mean.high)


def notes(result: "Result", path: Path) -> list[str]:
    """What must be said beside the numbers.

    Args:
        result: With one arm.
        path: As which sentences name it.
    """
    summary, outcome = result.summary, result.summary.outcome
    assert outcome is not None
    num_sound = len(summary.seeds) - outcome.diverged - outcome.failed
    training = _training(result)
    may_stop = bool(training.get("early_stopping") or training.get("convergence"))
    lines = [*ended_seeds(result, path, may_stop=may_stop), *summary.known_samples]
    if not summary.dataset.test and not summary.dataset.validation:
        lines.append(
            f"no test split: {'errors' if _is_map(summary) else 'accuracies'} are on data that were trained on"
        )
    if num_sound > 1:
        lines += [no_proof(num_sound)] if _has_equal(summary) else []
        lines.append(f"intervals: Student's t over {num_sound} seeds{_what_seeds_vary(result)}")
        lines += _of_what(result)
    elif num_sound == 1 and any(score_named(name).share_of_samples for name in summary.scores):
        trained = len(summary.seeds)
        which, more = (
            ("one seed", f"; more seeds (`{keyword('seeds', 10)}`) show the rest")
            if trained == 1
            else (f"one of {trained} seeds ended well", "")
        )
        lines.append(f"{which}: the interval is Wilson's, for the number of samples alone{more}")
    if always := summary.dataset.always(*summary.parts):
        lines.append(f"accuracy of {always}")
    return [*lines, *_without_value(summary), *_running(result), _time(result)]


def _has_equal(summary: Summary) -> bool:
    table = results_table(summary)
    return table is not None and any(ALL_EQUAL in row for row in table.rows)


def _of_what(result: "Result") -> list[str]:
    """Of what the intervals speak, and what the metric's is for new samples."""
    summary = result.summary
    try:
        config = result.config
    except InputError:  # a damaged config, of which other commands say more
        return []
    metric, lines = summary.metric, [f"they speak of {speaks_of(config, summary)}"]
    design = designs_of(config, summary, [{}])[0]
    if isinstance(design, NoDesign):
        return [*lines, f"for new samples of the same source: no interval; {design.reason}"]
    mean = summary.outcome.arms[0].means.get(metric.column) if summary.outcome else None
    if mean is None or isinstance(design, Population):
        return lines
    value, std = (nan if known is None else known for known in (mean.mean, mean.std))
    spread = 0.0 if _is_all_equal(mean) else std
    ends = own_interval(mean.n, value, spread, design, is_share=metric.score.share_of_samples)
    low, high = ends_within(*ends, *metric.score.ends)
    interval = "no interval" if isnan(low) else f"{metric.label} {number(low)} .. {number(high)}"
    return [*lines, f"for new samples of the same source: {interval} ({design_in_words(design)})"]


def _what_seeds_vary(result: "Result") -> str:
    """What differs from seed to seed: `` (each its own split, initial weights and batch order)``."""
    try:
        return f" ({_differs(result.config)})"
    except InputError:  # a damaged config, of which other commands say more
        return ""


def _differs(config: Mapping[str, Any]) -> str:
    data = config.get("dataset")
    data = data if isinstance(data, dict) else {}
    split = data.get("split")
    kind = split.get("kind") if isinstance(split, dict) else "random"
    is_images = data.get("name") in IMAGE_SETS  # their train_samples are the same for every seed
    is_given = kind in ("column", "file") or is_images  # but for what is carved out of it
    is_whole = kind == "random" and not is_given and not data.get("test_fraction")  # no test part is drawn
    is_fixed = kind == "time" or ((is_given or is_whole) and not data.get("validation_fraction"))
    is_cut = bool(data.get("train_fraction") or (data.get("train_samples") and not is_images))
    purposes = {
        "data_seed": "data" if data.get("data_seed") == EACH_SEED else "",
        "split_seed": "" if is_fixed and not is_cut else "fold" if kind == "k_fold" else "split",
        "init_seed": "initial weights",
        "order_seed": "batch order",
    }
    varied = [name for key, name in purposes.items() if name and config.get(key) is None]
    if not varied:
        return "nothing differs from one to the other"
    *first, last = varied
    each = f"each its own {', '.join(first)} and {last}" if first else f"each its own {last}"
    return each if {"data", "split", "fold"}.intersection(varied) else f"{each}, on the same samples"


def _without_value(summary: Summary) -> list[str]:
    """Parts whose R² has no value, and that the epoch could not be chosen, because what should choose it has none."""
    column, means = column_of(summary.selected_on or ""), summary.outcome.arms[0].means if summary.outcome else {}
    if not means:
        return []
    measured = [part for part in summary.parts if f"{summary.when}_{part}_loss" in means and "r2" in summary.scores]
    lines = [
        f"R² of the {PART_LABELS[part]} part has no value: {NOTHING_TO_EXPLAIN}"
        for part in measured
        if f"{summary.when}_{part}_r2" not in means
    ]
    if column is not None and f"best_{column.name}" not in means:
        lines.append(
            f"{column.label} has no value in any epoch: the last epoch counts as the best, and nothing stops early"
        )
    return lines


def _training(result: "Result") -> dict[str, object]:
    """The section ``training`` of the config; empty where the config cannot be read."""
    try:
        return dict(result.config.get("training", {}))
    except InputError:
        return {}


def _running(result: "Result") -> list[str]:
    """Why training scores that were measured on the way may be worse than those of the test part."""
    if _training(result).get("train_metrics") != "running":
        return []
    score, more = score_named(result.summary.scores[1]).label, len(result.summary.scores) > 2
    what = "training scores are" if more else f"training loss and {score} are means"
    lines = [f"{what} over the batches since the last row (train_metrics: running), while the weights moved"]
    if result.summary.parts[-1] != "train":
        other = f"{result.summary.parts[-1]} {score}"
        lines.append(f"dropout and augmentation, if any, were on; so training {score} may lie below {other}")
    return lines


def _time(result: "Result") -> str:
    num_seeds = len(result.summary.seeds)
    try:
        stacks = result.stacks
    except RunError as error:  # no other number needs them
        return f"training time is not known: {error}"
    stacked = num_seeds // max(len(stacks.stacks), 1)
    per = "step" if stacked == 1 else f"step of {stacked} seeds at once"
    spread = time_spread(1e6 * np.concatenate([np.empty(0), *step_seconds(stacks, timing_in(result.path))]))
    quartiles = "" if isnan(spread.low) else f", quartiles {spread.low:,.0f} .. {spread.high:,.0f}"
    median = "" if isnan(spread.median) else f" (median {spread.median:,.0f} us per {per}{quartiles})"
    return f"training {stacks.train_seconds:.2f} s{median}, evaluation {stacks.evaluation_seconds:.2f} s"


def _is_map(summary: Summary) -> bool:
    return summary.model.name == "som"
